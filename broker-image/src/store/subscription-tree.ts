import type { Qos } from '../operations/observer.js';

/** Subscribers, each once, with the highest QoS of its subscriptions. Never changed once given out. */
export type Matches<S> = ReadonlyArray<readonly [S, Qos]>;

const NOBODY: Matches<never> = [];

class Node<S> {
  /** Levels by name. */
  children: Map<string, Node<S>> | undefined;
  /** The level `+`. */
  any: Node<S> | undefined;
  /** The level `#`, which is always the last. */
  rest: Node<S> | undefined;
  subscribers: Map<S, Qos> | undefined;
  /** `subscribers`, until they change: most topics match one filter, and share this. */
  #matches: Matches<S> | undefined;

  get empty(): boolean {
    return this.children === undefined && this.any === undefined && this.rest === undefined && this.subscribers === undefined;
  }

  get matches(): Matches<S> {
    return (this.#matches ??= this.subscribers === undefined ? NOBODY : [...this.subscribers]);
  }

  child(level: string): Node<S> | undefined {
    if (level === '+') return this.any;
    return level === '#' ? this.rest : this.children?.get(level);
  }

  grow(level: string): Node<S> {
    const known = this.child(level);
    if (known !== undefined) return known;
    const child = new Node<S>();
    if (level === '+') this.any = child;
    else if (level === '#') this.rest = child;
    else (this.children ??= new Map()).set(level, child);
    return child;
  }

  prune(level: string): void {
    if (level === '+') this.any = undefined;
    else if (level === '#') this.rest = undefined;
    else if (this.children!.delete(level) && this.children!.size === 0) this.children = undefined;
  }

  /** @returns whether it is a subscriber more */
  add(subscriber: S, qos: Qos): boolean {
    const subscribers = (this.subscribers ??= new Map());
    const before = subscribers.size;
    subscribers.set(subscriber, qos);
    this.#matches = undefined;
    return subscribers.size > before;
  }

  /** @returns whether it was a subscriber */
  remove(subscriber: S): boolean {
    if (!this.subscribers?.delete(subscriber)) return false;
    if (this.subscribers.size === 0) this.subscribers = undefined;
    this.#matches = undefined;
    return true;
  }
}

/** Who subscribed to what. The cost of a match depends on the levels of the topic and on what matches, not on how many subscriptions there are. */
export class SubscriptionTree<S> {
  #root = new Node<S>();
  #size = 0;
  #version = 0;
  /** The filters that match, while one topic is looked up. */
  readonly #found: Array<Node<S>> = [];

  get size(): number {
    return this.#size;
  }

  /** Differs whenever matches may differ. */
  get version(): number {
    return this.#version;
  }

  add(filter: string, subscriber: S, qos: Qos): void {
    let node = this.#root;
    for (const level of filter.split('/')) node = node.grow(level);
    if (node.add(subscriber, qos)) this.#size++;
    this.#version++;
  }

  remove(filter: string, subscriber: S): void {
    const levels = filter.split('/');
    const path = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)!.child(level);
      if (child === undefined) return;
      path.push(child);
    }
    if (!path.at(-1)!.remove(subscriber)) return;
    for (let i = levels.length; i > 0 && path[i]!.empty; i--) path[i - 1]!.prune(levels[i - 1]!);
    this.#size--;
    this.#version++;
  }

  /** Every subscriber that the topic reaches, once, with the highest QoS among its matching subscriptions [MQTT-3.3.5-1]. */
  match(topic: string): Matches<S> {
    const found = this.#found;
    // [MQTT-4.7.2-1]: a filter that begins with a wildcard does not match a topic that begins with $
    collect(this.#root, topic.split('/'), 0, topic.startsWith('$'), found);
    const matches = found.length === 0 ? NOBODY : found.length === 1 ? found[0]!.matches : merge(found);
    found.length = 0;
    return matches;
  }
}

function collect<S>(node: Node<S>, levels: readonly string[], depth: number, hidden: boolean, found: Array<Node<S>>): void {
  const { any, rest } = node;
  const wildcards = depth > 0 || !hidden;
  // [MQTT-4.7.1-2]: `#` also matches the level above it
  if (rest !== undefined && wildcards) found.push(rest);
  if (depth === levels.length) {
    if (node.subscribers !== undefined) found.push(node);
    return;
  }
  const named = node.children?.get(levels[depth]!);
  if (named !== undefined) collect(named, levels, depth + 1, hidden, found);
  if (any !== undefined && wildcards) collect(any, levels, depth + 1, hidden, found);
}

function merge<S>(found: ReadonlyArray<Node<S>>): Matches<S> {
  const merged = new Map<S, Qos>();
  for (const { matches } of found) {
    for (const [subscriber, qos] of matches) {
      const before = merged.get(subscriber);
      if (before === undefined || before < qos) merged.set(subscriber, qos);
    }
  }
  return [...merged];
}
