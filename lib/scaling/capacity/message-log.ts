import { Size } from 'cdk8s';
import type { ClusterBasis } from './cluster-basis';
import type { Figures } from './figures';
import { bytes, type Load } from './load';
import { entriesPerSecond, loggedMessages, operationsPerSecond } from './replicated-log';
import { ALERT_SHARE, storedBytes } from './store';
import { LOGS_SHARE, STORES_SHARE } from '../../message-log/log-room';
import { MqttSessionStore } from '../../message-log/mqtt-session-store';
import { MqttStorage } from '../../workload/mqtt-storage';

const GIBIBYTE = 1024 ** 3;

/** Copies that survive the loss of one. */
const NODES = 3;

/** Operations in a second up to which the latency of the log was measured: 50,000, with 6 ms for the median and 109 ms for the slowest hundredth (docs/decisions/0005-engine.md). */
export const MEASURED_OPERATIONS = 50_000;

/** Writes to the disk for an entry: the message and its part of Raft's log, synced together. A model, not measured. */
const WRITES_PER_ENTRY = 2;

/** Of a snapshot, in a message of its own: `PART_BYTES` of broker-image/src/cluster/engine/jetstream-snapshots.ts. */
const SNAPSHOT_PART_BYTES = 256 * 1024;

/** How fast a broker saves a snapshot: 150 MB in 3.0 s (docs/decisions/0005-engine.md). */
const SAVED_BYTES_PER_SECOND = 50e6;

/** When the next snapshot is due: broker-image/src/cluster/snapshot-keeper.ts. */
const SNAPSHOT_DUE = { entries: 20_000, bytes: 256 * 1024 ** 2, restFactor: 20, logShare: 1 / 4 };

/** An operation besides topic and payload. A model, not measured. */
const OPERATION_BYTES = 60;

/** What the message log has to bear, for all brokers together. */
export interface LogFigures {
  readonly nodes: number;
  readonly operationsPerSecond: number;
  /** Of each node. */
  readonly diskOperationsPerSecond: number;
  readonly volumeBytes: number;
  /** What each node takes from brokers, or from the node that leads, in a second; each broker reads as much. */
  readonly bytesPerSecond: number;
}

/** Undefined for brokers that store alone. */
export function logFigures(load: Load, basis: ClusterBasis): LogFigures | undefined {
  if (!load.replicated) return undefined;
  const operations = operationsPerSecond(load);
  const bytesPerSecond = loggedMessages(load) * load.messageBytes + operations * OPERATION_BYTES;
  const stored = storedBytes(load, 1);
  // As for a broker's volume, the alert is to come before the store counts as full.
  const volume = stored / ALERT_SHARE / STORES_SHARE;
  const entries = entriesPerSecond(load);
  const writes = entries + snapshotBytesPerSecond(stored, bytesPerSecond, entries, volume * LOGS_SHARE) / SNAPSHOT_PART_BYTES;
  return {
    nodes: basis.sessionStore._ownLog?.nodes ?? NODES,
    operationsPerSecond: operations,
    diskOperationsPerSecond: Math.ceil(writes * WRITES_PER_ENTRY),
    volumeBytes: volume,
    bytesPerSecond,
  };
}

/** Each snapshot is a copy of the store, however little was changed. The log holds what came since the one before the latest, so that each is due after half of what it may have. */
function snapshotBytesPerSecond(stored: number, bytesPerSecond: number, entries: number, maxLogBytes: number): number {
  if (bytesPerSecond === 0) return 0;
  const { restFactor, logShare } = SNAPSHOT_DUE;
  const least = Math.min(SNAPSHOT_DUE.bytes, 2 * SNAPSHOT_DUE.entries / entries * bytesPerSecond);
  const rest = restFactor * stored / SAVED_BYTES_PER_SECOND;
  const due = Math.max(least, Math.min(stored, 2 * rest * bytesPerSecond));
  const seconds = Math.min(due, maxLogBytes * logShare) / 2 / bytesPerSecond;
  return Math.min(stored / seconds, SAVED_BYTES_PER_SECOND);
}

/** Size of the volume of each node: no smaller than a broker's, as a message log of its own has by default, nor than what the profile says. */
export function logStorageSize(log: LogFigures, figures: Figures, basis: ClusterBasis): Size {
  const given = basis.sessionStore._ownLog?.storage?.size;
  const least = Math.max(log.volumeBytes, figures.volumeBytes, basis.storageBytes, given === undefined ? 0 : bytes(given));
  return Size.gibibytes(Math.ceil(least / GIBIBYTE));
}

/** The session store of the profile, with room for the load. A message log that is made elsewhere stays as it is. */
export function sessionStoreOf(log: LogFigures, size: Size, { sessionStore }: ClusterBasis): MqttSessionStore {
  const { _ownLog: options } = sessionStore;
  if (options === undefined) return sessionStore;
  const storage = options.storage === undefined ? MqttStorage.persistentVolume({ size })
    : Object.assign(Object.create(Object.getPrototypeOf(options.storage) as object) as MqttStorage, options.storage, { size });
  return MqttSessionStore.replicated({ ...sessionStore._replication, ...options, nodes: log.nodes, storage });
}
