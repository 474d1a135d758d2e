import { type Load, storedShare } from './load';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Node.js without clients (75 MiB measured), and the young generation: three times the semi-space of 64 MiB that the image sets, less what the 75 have of it. */
const BASE = 256 * MEBIBYTE;

/** Resident memory of an idle connection, measured at 2,000 and 10,000 connections on 2026-11-21: 29 KB over TCP, 53 KB over TLS. */
const CONNECTION = { tcp: 29 * KIBIBYTE, tls: 53 * KIBIBYTE };

/** A persistent session with one subscription, resident memory at 30,000 sessions that are away, measured on 2026-11-21: 16 KB at most. Its queue is on disk. */
const SESSION = 16 * KIBIBYTE;

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
