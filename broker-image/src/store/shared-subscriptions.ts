import type { Changes } from './changes.js';
import type { Message } from './message.js';
import type { SessionLimits } from './operations.js';
import { forgetUnlessNeeded, type QueueEntry, type SharedOrigin } from './queue.js';
import type { Queues } from './queues.js';
import { keys, records } from './records.js';
import { SharedMembership, type Session } from './session.js';
import { SharedQueue, type SharedMember } from './shared-queue.js';
import type { SubscriptionTree } from './subscription-tree.js';
import type { Qos } from '../operations/observer.js';

/** Of all shared subscriptions together. */
export interface SharedStatistics {
  readonly count: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly droppedMessages: number;
}

/** The state that they are part of. */
export interface SharedSubscriptionsOwner {
  readonly queues: Queues;
  /** Finds the shared subscriptions that a topic matches. */
  readonly subscriptions: SubscriptionTree<Session | SharedQueue>;
  takeQueueNumber(changes: Changes): number;
  dropped(reason: 'queue-full' | 'expired-session', count: number, filter: string): void;
}

/**
 * Shared subscriptions as MQTT 5.0 has them (section 4.8.2): a message goes to one member, and waits until one has room. All that is decided here follows from the state alone: the
 * same operations choose the same members on every broker of a cluster, and whoever holds the connection of a member sends.
 */
export class SharedSubscriptions {
  readonly #byFilter = new Map<string, SharedQueue>();
  readonly #byNumber = new Map<number, SharedQueue>();
  /** A member may have got room, or messages came back. */
  readonly #unsettled = new Set<SharedQueue>();

  /** Since the broker started. */
  #dropped = 0;

  constructor(readonly owner: SharedSubscriptionsOwner) {}

  get all(): Iterable<SharedQueue> {
    return this.#byFilter.values();
  }

  /** Of their own queues: what waits with a member counts for its session. */
  statistics(): SharedStatistics {
    let [queuedMessages, queuedBytes] = [0, 0];
    for (const queue of this.#byFilter.values()) {
      queuedMessages += queue.queuedMessages;
      queuedBytes += queue.queuedBytes;
    }
    return { count: this.#byFilter.size, queuedMessages, queuedBytes, droppedMessages: this.#dropped };
  }

  get(filter: string): SharedQueue | undefined {
    return this.#byFilter.get(filter);
  }

  /** As it is on disk; its members follow. */
  load(number: number, filter: string, limits: SessionLimits): SharedQueue {
    const queue = new SharedQueue(number, filter, limits);
    this.#add(queue);
    return queue;
  }

  loadMember(session: Session, filter: string, qos: Qos): void {
    const queue = this.#byFilter.get(filter);
    if (queue === undefined) throw new RangeError('its shared subscription does not exist');
    addMember(queue, session, qos);
  }

  join(session: Session, filter: string, qos: Qos, changes: Changes): void {
    const { maxQueuedMessages, maxQueuedBytes } = session.limits;
    const known = this.#byFilter.get(filter);
    const queue = known ?? this.#begin(filter, session.limits, changes);
    if (queue.limits.maxQueuedMessages !== maxQueuedMessages || queue.limits.maxQueuedBytes !== maxQueuedBytes) {
      queue.limits = session.limits;
      changes.put(keys.shared(queue.number), records.shared(queue.filter, queue.limits));
    }
    addMember(queue, session, qos);
    this.#membersChanged(queue, undefined, changes);
    this.#unsettled.add(queue);
  }

  /** What was given to the member stays with it until its connection ends: that may have been sent already [MQTT-3.10.4-3]. */
  leave(session: Session, filter: string, changes: Changes): void {
    const queue = this.#byFilter.get(filter);
    if (queue !== undefined) this.#leave(session, queue, undefined, changes);
  }

  /** `group`: of the commit. */
  publish(queue: SharedQueue, message: Message, changes: Changes, group: number): void {
    if (queue.queuedMessages > 0) this.#draw(queue, changes, group);
    const member = queue.choose(message.size, false);
    // Nothing overtakes what waits; it is not there for members with QoS 0.
    if (member !== undefined && (queue.queuedMessages === 0 || member.qos === 0)) {
      changes.progress(queue);
      this.#give(queue, queue.nextSequence++, member, message, changes, group);
    } else if (queue.keepsMessages) {
      if (queue.queuedMessages < queue.limits.maxQueuedMessages && queue.queuedBytes + message.size <= queue.limits.maxQueuedBytes) this.owner.queues.append(queue, message.with(message.qos, false), changes, group);
      else this.#drop(queue, 'queue-full', 1);
    }
  }

  opened(session: Session): void {
    for (const queue of this.#queuesOf(session)) if (queue.queuedMessages > 0) this.#unsettled.add(queue);
  }

  acknowledged(session: Session, sequence: number): void {
    if (session.membership === undefined) return;
    session.membership.origins.delete(sequence);
    this.opened(session);
  }

  /** The session goes on without a connection. What was not sent goes to others; what was sent is sent again when the client is back [MQTT-4.4.0-1]. */
  disconnected(session: Session, changes: Changes, group: number): void {
    this.#giveBack(session, ({ sequence }) => sequence >= session.sentUpTo, changes, group);
  }

  /** The session is about to end. What was sent goes to others with QoS 1 only: with QoS 2 it could come twice [MQTT 5.0, MQTT-4.8.2-5]. */
  ended(session: Session, reason: 'expired-session' | undefined, changes: Changes, group: number): void {
    for (const queue of this.#queuesOf(session)) this.#leave(session, queue, reason, changes);
    this.#giveBack(session, ({ sequence, message }) => sequence >= session.sentUpTo || message?.qos === 1, changes, group);
  }

  /** Gives what waits to members that have room by now. */
  settle(changes: Changes, group: number): void {
    if (this.#unsettled.size === 0) return;
    // The order in which they came to be here depends on the order of sets; that of numbers is the same after a restart.
    const queues = [...this.#unsettled].sort((a, b) => a.number - b.number);
    this.#unsettled.clear();
    for (const queue of queues) if (!queue.ended) this.#draw(queue, changes, group);
  }

  #queuesOf({ membership }: Session): SharedQueue[] {
    return membership === undefined ? [] : Array.from(membership.queues, (number) => this.#byNumber.get(number)!);
  }

  #begin(filter: string, limits: SessionLimits, changes: Changes): SharedQueue {
    const queue = new SharedQueue(this.owner.takeQueueNumber(changes), filter, limits);
    this.#add(queue);
    changes.put(keys.shared(queue.number), records.shared(queue.filter, queue.limits));
    changes.progress(queue);
    return queue;
  }

  #add(queue: SharedQueue): void {
    this.#byFilter.set(queue.filter, queue);
    this.#byNumber.set(queue.number, queue);
    // Each member has a QoS of its own.
    this.owner.subscriptions.add(queue.topicFilter, queue, 2);
  }

  #end(queue: SharedQueue, changes: Changes): void {
    this.#byFilter.delete(queue.filter);
    this.#byNumber.delete(queue.number);
    this.owner.subscriptions.remove(queue.topicFilter, queue);
    changes.remove(keys.shared(queue.number));
    this.owner.queues.end(queue, changes);
  }

  #leave(session: Session, queue: SharedQueue, reason: 'expired-session' | undefined, changes: Changes): void {
    session.membership?.queues.delete(queue.number);
    queue.removeMember(session);
    this.#membersChanged(queue, reason, changes);
  }

  /** The queue lasts as long as there is someone to whom its messages can go. */
  #membersChanged(queue: SharedQueue, reason: 'expired-session' | undefined, changes: Changes): void {
    if (queue.members.length > 0 && (queue.queuedMessages === 0 || queue.keepsMessages)) return;
    if (reason !== undefined && queue.queuedMessages > 0) this.#drop(queue, reason, queue.queuedMessages);
    this.#end(queue, changes);
    if (queue.members.length === 0) return;
    const next = this.#begin(queue.filter, queue.limits, changes);
    for (const { session, qos } of queue.members) {
      session.membership!.queues.delete(queue.number);
      addMember(next, session, qos);
    }
  }

