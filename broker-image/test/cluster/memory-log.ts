import { LogTrimmedError, type LogEntry, type ReplicatedLog } from '../../src/cluster/replicated-log.js';

/** Turns of the event loop that pass before something happens; what decides is the test's own random source. */
export type Delays = () => number;

/** A totally ordered log in memory, for several brokers. */
export class SharedLog {
  readonly entries: LogEntry[] = [];
  #first = 1;
  #waiting: Array<() => void> = [];

  get last(): number {
    return this.entries.at(-1)?.sequence ?? 0;
  }

  get first(): number {
    return this.#first;
  }

  add(data: Uint8Array): number {
    const sequence = this.last + 1;
    // A copy, as over a network.
    this.entries.push({ sequence, data: Buffer.from(data) });
    this.wake();
    return sequence;
  }

  /** Forgets everything up to and with this entry. */
  trim(upTo: number): void {
    this.#first = upTo + 1;
  }

  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  connect(options: { readonly delays?: Delays; readonly duplicates?: () => boolean } = {}): MemoryLog {
    return new MemoryLog(this, options.delays ?? (() => 0), options.duplicates ?? (() => false));
  }
}

/** One broker's connection to it, which can be slow and can break. */
export class MemoryLog implements ReplicatedLog {
  #connected = true;
  #closed = false;
  #appending = false;
  /** Rejects appends for good. */
  refusal: Error | undefined;

  constructor(
    readonly shared: SharedLog,
    readonly delays: Delays,
    readonly duplicates: () => boolean,
  ) {}

  get available(): boolean {
    return this.#connected && !this.#closed;
  }

  get failure(): Error | undefined {
    return this.available ? undefined : new Error('the log is away');
  }

  disconnect(): void {
    this.#connected = false;
  }

  reconnect(): void {
    this.#connected = true;
    this.shared.wake();
  }

  async append(data: Uint8Array): Promise<number> {
    if (this.#appending) throw new Error('two appends at a time');
    this.#appending = true;
    try {
      await this.#reach();
      if (this.refusal !== undefined) throw this.refusal;
      const sequence = this.shared.add(data);
      // The answer was lost, and the append repeated.
      if (this.duplicates()) {
        await this.#reach();
        this.shared.add(data);
      }
      await this.#reach();
      return sequence;
    } finally {
      this.#appending = false;
    }
  }

  async *read(after: number): AsyncGenerator<LogEntry> {
    for (let next = after + 1; ; ) {
      if (this.#closed) return;
      if (!this.#connected) {
        await this.shared.changed();
        continue;
      }
      if (next < this.shared.first) throw new LogTrimmedError(next - 1, this.shared.first);
      const entry = this.shared.entries[next - 1];
      if (entry === undefined) {
        await this.shared.changed();
        continue;
      }
      await this.#turns();
      if (this.#closed) return;
      yield entry;
      next++;
    }
  }

  async last(): Promise<number> {
    await this.#reach();
    return this.shared.last;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.shared.wake();
  }

  async #turns(): Promise<void> {
    for (let turns = this.delays(); turns > 0; turns--) await new Promise(setImmediate);
  }

  async #reach(): Promise<void> {
    await this.#turns();
    while (!this.#connected && !this.#closed) await this.shared.changed();
    if (this.#closed) throw new Error('the log is closed');
  }
}
