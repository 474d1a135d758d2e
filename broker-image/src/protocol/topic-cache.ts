import { decodeString, topicProblem } from './topics.js';
import type { SubscriptionTree } from '../store/index.js';
import type { Qos } from '../operations/observer.js';

const MAX_TOPICS = 20_000;

/** A topic name that was checked once, with the clients connected here that it reaches. */
export interface Topic<S> {
  readonly name: string;
  /** Valid for this version of the subscriptions. */
  version: number;
  receivers: ReadonlyArray<readonly [S, Qos]>;
}

/** Decoding, checking and matching a topic name costs far more than the rest of forwarding a small message, and most topics come again. */
export class TopicCache<S> {
  #topics = new Map<string, Topic<S>>();

  constructor(
    readonly subscriptions: SubscriptionTree<S>,
    readonly maxLevels: number,
  ) {}

  /** The topic whose name is these bytes, or why it cannot be one. */
  find(bytes: Buffer, start: number, end: number): Topic<S> | string {
    // One character a byte: as a key it stands for exactly these bytes, valid UTF-8 or not.
    const key = bytes.toString('latin1', start, end);
    const known = this.#topics.get(key);
    if (known !== undefined) return known;
    const name = decodeString(bytes.subarray(start, end));
    const problem = name === undefined ? 'it is not valid UTF-8' : topicProblem(name, this.maxLevels);
    if (problem !== undefined) return problem;
    if (this.#topics.size >= MAX_TOPICS) this.#topics.clear();
    const topic: Topic<S> = { name: name!, version: -1, receivers: [] };
    this.#topics.set(key, topic);
    return topic;
  }

  receivers(topic: Topic<S>): ReadonlyArray<readonly [S, Qos]> {
    if (topic.version !== this.subscriptions.version) {
      topic.receivers = [...this.subscriptions.match(topic.name)];
      topic.version = this.subscriptions.version;
    }
    return topic.receivers;
  }
}
