import type { Matches, SubscriptionTree } from './subscription-tree.js';

/** What matches a topic, until the subscriptions change: walking their tree costs far more than looking a topic up, and most topics come again. */
export class MatchCache<S> {
  #matches = new Map<string, Matches<S>>();
  #version = -1;

  /** `order`: the order of those that match. @default - that of the tree */
  constructor(
    readonly subscriptions: SubscriptionTree<S>,
    readonly maxTopics: number,
    readonly order: (matches: Matches<S>) => Matches<S> = (matches) => matches,
  ) {}

  of(topic: string): Matches<S> {
    if (this.#version !== this.subscriptions.version || this.#matches.size >= this.maxTopics) {
      this.#matches = new Map();
      this.#version = this.subscriptions.version;
    }
    let matches = this.#matches.get(topic);
    if (matches === undefined) this.#matches.set(topic, (matches = this.order(this.subscriptions.match(topic))));
    return matches;
  }
}
