import type { Changes } from './changes.js';
import type { Message } from './message.js';
import type { Acknowledge, CloseSession, ConnectionId, Expel, Expire, OpenSession, Operation, Publish, Receive, Recover, Release, Subscribe, Unsubscribe } from './operations.js';
import { keys, records, type BrokerRun, type Counters } from './records.js';
import { RetainedTree } from './retained-tree.js';
import { QueueEntry, Session } from './session.js';
import { SubscriptionTree } from './subscription-tree.js';
import type { Qos } from '../operations/observer.js';

export interface Retained {
  readonly number: number;
  readonly message: Message;
}

export interface Will {
  readonly number: number;
  readonly clientId: string;
  readonly message: Message;
}

export interface CleanClient {
  readonly number: number;
  readonly connection: ConnectionId;
}

/** Is told what an operation brought about that nobody asked for by name. Called while it is applied, so it must not submit another one at once. */
export interface StateListener {
  dropped(reason: 'queue-full' | 'expired-session', count: number, clientId: string): void;
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

/** Reads one queue entry that is not in memory. */
export type EntrySource = (session: Session, sequence: number) => QueueEntry | undefined;

/**
 * The state machine: sessions, subscriptions, queues, retained messages, wills. `apply` changes the state in memory and notes in `changes` what a
 * commit has to write. It is deterministic (see operations.ts); the queues' contents alone live on disk.
 */
export class State {
  readonly sessions = new Map<string, Session>();
  readonly subscriptions = new SubscriptionTree<Session>();
  readonly retained = new RetainedTree<Retained>();
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
  /** Sessions whose queue is still on disk though they ended. */
  readonly ended = new Set<number>();
  connectedSessions = 0;
  queuedMessages = 0;
  queuedBytes = 0;

  #matches = new Map<string, ReadonlyArray<readonly [Session, Qos]>>();
  #matchesVersion = -1;

  constructor(
    readonly readEntry: EntrySource,
    public listener: StateListener,
  ) {}

