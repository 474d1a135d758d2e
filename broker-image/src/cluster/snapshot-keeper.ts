import type { SnapshotStore } from './snapshots.js';
import type { Store } from '../store/index.js';

export interface SnapshotKeeperOptions {
  readonly store: Store;
  readonly snapshots: SnapshotStore;
  readonly log: {
    /** Bytes that the log takes. */
    readonly bytes: number;
    /** Forgets the entries up to and with this one. */
    trim(upTo: number): Promise<void>;
  };
  /** Whether it is this broker's turn: one of a cluster is enough. */
  readonly responsible: () => boolean;
  readonly failed: (error: Error) => void;
  /** A snapshot is there for others. */
  readonly saved?: () => void;
  /** Size at which the log is full, in bytes. */
  readonly maxLogBytes: number;
  /** Entries after which another snapshot is due. @default 20000 */
  readonly entries?: number;
  /** @default 10 */
  readonly intervalSeconds?: number;
}

const ENTRIES = 20_000;
/** Share of a full log from which on another snapshot is due: the log holds what came since the one before, and what comes while the next one is saved. */
const DUE_SHARE = 1 / 4;
/** However large the log may be: whoever starts reads so much of it. */
const MAX_DUE_BYTES = 256 * 1024 * 1024;
/** Share of a full log from which on nothing of it is kept for brokers that are away for a moment: they begin from the snapshot. */
const CROWDED_SHARE = 1 / 2;
const INTERVAL_SECONDS = 10;

/**
 * Saves a snapshot now and then, so that the log can be short: it goes back to the snapshot before the latest one, so that a broker which was away for a moment
 * still catches up along the log, unless that is about to be full.
 */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.check(), (options.intervalSeconds ?? INTERVAL_SECONDS) * 1000).unref();
  }

  /** Looks whether a snapshot is due, and saves it. */
  check(): Promise<void> {
    this.#running ??= this.#check()
      .catch((error: Error) => this.#options.failed(error))
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** To be awaited before the store is closed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #check(): Promise<void> {
    const { store, snapshots, log, responsible, maxLogBytes, entries = ENTRIES } = this.#options;
    if (!responsible()) return;
    const before = (await snapshots.latest())?.sequence ?? 0;
    const since = store.applied - before;
    const crowded = () => log.bytes >= maxLogBytes * CROWDED_SHARE;
    if (since === 0) {
      // A full log takes nothing more, so that no snapshot would follow by which it is trimmed.
      if (crowded()) await log.trim(before);
      return;
    }
    if (since < entries && log.bytes < Math.min(maxLogBytes * DUE_SHARE, MAX_DUE_BYTES)) return;
    const { sequence, chunks } = store.snapshot();
    try {
      // What is on disk may be a little less than what was applied.
      if (sequence <= before) return;
      await snapshots.save(sequence, chunks);
      this.#options.saved?.();
    } finally {
      await chunks.return();
    }
    const dispensable = crowded() ? sequence : before;
    if (dispensable > 0) await log.trim(dispensable);
  }
}
