import { randomUUID } from 'node:crypto';
import { isConnectTimeout, type CoreConnection, type ConnectRequest, type Verdict } from './aedes-core.js';
import type { Broker, Connection } from './broker.js';
import type { ControlChannel } from './control-channel.js';
import { FrameError, FrameReader } from './frame-reader.js';
import { StoredOutbox, TransientOutbox, type OutboxOwner } from './outbox.js';
import { PacketWriter } from './packet-writer.js';
import {
  CONNACK_UNSUPPORTED_V5, connackRefusal, ConnectReturnCode, PacketError, PacketType, readAcknowledgement, readProtocolLevel, readSubscribe, readUnsubscribe,
} from './packets.js';
import { filterProblem, isShared, topicProblem } from './topics.js';
import { Message, type CommitWaiter, type Session } from '../store/index.js';
import type { AuthenticationResult, ClientIdentity } from '../access/access-control.js';
import type { CloseReason, Qos, RefusalReason } from '../operations/observer.js';

/** CONNECT at its largest: five fields of 65535 bytes with their lengths, and what is around them [MQTT 3.1.1, 3.1]. */
const MAX_CONNECT_BYTES = 5 * 65537 + 16;
/** Acknowledgements that may wait for the store before the client is no longer read. */
const MAX_WAITING_ACKNOWLEDGEMENTS = 1000;
/** How long a client may take to read what waits for it. */
const DEFAULT_SLOW_CONSUMER_SECONDS = 60;
/** How long a client may take to read what is left for it once the connection ends. */
const LINGER_MILLISECONDS = 2000;
const SUBSCRIBE_FAILURE = 0x80;

/** One connection: takes its packets apart, keeps the client's side of the protocol, and ends it in order. */
export class ClientConnection implements CoreConnection, OutboxOwner {
  readonly writer: PacketWriter;
  readonly #broker: Broker;
  readonly #connection: Connection;
  readonly #reader: FrameReader;
  readonly #channel: ControlChannel;
  #state: 'connecting' | 'authenticating' | 'open' | 'closed' = 'connecting';
  #refused = false;
  #announced = false;
  #identity: ClientIdentity;
  #connect: ConnectRequest | undefined;
  #will: Message | undefined;
  #stored: StoredOutbox | undefined;
  #transient: TransientOutbox | undefined;
  /** QoS 2 packet ids of a clean session; the store has those of the others. */
  readonly #received = new Set<number>();
  readonly #filters = new Map<string, Qos>();
  #waitingAcknowledgements = 0;
  /** Why the client is not read now: what it asks for must not pile up. */
  readonly #pauses = { handshake: false, store: false, congestion: false };
  #feeds: Array<Iterator<Message>> = [];
  #disconnected = false;
  #heard = true;
  #lastHeard = 0;
  #sent = 0;
  #lastSent = 0;

