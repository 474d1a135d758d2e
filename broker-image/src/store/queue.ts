import type { Message } from './message.js';
import type { SessionLimits } from './operations.js';
import type { Qos } from '../operations/observer.js';

/** Where a message in the queue of a member came from, so that it can go back there. */
export interface SharedOrigin {
  /** Number of the shared subscription's queue. */
  readonly queue: number;
  readonly sequence: number;
  /** That it was published with: the member's may be lower. */
  readonly qos: Qos;
}

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
  /** Bytes of the message, as it came into the queue. */
  readonly size: number;

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
  ) {
    this.size = message?.size ?? 0;
  }
}

/** Messages in order. They are on disk; here are only the entries that are being written or delivered. */
export abstract class Queue {
  readonly entries = new Map<number, QueueEntry>();
  nextSequence = 0;
  queuedMessages = 0;
  queuedBytes = 0;
  /** The progress record waits for the next commit. */
  progressChanged = false;
  ended = false;

  constructor(
    /** No two queues ever have the same. */
    readonly number: number,
    public limits: SessionLimits,
  ) {}

  /** How far its owner got with it; part of the progress record. */
  abstract mark: number;

  /** The shared subscription that an entry came through. */
  origin(_sequence: number): SharedOrigin | undefined {
    return undefined;
  }
}

/** Entries stay in memory while they are delivered, and while the disk does not tell the truth about them. */
export function forgetUnlessNeeded(entry: QueueEntry): void {
  if (!entry.changed && !entry.writing && (entry.removed || !entry.held)) entry.queue.entries.delete(entry.sequence);
}
