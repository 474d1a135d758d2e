/** A state of all that is durable, as it is after the entry of the log with this sequence. */
export interface SavedSnapshot {
  readonly sequence: number;
  readonly bytes: number;
  /** How long it took to save it; undefined where nobody knows. */
  readonly milliseconds?: number;
}

/** Where brokers keep snapshots for one another: the newest whole one, whatever becomes of the next. */
export interface SnapshotStore {
  /** Undefined if there is none. */
  latest(): Promise<SavedSnapshot | undefined>;
  /** The latest one. Its chunks end with an error if a newer one took its place meanwhile. */
  load(): Promise<{ readonly snapshot: SavedSnapshot; readonly chunks: AsyncIterable<Uint8Array> } | undefined>;
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
