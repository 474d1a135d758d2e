import { Size } from 'cdk8s';
import type { ClusterBasis } from './cluster-basis';
import type { Figures } from './figures';
import { bytes, type Load } from './load';
import { entriesPerSecond, loggedMessages, operationsPerSecond } from './replicated-log';
import { storedBytes } from './store';
import { MqttSessionStore } from '../../message-log/mqtt-session-store';
import { MqttStorage } from '../../workload/mqtt-storage';

const GIBIBYTE = 1024 ** 3;

/** Copies that survive the loss of one. */
const NODES = 3;

/**
 * Share of a node's volume that two snapshots may take: streams have 0.8 of it, and the log itself a quarter (lib/message-log/nats-configuration.ts).
 */
const SNAPSHOTS_SHARE = 0.8 - 0.25;

/** Operations in a second up to which the latency of the log was measured: 50,000, with 6 ms for the median and 109 ms for the slowest hundredth (docs/decisions/0005-engine.md). */
export const MEASURED_OPERATIONS = 50_000;

/** Writes to the disk for an entry: the message and its part of Raft's log, synced together. A model, not measured. */
const WRITES_PER_ENTRY = 2;

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
  return {
    nodes: basis.sessionStore._ownLog?.nodes ?? NODES,
    operationsPerSecond: operations,
    diskOperationsPerSecond: Math.ceil(entriesPerSecond(load) * WRITES_PER_ENTRY),
    volumeBytes: 2 * storedBytes(load, 1) / SNAPSHOTS_SHARE,
    bytesPerSecond: loggedMessages(load) * load.messageBytes + operations * OPERATION_BYTES,
  };
}

/** Size of the volume of each node: no smaller than a broker's (MQTT-LOG-003), nor than what the profile says. */
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
