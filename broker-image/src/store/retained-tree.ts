class Node<V> {
  children: Map<string, Node<V>> | undefined;
  value: V | undefined;
}

/** Values by topic, found by topic filter. */
export class RetainedTree<V> {
  #root = new Node<V>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(topic: string): V | undefined {
    let node: Node<V> | undefined = this.#root;
    for (const level of topic.split('/')) node = node?.children?.get(level);
    return node?.value;
  }

  set(topic: string, value: V): void {
    let node = this.#root;
    for (const level of topic.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, (child = new Node()));
      node = child;
    }
    if (node.value === undefined) this.#size++;
    node.value = value;
  }

  delete(topic: string): void {
    const levels = topic.split('/');
    const path = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)!.children?.get(level);
      if (child === undefined) return;
      path.push(child);
    }
    if (path.at(-1)!.value === undefined) return;
    path.at(-1)!.value = undefined;
    this.#size--;
    for (let i = levels.length; i > 0 && path[i]!.value === undefined && path[i]!.children === undefined; i--) {
      const parent = path[i - 1]!;
      parent.children!.delete(levels[i - 1]!);
      if (parent.children!.size === 0) parent.children = undefined;
    }
  }

  /** In the order in which the topics were first set, level by level. */
  *match(filter: string): Generator<V> {
    yield* walk(this.#root, filter.split('/'), 0);
  }
}

function* walk<V>(node: Node<V>, levels: readonly string[], depth: number): Generator<V> {
  if (depth === levels.length) {
    if (node.value !== undefined) yield node.value;
    return;
  }
  const level = levels[depth]!;
  if (level === '#') {
    // [MQTT-4.7.1-2]: `#` also matches the level above it
    yield* everything(node, depth === 0);
    return;
  }
  if (level === '+') {
    for (const [name, child] of node.children ?? []) {
      if (depth === 0 && name.startsWith('$')) continue; // [MQTT-4.7.2-1]
      yield* walk(child, levels, depth + 1);
    }
    return;
  }
  const child = node.children?.get(level);
  if (child !== undefined) yield* walk(child, levels, depth + 1);
}

function* everything<V>(node: Node<V>, root: boolean): Generator<V> {
  if (node.value !== undefined) yield node.value;
  for (const [name, child] of node.children ?? []) {
    if (root && name.startsWith('$')) continue; // [MQTT-4.7.2-1]
    yield* everything(child, false);
  }
}
