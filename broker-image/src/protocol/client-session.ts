import type { ClientContext, Settlement } from './client-context.js';
import { Fifo } from './fifo.js';
import type { Handshake } from './handshake.js';
import { StoredOutbox, TransientOutbox, type OutboxOwner } from './outbox.js';
import type { PacketWriter } from './packet-writer.js';
import { PacketError, PacketType, readAcknowledgement, readSubscribe, readUnsubscribe, subackPacket, SUBSCRIBE_FAILURE } from './packets.js';
import { RetainedDelivery, type RetainedOwner } from './retained-delivery.js';
import { RetainedQueue } from './retained-queue.js';
import { SharedInbox } from './shared-inbox.js';
import type { SharedSubscriber } from './shared-subscribers.js';
import { filterProblem, isBrokenShare } from './topics.js';
import { Message, sameConnection, sharedTopicFilter, StoreUnavailableError, type ConnectionId, type GrantedSubscription, type OpenSession, type Session, type SessionOwner, type SubmittedOperation } from '../store/index.js';
import type { ClientIdentity } from '../access/access-control.js';
import type { CloseReason, DropReason, Qos, SubscribeDenialReason } from '../operations/observer.js';

/** Answers that may wait before the client is no longer read, and bytes of the messages that they are for. */
const MAX_WAITING_ANSWERS = 1000;
const MAX_WAITING_BYTES = 1024 * 1024;
/**
 * In a cluster, messages that could go past the journal follow those that could not, so that they do not overtake them on another broker. When so much time has passed without one that could
 * not, the client is held once, until the brokers that want the message have what it sent before.
 */
const FOLLOW_MILLISECONDS = 5000;
/** What they tell of themselves is up to a second old. If they need longer, they are in trouble, and the message follows the others: a client that is held gets no answer to its PINGREQ either. */
const CATCH_UP_MILLISECONDS = 2500;
const CHECK_MILLISECONDS = 100;
const DEFAULT_MAX_IN_FLIGHT = 1024;
const MIN_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Retained messages that one SUBSCRIBE may bring into the queue of a persistent session by itself. */
const MAX_RETAINED_AT_ONCE = 1000;
/** Who makes the broker look at more of them with one packet is not read again in the same turn of the event loop. */
const MANY_RETAINED = 100;

/** To a packet of the client. */
interface Answer {
  settled: boolean;
  readonly bytes: number;
  send(): void;
}

interface Deferral {
  readonly topic: string;
  /** When it follows the messages before it through the journal at the latest. */
  readonly until: number;
}

/** The connection that carries a session. */
export interface SessionConnection {
  readonly writer: PacketWriter;
  /** The client is not read until `release`; what has come already waits. */
  hold(): void;
  release(): void;
  close(reason: CloseReason, error?: Error): void;
}

/** The session of a connected client: what it publishes, subscribes to, and is sent. */
export class ClientSession implements OutboxOwner, RetainedOwner, SessionOwner, SharedSubscriber {
  readonly identity: ClientIdentity;
  readonly #broker: ClientContext;
  readonly #connection: SessionConnection;
  readonly #clean: boolean;
  readonly #will: Message | undefined;
  readonly #id: ConnectionId;
  #stored: StoredOutbox | undefined;
  #transient: TransientOutbox | undefined;
  /** Of a clean session that has shared subscriptions. */
  #shared: SharedInbox | undefined;
  /** QoS 2 packet ids of a clean session; the store has those of the others. */
  readonly #received = new Set<number>();
  readonly #filters = new Map<string, Qos>();
  /** As long as there are retained messages to be sent. */
  #retained: RetainedDelivery | undefined;
  /** In the order of the packets that they are for [MQTT-4.6.0-2, -3]: behind one that waits, all wait. */
  readonly #answers = new Fifo<Answer>();
  #waitingBytes = 0;
  /** Answers that wait for the journal. */
  #waitingForJournal = 0;
  /** Answers to messages past the journal that other brokers do not have yet. */
  #waitingForOthers = 0;
  /** The client is not read. */
  #held = false;
  /** A packet waits until its message may take its way: through the journal, or past it to the brokers that want the topic. */
  #deferred: 'journal' | Deferral | undefined;
  /** Looks whether the client may be read again. */
  #again: NodeJS.Timeout | undefined;
  /** When a message last could not go past the journal. */
  #neededJournal = 0;
  /** Position in the log of the last message of this client that went through it. */
  #lastLogged = 0;
  #begun = false;
  #ended = false;