  /**
   * `group`: the number of the commit that will carry the changes.
   * @returns false if it came from a connection, or a run of a broker, that has no say any more; it changed nothing then
   */
  apply(operation: Operation, changes: Changes, group: number): boolean {
    changes.operations++;
    switch (operation.kind) {
      case 'publish': return this.#publish(operation, changes, group);
      case 'acknowledge': return this.#acknowledge(operation, changes);
      case 'receive': return this.#receive(operation, changes);
      case 'release': return this.#release(operation, changes);
      case 'open': return this.#open(operation, changes, group);
      case 'close': return this.#close(operation, changes, group);
      case 'subscribe': return this.#subscribe(operation, changes, group);
      case 'unsubscribe': return this.#unsubscribe(operation, changes);
      case 'recover': return this.#recover(operation, changes, group);
      case 'expel': return this.#expel(operation, changes, group);
      case 'expire': return this.#expire(operation, changes);
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

  /** The persistent sessions that a message on this topic is queued for. */
  matchSessions(topic: string): ReadonlyArray<readonly [Session, Qos]> {
    if (this.#matchesVersion !== this.subscriptions.version || this.#matches.size >= 10_000) {
      this.#matches.clear();
      this.#matchesVersion = this.subscriptions.version;
    }
    let match = this.#matches.get(topic);
    if (match === undefined) {
      match = this.subscriptions.size === 0 ? [] : [...this.subscriptions.match(topic)];
      this.#matches.set(topic, match);
    }
    return match;
  }

  #open(operation: OpenSession, changes: Changes, group: number): boolean {
    const { clientId, connection, time } = operation;
    const run = this.brokers.get(connection.broker);
    if (run !== undefined && (run.expelled || run.incarnation !== connection.incarnation)) return false;
    const before = this.owner(clientId);
    if (before !== undefined) {
      this.listener.superseded(clientId, before);
      this.#disconnect(clientId, time, undefined, changes);
      this.#publishWill(clientId, changes, group);
    }
    let session = this.sessions.get(clientId);
    if (operation.clean) {
      if (session !== undefined) this.#end(session, changes);
      const cleanClient = { number: this.counters.nextCleanClient++, connection };
      this.cleanClients.set(clientId, cleanClient);
      changes.put(keys.counters, records.counters(this.counters));
      changes.put(keys.cleanClient(cleanClient.number), records.cleanClient(clientId, connection));
    } else {
      if (session === undefined) {
        session = new Session(this.counters.nextSession++, clientId, operation.limits);
        this.sessions.set(clientId, session);
        changes.put(keys.counters, records.counters(this.counters));
        changes.progress(session);
      }
      session.limits = operation.limits;
      session.disconnectedAt = time;
      session.connection = connection;
      this.connectedSessions++;
      changes.put(keys.session(session.number), records.session(session));
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
    this.#disconnect(clientId, time, sentUpTo, changes);
    if (discardWill) this.#clearWill(clientId, changes);
    else this.#publishWill(clientId, changes, group);
    return true;
  }

  #subscribe(operation: Subscribe, changes: Changes, group: number): boolean {
    const session = this.#sessionOf(operation);
    if (session === undefined) return false;
    for (const { filter, qos } of operation.subscriptions) {
      const number = session.subscriptions.get(filter)?.number ?? session.nextSubscription++;
      session.subscriptions.set(filter, { qos, number });
      if (qos > 0) this.subscriptions.add(filter, session, qos);
      else this.subscriptions.remove(filter, session);
      changes.put(keys.subscription(session.number, number), records.subscription(filter, qos));
      if (qos === 0) continue;
      // The order of a tree's levels depends on its history, that of the numbers does not.
      const matches = [...this.retained.match(filter)].sort((a, b) => a.number - b.number);
      for (const { message } of matches) {
        if (message.qos > 0) this.#enqueue(session, message.with(Math.min(qos, message.qos) as Qos, true), changes, group);
      }
    }
    return true;
  }

  #unsubscribe(operation: Unsubscribe, changes: Changes): boolean {
    const session = this.#sessionOf(operation);
    if (session === undefined) return false;
    for (const filter of operation.filters) {
      const subscription = session.subscriptions.get(filter);
      if (subscription === undefined) continue;
      session.subscriptions.delete(filter);
      this.subscriptions.remove(filter, session);
      changes.remove(keys.subscription(session.number, subscription.number));
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
    for (const [session, granted] of this.matchSessions(message.topic)) {
      this.#enqueue(session, message.with(granted < message.qos ? granted : message.qos, false), changes, group);
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
    if (message.isEmpty) {
      // [MQTT-3.3.1-10]: a retained message without payload removes what was retained
      if (before === undefined) return;
      this.retained.delete(message.topic);
      changes.remove(keys.retained(before.number));
      return;
    }
    const number = before?.number ?? this.counters.nextRetained++;
    if (before === undefined) changes.put(keys.counters, records.counters(this.counters));
    this.retained.set(message.topic, { number, message });
    changes.put(keys.retained(number), message.bytes);
  }

  #enqueue(session: Session, message: Message, changes: Changes, group: number): void {
    if (session.queuedMessages >= session.limits.maxQueuedMessages || session.queuedBytes + message.size > session.limits.maxQueuedBytes) {
      this.listener.dropped('queue-full', 1, session.clientId);
      return;
    }
    const entry = new QueueEntry(session, session.nextSequence++, message, group);
    this.#count(session, 1, message.size);
    session.entries.set(entry.sequence, entry);
    changes.entry(entry);
    entry.held = session.reader?.enqueued(entry) ?? false;
  }

  /** From any connection: what the client has, it has. */
  #acknowledge(operation: Acknowledge, changes: Changes): boolean {
    const session = this.sessions.get(operation.clientId);
    const entry = session === undefined ? undefined : this.#entry(session, operation.sequence);
    if (entry === undefined) return true;
    this.#count(entry.session, -1, -(entry.message?.size ?? 0));
    this.#removeEntry(entry, changes);
    return true;
  }

