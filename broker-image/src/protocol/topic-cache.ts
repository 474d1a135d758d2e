import { decodeString, topicProblem } from './topics.js';
import type { SubscriptionTree } from '../store/index.js';
import type { Qos } from '../operations/observer.js';

const MAX_TOPICS = 20_000;

/** A topic name that was decoded and checked. */
export interface Topic {
  readonly name: string;
}

export type Receivers<S> = ReadonlyArray<readonly [S, Qos]>;

/** Decoding, checking and matching a topic name costs far more than the rest of forwarding a small message, and most topics come again. */
export class TopicCache<S> {
  readonly #topics = new Map<string, Topic>();
  #receivers = new Map<Topic, Receivers<S>>();
  #version = -1;

  constructor(
    readonly subscriptions: SubscriptionTree<S>,
    readonly maxLevels: number,
  ) {}

  /** The topic whose name is these bytes, or why it cannot be one. */
  find(bytes: Buffer, start: number, end: number): Topic | string {
    // One character a byte: as a key it stands for exactly these bytes, valid UTF-8 or not.
    const key = bytes.toString('latin1', start, end);
    const known = this.#topics.get(key);
    if (known !== undefined) return known;
    const name = decodeString(bytes.subarray(start, end));
    const problem = name === undefined ? 'it is not valid UTF-8' : topicProblem(name, this.maxLevels);
    if (problem !== undefined) return problem;
    if (this.#topics.size >= MAX_TOPICS) {
      this.#topics.clear();
      this.#receivers = new Map();
    }
    const topic = { name: name! };
    this.#topics.set(key, topic);
    return topic;
  }

  /** Who is connected here and subscribed to the topic, with the highest QoS of the subscriptions that match. */
  receivers(topic: Topic): Receivers<S> {
    if (this.#version !== this.subscriptions.version) {
      // All at once, so that no topic that never comes again holds on to clients that are gone.
      this.#receivers = new Map();
      this.#version = this.subscriptions.version;
    }
    let receivers = this.#receivers.get(topic);
    if (receivers === undefined) this.#receivers.set(topic, (receivers = [...this.subscriptions.match(topic.name)]));
    return receivers;
  }
}
