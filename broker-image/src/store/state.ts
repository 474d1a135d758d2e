import type { Changes } from './changes.js';
import { MatchCache } from './match-cache.js';
import type { Message } from './message.js';
import type { Acknowledge, CloseSession, ConnectionId, Expel, Expire, OpenSession, Operation, Publish, QueueRetained, Receive, Recover, Release, SessionLimits, Subscribe, Unsubscribe } from './operations.js';
import { Queues, type EntrySource } from './queues.js';
import { keys, records, type BrokerRun, type Counters } from './records.js';
import { RetainedMessage } from './retained-message.js';
import { RetainedTree } from './retained-tree.js';
import { Session } from './session.js';
import { sharedTopicFilter } from './shared-filter.js';
import { SharedQueue } from './shared-queue.js';
import { SharedSubscriptions, type SharedSubscriptionsOwner } from './shared-subscriptions.js';
import { SubscriptionTree, type Matches } from './subscription-tree.js';
import type { Qos } from '../operations/observer.js';

const MAX_TOPICS = 10_000;

export interface Will {
  readonly number: number;
  readonly clientId: string;
  readonly message: Message;
}

export interface CleanClient {
  readonly number: number;
  readonly connection: ConnectionId;
  readonly limits: SessionLimits;
  /** Once it has shared subscriptions. */
  session?: Session;
}

/** Is told what an operation brought about that nobody asked for by name. Called while it is applied, so it must not submit another one at once. */
export interface StateListener {
  /** `queue`: the client id of the session, or the filter of the shared subscription, `$share` included. */
  dropped(reason: 'queue-full' | 'expired-session', count: number, queue: string): void;
  /** The will was published; its effects on the state are done. */
  willPublished(will: Message): void;
  /** The client id no longer belongs to the connection, though that did not close. */
  superseded(clientId: string, connection: ConnectionId): void;
}

/** Where an entry of the replicated log comes from. */
export interface BatchOrigin {
  readonly broker: string;
  readonly incarnation: number;
  /** Counts the batches of one incarnation, from 1. */
  readonly batch: number;
}

/**
 * The state machine: sessions, subscriptions, queues, retained messages, wills. `apply` changes the state in memory and notes in `changes` what a
 * commit has to write. It is deterministic (see operations.ts); the queues' contents alone live on disk.
 */
export class State implements SharedSubscriptionsOwner {
  readonly sessions = new Map<string, Session>();
  readonly subscriptions = new SubscriptionTree<Session | SharedQueue>();
  readonly queues: Queues;
  readonly shared = new SharedSubscriptions(this);
  readonly retained = new RetainedTree<RetainedMessage>();
  /** What the retained messages take in memory, about. */
  retainedBytes = 0;
  readonly wills = new Map<string, Will>();
  /** Connected clients with clean sessions; those of the others are in their sessions. */
  readonly cleanClients = new Map<string, CleanClient>();
  /** The run of each broker that counts. One that never recovered here is not in it, and believed. */
  readonly brokers = new Map<string, BrokerRun>();
  /** Position in the replicated log up to which it was applied; 0 without a log. */
  applied = 0;
  /** Id of the cluster whose log it follows. */
  cluster: string | undefined;
  /** Id of what it held before there was a log. */
  content: string | undefined;
  readonly counters: Counters = { nextSession: 1, nextRetained: 1, nextWill: 1, nextCleanClient: 1 };
  connectedSessions = 0;

  readonly #matches = new MatchCache(this.subscriptions, MAX_TOPICS, sessionsFirst);

  constructor(
    source: EntrySource,
    public listener: StateListener,
  ) {
    this.queues = new Queues(source);
  }

  /**
   * `group`: the number of the commit that will carry the changes.
   * @returns false if it came from a connection, or a run of a broker, that has no say any more; it changed nothing then
   */
  apply(operation: Operation, changes: Changes, group: number): boolean {
    changes.operations++;
    const applied = this.#apply(operation, changes, group);
    this.shared.settle(changes, group);
    return applied;
  }

