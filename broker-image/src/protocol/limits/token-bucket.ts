/** So many a second, and as many at once as a second brings. */
export class TokenBucket {
  #tokens: number;
  #filled: number;

  /** `now` is in milliseconds, of any clock that does not jump. */
  constructor(
    readonly perSecond: number,
    now: number,
  ) {
    this.#tokens = perSecond;
    this.#filled = now;
  }

  /**
   * Takes them in any case: whoever takes more than there are owes the rest.
   * @returns milliseconds until nothing is owed, 0 if nothing is
   */
  take(count: number, now: number): number {
    this.#fill(now);
    this.#tokens -= count;
    return this.#tokens >= 0 ? 0 : (-this.#tokens * 1000) / this.perSecond;
  }

  /** Takes one if there is one. @returns 0, or the milliseconds until there is one */
  tryTake(now: number): number {
    this.#fill(now);
    if (this.#tokens < 1) return ((1 - this.#tokens) * 1000) / this.perSecond;
    this.#tokens--;
    return 0;
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.perSecond, this.#tokens + ((now - this.#filled) * this.perSecond) / 1000);
    this.#filled = now;
  }
}