  constructor(broker: ClientContext, connection: SessionConnection, { identity, request, will }: Handshake) {
    this.#broker = broker;
    this.#connection = connection;
    this.identity = identity;
    this.#clean = request!.clean;
    this.#will = will;
    this.#id = broker.journal.connection();
  }

  get clientId(): string {
    return this.identity.clientId;
  }

  get writer(): PacketWriter {
    return this.#connection.writer;
  }

  get subscriptions(): ReadonlyMap<string, Qos> {
    return this.#filters;
  }

  get inFlight(): number {
    return this.#outbox?.inFlight ?? 0;
  }

  get ready(): number {
    return this.#outbox?.waiting ?? 0;
  }

  get maxInFlight(): number {
    return this.#broker.options.limits.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT;
  }

  get maxBufferedBytes(): number {
    const { maxPacketBytes, maxBufferedBytes = Math.max(MIN_BUFFERED_BYTES, 2 * maxPacketBytes) } = this.#broker.options.limits;
    return maxBufferedBytes;
  }

  get persistent(): boolean {
    return this.#stored !== undefined;
  }

  get #outbox(): StoredOutbox | TransientOutbox | undefined {
    return this.#stored ?? this.#transient;
  }

  // --- beginning and end

  /**
   * Begins or continues the session, durably.
   * @returns whether there was one
   * @throws Error if it could not be made durable
   */
  async open(): Promise<boolean> {
    const { journal, options: { store, session: limits } } = this.#broker;
    if (this.#clean) this.#transient = new TransientOutbox(this, limits.maxQueuedMessages);
    const will = this.#will === undefined ? {} : { will: this.#broker.retention.applyToWill(this.#will, this.identity) };
    const { session, sessionPresent } = await journal.open({ ...this.#openOperation(), ...will }, this);
    // Over before it began: nobody would read.
    if (session !== undefined && !this.#ended) {
      this.#stored = new StoredOutbox(this, store, journal, session, this.#id);
      this.#stored.hold(); // CONNACK first [MQTT-3.2.0-1]
    }
    return sessionPresent;
  }

  #openOperation(): OpenSession {
    return { kind: 'open', time: Date.now(), clientId: this.clientId, connection: this.#id, clean: this.#clean, limits: this.#broker.options.session };
  }

  superseded(): void {
    this.#connection.close('takeover');
  }

  /** CONNACK is out: from now on the client is sent what it subscribed to. What the access rules do not allow any more ends here, and so does what was queued of it. */
  begin(): void {
    this.#begun = true;
    if (this.#stored === undefined) return;
    const stored = this.#stored;
    const { session } = stored;
    const { access, observer } = this.#broker.options;
    const denied: string[] = [];
    for (const [filter, { qos, retainedDue }] of session.subscriptions) {
      if (access.maySubscribe(this.identity, filter)) {
        this.#listen(filter, qos);
        if (retainedDue) this.#addRetained(filter, qos, true);
      } else denied.push(filter);
    }
    for (const filter of denied) observer.subscribeDenied(this.identity, filter, 'access', 1);
    stored.checkUpTo(session.nextSequence);
    if (denied.length > 0) {
      // In a cluster they bring more until the log has their end.
      stored.checkUpTo(Infinity);
      if (!this.submit({ kind: 'unsubscribe', time: Date.now(), clientId: this.clientId, connection: this.#id, filters: denied })) return;
      this.#broker.journal.afterCommit({ committed: () => stored.checkUpTo(session.nextSequence), failed: () => {} });
    }
    stored.release();
    this.#sendRetained();
  }

  /** The connection is over. `discardWill`: the client said so itself, or it was never told that the session had begun. */
  end(reason: CloseReason, discardWill: boolean): void {
    this.#ended = true;
    const { journal, options: { store } } = this.#broker;
    for (const [filter, qos] of this.#filters) this.#stopListening(filter, qos);
    this.#filters.clear();
    this.#retained?.stop();
    const sentUpTo = (this.#stored ?? this.#shared)?.sentUpTo ?? 0;
    const sharing = (this.#stored?.session ?? store.cleanSession(this.clientId))?.membership !== undefined;
    this.#transient?.hold();
    this.#stored?.detach();
    this.#shared?.detach();
    // [MQTT-3.1.2-8, -10]. When a broker that stands alone shuts down, the client counts as connected until the restart, which publishes its will, as 3.1.2.5 allows.
    // Not a member of shared subscriptions, which has to say what was sent: another one may get the rest.
    if (!sharing && reason === 'drain' && this.#will !== undefined && !discardWill && !journal.replicated) return;
    journal.close({ kind: 'close', time: Date.now(), clientId: this.clientId, connection: this.#id, discardWill, sentUpTo });
  }

  // --- to the client

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
    else this.#transient?.enqueue(message.with(qos, false));
  }

  /** A QoS 0 message that does not come by a match of this moment: retained, or of a shared subscription, as the store decided. */
  deliverNow(message: Message): void {
    if (this.#begun) this.#sendQos0(message);
  }

  mayReceive(topic: string): boolean {
    return this.#broker.options.access.maySubscribe(this.identity, topic);
  }

  get congested(): boolean {
    return this.writer.congested;
  }

  /** The client has read what waited for it. */
  drained(): void {
    if (this.#ended) return;
    this.#sendRetained();
    this.#outbox?.pump();
  }

  sent(qos: Qos, bytes: number): void {
    this.#broker.options.observer.messageSent(qos, bytes);
  }

  dropped(reason: DropReason): void {
    this.#broker.options.observer.messageDropped(reason, 1, this.clientId);
  }

  storeFailed(error: Error): void {
    this.#connection.close('store-failure', error);
  }

  /** @returns whether it was accepted; if not, the connection is over */
  submit(operation: SubmittedOperation): boolean {
    try {
      this.#broker.journal.submit(operation);
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.storeFailed(error);
      return false;
    }
  }

  // --- from the client

  /**
   * @returns false if it has to come again, once the connection is released
   * @throws PacketError
   */
  packet(type: number, bytes: Buffer, start: number, body: number, end: number): boolean {
    switch (type) {
      case PacketType.publish: return this.#publish(bytes, start, body, end);
      case PacketType.puback:
      case PacketType.pubcomp:
        this.#outbox!.acknowledged(readAcknowledgement(bytes, start, body, end), type);
        if (this.#retained !== undefined) this.#sendRetained();
        return true;
      case PacketType.pubrec:
        this.#outbox!.received(readAcknowledgement(bytes, start, body, end));
        return true;
      case PacketType.pubrel:
        this.#release(readAcknowledgement(bytes, start, body, end));
        return true;
      case PacketType.subscribe:
        this.#subscribe(bytes, start, body, end);
        return true;
      case PacketType.unsubscribe:
        this.#unsubscribe(bytes, start, body, end);
        return true;
      case PacketType.connect: throw new PacketError('a second CONNECT'); // [MQTT-3.1.0-2]
      default: throw new PacketError(`a packet of type ${type}, which clients do not send`);
    }
  }

  #publish(bytes: Buffer, start: number, body: number, end: number): boolean {
    const broker = this.#broker;
    const { access, observer } = broker.options;
    const qos = ((bytes[start]! >> 1) & 0x03) as Qos;
    const topicEnd = body + 2 + ((bytes[body]! << 8) | bytes[body + 1]!);
    if (qos > 2 || end - body < 2 || topicEnd + (qos > 0 ? 2 : 0) > end) throw new PacketError('a PUBLISH is malformed');
    const topic = broker.topics.find(bytes, body + 2, topicEnd);
    if (typeof topic === 'string') throw new PacketError(`the topic of a PUBLISH cannot be: ${topic}`);
    const packetId = qos > 0 ? (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]! : 0;
    if (qos > 0 && packetId === 0) throw new PacketError('a packet id is 0'); // [MQTT-2.3.1-1]
    if (qos > 0 && broker.options.others !== undefined && !this.#mayGo(topic.name, broker.needsJournal(topic, (bytes[start]! & 0x01) !== 0, qos === 2 && this.persistent))) {
      this.#hold();
      this.#releaseIfRoom();
      return false;
    }
    observer.messageReceived(qos, end - start);

    const allowed = access.mayPublish(this.identity, topic.name);
    if (!allowed) {
      // [MQTT-3.3.5-2]: acknowledged as if it had been published; 3.1.1 has no way to say no.
      observer.publishDenied(this.identity, topic.name);
      observer.messageDropped('not-authorized', 1, this.clientId);
    }
    if (qos === 0) {
      if (!allowed) return true;
      if ((bytes[start]! & 0x01) === 0) broker.forward(topic, bytes, start, end);
      else broker.publish(topic, broker.retention.apply(Message.fromPacket(topic.name, bytes, start, end, topicEnd - start), this.identity), undefined, false);
      return true;
    }
    const repeated = qos === 2 && this.#isReceived(packetId);
    let settlement: Settlement = repeated && this.persistent ? 'journal' : 'done';
    if (allowed && !repeated) {
      const received = qos === 2 && this.persistent ? { clientId: this.clientId, connection: this.#id, packetId } : undefined;
      try {
        const message = broker.retention.apply(Message.fromPacket(topic.name, bytes, start, end, topicEnd - start), this.identity);
        // One that is not retained after all takes the way that was free for it.
        const behindOthers = (bytes[start]! & 0x01) !== 0 || this.#wouldOvertake(topic.name);
        settlement = broker.publish(topic, message, received, behindOthers);
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        // No acknowledgement without the store, and 3.1.1 has no other way to say so: the client sends it again when it is back.
        this.storeFailed(error);
        return true;
      }
      if (qos === 2 && !this.persistent) this.#received.add(packetId);
    }
    this.#acknowledge(qos === 1 ? PacketType.puback : PacketType.pubrec, packetId, settlement, end - start);
    return true;
  }

  /** Whether a message may take its way now, through the journal or past it, without overtaking one that took the other. */
  #mayGo(topic: string, throughJournal: boolean): boolean {
    const others = this.#broker.options.others!;
    if (throughJournal) this.#neededJournal = performance.now();
    const overtaking = !throughJournal && this.#wouldOvertake(topic);
    if (throughJournal || (overtaking && (performance.now() - this.#neededJournal < FOLLOW_MILLISECONDS || others.isLate(topic)))) {
      if (this.#waitingForOthers === 0) return true;
      this.#deferred = 'journal';
      return false;
    }
    if (!overtaking && !others.crowded(topic)) return true;
    this.#deferred = { topic, until: performance.now() + CATCH_UP_MILLISECONDS };
    return false;
  }

  /** Whether messages of this client went through the journal that a broker which wants this topic may not have delivered yet. */
  #wouldOvertake(topic: string): boolean {
    if (this.#waitingForJournal > 0) return true;
    const { others } = this.#broker.options;
    return this.#lastLogged > 0 && others !== undefined && !others.haveApplied(this.#lastLogged, topic);
  }

  #hasToWait({ topic, until }: Deferral): boolean {
    if (!this.#wouldOvertake(topic)) return this.#broker.options.others!.crowded(topic);
    if (performance.now() < until) return true;
    this.#neededJournal = performance.now();
    return false;
  }

  #isReceived(packetId: number): boolean {
    return (this.#stored?.session.received ?? this.#received).has(packetId);
  }

  #release(packetId: number): void {
    // The message itself may still be on its way through the journal.
    const stored = this.persistent && (this.#waitingForJournal > 0 || this.#isReceived(packetId));
    if (!stored) this.#received.delete(packetId);
    else if (!this.submit({ kind: 'release', time: Date.now(), clientId: this.clientId, connection: this.#id, packetId })) return;
    // PUBCOMP frees the packet id at the client: if its release were forgotten, the next message under it would be taken for a repetition.
    this.#acknowledge(PacketType.pubcomp, packetId, stored ? 'journal' : 'done');
  }

  #subscribe(bytes: Buffer, start: number, body: number, end: number): void {
    const { limits, observer } = this.#broker.options;
    const { packetId, subscriptions, beyond } = readSubscribe(bytes, start, body, end, limits.maxSubscriptionsPerClient);
    // One filter several times: the last QoS counts [MQTT-3.8.4-3, -4], and what is retained is sent once.
    const wanted = new Map<string, Qos>();
    let added = 0;
    const codes = subscriptions.map(({ filter, qos }) => {
      const problem = filterProblem(filter, limits.maxTopicLevels);
      if (problem !== undefined) throw new PacketError(`the topic filter of a SUBSCRIBE cannot be: ${problem}`);
      const isNew = !this.#filters.has(filter) && !wanted.has(filter);
      const denial = this.#denial(filter, isNew && this.#filters.size + added >= limits.maxSubscriptionsPerClient);
      if (denial !== undefined) {
        observer.subscribeDenied(this.identity, filter, denial, 1);
        return SUBSCRIBE_FAILURE;
      }
      if (isNew) added++;
      wanted.set(filter, qos);
      return qos;
    });
    if (beyond > 0) observer.subscribeDenied(this.identity, undefined, 'limit', beyond);
    const { granted, looked } = this.#persistentGrant(wanted);
    const stored = granted.length > 0 ? this.#stored : undefined;
    const durable = this.persistent ? granted : granted.filter(({ filter }) => isShared(filter));
    if (durable.length > 0) {
      stored?.hold(); // SUBACK first, then what was retained
      if (!this.persistent) this.#broker.journal.introduce(this.#openOperation());
      if (!this.submit({ kind: 'subscribe', time: Date.now(), clientId: this.clientId, connection: this.#id, subscriptions: durable })) return;
    }
    const announced = granted.flatMap(({ filter, qos }) => this.#listen(filter, qos) ?? []);
    const answer = () => {
      const suback = subackPacket(packetId, codes, beyond);
      this.writer.raw(suback, 0, suback.length);
      // Meanwhile it may have been taken back.
      for (const { filter, qos, retainedLater = false } of granted) if (!isShared(filter) && this.#filters.get(filter) === qos) this.#addRetained(filter, qos, retainedLater);
      const looked = this.#sendRetained();
      stored?.release();
      if (!this.persistent) this.#takeShared();
      if (looked > MANY_RETAINED) this.#holdForOneTurn();
    };
    if (looked > MANY_RETAINED) this.#holdForOneTurn();
    // From SUBACK on nothing is missed, whichever broker it is published at.
    if (announced.length > 0) this.#answer(Promise.all([...announced, ...(durable.length === 0 ? [] : [this.#applied()])]).then(() => undefined), 0, answer);
    else this.#answer(durable.length === 0 ? 'done' : 'journal', 0, answer);
  }

  #denial(filter: string, full: boolean): SubscribeDenialReason | undefined {
    if (isBrokenShare(filter)) return 'filter';
    if (!this.#broker.options.access.maySubscribe(this.identity, filter)) return 'access';
    return full ? 'limit' : undefined;
  }

  /**
   * What a persistent session is granted. Its queue takes the retained messages with QoS above 0 together with the subscription, as long as they are few and there is room for them; the
   * others follow in pieces. `looked`: at how many it had to look.
   */
  #persistentGrant(wanted: ReadonlyMap<string, Qos>): { readonly granted: readonly GrantedSubscription[]; readonly looked: number } {
    const session = this.#stored?.session;
    let looked = 0;
    let messages = session?.queuedMessages ?? 0;
    let bytes = session?.queuedBytes ?? 0;
    const fits = (filter: string, { limits }: Session): boolean => {
      for (const { qos, size } of this.#broker.options.store.retained(filter)) {
        if (looked++ === MAX_RETAINED_AT_ONCE) return false;
        if (qos > 0 && (++messages > limits.maxQueuedMessages || (bytes += size) > limits.maxQueuedBytes)) return false;
      }
      return true;
    };
    const granted: GrantedSubscription[] = [];
    for (const [filter, qos] of wanted) {
      if (session === undefined || qos === 0 || isShared(filter) || (looked <= MAX_RETAINED_AT_ONCE && fits(filter, session))) granted.push({ filter, qos });
      else granted.push({ filter, qos, retainedLater: true });
    }
    return { granted, looked };
  }

  #unsubscribe(bytes: Buffer, start: number, body: number, end: number): void {
    const { limits } = this.#broker.options;
    const { packetId, filters } = readUnsubscribe(bytes, start, body, end, limits.maxSubscriptionsPerClient);
    const held: string[] = [];
    for (const filter of filters) {
      const problem = filterProblem(filter, limits.maxTopicLevels);
      if (problem !== undefined) throw new PacketError(`the topic filter of an UNSUBSCRIBE cannot be: ${problem}`);
      const qos = this.#filters.get(filter);
      if (qos === undefined) continue;
      held.push(filter);
      this.#filters.delete(filter);
      this.#retained?.remove(filter);
      this.#stopListening(filter, qos);
    }
    const durable = this.persistent ? held : held.filter(isShared);
    if (durable.length > 0 && !this.submit({ kind: 'unsubscribe', time: Date.now(), clientId: this.clientId, connection: this.#id, filters: durable })) return;
    this.#acknowledge(PacketType.unsuback, packetId, durable.length > 0 ? 'journal' : 'done');
  }

  /** From now on a clean session is sent what its shared subscriptions bring. */
  #takeShared(): void {
    const { journal, options: { store } } = this.#broker;
    const session = store.cleanSession(this.clientId);
    if (this.#shared !== undefined || session === undefined || !sameConnection(session.connection, this.#id)) return;
    this.#shared = new SharedInbox(this, this.#transient!, store, journal, session, this.#id);
  }

  /** @returns what to wait for until the other brokers know, if there are any */
  #listen(filter: string, qos: Qos): Promise<void> | undefined {
    const { others } = this.#broker.options;
    const before = this.#filters.get(filter);
    this.#filters.set(filter, qos);
    if (isShared(filter)) this.#broker.sharedSubscribers.add(filter, this);
    else this.#broker.subscriptions.add(filter, this, qos);
    const announced = others?.announce(sharedTopicFilter(filter) ?? filter, this.#interest(filter, qos));
    if (before !== undefined) others?.withdraw(sharedTopicFilter(filter) ?? filter, this.#interest(filter, before));
    return announced;
  }

  #stopListening(filter: string, qos: Qos): void {
    if (isShared(filter)) this.#broker.sharedSubscribers.remove(filter, this);
    else this.#broker.subscriptions.remove(filter, this);
    this.#broker.options.others?.withdraw(sharedTopicFilter(filter) ?? filter, this.#interest(filter, qos));
  }

  /** The store keeps nothing of QoS 0, and decides who gets what is shared. */
  #interest(filter: string, qos: Qos): 'live' | 'stored' {
    return isShared(filter) || (this.persistent && qos > 0) ? 'stored' : 'live';
  }

  // --- answers

  #acknowledge(type: number, packetId: number, settlement: Settlement, bytes = 0): void {
    if (settlement === 'done' && this.#answers.length === 0) this.writer.acknowledge(type, packetId);
    else this.#answer(settlement, bytes, () => this.writer.acknowledge(type, packetId));
  }

  /** Answers once it may, if the client is still there. */
  #answer(settlement: Settlement, bytes: number, send: () => void): void {
    const answer: Answer = { settled: false, bytes, send };
    this.#answers.push(answer);
    this.#waitingBytes += bytes;
    if (settlement === 'done') return this.#settle(answer);
    const { journal, options: { store } } = this.#broker;
    if (this.#answers.length >= MAX_WAITING_ANSWERS || this.#waitingBytes >= MAX_WAITING_BYTES || journal.crowded) this.#hold();
    if (settlement === 'journal') {
      this.#waitingForJournal++;
      journal.afterCommit({
        committed: () => {
          this.#waitingForJournal--;
          this.#lastLogged = store.applied;
          this.#settle(answer);
        },
        failed: (error) => this.storeFailed(error),
      });
    } else {
      this.#waitingForOthers++;
      settlement.then(
        () => {
          this.#waitingForOthers--;
          this.#settle(answer);
        },
        (error: Error) => this.storeFailed(error),
      );
    }
  }

  #settle(answer: Answer): void {
    answer.settled = true;
    while (this.#answers.peek()?.settled === true) {
      const { bytes, send } = this.#answers.shift()!;
      this.#waitingBytes -= bytes;
      if (!this.#ended) send();
    }
    this.#releaseIfRoom();
  }

  #hold(): void {
    this.#held = true;
    this.#connection.hold();
  }

  #holdForOneTurn(): void {
    this.#hold();
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.#releaseIfRoom();
    }, 0);
  }

  #releaseIfRoom(): void {
    if (!this.#held || this.#ended || this.#again !== undefined) return;
    // Each answer looks again.
    if (this.#answers.length > MAX_WAITING_ANSWERS / 2 || this.#waitingBytes > MAX_WAITING_BYTES / 2 || (this.#deferred === 'journal' && this.#waitingForOthers > 0)) return;
    if (this.#broker.journal.crowded || (typeof this.#deferred === 'object' && this.#hasToWait(this.#deferred))) {
      this.#again = setTimeout(() => {
        this.#again = undefined;
        this.#releaseIfRoom();
      }, CHECK_MILLISECONDS);
      return;
    }
    this.#held = false;
    this.#deferred = undefined;
    this.#connection.release();
  }

  #applied(): Promise<void> {
    return new Promise((resolve, reject) => this.#broker.journal.afterCommit({ committed: resolve, failed: reject }));
  }

  // --- retained messages

  /** `due`: those of a persistent session with QoS above 0 did not come into its queue together with the subscription. */
  #addRetained(filter: string, granted: Qos, due: boolean): void {
    const { journal } = this.#broker;
    const queue = due && this.#stored !== undefined ? new RetainedQueue(this, journal, this.#stored.session, this.#id, filter, () => this.#sendRetained()) : undefined;
    this.#retained ??= new RetainedDelivery(this);
    this.#retained.add(filter, granted, this.#broker.retained(filter), queue ?? this.#transient);
  }

  /** Retained messages are not dropped for a client that reads slowly: they wait until it has. @returns how many were looked at */
  #sendRetained(): number {
    const looked = this.#retained?.go() ?? 0;
    if (this.#retained?.idle === true) this.#retained = undefined;
    return looked;
  }

  #sendQos0(message: Message): void {
    this.forward(message.bytes, 0, message.bytes.length);
  }
}

const isShared = (filter: string): boolean => sharedTopicFilter(filter) !== undefined;
