import type { RetainedSink } from './retained-delivery.js';
import type { ConnectionId, Journal, Message, Session, SubmittedOperation } from '../store/index.js';

/** So much may wait in the queue of a session before more retained messages are added to it, if it has room for so much. */
const WINDOW_MESSAGES = 1000;
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Messages of one operation. */
const PIECE = 200;
/** Where there is no room, it is looked again after this time at the latest: in a cluster, acknowledgements make room only when they come back from the log. */
const CHECK_MILLISECONDS = 100;

export interface RetainedQueueOwner {
  readonly clientId: string;
  /** @returns whether it was accepted; if not, the connection is over */
  submit(operation: SubmittedOperation): boolean;
}

/** Puts the retained messages of a wide subscription into the queue of a persistent session: in operations of bounded size, each when there is room, so that none is dropped. */
export class RetainedQueue implements RetainedSink {
  #topics: string[] = [];
  #bytes = 0;
  /** An operation is on its way. */
  #submitted = false;
  /** The last one took effect. */
  #complete = false;
  #timer: NodeJS.Timeout | undefined;

  /** `wake`: it may be tried again. */
  constructor(
    readonly owner: RetainedQueueOwner,
    readonly journal: Journal,
    readonly session: Session,
    readonly connection: ConnectionId,
    readonly filter: string,
    readonly wake: () => void,
  ) {}

  offer({ topic, size }: Message): boolean {
    if (this.#submitted) return false;
    if (this.#topics.length < PIECE && this.#hasRoom(size)) {
      this.#topics.push(topic);
      this.#bytes += size;
      return true;
    }
    if (this.#topics.length > 0) this.#submit(false);
    else this.#timer ??= setTimeout(() => this.#wakeUp(), CHECK_MILLISECONDS).unref();
    return false;
  }

  /** Not before the last operation took effect: what comes next has to know how much room is left. */
  complete(): boolean {
    if (!this.#complete && !this.#submitted) this.#submit(true);
    return this.#complete;
  }

  #hasRoom(size: number): boolean {
    const { limits, queuedBytes, queuedMessages } = this.session;
    const messages = queuedMessages + this.#topics.length;
    // A message that is larger than the room is let through alone: otherwise it would never come.
    if (messages === 0) return true;
    // Half of a small queue is left for what is published meanwhile.
    return messages < Math.min(WINDOW_MESSAGES, limits.maxQueuedMessages / 2) && queuedBytes + this.#bytes + size <= Math.min(WINDOW_BYTES, limits.maxQueuedBytes / 2);
  }

  #submit(last: boolean): void {
    const topics = this.#topics;
    this.#topics = [];
    this.#bytes = 0;
    const { clientId } = this.owner;
    this.#submitted = true;
    if (!this.owner.submit({ kind: 'queue-retained', time: Date.now(), clientId, connection: this.connection, filter: this.filter, topics, last })) return;
    // The next piece in another turn, also where this one is durable at once.
    this.journal.afterCommit({ committed: () => setImmediate(() => this.#applied(last)), failed: () => {} });
  }

  #applied(last: boolean): void {
    this.#submitted = false;
    this.#complete = last;
    this.#wakeUp();
  }

  #wakeUp(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.wake();
  }
}
