import { type Load, storedShare } from './load';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Node.js without clients (100 MiB: `residentBytesBefore` in bench/broker/costs.json), and the young generation: three times the semi-space of 64 MiB that the image sets, less what the 100 have of it. */
const BASE = 256 * MEBIBYTE;

/**
 * Resident memory of a connection: 7.8 KB over TCP and 50.5 KB over TLS of each of 10,000 that were idle, measured by `bench/broker/run --only capacity-idle` on 2026-11-22
 * (`connectionBytes` in bench/broker/costs.json); a fifth more over TLS and half as much again over TCP, for what the kernel keeps of a socket, which counts for the container as well.
 */
const CONNECTION = { tcp: 12 * KIBIBYTE, tls: 60 * KIBIBYTE };

/**
 * A persistent session with one subscription: 7.8 KB of resident memory of each of 30,000 that were away, measured by `bench/broker/run --only capacity-sessions` on 2026-11-22 (`session` in
 * bench/broker/costs.json). Its queue is on disk.
 */
const SESSION = 10 * KIBIBYTE;

/** A retained message besides topic and payload, which are in memory as well. An estimate, not measured. */
const RETAINED_MESSAGE = KIBIBYTE;

/**
 * V8 gives the JavaScript heap half of a container's memory, and no more than 2 GiB of a container below 15 GiB. The other half serves the page cache of the store.
 * Beyond the 2 GiB the process ends with "heap out of memory", however much the pod has.
 */
const LIMIT_FACTOR = 2;
export const LARGEST_HEAP = 2 * KIBIBYTE * MEBIBYTE;

/** What the process needs, in bytes, of the load that is shared among the pods. */
export function sharedMemory(load: Load, share: number): number {
  const connections = load.clients * share * (load.tlsShare * CONNECTION.tls + (1 - load.tlsShare) * CONNECTION.tcp);
  return BASE + connections + load.clients * storedShare(load, share) * load.persistentShare * SESSION;
}

/** What the process needs, in bytes. Retained messages count in full: over time any pod may get each. */
export function processMemory(load: Load, share: number): number {
  return sharedMemory(load, share) + load.retainedMessages * (RETAINED_MESSAGE + load.messageBytes);
}

/** What the pod needs, in bytes. */
export function podMemory(load: Load, share: number): number {
  return processMemory(load, share) * LIMIT_FACTOR;
}
