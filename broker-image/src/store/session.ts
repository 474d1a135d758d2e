import type { ConnectionId, SessionLimits } from './operations.js';
import type { Message } from './message.js';
import type { Qos } from '../operations/observer.js';

/** A message in the queue of one session. */
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
    readonly session: Session,
    /** Position in the queue: given in order, never twice. */
    readonly sequence: number,
    /** Absent once released: the content is no longer needed. */
    public message: Message | undefined,
    /** The group commit that carries it. */
    readonly group: number,
  ) {}
}

/** Takes what is queued for a session whose client is connected here. */
export interface QueueReader {
  /** @returns whether the reader keeps the entry in memory; what it does not keep it reads again later */
  enqueued(entry: QueueEntry): boolean;
}

/** A persistent session: what outlives the connection. Its queue is on disk; here are only the entries that are being written or delivered. */
export class Session {
  /** The connection that has the session now. */
  connection: ConnectionId | undefined;
  disconnectedAt = 0;
  readonly subscriptions = new Map<string, { readonly qos: Qos; readonly number: number }>();
  nextSubscription = 0;
  /** Packet ids of QoS 2 messages that were received and not yet released. */
  readonly received = new Set<number>();
  readonly entries = new Map<number, QueueEntry>();
  nextSequence = 0;
  queuedMessages = 0;
  queuedBytes = 0;
  sentUpTo = 0;
  /** The progress record waits for the next commit. */
  progressChanged = false;
  ended = false;
  reader: QueueReader | undefined;

  constructor(
    readonly number: number,
    readonly clientId: string,
    public limits: SessionLimits,
  ) {}

  get connected(): boolean {
    return this.connection !== undefined;
  }
}
