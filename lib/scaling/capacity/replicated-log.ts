import type { Load } from './load';
import { storedPerSecond } from './store';

/**
 * Entries that the log takes in a second, from all brokers together; more operations make them larger. Each takes the server that leads 1.01 ms of CPU time
 * (`entry.leader` in bench/cluster/costs.json, measured by `bench/cluster/run brokers` on 2026-11-21), and each broker has one under way.
 */
export const MOST_ENTRIES = 950;

/** Messages that brokers put into the log, a second: once each, however many sessions want it. */
export function loggedMessages(load: Load): number {
  return load.publishesPerSecond * (load.qos1Share + load.qos2Share) * Math.min(1, load.fanOut * load.persistentShare);
}

/** Operations that every broker applies, a second: the messages, and each session's acknowledgement. */
export function operationsPerSecond(load: Load): number {
  return loggedMessages(load) + storedPerSecond(load, 1);
}

export function entriesPerSecond(load: Load): number {
  return Math.min(MOST_ENTRIES, operationsPerSecond(load));
}
