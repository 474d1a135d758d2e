/** One entry: one batch of operations of one broker. */
export interface LogEntry {
  /** Position in the log: it grows from entry to entry, the same on every broker. */
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** A totally ordered log, kept by an engine on a quorum of its nodes: every broker reads the same entries in the same order. */
export interface ReplicatedLog {
  /**
   * Appends one entry and resolves with its sequence once a quorum has it. One at a time: the next batch fills meanwhile. Tries again by itself until it knows, however
   * long the engine is away or has no room, so that in rare cases the entry is there again later; rejects only if the log is closed or the engine refuses for good (another cluster's stream, an
   * entry that is too large).
   */
  append(data: Uint8Array): Promise<number>;
  /**
   * The entries after `sequence`, in order and without gaps, the ones to come too. Ends when the log is closed.
   * @throws LogTrimmedError if they are no longer there
   */
  read(after: number): AsyncIterable<LogEntry>;
  /**
   * Sequence of the last entry now; 0 if there never was one.
   * @param atLeast an entry that is known to have been there: an answer below it is doubted for a while
   */
  last(atLeast?: number): Promise<number>;
  /** Whether the engine can be reached and has a quorum. */
  readonly available: boolean;
  /** Why it is not available. */
  readonly failure: Error | undefined;
  close(): Promise<void>;
}

/** The log no longer has what was asked for: only a snapshot leads there. */
export class LogTrimmedError extends Error {
  override readonly name = 'LogTrimmedError';

  constructor(
    readonly after: number,
    readonly first: number,
  ) {
    super(`The replicated log begins at ${first}; the entries from ${after + 1} on were trimmed. A snapshot is needed.`);
  }
}
