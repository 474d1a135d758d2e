import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './cluster-error.js';
import { contentLeftBehind, ReplicatedJournal, type ReplicatedJournalOptions } from './replicated-journal.js';
import { SnapshotNeededError, type SnapshotStore } from './snapshots.js';
import { EmbeddedJournal, RestoreRoomError, Store, type StoreOptions } from '../store/index.js';

/** How often a broker looks for the snapshot that it needs. */
const RETRY_MILLISECONDS = 1000;

export interface JoinOptions extends Omit<ReplicatedJournalOptions, 'store'> {
  /** Id of the cluster that the log belongs to. */
  readonly cluster: string;
  readonly snapshots: SnapshotStore;
  /** Of the store, which is closed and opened again when a snapshot takes its place. */
  readonly storeOptions: StoreOptions;
  readonly signal?: AbortSignal;
}

export interface Joined {
  readonly store: Store;
  readonly journal: ReplicatedJournal;
}

/**
 * Brings the store of this broker to where the log ends: along the log, or where that does not lead there from a snapshot. The store of a broker that stood alone so far becomes
 * what the cluster begins with, and others get it as a snapshot.
 * @throws StoreOpenError, and Error if the store and the log do not belong together
 */
export async function joinCluster(store: Store, options: JoinOptions): Promise<Joined> {
  const { cluster, snapshots, storeOptions, signal, ...journalOptions } = options;
  let current = store;
  try {
    for (;;) {
      if (current.cluster === undefined) await prepare(current, cluster);
      if (current.cluster !== cluster) {
        throw new ClusterError(`The store of this broker belongs to the cluster ${current.cluster}, the log to the cluster ${cluster}. Name the log of its own cluster, or an empty folder in store.directory.`);
      }
      try {
        return { store: current, journal: await ReplicatedJournal.follow({ ...journalOptions, store: current }) };
      } catch (error) {
        if (!(error instanceof SnapshotNeededError)) throw error;
        // Its first entry would have brought it into the cluster, and it would have saved it before the log was trimmed.
        if (current.content !== undefined && current.applied === 0) throw contentLeftBehind();
        const latest = await snapshots.latest();
        if (latest === undefined || latest.sequence < error.sequence) {
          options.waiting?.(error);
          await sleep(RETRY_MILLISECONDS, undefined, { ...(signal && { signal }) });
          continue;
        }
        await current.close();
        await restore(storeOptions.directory, latest.sequence, snapshots, options.waiting);
        current = await Store.open(storeOptions);
      }
    }
  } catch (error) {
    await current.close();
    throw error;
  }
}

/** Leaves the store as it is if a newer snapshot took the place of this one meanwhile. */
async function restore(directory: string, sequence: number, snapshots: SnapshotStore, waiting: JoinOptions['waiting']): Promise<void> {
  try {
    await load(directory, snapshots).catch(async (error: unknown) => {
      if (!(error instanceof RestoreRoomError)) throw error;
      // All that it holds came out of the log, and is in the snapshot: it may go first, if the snapshot is whole.
      const found = await snapshots.load();
      if (found === undefined) throw error;
      await Store.verify(directory, found.chunks);
      waiting?.(new Error(`A snapshot of ${error.bytes} bytes does not fit beside the old store in ${directory} (${error.free} bytes are free), so that store is removed: the snapshot has all of it.`));
      await Store.remove(directory);
      await load(directory, snapshots);
    });
  } catch (error) {
    const latest = await snapshots.latest();
    if (latest === undefined || latest.sequence === sequence) throw error;
  }
}

async function load(directory: string, snapshots: SnapshotStore): Promise<void> {
  const found = await snapshots.load();
  if (found !== undefined) await Store.restore(directory, found.chunks, found.snapshot.bytes);
}

/** Binds a store to its cluster. If it stood alone before, nobody is connected to it any more, and the wills of those who were are published. */
async function prepare(store: Store, cluster: string): Promise<void> {
  if (!store.isNew) await new EmbeddedJournal(store).start({ published() {}, dropped() {} });
  await store.joinCluster(cluster);
}

/** Saves a snapshot of what this broker brought into the cluster, unless there is one: without it, no other broker can begin. To be called once the journal has started. */
export async function shareContent(store: Store, snapshots: SnapshotStore): Promise<void> {
  if (store.content === undefined || (await snapshots.latest()) !== undefined) return;
  await store.durable();
  const { sequence, chunks } = store.snapshot();
  await snapshots.save(sequence, chunks);
}