  constructor(broker: Broker, connection: Connection) {
    this.#broker = broker;
    this.#connection = connection;
    this.#identity = { clientId: '', listener: connection.listener, remoteAddress: connection.remoteAddress };
    const { stream } = connection;
    this.writer = new PacketWriter(stream);
    this.#reader = new FrameReader((bytes, start, body, end) => this.#packet(bytes, start, body, end), Math.min(MAX_CONNECT_BYTES, broker.options.limits.maxPacketBytes));
    this.#channel = broker.core.open(this);
    stream.on('data', (chunk: Buffer) => this.#data(chunk));
    stream.on('drain', () => this.#drained());
    stream.on('error', (error) => this.#ended('network', error));
    stream.on('end', () => this.#ended('network'));
    stream.on('close', () => this.#ended('network'));
  }

  get clientId(): string {
    return this.#identity.clientId;
  }

  get persistent(): boolean {
    return this.#stored !== undefined;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  // --- what the broker has for the client

  /** A QoS 0 PUBLISH that is complete already; dropped if the client does not keep up. */
  forward(bytes: Buffer, start: number, end: number): void {
    const { observer } = this.#broker.options;
    if (this.writer.congested) {
      observer.messageDropped('slow-consumer', 1, this.clientId);
      return;
    }
    this.writer.raw(bytes, start, end);
    observer.messageSent(0, end - start);
  }

  /** A message from a subscription with this QoS. For a persistent session what has QoS above 0 comes from the store. */
  deliver(message: Message, granted: Qos): void {
    const qos = granted < message.qos ? granted : message.qos;
    if (qos === 0) this.#sendQos0(message.with(0, false));
    else if (this.#stored === undefined) this.#transient?.enqueue(message.with(qos, false));
  }

  sent(qos: Qos, bytes: number): void {
    this.#broker.options.observer.messageSent(qos, bytes);
  }

  dropped(reason: 'queue-full'): void {
    this.#broker.options.observer.messageDropped(reason, 1, this.clientId);
  }

  storeFailed(error: Error): void {
    this.close('store-failure', error);
  }

  /** Looks after the connection now and then; `now` is in milliseconds. */
  check(now: number): void {
    if (this.#heard) {
      this.#heard = false;
      this.#lastHeard = now;
    }
    if (this.writer.sent !== this.#sent || !this.writer.congested) {
      this.#sent = this.writer.sent;
      this.#lastSent = now;
    }
    if (this.#state !== 'open') return;
    const { slowConsumerSeconds = DEFAULT_SLOW_CONSUMER_SECONDS } = this.#broker.options.limits;
    const { keepaliveSeconds } = this.#connect!;
    // A client that is not read because it does not read cannot be heard.
    if (now - this.#lastSent > slowConsumerSeconds * 1000) this.close('slow-consumer');
    else if (!this.#pauses.congestion && keepaliveSeconds > 0 && now - this.#lastHeard > keepaliveSeconds * 1500) this.close('keepalive'); // [MQTT-3.1.2-24]
  }

  /** Refuses a connection before it said anything. */
  refuse(reason: RefusalReason, returnCode?: number, error?: Error): void {
    if (this.#state === 'closed') return;
    if (returnCode !== undefined) this.#write(connackRefusal(returnCode));
    this.#report(reason, error);
    this.close('client');
  }

  close(reason: CloseReason, error?: Error): void {
    const state = this.#state;
    if (state === 'closed') return;
    this.#state = 'closed';
    this.#reader.pause();
    this.#feeds = [];
    if (state === 'open') this.#endSession(reason, error);
    else if (!this.#refused) this.#report(reason === 'drain' ? 'draining' : reason === 'store-failure' ? 'unavailable' : 'malformed', error);
    this.#broker.forget(this);
    this.#channel.destroy();
    this.#closeStream(reason === 'network' || reason === 'slow-consumer');
  }

  // --- the protocol core's side

  write(bytes: Buffer): void {
    this.#write(bytes);
  }

  /** The core ends a connection on DISCONNECT, on a packet that it cannot parse, or when CONNECT does not come. */
  end(error: Error | null): void {
    if (this.#state === 'closed') return;
    if (this.#disconnected) this.close('client');
    else if (this.#state === 'open') this.close('protocol-error', error ?? undefined);
    else {
      if (!this.#refused) this.#report(isConnectTimeout(error) ? 'connect-timeout' : 'malformed', error ?? undefined);
      this.close('client');
    }
  }

  connectRequested(request: ConnectRequest): boolean {
    const { maxKeepaliveSeconds, limits } = this.#broker.options;
    this.#connect = request;
    this.#identity = { ...this.#identity, clientId: request.clientId };
    if (this.#broker.draining) return this.#refuse('draining', ConnectReturnCode.serverUnavailable);
    if (request.clientId === '') {
      // [MQTT-3.1.3-8]; MQTT 3.1 has no zero-length client id at all
      if (!request.clean || request.protocolVersion === 3) return this.#refuse('client-id', ConnectReturnCode.identifierRejected);
      this.#identity = { ...this.#identity, clientId: `auto-${randomUUID()}` };
    }
    // 3.1.1 has no code for it. "Not authorized" tells the client that trying again as it is will not help, where "server unavailable" would have it retry for ever.
    if (maxKeepaliveSeconds !== undefined && (request.keepaliveSeconds === 0 || request.keepaliveSeconds > maxKeepaliveSeconds)) {
      return this.#refuse('keepalive', ConnectReturnCode.notAuthorized, new Error(`keepalive of ${request.keepaliveSeconds} s, at most ${maxKeepaliveSeconds} s and not 0 are allowed`));
    }
    const { will } = request;
    if (will !== undefined) {
      const problem = topicProblem(will.topic, limits.maxTopicLevels);
      if (problem !== undefined || will.qos > 2) {
        this.#report('malformed', new Error(`the will cannot be published: ${problem ?? 'its QoS does not exist'}`));
        return false;
      }
      this.#will = Message.create(will.topic, will.payload, will.qos, will.retain);
    }
    this.#state = 'authenticating';
    return true;
  }

  async authenticate(username: string | undefined, password: Buffer | undefined): Promise<Verdict | undefined> {
    const { access, observer } = this.#broker.options;
    if (username !== undefined) this.#identity = { ...this.#identity, username };
    let failure: Error | undefined;
    const result = await access.authenticate({ ...this.#identity, ...(password === undefined ? {} : { password }) }).catch((error: Error): AuthenticationResult => {
      failure = error;
      return { accepted: false, reason: 'unavailable' };
    });
    if (this.#state !== 'authenticating') return undefined;
    if (!result.accepted) {
      this.#report(result.reason, failure);
      const { badUserNameOrPassword, notAuthorized, serverUnavailable } = ConnectReturnCode;
      return { accepted: false, returnCode: { anonymous: notAuthorized, 'bad-credentials': badUserNameOrPassword, unavailable: serverUnavailable }[result.reason] };
    }
    if (this.#will !== undefined && !access.mayPublish(this.#identity, this.#will.topic)) {
      observer.publishDenied(this.#identity, this.#will.topic);
      this.#will = undefined;
    }
    return this.#openSession();
  }

  connected(): void {
    if (this.#state !== 'open') return;
    this.#reader.maxBytes = this.#broker.options.limits.maxPacketBytes;
    if (this.#stored !== undefined) {
      this.#resumeSubscriptions(this.#stored.session);
      this.#stored.release();
    }
    this.#guard(() => this.#reader.resume());
    this.#unpause('handshake');
  }

  /** What the access rules do not allow any more ends here. */
  #resumeSubscriptions(session: Session): void {
    const { access, observer, store } = this.#broker.options;
    const denied: string[] = [];
    for (const [filter, { qos }] of session.subscriptions) {
      if (access.maySubscribe(this.#identity, filter)) this.#listen(filter, qos);
      else denied.push(filter);
    }
    if (denied.length === 0) return;
    for (const filter of denied) observer.subscribeDenied(this.#identity, filter);
    store.apply({ kind: 'unsubscribe', time: Date.now(), clientId: this.clientId, filters: denied });
  }

  async #openSession(): Promise<Verdict | undefined> {
    const { store, session, observer } = this.#broker.options;
    const { clean, keepaliveSeconds, protocolVersion } = this.#connect!;
    const { clientId } = this;
    this.#broker.takeOver(clientId, this); // [MQTT-3.1.4-2]
    const known = store.session(clientId) !== undefined;
    const sessionPresent = !clean && known;
    this.#state = 'open';
    this.#lastHeard = performance.now();
    try {
      if (!clean || known || this.#will !== undefined) {
        store.apply({ kind: 'open', time: Date.now(), clientId, clean, limits: session, ...(this.#will === undefined ? {} : { will: this.#will }) });
        if (!clean) {
          this.#stored = new StoredOutbox(this, store, store.session(clientId)!);
          this.#stored.hold();
        }
        await store.durable();
      }
    } catch (error) {
      return this.isOpen ? this.#abandon(error as Error) : undefined;
    }
    if (!this.isOpen) return undefined;
    if (clean) this.#transient = new TransientOutbox(this, session);
    this.#announced = true;
    observer.connectionOpened(this.#identity, { sessionPresent, clean, keepaliveSeconds, protocolVersion });
    return { accepted: true, sessionPresent };
  }

  /** The session could not be made durable: the client is told, and no will is owed. */
  #abandon(error: Error): Verdict {
    this.#report('unavailable', error);
    this.#will = undefined;
    this.#broker.options.store.apply({ kind: 'close', time: Date.now(), clientId: this.clientId, discardWill: true, sentUpTo: this.#stored?.sentUpTo ?? 0 });
    this.#stored?.detach();
    this.#broker.forget(this);
    this.#state = 'authenticating';
    return { accepted: false, returnCode: ConnectReturnCode.serverUnavailable };
  }

  // --- the client's packets

  #data(chunk: Buffer): void {
    this.#guard(() => this.#reader.push(chunk));
    if (this.writer.congested) this.#pause('congestion');
  }

  #pause(reason: 'handshake' | 'store' | 'congestion'): void {
    this.#pauses[reason] = true;
    this.#connection.stream.pause();
  }

  #unpause(reason: 'handshake' | 'store' | 'congestion'): void {
    if (!this.#pauses[reason]) return;
    this.#pauses[reason] = false;
    this.#lastHeard = performance.now();
    if (!Object.values(this.#pauses).includes(true)) this.#connection.stream.resume();
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof FrameError || error instanceof PacketError)) throw error;
      if (this.#state !== 'open') this.#report('malformed', error);
      this.close('protocol-error', error);
    }
  }

  #packet(bytes: Buffer, start: number, body: number, end: number): void {
    if (this.#state === 'closed') return;
    this.#heard = true;
    const type = bytes[start]! >> 4;
    if (this.#state !== 'open') {
      this.#firstPacket(type, bytes, start, body, end);
      return;
    }
    switch (type) {
      case PacketType.publish: return this.#publish(bytes, start, body, end);
      case PacketType.puback:
      case PacketType.pubcomp: return (this.#stored ?? this.#transient)?.acknowledged(readAcknowledgement(bytes, start, body, end), type);
      case PacketType.pubrec: return (this.#stored ?? this.#transient)?.received(readAcknowledgement(bytes, start, body, end));
      case PacketType.pubrel: return this.#release(readAcknowledgement(bytes, start, body, end));
      case PacketType.subscribe: return this.#subscribe(bytes, start, body, end);
      case PacketType.unsubscribe: return this.#unsubscribe(bytes, start, body, end);
      case PacketType.disconnect:
        // [MQTT-3.14.1-1]: the reserved bits are zero
        if (bytes[start] !== PacketType.disconnect << 4 || end !== body) throw new PacketError('a DISCONNECT is malformed');
        this.#disconnected = true;
        return this.#toCore(bytes, start, end);
      case PacketType.pingreq: return this.#toCore(bytes, start, end);
      case PacketType.connect: throw new PacketError('a second CONNECT'); // [MQTT-3.1.0-2]
      default: throw new PacketError(`a packet of type ${type}, which clients do not send`);
    }
  }

  /** CONNECT, of which the core knows 3.1 and 3.1.1; nothing else is looked at before the session is open. */
  #firstPacket(type: number, bytes: Buffer, start: number, body: number, end: number): void {
    if (type !== PacketType.connect) throw new PacketError('the first packet is not a CONNECT'); // [MQTT-3.1.0-1]
    const level = readProtocolLevel(bytes, body, end);
    if (level === undefined) throw new PacketError('the CONNECT is not one of MQTT');
    if (level !== 3 && level !== 4) {
      // [MQTT-3.1.2-2]
      this.#write(level === 5 ? CONNACK_UNSUPPORTED_V5 : connackRefusal(ConnectReturnCode.unacceptableProtocolVersion));
      this.#report('protocol-version');
      this.close('client');
      return;
    }
    this.#reader.pause();
    this.#pause('handshake');
    this.#toCore(bytes, start, end);
  }

  #toCore(bytes: Buffer, start: number, end: number): void {
    this.#channel.push(Buffer.from(bytes.subarray(start, end)));
  }

  #publish(bytes: Buffer, start: number, body: number, end: number): void {
    const broker = this.#broker;
    const { access, observer, store } = broker.options;
    const flags = bytes[start]!;
    const qos = ((flags >> 1) & 0x03) as Qos;
    const topicEnd = body + 2 + ((bytes[body]! << 8) | bytes[body + 1]!);
    const payloadStart = topicEnd + (qos > 0 ? 2 : 0);
    if (qos > 2 || end - body < 2 || payloadStart > end) throw new PacketError('a PUBLISH is malformed');
    const topic = broker.topics.find(bytes, body + 2, topicEnd);
    if (typeof topic === 'string') throw new PacketError(`the topic of a PUBLISH cannot be: ${topic}`);
    const packetId = qos > 0 ? (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]! : 0;
    if (qos > 0 && packetId === 0) throw new PacketError('a packet id is 0'); // [MQTT-2.3.1-1]
    observer.messageReceived(qos, end - start);

    if (!access.mayPublish(this.#identity, topic.name)) {
      // [MQTT-3.3.5-2]: acknowledged as if it had been published; 3.1.1 has no way to say no.
      observer.publishDenied(this.#identity, topic.name);
      observer.messageDropped('not-authorized', 1, this.clientId);
      if (qos > 0) this.#acknowledge(qos === 1 ? PacketType.puback : PacketType.pubrec, packetId, false);
      return;
    }
    const retain = (flags & 0x01) !== 0;
    if (qos === 0) {
      if (!retain) broker.forward(topic, bytes, start, end);
      else broker.publish(topic, Message.fromPacket(topic.name, bytes, start, end, topicEnd - start));
      return;
    }
    const repeated = qos === 2 && this.#isReceived(packetId);
    let stored = repeated && this.persistent;
    if (!repeated) {
      const received = qos === 2 && this.persistent ? { clientId: this.clientId, packetId } : undefined;
      const message = Message.fromPacket(topic.name, bytes, start, end, topicEnd - start);
      try {
        stored = broker.publish(topic, message, received);
      } catch (error) {
        if (store.writable) throw error;
        // No acknowledgement without the store, and 3.1.1 has no other way to say so: the client sends it again when it is back.
        this.close('store-failure', error as Error);
        return;
      }
      if (qos === 2 && !this.persistent) this.#received.add(packetId);
    }
    this.#acknowledge(qos === 1 ? PacketType.puback : PacketType.pubrec, packetId, stored);
  }

  #isReceived(packetId: number): boolean {
    return (this.#stored?.session.received ?? this.#received).has(packetId);
  }

  #release(packetId: number): void {
    const known = this.persistent && this.#isReceived(packetId);
    if (known) this.#broker.options.store.apply({ kind: 'release', time: Date.now(), clientId: this.clientId, packetId });
    else this.#received.delete(packetId);
    // PUBCOMP frees the packet id at the client: if its release were forgotten, the next message under it would be taken for a repetition.
    this.#acknowledge(PacketType.pubcomp, packetId, known);
  }

  /** In the order of the packets that are acknowledged [MQTT-4.6.0-2, -3]: behind one that waits for the store, all wait. */
  #acknowledge(type: number, packetId: number, stored: boolean): void {
    if (!stored && this.#waitingAcknowledgements === 0) this.writer.acknowledge(type, packetId);
    else this.afterCommit(() => this.writer.acknowledge(type, packetId));
  }

  /** Calls back when everything so far is on disk, unless the connection is over by then. */
  afterCommit(action: () => void): void {
    if (++this.#waitingAcknowledgements >= MAX_WAITING_ACKNOWLEDGEMENTS) this.#pause('store');
    this.#broker.options.store.afterCommit(new Acknowledgement(this, action));
  }

  acknowledgementSettled(): void {
    if (--this.#waitingAcknowledgements <= MAX_WAITING_ACKNOWLEDGEMENTS / 2) this.#unpause('store');
  }

  #subscribe(bytes: Buffer, start: number, body: number, end: number): void {
    const { access, limits, observer, store } = this.#broker.options;
    const { packetId, subscriptions } = readSubscribe(bytes, start, body, end);
    const granted: Array<{ filter: string; qos: Qos }> = [];
    const codes = subscriptions.map(({ filter, qos }) => {
      const problem = filterProblem(filter, limits.maxTopicLevels);
      if (problem !== undefined) throw new PacketError(`the topic filter of a SUBSCRIBE cannot be: ${problem}`);
      // Shared subscriptions are refused rather than taken for a filter that nothing is ever published to.
      const full = !this.#filters.has(filter) && this.#filters.size + granted.length >= limits.maxSubscriptionsPerClient;
      if (full || isShared(filter) || !access.maySubscribe(this.#identity, filter)) {
        observer.subscribeDenied(this.#identity, filter);
        return SUBSCRIBE_FAILURE;
      }
      granted.push({ filter, qos });
      return qos;
    });
    if (this.#stored !== undefined && granted.length > 0) {
      this.#stored.hold(); // SUBACK first, then what was retained
      store.apply({ kind: 'subscribe', time: Date.now(), clientId: this.clientId, subscriptions: granted });
    }
    for (const { filter, qos } of granted) this.#listen(filter, qos);
    const answer = () => {
      this.#write(subackPacket(packetId, codes));
      for (const { filter, qos } of granted) this.#feed(this.#retained(filter, qos));
      if (this.#stored !== undefined && granted.length > 0) this.#stored.release();
    };
    if (this.#stored !== undefined && granted.length > 0) this.afterCommit(answer);
    else answer();
  }

  #unsubscribe(bytes: Buffer, start: number, body: number, end: number): void {
    const { limits, store } = this.#broker.options;
    const { packetId, filters } = readUnsubscribe(bytes, start, body, end);
    for (const filter of filters) {
      const problem = filterProblem(filter, limits.maxTopicLevels);
      if (problem !== undefined) throw new PacketError(`the topic filter of an UNSUBSCRIBE cannot be: ${problem}`);
      if (this.#filters.delete(filter)) this.#broker.subscriptions.remove(filter, this);
    }
    if (this.persistent) store.apply({ kind: 'unsubscribe', time: Date.now(), clientId: this.clientId, filters });
    this.#acknowledge(PacketType.unsuback, packetId, this.persistent);
  }

  #listen(filter: string, qos: Qos): void {
    this.#filters.set(filter, qos);
    this.#broker.subscriptions.add(filter, this, qos);
  }

  /** The retained messages for a new subscription, without those that the store has queued. */
  *#retained(filter: string, granted: Qos): Generator<Message> {
    for (const message of this.#broker.retained(filter)) {
      const qos = granted < message.qos ? granted : message.qos;
      if (qos === 0 || !this.persistent) yield message.with(qos, true);
    }
  }

  #feed(messages: Iterator<Message>): void {
    this.#feeds.push(messages);
    if (this.#feeds.length === 1) this.#pumpFeeds();
  }

  /** Retained messages are not dropped for a client that reads slowly: they wait until it has. */
  #pumpFeeds(): void {
    while (this.#feeds.length > 0 && !this.writer.congested) {
      const next = this.#feeds[0]!.next();
      if (next.done === true) this.#feeds.shift();
      else if (next.value.qos === 0) this.#sendQos0(next.value);
      else this.#transient?.enqueue(next.value);
    }
  }

  #sendQos0(message: Message): void {
    this.forward(message.bytes, 0, message.bytes.length);
  }

  #drained(): void {
    if (this.#state !== 'open') return;
    this.#unpause('congestion');
    this.#pumpFeeds();
    (this.#stored ?? this.#transient)?.pump();
  }

  // --- the end

  #ended(reason: CloseReason, error?: Error): void {
    if (this.#state === 'closed') return;
    if (this.#disconnected) this.close('client');
    else {
      if (this.#state !== 'open') this.#report('malformed', error ?? new Error('the client left before its session was open'));
      this.close(reason, error);
    }
  }

  #endSession(reason: CloseReason, error?: Error): void {
    const { store, observer } = this.#broker.options;
    for (const filter of this.#filters.keys()) this.#broker.subscriptions.remove(filter, this);
    const sentUpTo = this.#stored?.sentUpTo ?? 0;
    this.#stored?.detach();
    if (this.#will !== undefined) {
      // [MQTT-3.1.2-8, -10]. When the broker shuts down, wills wait for its restart, as 3.1.2.5 allows: clients that come back in between are not mourned twice.
      if (!this.#disconnected && reason !== 'drain') this.#broker.publishWill(this.clientId, this.#will);
    }
    if (this.persistent || this.#will !== undefined) {
      store.apply({ kind: 'close', time: Date.now(), clientId: this.clientId, discardWill: this.#disconnected, sentUpTo });
    }
    if (this.#announced) observer.connectionClosed(this.#identity, reason, error);
    else this.#report('unavailable', error ?? new Error(`the connection ended (${reason}) while its session was being stored`));
  }

  #refuse(reason: RefusalReason, returnCode: number, error?: Error): false {
    this.#write(connackRefusal(returnCode));
    this.#report(reason, error);
    return false;
  }

  #report(reason: RefusalReason, error?: Error): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#broker.options.observer.connectionRefused(this.#identity, reason, error);
  }

  #write(bytes: Buffer): void {
    this.writer.raw(bytes, 0, bytes.length);
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

class Acknowledgement implements CommitWaiter {
  constructor(
    readonly connection: ClientConnection,
    readonly action: () => void,
  ) {}

  committed(): void {
    this.connection.acknowledgementSettled();
    if (this.connection.isOpen) this.action();
  }

  failed(error: Error): void {
    this.connection.acknowledgementSettled();
    this.connection.storeFailed(error);
  }
}

function subackPacket(packetId: number, codes: readonly number[]): Buffer {
  const remaining = 2 + codes.length;
  const length: number[] = [];
  let rest = remaining;
  do length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  while ((rest >>>= 7) > 0);
  return Buffer.from([PacketType.suback << 4, ...length, packetId >>> 8, packetId & 0xff, ...codes]);
}