  #receive(operation: Receive, changes: Changes): boolean {
    const session = this.#sessionOf(operation);
    if (session === undefined) return false;
    const entry = this.#entry(session, operation.sequence);
    if (entry === undefined || entry.released) return true;
    this.#count(session, 0, -(entry.message?.size ?? 0));
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
    for (const clientId of ended) this.#disconnect(clientId, time, undefined, changes);
    // Those of clients that nobody holds as well: version 1 kept them so over a restart.
    for (const { clientId } of [...this.wills.values()]) if (this.owner(clientId) === undefined) this.#publishWill(clientId, changes, group);
  }

  #expire(operation: Expire, changes: Changes): boolean {
    for (const session of this.sessions.values()) {
      const { expirySeconds } = session.limits;
      if (session.connected || expirySeconds === 0 || session.disconnectedAt + expirySeconds * 1000 > operation.time) continue;
      if (session.queuedMessages > 0) this.listener.dropped('expired-session', session.queuedMessages, session.clientId);
      this.#end(session, changes);
    }
    return true;
  }

  /** `sentUpTo`: undefined if the broker that held the connection did not say; all of the queue may be a repetition then. */
  #disconnect(clientId: string, time: number, sentUpTo: number | undefined, changes: Changes): void {
    const cleanClient = this.cleanClients.get(clientId);
    if (cleanClient !== undefined) {
      this.cleanClients.delete(clientId);
      changes.remove(keys.cleanClient(cleanClient.number));
    }
    const session = this.sessions.get(clientId);
    if (session?.connection === undefined) return;
    session.connection = undefined;
    this.connectedSessions--;
    session.disconnectedAt = time;
    session.sentUpTo = sentUpTo === undefined ? session.nextSequence : Math.max(session.sentUpTo, sentUpTo);
    changes.put(keys.session(session.number), records.session(session));
    changes.progress(session);
  }

  #end(session: Session, changes: Changes): void {
    if (session.connected) this.connectedSessions--;
    session.connection = undefined;
    this.sessions.delete(session.clientId);
    session.ended = true;
    session.reader = undefined;
    for (const [filter, { number }] of session.subscriptions) {
      this.subscriptions.remove(filter, session);
      changes.remove(keys.subscription(session.number, number));
    }
    for (const packetId of session.received) changes.remove(keys.received(session.number, packetId));
    for (const entry of session.entries.values()) this.#removeEntry(entry, changes);
    this.#count(session, -session.queuedMessages, -session.queuedBytes);
    changes.remove(keys.session(session.number));
    changes.remove(keys.progress(session.number));
    changes.put(keys.ended(session.number), records.ended);
    this.ended.add(session.number);
  }

  #clearWill(clientId: string, changes: Changes): void {
    const will = this.wills.get(clientId);
    if (will === undefined) return;
    this.wills.delete(clientId);
    changes.remove(keys.will(will.number));
  }

  /** The session, if the connection still has it. */
  #sessionOf({ clientId, connection }: { readonly clientId: string; readonly connection: ConnectionId }): Session | undefined {
    const session = this.sessions.get(clientId);
    return session !== undefined && sameConnection(session.connection, connection) ? session : undefined;
  }

  #entry(session: Session, sequence: number): QueueEntry | undefined {
    const entry = session.entries.get(sequence) ?? this.readEntry(session, sequence);
    if (entry === undefined || entry.removed) return undefined;
    session.entries.set(sequence, entry);
    return entry;
  }

  #removeEntry(entry: QueueEntry, changes: Changes): void {
    entry.removed = true;
    // Kept until its removal is on disk, so that nobody reads it from there again.
    changes.entry(entry);
  }

  #count(session: Session, messages: number, bytes: number): void {
    session.queuedMessages += messages;
    session.queuedBytes += bytes;
    this.queuedMessages += messages;
    this.queuedBytes += bytes;
  }
}

export function sameConnection(a: ConnectionId | undefined, b: ConnectionId): boolean {
  return a === b || (a !== undefined && a.number === b.number && a.incarnation === b.incarnation && a.broker === b.broker);
}