  #drop(queue: SharedQueue, reason: 'queue-full' | 'expired-session', count: number): void {
    queue.droppedMessages += count;
    this.#dropped += count;
    this.owner.dropped(reason, count, queue.filter);
  }

  #draw(queue: SharedQueue, changes: Changes, group: number): void {
    const { queues } = this.owner;
    // Before anything is read from disk.
    if (queue.choose(0, true) === undefined) return;
    while (queue.queuedMessages > 0) {
      const entry = queue.first(queues.source)!;
      const message = entry.message!;
      const member = queue.choose(message.size, true);
      if (member === undefined) return;
      queue.taken();
      queues.remove(entry, changes);
      this.#give(queue, entry.sequence, member, message, changes, group);
    }
  }

  #give(queue: SharedQueue, sequence: number, { session, qos: granted }: SharedMember, message: Message, changes: Changes, group: number): void {
    queue.mark = session.number;
    const qos = granted < message.qos ? granted : message.qos;
    if (qos === 0) {
      session.reader?.deliverNow(message.with(0, false));
      return;
    }
    const origin: SharedOrigin = { queue: queue.number, sequence, qos: message.qos };
    const entry = this.owner.queues.append(session, message.with(qos, false), changes, group, origin);
    session.membership!.origins.set(entry.sequence, origin);
    entry.held = session.reader?.enqueued(entry) ?? false;
  }

  #giveBack(session: Session, wanted: (entry: QueueEntry) => boolean, changes: Changes, group: number): void {
    const { queues } = this.owner;
    for (const [sequence, origin] of session.membership?.origins ?? []) {
      const queue = this.#byNumber.get(origin.queue);
      const entry = queues.entry(session, sequence);
      if (entry === undefined) continue;
      // Without a queue that it could go to, it stays where it is.
      if (queue?.keepsMessages !== true || entry.message === undefined || !wanted(entry)) {
        forgetUnlessNeeded(entry);
        continue;
      }
      session.membership!.origins.delete(sequence);
      queues.remove(entry, changes);
      queues.putBack(queue, origin.sequence, entry.message.with(origin.qos, false), changes, group);
      queue.returned(origin.sequence);
      this.#unsettled.add(queue);
    }
  }
}

function addMember(queue: SharedQueue, session: Session, qos: Qos): void {
  session.membership ??= new SharedMembership();
  session.membership.queues.add(queue.number);
  queue.addMember({ session, qos });
}
