import { isConnectTimeout, type CoreConnection, type ConnectRequest, type Verdict } from './aedes-core.js';
import type { Connection } from './broker-options.js';
import type { ClientContext, LiveConnection } from './client-context.js';
import { ClientSession, type SessionConnection } from './client-session.js';
import type { ControlChannel } from './control-channel.js';
import { FrameError, FrameReader } from './frame-reader.js';
import { Handshake, type Refusal } from './handshake.js';
import { PacketWriter } from './packet-writer.js';
import { CONNACK_UNSUPPORTED_V5, connackRefusal, ConnectReturnCode, PacketError, PacketType, readProtocolLevel } from './packets.js';
import { ReadGate } from './read-gate.js';
import type { CloseReason } from '../operations/observer.js';

/** CONNECT at its largest: five fields of 65535 bytes with their lengths, and what is around them [MQTT 3.1.1, 3.1]. */
const MAX_CONNECT_BYTES = 5 * 65537 + 16;
/** How long a client may take to read what waits for it. */
const DEFAULT_SLOW_CONSUMER_SECONDS = 60;
/** How long a client may take to read what is left for it once the connection ends. */
const LINGER_MILLISECONDS = 2000;

/** One connection, from its first byte to its last: takes packets out of the stream, gives them to the protocol core or to the session, and ends it in order. */
export class ClientConnection implements CoreConnection, LiveConnection, SessionConnection {
  readonly writer: PacketWriter;
  readonly gate: ReadGate;
  readonly #broker: ClientContext;
  readonly #connection: Connection;
  readonly #reader: FrameReader;
  readonly #channel: ControlChannel;
  readonly #handshake: Handshake;
  /** From the accepted CONNECT on. */
  #session: ClientSession | undefined;
  /** Whether the observer knows of the session. */
  #announced = false;
  #refused = false;
  #disconnected = false;
  #closed = false;
  /** A packet came since the last check. */
  #heard = true;
  #silent = true;
  #lastHeard = 0;
  /** Bytes that had left for the client at the last check, and when that last changed. */
  #sent = 0;
  #lastSent = 0;

