import type { SavedSnapshot, SnapshotStore } from '../../src/cluster/snapshots.js';

/** Snapshots in memory. */
export class MemorySnapshots implements SnapshotStore {
  #latest: { readonly sequence: number; readonly bytes: Buffer } | undefined;
  saved = 0;
  /** What the latest one is said to have taken. */
  milliseconds = 0;
  /** Called before each chunk. */
  reading: (() => void) | undefined;

  async latest(): Promise<SavedSnapshot | undefined> {
    const { sequence, bytes } = this.#latest ?? {};
    return sequence === undefined || bytes === undefined ? undefined : { sequence, bytes: bytes.length, milliseconds: this.milliseconds };
  }

  async load(): Promise<{ readonly snapshot: SavedSnapshot; readonly chunks: AsyncIterable<Uint8Array> } | undefined> {
    const snapshot = await this.latest();
    return snapshot && { snapshot, chunks: this.#chunks(this.#latest!.bytes) };
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
