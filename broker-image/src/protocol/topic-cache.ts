import { decodeString, isPlain, topicProblem } from './topics.js';
import type { Matches, SubscriptionTree } from '../store/index.js';

/** What a fleet of ten thousand devices with a handful of topics each uses, in about 15 MB. */
const MAX_TOPICS = 65_536;
/** Longer topics are not kept: the cache is bounded in bytes too. */
const MAX_TOPIC_BYTES = 512;

/** A topic name that was decoded and checked. */
export interface Topic {
  readonly name: string;
}

/** Decoding, checking and matching a topic name costs far more than the rest of forwarding a small message, and most topics come again. */
export class TopicCache<S> {
  readonly #topics = new Map<string, Topic>();
  #receivers = new Map<Topic, Matches<S>>();
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
    const name = isPlain(bytes, start, end) ? key : decodeString(bytes.subarray(start, end));
    const problem = name === undefined ? 'it is not valid UTF-8' : topicProblem(name, this.maxLevels);
    if (problem !== undefined) return problem;
    const topic = { name: name! };
    if (end - start > MAX_TOPIC_BYTES) return topic;
    if (this.#topics.size >= MAX_TOPICS) {
      this.#topics.clear();
      this.#receivers = new Map();
    }
    this.#topics.set(key, topic);
    return topic;
  }

  /** Who is connected here and subscribed to the topic, with the highest QoS of the subscriptions that match. */
  receivers(topic: Topic): Matches<S> {
    if (this.#version !== this.subscriptions.version) {
      // All at once, so that no topic that never comes again holds on to clients that are gone.
      this.#receivers = new Map();
      this.#version = this.subscriptions.version;
    }
    let receivers = this.#receivers.get(topic);
    if (receivers !== undefined) return receivers;
    receivers = this.subscriptions.match(topic.name);
    // What has no place among the topics would be kept until the subscriptions change.
    if (topic.name.length <= MAX_TOPIC_BYTES) this.#receivers.set(topic, receivers);
    return receivers;
  }
}
