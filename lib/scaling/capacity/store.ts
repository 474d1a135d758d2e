import { type Load, storedShare } from './load';

/** Limits of a session by default: broker-image/config.schema.json, session.maxQueuedMessages and session.maxQueuedBytes. */
export const QUEUE_LIMIT = { messages: 100_000, bytes: 100 * 1024 * 1024 };

/** LMDB's page, and the largest record that shares one with others: two must fit, beside the page's header and their entries in it. */
const PAGE = 4096;
const LARGEST_SHARED_RECORD = 2000;

/** Beside topic and payload: key of 14 bytes, flags and length of the topic of 3, LMDB's header of 8. */
const RECORD_OVERHEAD = 25;

/**
 * Pages of a B+tree are half full at worst. Measured on 2026-11-21, 20,000 messages to 500 sessions: 1.6 to 1.8 times the records; 1,000,000 messages of 64 bytes with topics of 14 to 100
 * sessions: 201 bytes each, where this plans 206 (`storedBytes` in bench/cluster/costs.json).
 */
const PAGE_FACTOR = 2;

/** A session with one subscription, pages included: 413 bytes of each of 30,000, measured by `bench/broker/run --only capacity-sessions` on 2026-11-22 (bench/broker/costs.json). */
export const SESSION_BYTES = 600;

/** The store counts as full at 90 % of the volume, and the alert MqttStoreNearlyFull comes at 80 % of that. */
const STORE_SHARE = 0.9;
export const ALERT_SHARE = 0.8;

/**
 * Group commits a second, at most: each waits for the disk twice (the data, then the page that makes it count), and what comes meanwhile goes into the next one. 250, 920 and 1,170 were
 * measured with 250, 1,000 and 4,000 stored messages a second, where a sync of 4 KiB takes 0.24 ms (`bench/broker/run --only capacity-commits`; `commits` in bench/broker/costs.json). On a slower disk they are fewer and larger.
 */
const MOST_COMMITS = 1200;

/** As many as are asked of the volume: an acknowledgement then waits for 2.5 ms, or twice that, if a commit is under way. A volume that does more makes it wait less. */
const MOST_COMMITS_OF_VOLUME = 400;

/** Brokers of a cluster let commits gather for 100 ms, since what is acknowledged is in the log (COMMIT_DELAY_MILLISECONDS of broker-image/src/commands/running-broker.ts). */
const MOST_COMMITS_OF_CLUSTER = 10;

/**
 * Pages that a commit writes, besides one for each stored message: branches and the meta page. 4.2, 3.9 and 2.0 were measured with 250, 1,000 and 4,000 stored messages a second (`pagesPerSecond`
 * of `commits` in bench/broker/costs.json): many messages are delivered and acknowledged before they are written at all.
 */
const PAGES_PER_COMMIT = 4;

/** Messages for persistent sessions, which are stored before they are acknowledged, a second. */
export function storedPerSecond(load: Load, share: number): number {
  return load.publishesPerSecond * share * (load.qos1Share + load.qos2Share) * load.fanOut * load.persistentShare;
}

/** Each stored message is written, and removed when it is acknowledged, each time with whatever else waits for the disk. */
export function commitsPerSecond(load: Load, share: number): number {
  return Math.min(load.replicated ? MOST_COMMITS_OF_CLUSTER : MOST_COMMITS, 2 * storedPerSecond(load, share));
}

export function diskOperationsPerSecond(load: Load, share: number): number {
  const stored = storedShare(load, share);
  return Math.ceil(Math.min(MOST_COMMITS_OF_VOLUME, commitsPerSecond(load, stored)) * PAGES_PER_COMMIT + storedPerSecond(load, stored));
}

/** Messages that each absent session has waiting at the end of the outage, before its limits. */
export function queuedPerSession(load: Load): number {
  const sessions = load.clients * load.persistentShare;
  return sessions === 0 ? 0 : storedPerSecond(load, 1) / sessions * load.retentionSeconds;
}

/** Messages that each session may have waiting. */
export function queueLimit({ messageBytes }: Load): number {
  return Math.min(QUEUE_LIMIT.messages, Math.floor(QUEUE_LIMIT.bytes / messageBytes));
}

/** Size of the volume, in bytes. */
export function volumeBytes(load: Load, share: number): number {
  return storedBytes(load, storedShare(load, share)) / STORE_SHARE / ALERT_SHARE;
}

/** What a pod has stored at the end of the outage, in bytes. */
export function storedBytes(load: Load, share: number): number {
  const sessions = load.clients * share * load.persistentShare;
  const queued = sessions * load.absentShare * Math.min(queuedPerSession(load), queueLimit(load));
  // Retained messages count in full: over time any pod may get each.
  return sessions * SESSION_BYTES + (queued + load.retainedMessages) * recordBytes(load.messageBytes);
}

/** What a message takes on disk. Larger ones have whole pages of their own. */
export function recordBytes(messageBytes: number): number {
  const record = messageBytes + RECORD_OVERHEAD;
  return record <= LARGEST_SHARED_RECORD ? record * PAGE_FACTOR : Math.ceil(record / PAGE) * PAGE + RECORD_OVERHEAD * PAGE_FACTOR;
}
