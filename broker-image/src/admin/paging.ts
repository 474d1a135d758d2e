/** How long a scan may keep the event loop from the clients, and after how many entries it looks at the clock. */
const SLICE_MILLISECONDS = 2;
const SLICE_ENTRIES = 200;

export interface PageRequest {
  readonly limit: number;
  /** Key of the last entry of the page before. */
  readonly after: string | undefined;
}

export interface Order<T> {
  /** What entries are ordered by; no two have the same. */
  key(entry: T): string;
  /** Which entries are wanted. Left to the page, so that a long way to the next of them is taken in slices too. */
  wanted(entry: T): boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Key of the last item, if there are more behind it. */
  readonly next: string | undefined;
}

/**
 * The wanted entries that follow in the order of their keys. Looks at all entries a slice at a time, so that the broker serves its clients meanwhile, and holds no more than a page or two of
 * them; so entries that come and go between two pages neither hide others nor bring them twice.
 */
export async function page<T>(entries: Iterable<T>, order: Order<T>, { limit, after }: PageRequest): Promise<Page<T>> {
  const best = new Smallest<T>(limit + 1);
  let looked = 0;
  let begun = performance.now();
  for (const entry of entries) {
    const key = order.key(entry);
    if ((after === undefined || key > after) && best.mayAdd(key) && order.wanted(entry)) best.add(key, entry);
    if (++looked % SLICE_ENTRIES === 0 && performance.now() - begun > SLICE_MILLISECONDS) {
      await new Promise(setImmediate);
      begun = performance.now();
    }
  }
  const found = best.take();
  const items = found.slice(0, limit);
  return { items: items.map(({ entry }) => entry), next: found.length > limit ? items.at(-1)!.key : undefined };
}

/** Keeps the entries with the smallest keys. */
class Smallest<T> {
  #kept: { readonly key: string; readonly entry: T }[] = [];
  /** No key from here on can be among them. */
  #bound: string | undefined;

  constructor(readonly count: number) {}

  mayAdd(key: string): boolean {
    return this.#bound === undefined || key < this.#bound;
  }

  add(key: string, entry: T): void {
    this.#kept.push({ key, entry });
    // Sorted now and then costs less than kept sorted.
    if (this.#kept.length >= this.count * 2) this.#cut();
  }

  take(): readonly { readonly key: string; readonly entry: T }[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    this.#kept.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.#kept.length = Math.min(this.#kept.length, this.count);
    if (this.#kept.length === this.count) this.#bound = this.#kept.at(-1)!.key;
  }
}
