/** Why a filter is told to the other brokers. */
export type InterestKind = 'live' | 'stored';

interface Count {
  live: number;
  stored: number;
}

/** The filters of this broker's own clients, counted: the others hear of the first client with a filter and of the last. */
export class LocalInterest {
  readonly #counts = new Map<string, Count>();

  get size(): number {
    return this.#counts.size;
  }

  /** @returns whether the others have to hear of it */
  add(filter: string, kind: InterestKind): boolean {
    const count = this.#counts.get(filter) ?? { live: 0, stored: 0 };
    this.#counts.set(filter, count);
    const before = stateOf(count);
    count[kind]++;
    return stateOf(count) !== before;
  }

  /** @returns whether the others have to hear of it */
  remove(filter: string, kind: InterestKind): boolean {
    const count = this.#counts.get(filter);
    if (count === undefined || count[kind] === 0) return false;
    const before = stateOf(count);
    count[kind]--;
    const after = stateOf(count);
    if (after === undefined) this.#counts.delete(filter);
    return after !== before;
  }

  /** Undefined: no client has the filter. Stored says that a persistent session has it; it gets QoS 0 like any other. */
  state(filter: string): InterestKind | undefined {
    const count = this.#counts.get(filter);
    return count === undefined ? undefined : stateOf(count);
  }

  filters(): IterableIterator<string> {
    return this.#counts.keys();
  }
}

function stateOf({ live, stored }: Count): InterestKind | undefined {
  if (stored > 0) return 'stored';
  return live > 0 ? 'live' : undefined;
}
