import type { SnapshotStore } from '../../src/cluster/snapshots.js';

/** Snapshots in memory. */
export class MemorySnapshots implements SnapshotStore {
  #latest: { readonly sequence: number; readonly bytes: Buffer } | undefined;
  saved = 0;
  /** Called before each chunk. */
  reading: (() => void) | undefined;

  async latest(): Promise<{ readonly sequence: number } | undefined> {
    return this.#latest;
  }

  async load(): Promise<{ readonly chunks: AsyncIterable<Uint8Array> } | undefined> {
    return this.#latest && { chunks: this.#chunks(this.#latest.bytes) };
  }

  async save(sequence: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const found: Uint8Array[] = [];
    for await (const chunk of chunks) found.push(chunk);
    this.#latest = { sequence, bytes: Buffer.concat(found) };
    this.saved++;
  }

  async *#chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 10_000) {
      this.reading?.();
      if (this.#latest!.bytes !== bytes) throw new Error('a newer one took its place');
      yield bytes.subarray(at, at + 10_000);
    }
  }
}
