import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { Message, retainedSize, type Journal, type Store } from '../../store/index.js';
import type { ClientIdentity } from '../../access/access-control.js';
import type { BrokerObserver } from '../../operations/observer.js';

export interface RetentionLimits {
  /** What the retained messages of all clients together may take in memory. @default - a quarter of the memory that this process may use, at most half of its heap */
  readonly maxRetainedBytes?: number;
}

/**
 * Bounds what all clients together may have retained: it is in memory, and again after a restart, so that too much of it would end the broker for good. A message beyond it is delivered like any other, and not retained. MQTT 3.1.1 has no way to
 * refuse one alone; closing the connection would have it come again and again.
 *
 * Whoever brings the message decides, before it goes into the journal: in a cluster, all brokers then do the same.
 */
export class RetentionLimit {
  readonly maxBytes: number;

  constructor(
    { maxRetainedBytes = defaultBytes() }: RetentionLimits,
    private readonly store: Store,
    private readonly journal: Journal,
    private readonly observer: Pick<BrokerObserver, 'retainRefused'>,
  ) {
    this.maxBytes = maxRetainedBytes;
  }

  /** A message as it may be published now. */
  apply(message: Message, publisher: ClientIdentity): Message {
    const allowed = this.applyToWill(message, publisher);
    // What was retained before would be told as the last that was published.
    if (allowed !== message && this.store.retainedSize(message.topic) > 0 && this.journal.writable) this.journal.submit({ kind: 'publish', time: Date.now(), message: Message.create(message.topic, Buffer.alloc(0), 0, true) });
    return allowed;
  }

  /** A will as its client may leave it behind; it is published without asking again. */
  applyToWill(will: Message, publisher: ClientIdentity): Message {
    if (!will.retain || this.hasRoomFor(will)) return will;
    this.observer.retainRefused(publisher, will.topic);
    return will.with(will.qos, false);
  }

  /** In place of the message that is retained on its topic now. */
  private hasRoomFor(message: Message): boolean {
    if (message.isEmpty) return true;
    const more = retainedSize(message.bytes.length) - this.store.retainedSize(message.topic);
    return more <= 0 || this.store.retainedBytes + more <= this.maxBytes;
  }
}

function defaultBytes(): number {
  // 0, or more than there is: no limit.
  const memory = Math.min(process.constrainedMemory() || Infinity, totalmem());
  // Of small messages the most is in the heap.
  return Math.floor(Math.min(memory / 4, getHeapStatistics().heap_size_limit / 2));
}
