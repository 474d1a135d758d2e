import { RequestError } from './request-error.js';

/** Lets a few requests run at a time and refuses the others: what waits would hold memory. */
export class ConcurrencyLimit {
  #running = 0;

  constructor(readonly most: number) {}

  /** @throws RequestError if too many are running */
  async run<T>(action: () => T | Promise<T>): Promise<T> {
    if (this.#running >= this.most) throw new RequestError(503, `${this.most} lists are being made already`, { 'Retry-After': '1' });
    this.#running++;
    try {
      return await action();
    } finally {
      this.#running--;
    }
  }
}
