import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, Store, StoreOpenError } from '../store/index.js';

export interface LeaveClusterOptions {
  readonly directory: string;
  /** Only tell what would be done. */
  readonly dryRun: boolean;
}

/**
 * Takes the store of a stopped broker out of its cluster, with all that is in it: to begin a new replicated log with it after the old one was lost, or to go on with a single broker.
 * @throws StoreOpenError
 */
export async function leaveCluster({ directory, dryRun }: LeaveClusterOptions): Promise<string> {
  // Opening would make one.
  if (!existsSync(join(directory, DATABASE_FILE))) throw new StoreOpenError(`There is no store in ${directory}. Name the folder that the broker has as store.directory.`);
  const store = await Store.open({ directory, maxBytes: Infinity });
  try {
    const { cluster, applied } = store;
    if (cluster === undefined) return `The store in ${directory} belongs to no cluster; nothing to do.\n${contents(store)}`;
    if (dryRun) return `The store in ${directory} belongs to the cluster ${cluster}, and is at entry ${applied} of its log.\n${contents(store)}`;
    await store.leaveCluster();
    return `The store in ${directory} has left the cluster ${cluster} at entry ${applied} of its log.\n${contents(store)}`;
  } finally {
    await store.close();
  }
}

function contents(store: Store): string {
  const { disconnectedSessions, connectedSessions, queuedMessages, retainedMessages } = store.statistics();
  return `It has ${disconnectedSessions + connectedSessions} sessions, ${queuedMessages} queued messages and ${retainedMessages} retained ones.`;
}
