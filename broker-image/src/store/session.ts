import type { Message } from './message.js';
import type { ConnectionId, SessionLimits } from './operations.js';
import { Queue, type QueueEntry, type SharedOrigin } from './queue.js';
import type { Qos } from '../operations/observer.js';

/** Takes what is queued for a session whose client is connected here. */
export interface QueueReader {
  /** @returns whether the reader keeps the entry in memory; what it does not keep it reads again later */
  enqueued(entry: QueueEntry): boolean;
  /** A QoS 0 message of a shared subscription: now or never. */
  deliverNow(message: Message): void;
}

/** A session's part in shared subscriptions. */
export class SharedMembership {
  /** By the numbers of their queues. */
  readonly queues = new Set<number>();
  /** Its queued messages that came through them, in order. */
  readonly origins = new Map<number, SharedOrigin>();
}

export interface Subscription {
  readonly qos: Qos;
  /** Tells the session's subscriptions apart, and orders them. */
  readonly number: number;
  /** Retained messages that match are still to be queued. */
  readonly retainedDue: boolean;
}

/** What outlives the connection of a client: its persistent session. A clean session that takes part in shared subscriptions has one as well, as long as it is connected. */
export class Session extends Queue {
  /** The connection that has the session now. */
  connection: ConnectionId | undefined;
  disconnectedAt = 0;
  /** Position in the queue after the last message that was sent. */
  sentUpTo = 0;
  readonly subscriptions = new Map<string, Subscription>();
  nextSubscription = 0;
  /** Packet ids of QoS 2 messages that were received and not yet released. */
  readonly received = new Set<number>();
  /** Undefined for most: they never had a shared subscription. */
  membership: SharedMembership | undefined;
  reader: QueueReader | undefined;

  constructor(
    number: number,
    readonly clientId: string,
    limits: SessionLimits,
  ) {
    super(number, limits);
  }

  override get mark(): number {
    return this.sentUpTo;
  }

  override set mark(position: number) {
    this.sentUpTo = position;
  }

  override origin(sequence: number): SharedOrigin | undefined {
    return this.membership?.origins.get(sequence);
  }

  get connected(): boolean {
    return this.connection !== undefined;
  }
}
