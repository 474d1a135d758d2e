const BURST = 10;
const PER_SECOND = 1;

/** How many failures are still answered and logged one by one: who guesses tokens must not fill the log. */
export class FailureBudget {
  #left = BURST;
  #last: number;

  /** `now` in milliseconds, never going back. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.#last = now();
  }

  /** @returns whether this one is still within it */
  spend(): boolean {
    const now = this.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#last) / 1000) * PER_SECOND);
    this.#last = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
