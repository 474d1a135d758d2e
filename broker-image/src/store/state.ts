import type { Changes } from './changes.js';
import type { Message } from './message.js';
import type { Acknowledge, CloseSession, Expire, OpenSession, Operation, Publish, Receive, Recover, Release, Subscribe, Unsubscribe } from './operations.js';
import { keys, records, type Counters } from './records.js';
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

export type DropListener = (reason: 'queue-full' | 'expired-session', count: number, clientId: string) => void;

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
  readonly counters: Counters = { nextSession: 1, nextRetained: 1, nextWill: 1 };
  /** Sessions whose queue is still on disk though they ended. */
  readonly ended = new Set<number>();
  connectedSessions = 0;
  queuedMessages = 0;
  queuedBytes = 0;

  #matches = new Map<string, ReadonlyArray<readonly [Session, Qos]>>();
  #matchesVersion = -1;

  constructor(
    readonly readEntry: EntrySource,
    readonly dropped: DropListener,
  ) {}

  /** `group`: the number of the commit that will carry the changes. */
  apply(operation: Operation, changes: Changes, group: number): void {
    changes.operations++;
    switch (operation.kind) {
      case 'publish': return this.#publish(operation, changes, group);
      case 'acknowledge': return this.#acknowledge(operation, changes);
      case 'receive': return this.#receive(operation, changes);
      case 'release': return this.#release(operation, changes);
      case 'open': return this.#open(operation, changes);
      case 'close': return this.#close(operation, changes);
      case 'subscribe': return this.#subscribe(operation, changes, group);
      case 'unsubscribe': return this.#unsubscribe(operation, changes);
      case 'recover': return this.#recover(operation, changes);
      case 'expire': return this.#expire(operation, changes);
    }
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

  #open(operation: OpenSession, changes: Changes): void {
    const { clientId, time } = operation;
    this.#clearWill(clientId, changes);
    let session = this.sessions.get(clientId);
    if (operation.clean) {
      if (session !== undefined) this.#end(session, changes);
    } else {
      if (session === undefined) {
        session = new Session(this.counters.nextSession++, clientId, operation.limits);
        this.sessions.set(clientId, session);
        changes.put(keys.counters, records.counters(this.counters));
        changes.progress(session);
      }
      session.limits = operation.limits;
      session.disconnectedAt = time;
      this.#setConnected(session, true);
      changes.put(keys.session(session.number), records.session(session));
    }
    if (operation.will !== undefined) {
      const will = { number: this.counters.nextWill++, clientId, message: operation.will };
      this.wills.set(clientId, will);
      changes.put(keys.counters, records.counters(this.counters));
      changes.put(keys.will(will.number), records.will(clientId, operation.will));
    }
  }

  #close(operation: CloseSession, changes: Changes): void {
    if (operation.discardWill) this.#clearWill(operation.clientId, changes);
    const session = this.sessions.get(operation.clientId);
    if (session === undefined || !session.connected) return;
    this.#setConnected(session, false);
    session.disconnectedAt = operation.time;
    session.sentUpTo = Math.max(session.sentUpTo, operation.sentUpTo);
    changes.put(keys.session(session.number), records.session(session));
    changes.progress(session);
  }

  #subscribe(operation: Subscribe, changes: Changes, group: number): void {
    const session = this.sessions.get(operation.clientId);
    if (session === undefined) return;
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
  }

  #unsubscribe(operation: Unsubscribe, changes: Changes): void {
    const session = this.sessions.get(operation.clientId);
    if (session === undefined) return;
    for (const filter of operation.filters) {
      const subscription = session.subscriptions.get(filter);
      if (subscription === undefined) continue;
      session.subscriptions.delete(filter);
      this.subscriptions.remove(filter, session);
      changes.remove(keys.subscription(session.number, subscription.number));
    }
  }

  #publish(operation: Publish, changes: Changes, group: number): void {
    const { message, received } = operation;
    if (received !== undefined) {
      const session = this.sessions.get(received.clientId);
      if (session !== undefined && !session.received.has(received.packetId)) {
        session.received.add(received.packetId);
        changes.put(keys.received(session.number, received.packetId), records.received);
      }
    }
    if (operation.willOf !== undefined) this.#clearWill(operation.willOf, changes);
    if (message.retain) this.#retain(message, changes);
    if (message.qos === 0) return;
    for (const [session, granted] of this.matchSessions(message.topic)) {
      this.#enqueue(session, message.with(granted < message.qos ? granted : message.qos, false), changes, group);
    }
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
      this.dropped('queue-full', 1, session.clientId);
      return;
    }
    const entry = new QueueEntry(session, session.nextSequence++, message, group);
    this.#count(session, 1, message.size);
    session.entries.set(entry.sequence, entry);
    changes.entry(entry);
    entry.held = session.reader?.enqueued(entry) ?? false;
  }

  #acknowledge(operation: Acknowledge, changes: Changes): void {
    const entry = this.#entry(operation.clientId, operation.sequence);
    if (entry === undefined) return;
    this.#count(entry.session, -1, -(entry.message?.size ?? 0));
    this.#removeEntry(entry, changes);
  }

  #receive(operation: Receive, changes: Changes): void {
    const entry = this.#entry(operation.clientId, operation.sequence);
    if (entry === undefined || entry.released) return;
    this.#count(entry.session, 0, -(entry.message?.size ?? 0));
    entry.released = true;
    entry.message = undefined;
    changes.entry(entry);
  }

  #release(operation: Release, changes: Changes): void {
    const session = this.sessions.get(operation.clientId);
    if (session?.received.delete(operation.packetId)) changes.remove(keys.received(session.number, operation.packetId));
  }

  #recover(operation: Recover, changes: Changes): void {
    for (const session of this.sessions.values()) {
      if (!session.connected) continue;
      this.#setConnected(session, false);
      session.disconnectedAt = operation.time;
      // What had been sent when the broker died is not known: all of it may be a repetition.
      session.sentUpTo = session.nextSequence;
      changes.put(keys.session(session.number), records.session(session));
      changes.progress(session);
    }
  }

  #expire(operation: Expire, changes: Changes): void {
    for (const session of this.sessions.values()) {
      const { expirySeconds } = session.limits;
      if (session.connected || expirySeconds === 0 || session.disconnectedAt + expirySeconds * 1000 > operation.time) continue;
      if (session.queuedMessages > 0) this.dropped('expired-session', session.queuedMessages, session.clientId);
      this.#end(session, changes);
    }
  }

  #end(session: Session, changes: Changes): void {
    this.#setConnected(session, false);
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

  #entry(clientId: string, sequence: number): QueueEntry | undefined {
    const session = this.sessions.get(clientId);
    if (session === undefined) return undefined;
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

  #setConnected(session: Session, connected: boolean): void {
    if (session.connected !== connected) this.connectedSessions += connected ? 1 : -1;
    session.connected = connected;
  }

  #count(session: Session, messages: number, bytes: number): void {
    session.queuedMessages += messages;
    session.queuedBytes += bytes;
    this.queuedMessages += messages;
    this.queuedBytes += bytes;
  }
}
