import type { ConnectionId, SessionLimits } from './operations.js';
import type { Message } from './message.js';
import type { SharedOrigin, SharedQueue } from './shared-queue.js';
import type { Qos } from '../operations/observer.js';

/** A message in a queue. */
export class QueueEntry {
  /** QoS 2: PUBREC came, only the release is still open. */
  released = false;
  removed = false;
  /** May be on disk, so that its removal has to be written as well. */
  stored = false;
  /** Waits for the next commit. */
  changed = false;
  /** Part of the commit that is being written. */
  writing = false;
  /** A reader keeps it in memory. */
  held = false;

  constructor(
    readonly queue: Queue,
    /** Position in the queue: given in order, never twice. */
    readonly sequence: number,
    /** Absent once released: the content is no longer needed. */
    public message: Message | undefined,
    /** The group commit that carries it. */
    readonly group: number,
    /** It came through a shared subscription. */
    readonly origin?: SharedOrigin,
  ) {}
}

/** Takes what is queued for a session whose client is connected here. */
export interface QueueReader {
  /** @returns whether the reader keeps the entry in memory; what it does not keep it reads again later */
  enqueued(entry: QueueEntry): boolean;
  /** A QoS 0 message of a shared subscription: now or never. */
  deliverNow(message: Message): void;
}

/** A session's part in shared subscriptions. */
export class SharedMembership {
  readonly queues = new Set<SharedQueue>();
  /** Its queued messages that came through them, in order. */
  readonly origins = new Map<number, SharedOrigin>();
}

/** Messages in order. They are on disk; here are only the entries that are being written or delivered. */
export class Queue {
  readonly entries = new Map<number, QueueEntry>();
  nextSequence = 0;
  queuedMessages = 0;
  queuedBytes = 0;
  sentUpTo = 0;
  /** The progress record waits for the next commit. */
  progressChanged = false;
  ended = false;

  constructor(
    /** No two queues ever have the same. */
    readonly number: number,
    public limits: SessionLimits,
  ) {}

  /** The shared subscription that an entry came through. */
  origin(_sequence: number): SharedOrigin | undefined {
    return undefined;
  }
}

/** What outlives the connection of a client: its persistent session. A clean session that takes part in shared subscriptions has one as well, as long as it is connected. */
export class Session extends Queue {
  /** The connection that has the session now. */
  connection: ConnectionId | undefined;
  disconnectedAt = 0;
  readonly subscriptions = new Map<string, { readonly qos: Qos; readonly number: number }>();
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

  override origin(sequence: number): SharedOrigin | undefined {
    return this.membership?.origins.get(sequence);
  }

  get connected(): boolean {
    return this.connection !== undefined;
  }
}
