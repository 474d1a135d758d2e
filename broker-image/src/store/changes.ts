import { forgetUnlessNeeded, type Queue, type QueueEntry } from './queue.js';
import { keys, records } from './records.js';

/** Takes the records of one group commit. */
export interface RecordWriter {
  put(key: Buffer | QueueEntry, value: Buffer): void;
  remove(key: Buffer | QueueEntry): void;
}

/**
 * What differs between the state in memory and the database: the next group commit. Only the last value of a record counts, and a queue entry
 * that came and went in between is never written.
 */
export class Changes {
  readonly #records = new Map<string, Buffer | null>();
  readonly #entries: QueueEntry[] = [];
  readonly #progress: Queue[] = [];
  operations = 0;

  get empty(): boolean {
    return this.operations === 0;
  }

  put(key: Buffer, value: Buffer): void {
    this.#records.set(key.toString('latin1'), value);
  }

  remove(key: Buffer): void {
    this.#records.set(key.toString('latin1'), null);
  }

  entry(entry: QueueEntry): void {
    if (!entry.changed) {
      entry.changed = true;
      this.#entries.push(entry);
    }
    this.progress(entry.queue);
  }

  progress(queue: Queue): void {
    if (!queue.progressChanged) {
      queue.progressChanged = true;
      this.#progress.push(queue);
    }
  }

  /** Writes everything; from now on the state may change again, and that is the business of the next changes. */
  writeTo(writer: RecordWriter): void {
    for (const [key, value] of this.#records) {
      const bytes = Buffer.from(key, 'latin1');
      if (value === null) writer.remove(bytes);
      else writer.put(bytes, value);
    }
    for (const entry of this.#entries) {
      entry.changed = false;
      entry.writing = true;
      if (!entry.removed) {
        entry.stored = true;
        writer.put(entry, records.entry(entry));
        if (entry.origin !== undefined) writer.put(keys.origin(entry), records.origin(entry.origin));
      } else if (entry.stored) {
        writer.remove(entry);
        if (entry.origin !== undefined) writer.remove(keys.origin(entry));
      }
    }
    for (const queue of this.#progress) {
      queue.progressChanged = false;
      if (!queue.ended) writer.put(keys.progress(queue.number), records.progress(queue));
    }
  }

  /** The commit of `failed` did not happen: its records are due again, unless newer ones are. */
  takeBack(failed: Changes): void {
    for (const [key, value] of failed.#records) if (!this.#records.has(key)) this.#records.set(key, value);
    for (const entry of failed.#entries) {
      entry.writing = false;
      this.entry(entry);
    }
    for (const queue of failed.#progress) this.progress(queue);
    this.operations += failed.operations;
  }

  /** The commit is on disk: what nobody keeps in memory is read from there again. */
  committed(): void {
    for (const entry of this.#entries) {
      entry.writing = false;
      forgetUnlessNeeded(entry);
    }
  }
}
