import type { Connection } from './broker-options.js';
import type { ClientContext, ClientDescription, LiveConnection } from './client-context.js';
import { ClientSession, type SessionConnection } from './client-session.js';
import { readConnect } from './connect-packet.js';
import { FrameError, FrameReader, type FrameHandler } from './frame-reader.js';
import { Handshake, type Refusal } from './handshake.js';
import { PublishRate } from './limits/publish-rate.js';
import { PacketWriter } from './packet-writer.js';
import { checkEmpty, CONNACK_ACCEPTED, CONNACK_RESUMED, CONNACK_UNSUPPORTED_V5, connackRefusal, ConnectReturnCode, PacketError, PacketType, PINGRESP, readProtocolLevel } from './packets.js';
import { ReadGate } from './read-gate.js';
import type { CloseReason } from '../operations/observer.js';

/** CONNECT at its largest: five fields of 65535 bytes with their lengths, and what is around them [MQTT 3.1.1, 3.1]. */
const MAX_CONNECT_BYTES = 5 * 65537 + 16;
const DEFAULT_SLOW_CONSUMER_SECONDS = 60;
const MIN_OUTBOUND_BYTES = 2 * 1024 * 1024;
/** How long a client may take to read what is left for it once the connection ends. */
const LINGER_MILLISECONDS = 2000;

/** What comes next from the client. */
const enum Stage { connect, answer, session, over }

/** One connection, from its first byte to its last: takes packets out of the stream, answers CONNECT, gives the others to the session, and ends it in order. */
export class ClientConnection implements FrameHandler, LiveConnection, SessionConnection {
  readonly writer: PacketWriter;
  readonly gate: ReadGate;
  readonly #broker: ClientContext;
  readonly #connection: Connection;
  readonly #reader: FrameReader;
  readonly #handshake: Handshake;
  #stage = Stage.connect;
  /** From the time on that its client id is taken over. */
  #session: ClientSession | undefined;
  /** Whether the observer knows of the session. */
  #announced = false;
  #connectedAt = 0;
  #refused = false;
  #disconnected = false;
  /** A packet came since the last check. */
  #heard = true;
  #silent = true;
  /** When a packet was last heard; before CONNECT, when the connection began. */
  #lastHeard = performance.now();
  /** Give back the places that the connection takes among those of its address and its user. */
  #leaveAddress: (() => void) | undefined;
  #leaveUser: (() => void) | undefined;
  /** From CONNACK on, if there is a limit. */
  #publishRate: PublishRate | undefined;
  /** Since when the session is being opened. */
  #openingSince = 0;
  /** Its session has enough to do. */
  #held = false;
  /** While the client is not read because it published too fast. */
  #throttled: NodeJS.Timeout | undefined;
  #lastThrottleTold = -Infinity;
  /** Bytes of it that count among those of all connections whose clients are not connected yet. */
  #handshakeBytes = 0;
  /** Bytes that had left for the client at the last check, and when that last changed. */
  #sent = 0;
  #lastSent = 0;

