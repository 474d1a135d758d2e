import { BatchWriter, readBatch, type CommitWaiter, type Operation } from '../store/index.js';

export interface BatchQueueOptions {
  readonly broker: string;
  /** Puts one batch into the log. */
  append(data: Uint8Array): Promise<unknown>;
  /** The log takes nothing any more. */
  refused(error: Error): void;
  /** From so many bytes on the next operation goes into the next batch. */
  readonly maxBatchBytes: number;
}

class OutgoingBatch {
  readonly waiters: CommitWaiter[] = [];
  /** Connections that it opens. */
  readonly opens = new Set<number>();
  /** Those of them that are over already. */
  readonly withdrawn = new Set<number>();
  sealed = false;

  constructor(
    readonly number: number,
    public content: BatchWriter,
  ) {}
}

/** Operations on their way into the log: one batch is appended at a time, and the next one fills meanwhile. A batch stays until it was applied. */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  #incarnation = 0;
  #numbers = 0;
  /** In order; those that were appended come first. */
  #batches: OutgoingBatch[] = [];
  #appended = 0;
  #appending = false;
  #scheduled = false;
  #closed = false;
  #bytes = 0;
  #operations = 0;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
  }

  /** Of what waits, in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get operations(): number {
    return this.#operations;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** From now on batches belong to another run of this broker; those of the run before are given up. */
  begin(incarnation: number, reason: Error): void {
    const given = this.#batches;
    this.#incarnation = incarnation;
    this.#numbers = 0;
    this.#batches = [];
    this.#appended = 0;
    this.#bytes = 0;
    this.#operations = 0;
    fail(given, reason);
  }

  add(operation: Operation): void {
    if (this.#closed) return;
    const last = this.#batches.at(-1);
    const batch = last === undefined || last.sealed ? this.#next() : last;
    const before = batch.content.length;
    batch.content.add(operation);
    if (operation.kind === 'open') batch.opens.add(operation.connection.number);
    this.#bytes += batch.content.length - before;
    this.#operations++;
    if (batch.content.length >= this.#options.maxBatchBytes) batch.sealed = true;
    this.#schedule();
  }

  /**
   * The connection is over before it was opened: opening it later would take the client id from one that is not.
   * @returns false if that is on its way already
   */
  withdraw(connection: number): boolean {
    const batch = this.#batches.slice(this.#appended).find(({ opens }) => opens.has(connection));
    batch?.withdrawn.add(connection);
    return batch !== undefined;
  }

  /** Calls back once everything that was added so far was applied; at once if it was. */
  wait(waiter: CommitWaiter): void {
    const last = this.#batches.at(-1);
    if (last === undefined) waiter.committed();
    else last.waiters.push(waiter);
  }

  /** The batch came back from the log and was applied. */
  applied(number: number): void {
    const first = this.#batches[0];
    // The second time, after a repeated append.
    if (first === undefined || first.number !== number) return;
    this.#batches.shift();
    this.#appended--;
    this.#bytes -= first.content.length;
    this.#operations -= first.content.operations;
    for (const waiter of first.waiters) waiter.committed();
  }

  /** Nothing is appended any more, and what was not applied is given up. */
  close(reason: Error): void {
    this.#closed = true;
    this.begin(this.#incarnation, reason);
  }

  #next(): OutgoingBatch {
    const number = ++this.#numbers;
    const batch = new OutgoingBatch(number, this.#writer(number));
    this.#bytes += batch.content.length;
    this.#batches.push(batch);
    return batch;
  }

  #writer(batch: number): BatchWriter {
    return new BatchWriter({ broker: this.#options.broker, incarnation: this.#incarnation, batch }, Date.now());
  }

  /** Writes a batch anew without the connections that are over. */
  #leaveOut(batch: OutgoingBatch): void {
    const before = batch.content;
    batch.content = this.#writer(batch.number);
    for (const operation of readBatch(before.finish()).operations) {
      if (operation.kind !== 'open' || !batch.withdrawn.has(operation.connection.number)) batch.content.add(operation);
    }
    this.#bytes -= before.length - batch.content.length;
    this.#operations -= before.operations - batch.content.operations;
  }

  #schedule(): void {
    if (this.#scheduled || this.#appending) return;
    this.#scheduled = true;
    // After the events of this turn, so that the batch gathers what all its sockets brought.
    setImmediate(() => {
      this.#scheduled = false;
      this.#append();
    });
  }

  #append(): void {
    const batch = this.#batches[this.#appended];
    if (this.#appending || this.#closed || batch === undefined) return;
    batch.sealed = true;
    if (batch.withdrawn.size > 0) this.#leaveOut(batch);
    this.#appending = true;
    this.#appended++;
    this.#options.append(batch.content.finish()).then(
      () => {
        this.#appending = false;
        this.#append();
      },
      (error: Error) => this.#options.refused(error),
    );
  }
}

function fail(batches: readonly OutgoingBatch[], reason: Error): void {
  for (const { waiters } of batches) for (const waiter of waiters) waiter.failed(reason);
}
