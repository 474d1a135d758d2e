import type { Qos } from '../operations/observer.js';

class Node<S> {
  /** Levels by name, `+` and `#` among them: a topic has neither as a name. */
  children: Map<string, Node<S>> | undefined;
  subscribers: Map<S, Qos> | undefined;

  get empty(): boolean {
    return this.children === undefined && this.subscribers === undefined;
  }
}

/** Who subscribed to what. The cost of a match depends on the levels of the topic and on what matches, not on how many subscriptions there are. */
export class SubscriptionTree<S> {
  #root = new Node<S>();
  #size = 0;
  #version = 0;

  get size(): number {
    return this.#size;
  }

  /** Differs whenever matches may differ. */
  get version(): number {
    return this.#version;
  }

  add(filter: string, subscriber: S, qos: Qos): void {
    let node = this.#root;
    for (const level of filter.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, (child = new Node()));
      node = child;
    }
    node.subscribers ??= new Map();
    if (!node.subscribers.has(subscriber)) this.#size++;
    node.subscribers.set(subscriber, qos);
    this.#version++;
  }

  remove(filter: string, subscriber: S): void {
    const levels = filter.split('/');
    const path = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)!.children?.get(level);
      if (child === undefined) return;
      path.push(child);
    }
    const leaf = path.at(-1)!;
    if (!leaf.subscribers?.delete(subscriber)) return;
    if (leaf.subscribers.size === 0) leaf.subscribers = undefined;
    for (let i = levels.length; i > 0 && path[i]!.empty; i--) {
      const parent = path[i - 1]!;
      parent.children!.delete(levels[i - 1]!);
      if (parent.children!.size === 0) parent.children = undefined;
    }
    this.#size--;
    this.#version++;
  }

  /** Every subscriber that the topic reaches, once, with the highest QoS among its matching subscriptions [MQTT-3.3.5-1]. */
  match(topic: string): Map<S, Qos> {
    const matches = new Map<S, Qos>();
    // [MQTT-4.7.2-1]: a filter that begins with a wildcard does not match a topic that begins with $
    collect(this.#root, topic.split('/'), 0, topic.startsWith('$'), matches);
    return matches;
  }
}

function collect<S>(node: Node<S>, levels: readonly string[], depth: number, hidden: boolean, matches: Map<S, Qos>): void {
  const { children } = node;
  if (depth === levels.length) {
    merge(node.subscribers, matches);
    // [MQTT-4.7.1-2]: `#` also matches the level above it
    merge(children?.get('#')?.subscribers, matches);
    return;
  }
  if (children === undefined) return;
  const wildcards = depth > 0 || !hidden;
  if (wildcards) merge(children.get('#')?.subscribers, matches);
  const named = children.get(levels[depth]!);
  if (named !== undefined) collect(named, levels, depth + 1, hidden, matches);
  const any = wildcards ? children.get('+') : undefined;
  if (any !== undefined) collect(any, levels, depth + 1, hidden, matches);
}

function merge<S>(subscribers: Map<S, Qos> | undefined, matches: Map<S, Qos>): void {
  if (subscribers === undefined) return;
  for (const [subscriber, qos] of subscribers) {
    const before = matches.get(subscriber);
    if (before === undefined || before < qos) matches.set(subscriber, qos);
  }
}
