import type { SnapshotStore } from '../../src/cluster/snapshots.js';

/** Snapshots in memory. */
export class MemorySnapshots implements SnapshotStore {
  #latest: { readonly sequence: number; readonly bytes: Buffer } | undefined;
  saved = 0;

  async latest(): Promise<{ readonly sequence: number } | undefined> {
    return this.#latest;
  }

  async *load(): AsyncGenerator<Uint8Array> {
    const { bytes } = this.#latest!;
    for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
  }

  async save(sequence: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const found: Uint8Array[] = [];
    for await (const chunk of chunks) found.push(chunk);
    this.#latest = { sequence, bytes: Buffer.concat(found) };
    this.saved++;
  }
}