  #apply(operation: Operation, changes: Changes, group: number): boolean {
    switch (operation.kind) {
      case 'publish': return this.#publish(operation, changes, group);
      case 'acknowledge': return this.#acknowledge(operation, changes);
      case 'receive': return this.#receive(operation, changes);
      case 'release': return this.#release(operation, changes);
      case 'open': return this.#open(operation, changes, group);
      case 'close': return this.#close(operation, changes, group);
      case 'subscribe': return this.#subscribe(operation, changes, group);
      case 'queue-retained': return this.#queueRetained(operation, changes, group);
      case 'unsubscribe': return this.#unsubscribe(operation, changes);
      case 'recover': return this.#recover(operation, changes, group);
      case 'expel': return this.#expel(operation, changes, group);
      case 'expire': return this.#expire(operation, changes, group);
      // Its content is there already.
      case 'adopt': return true;
    }
  }

  /**
   * Begins an entry of the replicated log. Its operations are to be applied next, before anything is committed.
   * @returns false if it is to be passed over: it was there before, or comes from a run of its broker that does not count any more
   */
  beginEntry(sequence: number, { broker, incarnation, batch }: BatchOrigin, changes: Changes): boolean {
    changes.operations++;
    this.applied = sequence;
    changes.put(keys.applied, records.applied(sequence));
    const run = this.brokers.get(broker);
    // The first batch of a run begins with its recovery, which registers it.
    if (batch === 1) return run === undefined || run.incarnation < incarnation;
    if (run === undefined || run.expelled || run.incarnation !== incarnation || run.batch >= batch) return false;
    run.batch = batch;
    changes.put(keys.broker(broker), records.broker(run));
    return true;
  }

  /** Whether nothing ever happened. */
  get isNew(): boolean {
    return this.brokers.size === 0 && Object.values(this.counters).every((next) => next === 1);
  }

  /** The connection that the client id belongs to. */
  owner(clientId: string): ConnectionId | undefined {
    return this.sessions.get(clientId)?.connection ?? this.cleanClients.get(clientId)?.connection;
  }

  /** The session of a client that is connected with a clean one and has shared subscriptions. */
  cleanSession(clientId: string): Session | undefined {
    return this.cleanClients.get(clientId)?.session;
  }

  takeQueueNumber(changes: Changes): number {
    const number = this.counters.nextSession++;
    changes.put(keys.counters, records.counters(this.counters));
    return number;
  }

  dropped(reason: 'queue-full' | 'expired-session', count: number, queue: string): void {
    this.listener.dropped(reason, count, queue);
  }

  /** The persistent sessions that a message on this topic is queued for, then the shared subscriptions, always in the same order: what one of them does depends on those before. */
  matchQueues(topic: string): Matches<Session | SharedQueue> {
    return this.#matches.of(topic);
  }

  #open(operation: OpenSession, changes: Changes, group: number): boolean {
    const { clientId, connection, time } = operation;
    const run = this.brokers.get(connection.broker);
    if (run !== undefined && (run.expelled || run.incarnation !== connection.incarnation)) return false;
    const before = this.owner(clientId);
    if (before !== undefined) {
      this.listener.superseded(clientId, before);
      this.#disconnect(clientId, time, undefined, changes, group);
      this.#publishWill(clientId, changes, group);
    }
    let session = this.sessions.get(clientId);
    if (operation.clean) {
      if (session !== undefined) this.#end(session, undefined, changes, group);
      const cleanClient = { number: this.counters.nextCleanClient++, connection, limits: operation.limits };
      this.cleanClients.set(clientId, cleanClient);
      changes.put(keys.counters, records.counters(this.counters));
      changes.put(keys.cleanClient(cleanClient.number), records.cleanClient(clientId, connection, operation.limits, undefined));
    } else {
      if (session === undefined) {
        session = new Session(this.takeQueueNumber(changes), clientId, operation.limits);
        this.sessions.set(clientId, session);
        changes.progress(session);
      }
      session.limits = operation.limits;
      session.disconnectedAt = time;
      session.connection = connection;
      this.connectedSessions++;
      changes.put(keys.session(session.number), records.session(session));
      this.shared.opened(session);
    }
    if (operation.will !== undefined) {
      const will = { number: this.counters.nextWill++, clientId, message: operation.will };
      this.wills.set(clientId, will);
      changes.put(keys.counters, records.counters(this.counters));
      changes.put(keys.will(will.number), records.will(clientId, operation.will));
    }
    return true;
  }

  #close(operation: CloseSession, changes: Changes, group: number): boolean {
    const { clientId, connection, discardWill, sentUpTo, time } = operation;
    if (!sameConnection(this.owner(clientId), connection)) return false;
    this.#disconnect(clientId, time, sentUpTo, changes, group);
    if (discardWill) this.#clearWill(clientId, changes);
    else this.#publishWill(clientId, changes, group);
    return true;
  }

  #subscribe(operation: Subscribe, changes: Changes, group: number): boolean {
    const session = this.#sessionOf(operation) ?? this.#beginCleanSession(operation, changes);
    if (session === undefined) return false;
    for (const { filter, qos, retainedLater = false } of operation.subscriptions) {
      const shared = sharedTopicFilter(filter) !== undefined;
      const subscription = { qos, number: session.subscriptions.get(filter)?.number ?? session.nextSubscription++, retainedDue: retainedLater && qos > 0 && !shared };
      session.subscriptions.set(filter, subscription);
      changes.put(keys.subscription(session.number, subscription.number), records.subscription(filter, subscription));
      if (shared) {
        // What was retained is not sent [MQTT 5.0, 3.8.4].
        this.shared.join(session, filter, qos, changes);
        continue;
      }
      if (qos > 0) this.subscriptions.add(filter, session, qos);
      else this.subscriptions.remove(filter, session);
      if (qos === 0 || retainedLater) continue;
      // The order of a tree's levels depends on its history, that of the numbers does not.
      const matches = [...this.retained.match(filter)].sort((a, b) => a.number - b.number);
      for (const { message } of matches) this.#enqueueRetained(session, message, qos, changes, group);
    }
    return true;
  }

  #queueRetained(operation: QueueRetained, changes: Changes, group: number): boolean {
    const { filter, last, topics } = operation;
    const session = this.#sessionOf(operation);
    const subscription = session?.subscriptions.get(filter);
    if (session === undefined || subscription?.retainedDue !== true) return false;
    for (const topic of topics) {
      // What it is by now; if it is gone, there is nothing to send.
      const retained = this.retained.get(topic);
      if (retained !== undefined) this.#enqueueRetained(session, retained.message, subscription.qos, changes, group);
    }
    if (!last) return true;
    const complete = { ...subscription, retainedDue: false };
    session.subscriptions.set(filter, complete);
    changes.put(keys.subscription(session.number, complete.number), records.subscription(filter, complete));
    return true;
  }

  #unsubscribe(operation: Unsubscribe, changes: Changes): boolean {
    const session = this.#sessionOf(operation);
    if (session === undefined) return false;
    for (const filter of operation.filters) {
      const subscription = session.subscriptions.get(filter);
      if (subscription === undefined) continue;
      session.subscriptions.delete(filter);
      if (sharedTopicFilter(filter) === undefined) this.subscriptions.remove(filter, session);
      else this.shared.leave(session, filter, changes);
      changes.remove(keys.subscription(session.number, subscription.number));
      // As after a restart, which knows those that are there.
      if (subscription.number === session.nextSubscription - 1) session.nextSubscription = Math.max(-1, ...[...session.subscriptions.values()].map(({ number }) => number)) + 1;
    }
    return true;
  }

  #publish(operation: Publish, changes: Changes, group: number): boolean {
    const { message, received } = operation;
    if (received !== undefined) {
      const session = this.#sessionOf(received);
      if (session === undefined || session.received.has(received.packetId)) return false;
      session.received.add(received.packetId);
      changes.put(keys.received(session.number, received.packetId), records.received);
    }
    this.#distribute(message, changes, group);
    return true;
  }

  #distribute(message: Message, changes: Changes, group: number): void {
    if (message.retain) this.#retain(message, changes);
    if (message.qos === 0) return;
    for (const [queue, granted] of this.matchQueues(message.topic)) {
      if (queue instanceof SharedQueue) this.shared.publish(queue, message, changes, group);
      else this.#enqueue(queue, message.with(granted < message.qos ? granted : message.qos, false), changes, group);
    }
  }

  #publishWill(clientId: string, changes: Changes, group: number): void {
    const will = this.wills.get(clientId);
    if (will === undefined) return;
    this.#clearWill(clientId, changes);
    this.#distribute(will.message, changes, group);
    this.listener.willPublished(will.message);
  }

  #retain(message: Message, changes: Changes): void {
    const before = this.retained.get(message.topic);
    this.retainedBytes -= before?.size ?? 0;
    if (message.isEmpty) {
      // [MQTT-3.3.1-10]: a retained message without payload removes what was retained
      if (before === undefined) return;
      this.retained.delete(message.topic);
      changes.remove(keys.retained(before.number));
      return;
    }
    const number = before?.number ?? this.counters.nextRetained++;
    if (before === undefined) changes.put(keys.counters, records.counters(this.counters));
    this.addRetained(message.topic, new RetainedMessage(number, message));
    changes.put(keys.retained(number), message.bytes);
  }

  addRetained(topic: string, retained: RetainedMessage): void {
    this.retained.set(topic, retained);
    this.retainedBytes += retained.size;
  }

  #enqueue(session: Session, message: Message, changes: Changes, group: number): void {
    if (session.queuedMessages >= session.limits.maxQueuedMessages || session.queuedBytes + message.size > session.limits.maxQueuedBytes) this.listener.dropped('queue-full', 1, session.clientId);
    else this.#append(session, message, changes, group);
  }

  /** Whoever subscribed waited until there was room. Should that have gone meanwhile, the queue is a little longer rather than without it [MQTT-3.3.1-6]. */
  #enqueueRetained(session: Session, message: Message, granted: Qos, changes: Changes, group: number): void {
    if (message.qos > 0) this.#append(session, message.with(Math.min(granted, message.qos) as Qos, true), changes, group);
  }

  #append(session: Session, message: Message, changes: Changes, group: number): void {
    const entry = this.queues.append(session, message, changes, group);
    entry.held = session.reader?.enqueued(entry) ?? false;
  }

  #acknowledge({ clientId, connection, sequence }: Acknowledge, changes: Changes): boolean {
    // From any connection of a persistent session: what the client has, it has.
    const session = connection === undefined ? this.sessions.get(clientId) : this.#sessionOf({ clientId, connection });
    const entry = session === undefined ? undefined : this.queues.entry(session, sequence);
    if (session === undefined || entry === undefined) return true;
    this.queues.remove(entry, changes);
    this.shared.acknowledged(session, sequence);
    return true;
  }

  #receive(operation: Receive, changes: Changes): boolean {
    const session = this.#sessionOf(operation);
    if (session === undefined) return false;
    const entry = this.queues.entry(session, operation.sequence);
    if (entry === undefined || entry.released) return true;
    this.queues.count(session, 0, -(entry.message?.size ?? 0));
    entry.released = true;
    entry.message = undefined;
    changes.entry(entry);
    return true;
  }

  #release(operation: Release, changes: Changes): boolean {
    const session = this.#sessionOf(operation);
    if (session === undefined) return false;
    if (session.received.delete(operation.packetId)) changes.remove(keys.received(session.number, operation.packetId));
    return true;
  }

  #recover(operation: Recover, changes: Changes, group: number): boolean {
    const { broker, incarnation, time } = operation;
    const run = this.brokers.get(broker);
    if (run !== undefined && run.incarnation >= incarnation) return false;
    this.#setRun(broker, { incarnation, batch: 0, expelled: false }, changes);
    this.#disconnectBroker(broker, time, changes, group);
    return true;
  }

  #expel(operation: Expel, changes: Changes, group: number): boolean {
    const { broker, incarnation, time } = operation;
    const run = this.brokers.get(broker);
    if (run === undefined || run.expelled || run.incarnation !== incarnation) return false;
    this.#setRun(broker, { ...run, expelled: true }, changes);
    this.#disconnectBroker(broker, time, changes, group);
    return true;
  }

  /** From now on it follows no log: nobody is connected any more, and the next log that it follows begins with what it has. */
  leaveCluster(time: number, changes: Changes, group: number): void {
    for (const [broker, { incarnation }] of [...this.brokers]) {
      this.apply({ kind: 'expel', time, broker, incarnation }, changes, group);
      this.brokers.delete(broker);
      changes.remove(keys.broker(broker));
    }
    this.applied = 0;
    this.cluster = undefined;
    this.content = undefined;
    for (const key of [keys.applied, keys.cluster, keys.content]) changes.remove(key);
  }

  #setRun(broker: string, run: BrokerRun, changes: Changes): void {
    this.brokers.set(broker, run);
    changes.put(keys.broker(broker), records.broker(run));
  }

  /** All connections of a broker end, then their wills are published. */
  #disconnectBroker(broker: string, time: number, changes: Changes, group: number): void {
    const ended: string[] = [];
    const endsHere = ({ clientId, connection }: { readonly clientId: string; readonly connection: ConnectionId }) => {
      if (connection.broker !== broker) return;
      this.listener.superseded(clientId, connection);
      ended.push(clientId);
    };
    for (const { clientId, connection } of this.sessions.values()) if (connection !== undefined) endsHere({ clientId, connection });
    for (const [clientId, { connection }] of this.cleanClients) endsHere({ clientId, connection });
    for (const clientId of ended) this.#disconnect(clientId, time, undefined, changes, group);
    // Those of clients that nobody holds as well: version 1 kept them so over a restart.
    for (const { clientId } of [...this.wills.values()]) if (this.owner(clientId) === undefined) this.#publishWill(clientId, changes, group);
  }

  #expire(operation: Expire, changes: Changes, group: number): boolean {
    for (const session of this.sessions.values()) {
      const { expirySeconds } = session.limits;
      if (session.connected || expirySeconds === 0 || session.disconnectedAt + expirySeconds * 1000 > operation.time) continue;
      this.#end(session, 'expired-session', changes, group);
    }
    return true;
  }

  /** `sentUpTo`: undefined if the broker that held the connection did not say; all of the queue may be a repetition then. */
  #disconnect(clientId: string, time: number, sentUpTo: number | undefined, changes: Changes, group: number): void {
    const cleanClient = this.cleanClients.get(clientId);
    if (cleanClient !== undefined) {
      this.cleanClients.delete(clientId);
      changes.remove(keys.cleanClient(cleanClient.number));
    }
    const session = cleanClient?.session ?? this.sessions.get(clientId);
    if (session?.connection === undefined) return;
    session.connection = undefined;
    session.sentUpTo = sentUpTo === undefined ? session.nextSequence : Math.max(session.sentUpTo, sentUpTo);
    if (cleanClient !== undefined) {
      this.#endQueue(session, undefined, changes, group);
      return;
    }
    this.connectedSessions--;
    session.disconnectedAt = time;
    changes.put(keys.session(session.number), records.session(session));
    changes.progress(session);
    this.shared.disconnected(session, changes, group);
  }

  #end(session: Session, reason: 'expired-session' | undefined, changes: Changes, group: number): void {
    if (session.connected) this.connectedSessions--;
    session.connection = undefined;
    this.sessions.delete(session.clientId);
    changes.remove(keys.session(session.number));
    this.#endQueue(session, reason, changes, group);
  }

  #endQueue(session: Session, reason: 'expired-session' | undefined, changes: Changes, group: number): void {
    session.reader = undefined;
    for (const packetId of session.received) changes.remove(keys.received(session.number, packetId));
    for (const [filter, { number }] of session.subscriptions) {
      if (sharedTopicFilter(filter) === undefined) this.subscriptions.remove(filter, session);
      changes.remove(keys.subscription(session.number, number));
    }
    this.shared.ended(session, reason, changes, group);
    if (reason !== undefined && session.queuedMessages > 0) this.listener.dropped(reason, session.queuedMessages, session.clientId);
    this.queues.end(session, changes);
  }

  #clearWill(clientId: string, changes: Changes): void {
    const will = this.wills.get(clientId);
    if (will === undefined) return;
    this.wills.delete(clientId);
    changes.remove(keys.will(will.number));
  }

  /** The session, if the connection still has it. */
  #sessionOf({ clientId, connection }: { readonly clientId: string; readonly connection: ConnectionId }): Session | undefined {
    const session = this.sessions.get(clientId) ?? this.cleanSession(clientId);
    return session !== undefined && sameConnection(session.connection, connection) ? session : undefined;
  }

  /** A clean session needs a place in the state once it has shared subscriptions. */
  #beginCleanSession({ clientId, connection }: Subscribe, changes: Changes): Session | undefined {
    const cleanClient = this.cleanClients.get(clientId);
    if (cleanClient === undefined || !sameConnection(cleanClient.connection, connection)) return undefined;
    const session = new Session(this.takeQueueNumber(changes), clientId, cleanClient.limits);
    session.connection = connection;
    cleanClient.session = session;
    changes.put(keys.cleanClient(cleanClient.number), records.cleanClient(clientId, connection, session.limits, session.number));
    changes.progress(session);
    return session;
  }
}

function sessionsFirst(matches: Matches<Session | SharedQueue>): Matches<Session | SharedQueue> {
  const shared = matches.filter(([queue]) => queue instanceof SharedQueue);
  if (shared.length === 0) return matches;
  return [...matches.filter(([queue]) => queue instanceof Session), ...shared.sort(([a], [b]) => a.number - b.number)];
}

export function sameConnection(a: ConnectionId | undefined, b: ConnectionId): boolean {
  return a === b || (a !== undefined && a.number === b.number && a.incarnation === b.incarnation && a.broker === b.broker);
}