  constructor(broker: ClientContext, connection: Connection) {
    const { stream } = connection;
    this.#broker = broker;
    this.#connection = connection;
    this.#handshake = new Handshake(broker.options, connection);
    this.writer = new PacketWriter(stream);
    this.gate = new ReadGate(stream);
    this.#reader = new FrameReader((bytes, start, body, end) => this.#packet(bytes, start, body, end), Math.min(MAX_CONNECT_BYTES, broker.options.limits.maxPacketBytes));
    this.#channel = broker.core.open(this);
    stream.on('data', (chunk: Buffer) => {
      this.#silent = false;
      this.#data(chunk);
    });
    stream.on('drain', () => this.#drained());
    stream.on('error', (error) => this.#left(error));
    stream.on('end', () => this.#left());
    stream.on('close', () => this.#left());
  }

  get clientId(): string {
    return this.#handshake.identity.clientId;
  }

  /** Looks after the connection now and then; `now` is in milliseconds. */
  check(now: number): void {
    const keepaliveSeconds = this.#handshake.request?.keepaliveSeconds ?? 0;
    // A client that is not read cannot be heard.
    if (this.#heard || this.gate.has('congestion') || this.gate.has('store')) {
      this.#heard = false;
      this.#lastHeard = now;
    }
    if (this.writer.sent !== this.#sent || !this.writer.congested) {
      this.#sent = this.writer.sent;
      this.#lastSent = now;
    }
    if (this.#session === undefined) return;
    const { slowConsumerSeconds = DEFAULT_SLOW_CONSUMER_SECONDS } = this.#broker.options.limits;
    if (now - this.#lastSent > slowConsumerSeconds * 1000) this.close('slow-consumer');
    else if (keepaliveSeconds > 0 && now - this.#lastHeard > keepaliveSeconds * 1500) this.close('keepalive'); // [MQTT-3.1.2-24]
  }

  /** Turns the client away. */
  refuse({ reason, returnCode, error }: Refusal): void {
    if (returnCode !== undefined) this.write(connackRefusal(returnCode));
    this.#report({ reason, ...(error === undefined ? {} : { error }) });
    this.close('client');
  }

  close(reason: CloseReason, error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.pause();
    this.#session?.end(reason, this.#disconnected);
    if (this.#announced) this.#broker.options.observer.connectionClosed(this.#handshake.identity, reason, error);
    else this.#report({ reason: reason === 'drain' ? 'draining' : this.#session === undefined ? 'malformed' : 'unavailable', ...(error === undefined ? {} : { error }) });
    this.#broker.forget(this);
    this.#channel.destroy();
    this.#closeStream(reason === 'network' || reason === 'slow-consumer');
  }

  // --- the protocol core's side

  write(bytes: Buffer): void {
    this.writer.raw(bytes, 0, bytes.length);
  }

  /** The core ends a connection on DISCONNECT, on a packet that it cannot parse, after a refusal, or when CONNECT does not come. */
  end(error: Error | null): void {
    if (this.#disconnected) this.close('client');
    else if (isConnectTimeout(error)) this.refuse({ reason: 'connect-timeout' });
    else this.close('protocol-error', error ?? undefined);
  }

  connectRequested(request: ConnectRequest): boolean {
    const refusal = this.#handshake.check(request, this.#broker.draining);
    if (refusal !== undefined) this.refuse(refusal);
    return refusal === undefined;
  }

  async authenticate(username: string | undefined, password: Buffer | undefined): Promise<Verdict | undefined> {
    const refusal = await this.#handshake.authenticate(username, password);
    if (this.#closed) return undefined;
    if (refusal === undefined) return this.#openSession();
    this.#report(refusal);
    return { accepted: false, returnCode: refusal.returnCode! };
  }

  connected(): void {
    if (this.#closed) return;
    this.#reader.maxBytes = this.#broker.options.limits.maxPacketBytes;
    this.#session!.begin();
    this.#guard(() => this.#reader.resume());
    this.gate.open('handshake');
  }

  async #openSession(): Promise<Verdict | undefined> {
    const session = new ClientSession(this.#broker, this, this.#handshake);
    this.#broker.takeOver(this.clientId, this); // [MQTT-3.1.4-2]
    this.#session = session;
    let sessionPresent: boolean;
    try {
      sessionPresent = await session.open();
    } catch (error) {
      if (this.#closed) return undefined;
      this.#session = undefined;
      session.end('store-failure', true);
      this.#report({ reason: 'unavailable', error: error as Error });
      return { accepted: false, returnCode: ConnectReturnCode.serverUnavailable };
    }
    if (this.#closed) return undefined;
    const { clean, keepaliveSeconds, protocolVersion } = this.#handshake.request!;
    this.#heard = true;
    this.#announced = true;
    this.#broker.options.observer.connectionOpened(this.#handshake.identity, { sessionPresent, clean, keepaliveSeconds, protocolVersion });
    return { accepted: true, sessionPresent };
  }

  // --- the client's side

  #data(chunk: Buffer): void {
    this.#guard(() => this.#reader.push(chunk));
    if (this.writer.congested) this.gate.close('congestion');
  }

  #drained(): void {
    this.gate.open('congestion');
    this.#session?.drained();
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof PacketError)) throw error;
      this.close('protocol-error', error);
    }
  }

  #packet(bytes: Buffer, start: number, body: number, end: number): void {
    if (this.#closed) return;
    this.#heard = true;
    const type = bytes[start]! >> 4;
    if (this.#session === undefined) {
      this.#firstPacket(type, bytes, start, body, end);
      return;
    }
    if (type === PacketType.disconnect) {
      // [MQTT-3.14.1-1]: the reserved bits are zero
      if (bytes[start] !== PacketType.disconnect << 4 || end !== body) throw new PacketError('a DISCONNECT is malformed');
      this.#disconnected = true;
    }
    if (type === PacketType.pingreq || type === PacketType.disconnect) this.#toCore(bytes, start, end);
    else this.#session.packet(type, bytes, start, body, end);
  }

  /** CONNECT, of which the core knows 3.1 and 3.1.1; nothing else is looked at before the session is open. */
  #firstPacket(type: number, bytes: Buffer, start: number, body: number, end: number): void {
    if (type !== PacketType.connect) throw new PacketError('the first packet is not a CONNECT'); // [MQTT-3.1.0-1]
    const level = readProtocolLevel(bytes, body, end);
    if (level === undefined) throw new PacketError('the CONNECT is not one of MQTT');
    if (level === 5) {
      this.write(CONNACK_UNSUPPORTED_V5);
      this.refuse({ reason: 'protocol-version' });
    } else if (level !== 3 && level !== 4) this.refuse({ reason: 'protocol-version', returnCode: ConnectReturnCode.unacceptableProtocolVersion }); // [MQTT-3.1.2-2]
    else {
      this.#reader.pause();
      this.gate.close('handshake');
      this.#toCore(bytes, start, end);
    }
  }

  #toCore(bytes: Buffer, start: number, end: number): void {
    this.#channel.push(Buffer.from(bytes.subarray(start, end)));
  }

  /** The client's end of the connection is gone. One that never said a word is a load balancer's health check, and nothing to report. */
  #left(error?: Error): void {
    if (this.#silent) this.#refused = true;
    if (this.#disconnected) this.close('client');
    else this.close('network', error ?? (this.#session === undefined ? new Error('the client left before its session was open') : undefined));
  }

  /** Once for each connection. */
  #report({ reason, error }: Refusal): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#broker.options.observer.connectionRefused(this.#handshake.identity, reason, error);
  }

  /** Gracefully, so that the last packet (a CONNACK that says why) arrives, but not for ever. */
  #closeStream(now: boolean): void {
    const { stream } = this.#connection;
    stream.removeAllListeners('data');
    if (now || stream.destroyed) {
      stream.destroy();
      return;
    }
    this.writer.flush();
    stream.resume();
    stream.end(() => stream.destroy());
    setTimeout(() => stream.destroy(), LINGER_MILLISECONDS).unref();
  }
}
