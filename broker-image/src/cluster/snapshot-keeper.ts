import type { SavedSnapshot, SnapshotStore } from './snapshots.js';
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
  /** Entries after which another snapshot is worth its while. @default 20000 */
  readonly entries?: number;
  /** @default 10 */
  readonly intervalSeconds?: number;
}

const ENTRIES = 20_000;
/** Less than this is read in seconds by whoever starts. */
const BYTES = 256 * 1024 * 1024;
/**
 * A snapshot is a copy of the whole store, however little was changed. So the next one waits until the log is as large as the latest one, or for so many times as long as that took: brokers write snapshots for
 * a twentieth of the time, or no more than twice what they write into the log.
 */
const REST_FACTOR = 20;
/** Share of a full log from which on another snapshot is due, whatever it costs: the log holds what came since the one before, and what comes while the next one is saved. */
const DUE_SHARE = 1 / 4;
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
  /** Since when the latest snapshot is known here, by the monotonic clock: those of brokers differ. */
  #known = { sequence: 0, since: 0 };
  /** After a failure it is tried again when as much time has passed as the attempt took. */
  #restsUntil = 0;

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
    const { store, snapshots, log, responsible } = this.#options;
    if (!responsible()) return;
    const latest = await snapshots.latest();
    const before = latest?.sequence ?? 0;
    const since = store.applied - before;
    if (before !== this.#known.sequence) this.#known = { sequence: before, since: performance.now() };
    if (since === 0) {
      // A full log takes nothing more, so that no snapshot would follow by which it is trimmed.
      if (this.#isCrowded) await log.trim(before);
      return;
    }
    if (!this.#isDue(latest, since)) return;
    const { sequence, chunks } = store.snapshot();
    const begun = performance.now();
    try {
      // What is on disk may be a little less than what was applied.
      if (sequence <= before) return;
      await snapshots.save(sequence, chunks);
      this.#options.saved?.();
    } catch (error) {
      this.#restsUntil = 2 * performance.now() - begun;
      throw error;
    } finally {
      await chunks.return();
    }
    const dispensable = this.#isCrowded ? sequence : before;
    if (dispensable > 0) await log.trim(dispensable);
  }

  get #isCrowded(): boolean {
    const { log, maxLogBytes } = this.#options;
    return log.bytes >= maxLogBytes * CROWDED_SHARE;
  }

  #isDue(latest: SavedSnapshot | undefined, since: number): boolean {
    const { log, maxLogBytes, entries = ENTRIES } = this.#options;
    const now = performance.now();
    if (now < this.#restsUntil) return false;
    if (log.bytes >= maxLogBytes * DUE_SHARE) return true;
    if (since < entries && log.bytes < BYTES) return false;
    const { bytes = 0, milliseconds = 0 } = latest ?? {};
    return log.bytes >= bytes || now - this.#known.since >= REST_FACTOR * milliseconds;
  }
}
