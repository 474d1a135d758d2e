/** A queue whose both ends cost the same however long it is. */
export class Fifo<T> {
  /** Empty until something is queued: most queues never are needed. */
  #items: Array<T | undefined> = [];
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item;
    this.#length++;
  }

  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head];
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#length--;
    // A burst must not keep its memory for ever.
    if (this.#length === 0 && this.#items.length > 1024) {
      this.#items = [];
      this.#head = 0;
    }
    return item;
  }

  #grow(): void {
    const items = new Array<T | undefined>(Math.max(16, this.#items.length * 2));
    for (let i = 0; i < this.#length; i++) items[i] = this.#items[(this.#head + i) & (this.#items.length - 1)];
    this.#items = items;
    this.#head = 0;
  }
}
