import type { Message } from '../store/index.js';
import type { Qos } from '../operations/observer.js';

/** Messages that are looked at before everybody else has their turn. */
const SLICE = 500;

/** Takes retained messages with QoS above 0, as far as there is room for them. */
export interface RetainedSink {
  /** @returns whether it was taken; if not, it is offered again */
  offer(message: Message): boolean;
  /** There are no more. @returns whether that was taken; if not, it is said again */
  complete(): boolean;
}

export interface RetainedOwner {
  /** The client does not keep up. */
  readonly congested: boolean;
  /** A QoS 0 message. */
  deliverNow(message: Message): void;
}

interface Walk {
  readonly granted: Qos;
  readonly messages: Iterator<Message>;
  /** Undefined: messages with QoS above 0 come another way. */
  readonly sink: RetainedSink | undefined;
  /** Was not taken yet. */
  message: Message | undefined;
  exhausted: boolean;
}

/** Brings a client the retained messages of its new subscriptions, all of them [MQTT-3.3.1-6], as fast as it takes them, and however many there are: a bounded piece in one turn of the event loop. */
export class RetainedDelivery {
  /** By filter. */
  readonly #walks = new Map<string, Walk>();
  #scheduled = false;

  constructor(readonly owner: RetainedOwner) {}

  get idle(): boolean {
    return this.#walks.size === 0;
  }

  /** Who subscribes again gets all again, from the beginning. */
  add(filter: string, granted: Qos, messages: Iterable<Message>, sink: RetainedSink | undefined): void {
    this.#walks.delete(filter);
    this.#walks.set(filter, { granted, messages: messages[Symbol.iterator](), sink, message: undefined, exhausted: false });
  }

  remove(filter: string): void {
    this.#walks.delete(filter);
  }

  stop(): void {
    this.#walks.clear();
  }

  /** Goes on as far as possible now. To be called again when the client has taken something. @returns how many messages it looked at */
  go(): number {
    if (this.#scheduled) return 0;
    let looked = 0;
    for (const [filter, walk] of this.#walks) {
      while (!this.owner.congested) {
        if (looked === SLICE) {
          this.#goOnLater();
          return looked;
        }
        looked++;
        if (!next(walk)) {
          if (walk.sink?.complete() === false) return looked;
          this.#walks.delete(filter);
          break;
        }
        if (!this.#take(walk)) return looked;
        walk.message = undefined;
      }
      if (this.owner.congested) return looked;
    }
    return looked;
  }

  #take({ granted, message, sink }: Walk): boolean {
    const qos = granted < message!.qos ? granted : message!.qos;
    if (qos > 0) return sink?.offer(message!.with(qos, true)) ?? true;
    this.owner.deliverNow(message!.with(0, true));
    return true;
  }

  #goOnLater(): void {
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.go();
    });
  }
}

/** @returns whether there is a message */
function next(walk: Walk): boolean {
  if (walk.message !== undefined) return true;
  if (walk.exhausted) return false;
  const { done, value } = walk.messages.next();
  if (done === true) walk.exhausted = true;
  else walk.message = value;
  return done !== true;
}
