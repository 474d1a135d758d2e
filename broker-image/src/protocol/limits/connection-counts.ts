/** Counts connections by something that they share, up to a limit. */
export class ConnectionCounts {
  readonly #counts = new Map<string, number>();

  constructor(readonly max: number) {}

  /**
   * `leaving`: connections that share the key as well, and leave as soon as this one has entered.
   * @returns whether there was room; only then `leave` has to follow
   */
  enter(key: string, leaving = 0): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count - leaving >= this.max) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  leave(key: string): void {
    const count = this.#counts.get(key)!;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
  }
}
