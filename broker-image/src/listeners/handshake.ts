import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';
import type { Connection, TurnAwayReason } from './connection.js';

export interface HandshakeOptions {
  readonly listener: string;
  readonly timeoutSeconds: number;
  onArrived(connection: Connection): void;
  onTurnedAway(remoteAddress: string, reason: TurnAwayReason, error: Error): void;
}

/** One connection on its way through the TLS and WebSocket handshakes. It ends once: arrived or turned away. */
export class Handshake {
  /** The client's address: that of the peer, until a proxy tells another. */
  remoteAddress: string;
  /** The layer that the connection is in now. */
  private layer: TurnAwayReason;
  private certificate: PeerCertificate | undefined;
  private over = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    firstLayer: TurnAwayReason,
    private readonly options: HandshakeOptions,
  ) {
    this.layer = firstLayer;
    this.remoteAddress = remoteAddressOf(socket);
    this.timer = setTimeout(() => {
      this.fail('connect-timeout', new Error(`no MQTT connection within ${options.timeoutSeconds} s`));
      socket.destroy();
    }, options.timeoutSeconds * 1000);
    let problem: Error | undefined;
    socket.on('error', (error) => (problem = error));
    socket.once('close', () => {
      clearTimeout(this.timer);
      // Health checks of load balancers connect and go without a word: nothing to report.
      if (socket.bytesRead > 0) this.fail(this.layer, problem ?? new Error('the client closed the connection during the handshake'));
      this.over = true;
    });
  }

  enter(layer: TurnAwayReason, certificate?: PeerCertificate): void {
    this.layer = layer;
    this.certificate = certificate;
  }

  arrive(stream: Duplex): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.options.onArrived({ stream, listener: this.options.listener, remoteAddress: this.remoteAddress, ...(this.certificate && { certificate: this.certificate }) });
  }

  /** Tells about the failure. Whoever found it closes the connection, in its layer's way; what is still open at the timeout is cut. */
  fail(reason: TurnAwayReason, error: Error): void {
    if (this.over) return;
    this.over = true;
    this.options.onTurnedAway(this.remoteAddress, reason, error);
  }

  abort(): void {
    this.over = true;
    this.socket.destroy();
  }
}

/** The peer's address; an IPv4 client of a dual-stack socket as IPv4, not as `::ffff:192.0.2.1`. */
export function remoteAddressOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress);
}

export function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? 'unknown';
}
