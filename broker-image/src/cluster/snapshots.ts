/** Where brokers keep snapshots for one another: the newest whole one, whatever becomes of the next. */
export interface SnapshotStore {
  /** Undefined if there is none. */
  latest(): Promise<{ readonly sequence: number } | undefined>;
  /** The latest one. Its chunks end with an error if a newer one took its place meanwhile. */
  load(): Promise<{ readonly chunks: AsyncIterable<Uint8Array> } | undefined>;
  /** Takes its place, once it is whole. */
  save(sequence: number, chunks: AsyncIterable<Uint8Array>): Promise<unknown>;
}

/** The log does not lead from what this broker has to what the others have: it needs a snapshot, at least of this entry. */
export class SnapshotNeededError extends Error {
  override readonly name = 'SnapshotNeededError';

  constructor(
    readonly sequence: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
