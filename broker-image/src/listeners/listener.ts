import type { Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type PeerCertificate, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { ListenerConfiguration, TlsConfiguration } from '../config/index.js';
import { AcceptRate } from './accept-rate.js';
import { bind, type SocketAddress } from './bind.js';
import type { ConnectionSink, TurnAwayReason } from './connection.js';
import { Handshake, plainAddress, remoteAddressOf } from './handshake.js';
import type { ProxyVersions } from './proxy-header.js';
import { readProxyHeader } from './read-proxy-header.js';
import { earliestExpiry } from './certificate-expiry.js';
import { readTlsContext, type TlsContext } from './tls-context.js';
import { TrustedProxies } from './trusted-proxies.js';
import { createWebSocketLayer } from './websocket.js';

export interface ListenerLimits {
  /** From the TCP connection to the end of the PROXY header and of the TLS and WebSocket handshakes. */
  readonly handshakeTimeoutSeconds: number;
  readonly maxPacketBytes: number;
}

/** When one of the files of TLS is over, in seconds since the epoch: the earliest of the certificates or revocation lists in it. */
export interface TlsExpiry {
  readonly file: 'certificate' | 'client-ca' | 'crl';
  readonly time: number;
}

/**
 * One port where clients connect. A connection climbs through the layers that the listener has: TCP, PROXY protocol, TLS, WebSocket.
 * What comes out at the top speaks MQTT and goes to the sink.
 */
export class Listener {
  private readonly tcp: TcpServer;
  private readonly tls: TlsServer | undefined;
  private readonly webSocket: HttpServer | undefined;
  private readonly proxyVersions: ProxyVersions | undefined;
  private readonly trustedProxies: TrustedProxies | undefined;
  private readonly acceptRate: AcceptRate | undefined;
  /** By the peer's address and port: all that the layers above have in common with the TCP socket. */
  private readonly handshakes = new Map<string, Handshake>();
  private tlsExpiries: readonly TlsExpiry[] = [];

  /** Throws when the certificate and the key cannot be used. */
  constructor(
    private readonly configuration: ListenerConfiguration,
    private readonly limits: ListenerLimits,
    private readonly sink: ConnectionSink,
  ) {
    // keepAlive without a delay: TCP_KEEPIDLE stays unset, so that net.ipv4.tcp_keepalive_{time,intvl,probes} of the pod govern. noDelay:
    // Nagle's algorithm would hold a packet back until the client acknowledges the one before it.
    this.tcp = createTcpServer({ keepAlive: true, noDelay: true }, (socket) => this.onAccepted(socket));
    if (configuration.maxConnections !== undefined) this.tcp.maxConnections = configuration.maxConnections;
    this.tcp.on('drop', (dropped) => sink.turnedAway({ listener: this.name, remoteAddress: plainAddress(dropped?.remoteAddress) }, 'connection-limit'));
    const { connectionsPerSecond, proxyProtocol, trustedProxies } = configuration;
    // Half the time that clients have for CONNECT, so that the other half is left for it.
    if (connectionsPerSecond !== undefined) this.acceptRate = new AcceptRate(connectionsPerSecond, limits.handshakeTimeoutSeconds / 2, (socket) => this.onConnection(socket));
    if (proxyProtocol !== 'none') this.proxyVersions = proxyProtocol;
    if (trustedProxies) this.trustedProxies = new TrustedProxies(trustedProxies);
    if (configuration.tls) this.tls = this.createTlsLayer(configuration.tls);
    if (configuration.protocol === 'ws' || configuration.protocol === 'wss') this.webSocket = this.createWebSocketLayer();
  }

  get name(): string {
    return this.configuration.name;
  }

  /** Of what new connections meet now, where it says so. */
  get expiries(): readonly TlsExpiry[] {
    return this.tlsExpiries;
  }

  get isOpen(): boolean {
    return this.tcp.listening;
  }

  /** Throws a BindError. Returns where it listens really. */
  async open(): Promise<SocketAddress> {
    const address = await bind(this.tcp, `listener ${this.name}`, this.configuration);
    // Such as EMFILE on accept: the server goes on, and without this handler the process would end.
    this.tcp.on('error', (error) => this.sink.turnedAway({ listener: this.name, remoteAddress: 'unknown' }, 'connection-limit', error));
    return address;
  }

  /** Accepts nothing more, and ends handshakes that are not done. Connections that arrived stay. */
  close(): void {
    this.tcp.close();
    this.acceptRate?.close();
    for (const handshake of this.handshakes.values()) handshake.abort();
  }

  /** Reads certificate, key, authorities and revocation lists anew, for new connections. Throws, and keeps the old ones, when they cannot be used. */
  reloadTls(): void {
    if (this.configuration.tls) this.tls?.setSecureContext(this.readTls(this.configuration.tls));
  }

  private onAccepted(socket: Socket): void {
    if (this.acceptRate === undefined) return this.onConnection(socket);
    if (this.acceptRate.admit(socket)) return;
    this.sink.turnedAway({ listener: this.name, remoteAddress: remoteAddressOf(socket) }, 'connection-rate');
    socket.destroy();
  }

  private onConnection(socket: Socket): void {
    const { proxyVersions } = this;
    if (!proxyVersions && !this.tls && !this.webSocket) return this.sink.accept({ stream: socket, listener: this.name, remoteAddress: remoteAddressOf(socket) });
    const handshake = this.beginHandshake(socket, proxyVersions ? 'proxy-protocol' : this.tls ? 'tls' : 'websocket');
    if (proxyVersions) this.readProxyHeader(socket, proxyVersions, handshake);
    else this.climb(socket, handshake);
    return undefined;
  }

  private beginHandshake(socket: Socket, firstLayer: TurnAwayReason): Handshake {
    const key = keyOf(socket);
    const handshake = new Handshake(socket, firstLayer, {
      listener: this.name,
      timeoutSeconds: this.limits.handshakeTimeoutSeconds,
      onArrived: (connection) => {
        this.handshakes.delete(key);
        this.sink.accept(connection);
      },
      onTurnedAway: (remoteAddress, reason, error) => this.sink.turnedAway({ listener: this.name, remoteAddress }, reason, error),
    });
    this.handshakes.set(key, handshake);
    socket.once('close', () => {
      if (this.handshakes.get(key) === handshake) this.handshakes.delete(key);
    });
    return handshake;
  }

  private readProxyHeader(socket: Socket, versions: ProxyVersions, handshake: Handshake): void {
    const refuse = (error: Error) => {
      handshake.fail('proxy-protocol', error);
      socket.destroy();
    };
    if (this.trustedProxies && !this.trustedProxies.include(handshake.remoteAddress)) return refuse(new Error('the peer is not among trustedProxies'));
    return readProxyHeader(socket, versions, (result) => {
      if (result instanceof Error) return refuse(result);
      if (result.address !== undefined) handshake.remoteAddress = result.address;
      return this.climb(socket, handshake);
    });
  }

  /** From TCP up to the top. */
  private climb(socket: Socket, handshake: Handshake): void {
    const next = this.tls ?? this.webSocket;
    if (!next) return handshake.arrive(socket);
    handshake.enter(this.tls ? 'tls' : 'websocket');
    next.emit('connection', socket);
    return undefined;
  }

  private readTls(tls: TlsConfiguration): TlsContext {
    const context = readTlsContext(tls);
    const { cert, ca, crl } = context;
    const files = [['certificate', cert.toString('latin1')], ['client-ca', ca?.toString('latin1')], ['crl', crl?.join('\n')]] as const;
    this.tlsExpiries = files.flatMap(([file, pem]) => {
      const time = earliestExpiry(pem ?? '');
      return time === undefined ? [] : { file, time };
    });
    return context;
  }

  private createTlsLayer(tls: TlsConfiguration): TlsServer {
    const server = createTlsServer(
      {
        ...this.readTls(tls),
        requestCert: tls.clientCertificate !== 'none',
        // Node.js would close the connection without telling why; `onSecure` closes it and tells.
        rejectUnauthorized: false,
        // The handshake's own timer covers TLS and WebSocket together; this one only has to come later.
        handshakeTimeout: this.limits.handshakeTimeoutSeconds * 2000,
      },
      (stream) => this.onSecure(stream, tls),
    );
    server.on('tlsClientError', (error, stream) => this.handshakeOf(stream)?.fail('tls', error));
    return server;
  }

  private onSecure(stream: TLSSocket, tls: TlsConfiguration): void {
    const handshake = this.handshakeOf(stream);
    const presented = tls.clientCertificate === 'none' ? undefined : stream.getPeerCertificate();
    const certificate = presented && Object.keys(presented).length > 0 ? presented : undefined;
    const problem = whyUnacceptable(certificate, stream, tls);
    if (problem !== undefined) {
      handshake?.fail('tls', new Error(problem));
      stream.destroy();
      return;
    }
    handshake?.enter(this.webSocket ? 'websocket' : 'tls', certificate);
    if (this.webSocket) this.webSocket.emit('connection', stream);
    else handshake?.arrive(stream);
  }

  private createWebSocketLayer(): HttpServer {
    const { path, tls, allowedOrigins } = this.configuration;
    // A browser presents its user's certificate for whatever page asks, where a password or token is only sent by a page that knows it.
    const asksForCertificates = tls !== undefined && tls.clientCertificate !== 'none';
    return createWebSocketLayer({
      path,
      allowedOrigins: allowedOrigins ?? (asksForCertificates ? [] : undefined),
      maxPacketBytes: this.limits.maxPacketBytes,
      onStream: (stream, transport) => this.handshakeOf(transport as Socket)?.arrive(stream),
      onRefused: (transport, error) => this.handshakeOf(transport as Socket)?.fail('websocket', error),
    });
  }

  private handshakeOf(stream: Socket): Handshake | undefined {
    return this.handshakes.get(keyOf(stream));
  }
}

/** OpenSSL was told to let every certificate pass: one that does not verify must not count, nor count as none. */
function whyUnacceptable(certificate: PeerCertificate | undefined, stream: TLSSocket, { clientCertificate }: TlsConfiguration): string | undefined {
  if (certificate !== undefined) return stream.authorized ? undefined : `the client's certificate does not verify: ${String(stream.authorizationError)}`;
  return clientCertificate === 'require' ? 'the client presented no certificate' : undefined;
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
