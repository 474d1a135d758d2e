import { TopicCache } from '../../src/protocol/topic-cache.js';
import { SubscriptionTree } from '../../src/store/index.js';

export interface Emitted {
  readonly topic: string;
  readonly payload?: unknown;
}

type Done = () => void;
type Listener = (this: RoutingEmitter, message: Emitted, done: Done) => void;

/** The way from a topic to its receivers in this broker, the tree of subscriptions with the cache before it, behind the interface of mqemitter. */
export class RoutingEmitter {
  closed = false;
  /** Messages that some listener still works on. */
  current = 0;
  readonly #subscriptions = new SubscriptionTree<Listener>();
  readonly #topics = new TopicCache(this.#subscriptions, 32);

  on(filter: string, listener: Listener, done?: Done): this {
    this.#subscriptions.add(filter, listener, 0);
    if (done !== undefined) setImmediate(done);
    return this;
  }

  removeListener(filter: string, listener: Listener, done?: Done): this {
    this.#subscriptions.remove(filter, listener);
    if (done !== undefined) setImmediate(done);
    return this;
  }

  emit(message: Emitted, done: (error?: Error) => void = () => {}): void {
    if (this.closed) {
      done(new Error('closed'));
      return;
    }
    const bytes = Buffer.from(message.topic);
    const topic = this.#topics.find(bytes, 0, bytes.length);
    if (typeof topic === 'string') throw new Error(topic);
    const receivers = this.#topics.receivers(topic);
    let waiting = receivers.length;
    if (waiting === 0) {
      setImmediate(done);
      return;
    }
    this.current++;
    for (const [listener] of receivers) {
      listener.call(this, message, () => {
        if (--waiting > 0) return;
        this.current--;
        setImmediate(done);
      });
    }
  }

  close(done: Done): void {
    this.closed = true;
    setImmediate(done);
  }
}