  constructor(broker: ClientContext, connection: Connection) {
    const { stream } = connection;
    this.#broker = broker;
    this.#connection = connection;
    this.#handshake = new Handshake(broker.options, connection);
    const { maxPacketBytes, maxOutboundBytes = Math.max(MIN_OUTBOUND_BYTES, 2 * maxPacketBytes) } = broker.options.limits;
    this.writer = new PacketWriter(stream, maxOutboundBytes, () => this.close('slow-consumer'), () => this.#drained());
    this.gate = new ReadGate(stream);
    this.#reader = new FrameReader(this, Math.min(MAX_CONNECT_BYTES, maxPacketBytes));
    stream.on('data', (chunk: Buffer) => this.#data(chunk));
    stream.on('error', (error) => this.#left(error));
    const left = () => this.#left();
    stream.on('end', left);
    stream.on('close', left);
  }

  get clientId(): string {
    return this.#handshake.identity.clientId;
  }

  get username(): string | undefined {
    return this.#handshake.identity.username;
  }

  describe(): ClientDescription | undefined {
    if (!this.#announced) return undefined;
    const { subscriptions, inFlight, ready } = this.#session!;
    const { clean, keepaliveSeconds, protocolVersion } = this.#handshake.request!;
    return { identity: this.#handshake.identity, connectedAt: this.#connectedAt, clean, keepaliveSeconds, protocolVersion, subscriptions, inFlight, ready, unsentBytes: this.writer.waiting };
  }

  /** Takes its place among the connections of its address. */
  begin(): void {
    this.#leaveAddress = this.#broker.connectionLimits.enterAddress(this.#connection.remoteAddress);
    if (this.#leaveAddress === undefined) this.refuse({ reason: 'address-limit' });
  }

  /** Looks after the connection now and then; `now` is in milliseconds. */
  check(now: number): void {
    const { connectTimeoutSeconds, slowConsumerSeconds = DEFAULT_SLOW_CONSUMER_SECONDS } = this.#broker.options.limits;
    if (this.#stage === Stage.connect) {
      if (now - this.#lastHeard > connectTimeoutSeconds * 1000) this.refuse({ reason: 'connect-timeout' });
      return;
    }
    // A client that is not read cannot be heard.
    if (this.#heard || !this.gate.isOpen) {
      this.#heard = false;
      this.#lastHeard = now;
    }
    if (this.writer.sent !== this.#sent || !this.writer.congested) {
      this.#sent = this.writer.sent;
      this.#lastSent = now;
    }
    if (this.#stage === Stage.answer && this.#session !== undefined && now - this.#openingSince > connectTimeoutSeconds * 1000) {
      return this.#sessionUnavailable(this.#session, this.#broker.journal.failure ?? new Error('the session could not be opened in time'));
    }
    if (this.#stage !== Stage.session) return;
    const { keepaliveSeconds } = this.#handshake.request!;
    if (now - this.#lastSent > slowConsumerSeconds * 1000) this.close('slow-consumer');
    else if (Date.now() >= this.#handshake.expiresAt) this.close('token-expired', new Error('the token has expired'));
    else if (keepaliveSeconds > 0 && now - this.#lastHeard > keepaliveSeconds * 1500) this.close('keepalive'); // [MQTT-3.1.2-24]
  }

  /** Turns the client away. */
  refuse(refusal: Refusal): void {
    const { returnCode } = refusal;
    if (returnCode !== undefined) this.#write(connackRefusal(returnCode));
    this.#report(refusal);
    this.close('client');
  }

  close(reason: CloseReason, error?: Error): void {
    if (this.#stage === Stage.over) return;
    this.#stage = Stage.over;
    this.#reader.pause();
    this.#countHandshake();
    clearTimeout(this.#throttled);
    this.#leaveAddress?.();
    this.#leaveUser?.();
    this.#session?.end(reason, this.#disconnected);
    if (this.#announced) this.#broker.options.observer.connectionClosed(this.#handshake.identity, reason, error);
    else this.#report({ reason: reason === 'drain' ? 'draining' : this.#session === undefined ? 'malformed' : 'unavailable', ...(error === undefined ? {} : { error }) });
    this.#broker.forget(this);
    this.#closeStream(reason === 'network' || reason === 'slow-consumer' || this.writer.unused);
  }

  // --- the handshake

  /** Nothing but a CONNECT is looked at before the session is open. */
  #connect(bytes: Buffer, start: number, body: number, end: number): void {
    if (bytes[start]! >> 4 !== PacketType.connect) throw new PacketError('the first packet is not a CONNECT'); // [MQTT-3.1.0-1]
    const level = readProtocolLevel(bytes, body, end);
    if (level === undefined) throw new PacketError('the CONNECT is not one of MQTT');
    if (level === 5) {
      this.#write(CONNACK_UNSUPPORTED_V5);
      return this.refuse({ reason: 'protocol-version' });
    }
    if (level !== 3 && level !== 4) return this.refuse({ reason: 'protocol-version', returnCode: ConnectReturnCode.unacceptableProtocolVersion }); // [MQTT-3.1.2-2]
    const packet = readConnect(bytes, start, body, end);
    const refusal = this.#handshake.check(packet, this.#broker.draining);
    if (refusal !== undefined) return this.refuse(refusal);
    this.#stage = Stage.answer;
    this.#reader.pause();
    void this.#answer(packet.username, packet.password);
  }

  /** Never rejects. */
  async #answer(username: string | undefined, password: Buffer | undefined): Promise<void> {
    try {
      const refusal = await this.#handshake.authenticate(username, password);
      if (this.#stage === Stage.over) return;
      if (refusal !== undefined) this.refuse(refusal);
      else await this.#openSession();
    } catch (error) {
      this.close('protocol-error', error as Error);
    }
  }

  async #openSession(): Promise<void> {
    const session = new ClientSession(this.#broker, this, this.#handshake);
    // Before the takeover: who has no place left ends nobody else's connection. The place of an own one becomes free, so a client that comes back while its old connection still counts is none more.
    this.#leaveUser = this.#broker.connectionLimits.enterUser(this.username, this.#broker.clients.get(this.clientId)?.username);
    if (this.#leaveUser === undefined) return this.refuse({ reason: 'user-limit', returnCode: ConnectReturnCode.serverUnavailable });
    this.#broker.takeOver(this.clientId, this); // [MQTT-3.1.4-2]
    this.#session = session;
    this.#openingSince = performance.now();
    let sessionPresent: boolean;
    try {
      sessionPresent = await session.open();
    } catch (error) {
      if (this.#stage === Stage.answer) this.#sessionUnavailable(session, error as Error);
      return;
    }
    if (this.#stage === Stage.answer) this.#begin(session, sessionPresent);
  }

  #sessionUnavailable(session: ClientSession, error: Error): void {
    this.#session = undefined;
    session.end('store-failure', true);
    this.refuse({ reason: 'unavailable', returnCode: ConnectReturnCode.serverUnavailable, error });
  }

  #begin(session: ClientSession, sessionPresent: boolean): void {
    const { options } = this.#broker;
    const { clean, keepaliveSeconds, protocolVersion } = this.#handshake.request!;
    this.#stage = Stage.session;
    this.#heard = true;
    this.#lastSent = performance.now();
    this.#publishRate = PublishRate.of(options.limits, this.#lastSent);
    this.#announced = true;
    this.#connectedAt = Date.now();
    options.observer.connectionOpened(this.#handshake.identity, { sessionPresent, clean, keepaliveSeconds, protocolVersion });
    // MQTT 3.1 has no session present flag: its byte is reserved.
    this.#write(sessionPresent && protocolVersion > 3 ? CONNACK_RESUMED : CONNACK_ACCEPTED);
    this.#reader.maxBytes = options.limits.maxPacketBytes;
    session.begin();
    this.#guard(() => this.#reader.resume());
    this.#countHandshake();
    this.gate.open('handshake');
  }

  // --- the client's side

  #data(chunk: Buffer): void {
    this.#silent = false;
    // Few clients send more before they have their CONNACK.
    if (this.#stage === Stage.answer) this.gate.close('handshake');
    this.#guard(() => this.#reader.push(chunk));
    if (this.#stage !== Stage.session || this.#handshakeBytes > 0) this.#countHandshake();
    if (this.writer.congested) this.gate.close('congestion');
  }

  #countHandshake(): void {
    const before = this.#handshakeBytes;
    this.#handshakeBytes = this.#stage === Stage.connect || this.#stage === Stage.answer ? this.#reader.heldBytes : 0;
    const { handshakeMemory } = this.#broker;
    if (handshakeMemory.change(before, this.#handshakeBytes)) return;
    this.refuse({ reason: 'connection-limit', error: new Error(`what all connections have sent before their clients are connected takes more than ${handshakeMemory.maxBytes} bytes`) });
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

  /** @throws PacketError */
  packet(bytes: Buffer, start: number, body: number, end: number): boolean {
    this.#heard = true;
    if (this.#stage === Stage.session) {
      const type = bytes[start]! >> 4;
      if (type === PacketType.pingreq) this.#ping(bytes, start, body, end);
      else if (type === PacketType.disconnect) this.#disconnect(bytes, start, body, end);
      else {
        if (!this.#session!.packet(type, bytes, start, body, end)) return false;
        if (type === PacketType.publish && this.#publishRate !== undefined) this.#countPublish(this.#publishRate, end - start);
      }
    } else if (this.#stage === Stage.connect) this.#connect(bytes, start, body, end);
    return true;
  }

  /** The client is not read until `release`; what has come already waits. */
  hold(): void {
    this.#held = true;
    this.#reader.pause();
    this.gate.close('store');
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#takeRest();
    // What had come before may have been enough again.
    if (!this.#held) this.gate.open('store');
  }

  #takeRest(): void {
    if (!this.#held && this.#throttled === undefined && this.#stage === Stage.session) this.#guard(() => this.#reader.resume());
  }

  /** A client that publishes too fast is not read for a while: TCP slows it down, and nothing is lost. */
  #countPublish(rate: PublishRate, bytes: number): void {
    const now = performance.now();
    const throttle = rate.count(bytes, now);
    if (throttle === undefined || this.#stage === Stage.over) return;
    if (now - this.#lastThrottleTold >= 1000) {
      this.#lastThrottleTold = now;
      this.#broker.options.observer.publishThrottled(this.#handshake.identity, throttle.reason);
    }
    this.#reader.pause();
    this.gate.close('rate');
    this.#throttled = setTimeout(() => this.#readOn(), throttle.milliseconds);
  }

  #readOn(): void {
    this.#throttled = undefined;
    this.#takeRest();
    // What had come before may have been too much again.
    if (this.#throttled === undefined) this.gate.open('rate');
  }

  #ping(bytes: Buffer, start: number, body: number, end: number): void {
    checkEmpty('a PINGREQ', bytes, start, body, end);
    this.#write(PINGRESP);
  }

  #disconnect(bytes: Buffer, start: number, body: number, end: number): void {
    checkEmpty('a DISCONNECT', bytes, start, body, end);
    this.#disconnected = true;
    this.close('client');
  }

  #write(bytes: Buffer): void {
    this.writer.raw(bytes, 0, bytes.length);
  }

  /** The client's end of the connection is gone. One that never said a word is a load balancer's health check, and nothing to report. */
  #left(error?: Error): void {
    if (this.#silent) this.#refused = true;
    this.close('network', error ?? (this.#session === undefined ? new Error('the client left before its session was open') : undefined));
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
    const timer = setTimeout(() => stream.destroy(), LINGER_MILLISECONDS).unref();
    stream.once('close', () => clearTimeout(timer));
  }
}
