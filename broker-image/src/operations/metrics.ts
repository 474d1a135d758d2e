import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ClientIdentity } from '../access/access-control.js';
import { closeReasons, dropReasons, refusalReasons, subscribeDenialReasons, throttleReasons, type CloseReason, type DropReason, type Qos, type RefusalReason, type SubscribeDenialReason, type ThrottleReason } from './observer.js';
import { appendBuckets, departureReasons, noCluster, type ClusterStatistics } from './cluster-metrics.js';
import type { BrokerStatistics } from './statistics.js';

const qualities = [0, 1, 2] as const;

/** What is read again while the broker runs: files, and the keys at the URL of an issuer. */
export const reloadableFiles = ['password', 'acl', 'jwt', 'jwks', 'tls', 'admin-token', 'config'] as const;
export type ReloadableFile = (typeof reloadableFiles)[number];

/** From a commit on a fast local disk to one on a disk in trouble, in seconds. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export interface MetricsOptions {
  readonly version: string;
  readonly name: string;
  /** Names of the listeners, so that each has its series from the start. */
  readonly listeners: readonly string[];
  readonly storeMaxBytes: number;
}

/** When the certificates or revocation lists of a file are over. */
export interface CertificateExpiry {
  /** Absent: of the connection to the replicated log. */
  readonly listener?: string;
  readonly file: string;
  /** Seconds since the epoch. */
  readonly time: number;
}

/** What is read when somebody scrapes. */
export interface MetricsSources {
  /** Undefined until the broker runs. */
  statistics(): BrokerStatistics | undefined;
  storeWritable(): boolean;
  draining(): boolean;
  /** Of TLS, where something says when it is over. @default none */
  readonly expiries?: () => readonly CertificateExpiry[];
  /** Of a broker of a cluster; undefined until it has found the others. */
  readonly cluster?: (() => ClusterStatistics | undefined) | undefined;
}

/**
 * Counts what happens in the broker and shows it to Prometheus. On the hot path it only adds to numbers; prom-client, which looks up labels
 * at every step, comes in when somebody scrapes. All counters exist from the start with every label value: `rate()` over a series that appears
 * with its first event would miss that event.
 */
export class Metrics {
  readonly totals = {
    opened: new Map<string, number>(),
    closed: zeroed(closeReasons),
    refused: zeroed(refusalReasons),
    received: [0, 0, 0],
    sent: [0, 0, 0],
    dropped: zeroed(dropReasons),
    bytesReceived: 0,
    bytesSent: 0,
    throttled: zeroed(throttleReasons),
    publishDenied: 0,
    subscribeDenied: zeroed(subscribeDenialReasons),
    retainRefused: 0,
    storeOperations: 0,
    storeErrors: 0,
  };
  private readonly connections = new Map<string, number>();
  private readonly registry = new Registry();
  private readonly commitSeconds: Histogram;
  private appendSeconds: Histogram | undefined;
  private readonly reloads: Counter<'file' | 'result'>;
  /** What of each file could not be read when it was last read again: there can be several of a kind. */
  private readonly failing = new Map<ReloadableFile, Set<string>>(reloadableFiles.map((file) => [file, new Set()]));
  private readonly refreshers: (() => void)[] = [];

  constructor({ version, name, listeners, storeMaxBytes }: MetricsOptions, sources: MetricsSources) {
    for (const listener of listeners) {
      this.totals.opened.set(listener, 0);
      this.connections.set(listener, 0);
    }
    collectDefaultMetrics({ register: this.registry });
    const { totals } = this;
    this.gauge('mqtt_broker_info', 'The broker that is running; always 1.', ['version', 'name'], () => [[{ version, name }, 1]]);

    this.gauge('mqtt_connections', 'Clients connected now.', ['listener'], () => series('listener', this.connections));
    this.counter('mqtt_connections_opened_total', 'Clients that connected.', ['listener'], () => series('listener', totals.opened));
    this.counter('mqtt_connections_closed_total', 'Connections that ended.', ['reason'], () => series('reason', totals.closed));
    this.counter('mqtt_connections_refused_total', 'Connections that were turned away before the client was connected.', ['reason'], () => series('reason', totals.refused));

    this.counter('mqtt_messages_received_total', 'PUBLISH packets from clients.', ['qos'], () => qualities.map((qos) => [{ qos }, totals.received[qos]!]));
    this.counter('mqtt_messages_sent_total', 'PUBLISH packets to clients, by the quality of service of the delivery.', ['qos'], () => qualities.map((qos) => [{ qos }, totals.sent[qos]!]));
    this.counter('mqtt_messages_dropped_total', 'Messages that did not reach a subscriber.', ['reason'], () => series('reason', totals.dropped));
    this.single('counter', 'mqtt_bytes_received_total', 'Bytes of PUBLISH packets from clients.', () => totals.bytesReceived);
    this.single('counter', 'mqtt_bytes_sent_total', 'Bytes of PUBLISH packets to clients.', () => totals.bytesSent);
    this.counter('mqtt_publish_throttled_total', 'Clients that were not read for a while because they publish faster than they may, each counted once a second.', ['reason'], () => series('reason', totals.throttled));
    this.single('counter', 'mqtt_publish_denied_total', 'Publishes that the access rules denied.', () => totals.publishDenied);
    this.counter('mqtt_subscribe_denied_total', 'Subscriptions that were not granted.', ['reason'], () => series('reason', totals.subscribeDenied));

    this.gauge('mqtt_sessions', 'Persistent sessions, by whether their client is connected; in a cluster those of all brokers.', ['state'], () => {
      const { connected = 0, disconnected = 0 } = sources.statistics()?.sessions ?? {};
      return [[{ state: 'connected' }, connected], [{ state: 'disconnected' }, disconnected]];
    });
    this.single('gauge', 'mqtt_subscriptions', 'Subscriptions of the clients that are connected to this broker.', () => sources.statistics()?.subscriptions ?? 0);
    this.single('gauge', 'mqtt_retained_messages', 'Retained messages.', () => sources.statistics()?.retainedMessages ?? 0);
    this.single('gauge', 'mqtt_retained_bytes', 'What the retained messages take in memory, about.', () => sources.statistics()?.retainedBytes ?? 0);
    this.single('gauge', 'mqtt_retained_max_bytes', 'What they may take: beyond it messages are delivered, but not retained.', () => sources.statistics()?.retainedMaxBytes ?? 0);
    this.single('counter', 'mqtt_retain_refused_total', 'Messages that were delivered, but not retained, and wills that will not be.', () => totals.retainRefused);
    this.single('gauge', 'mqtt_queued_messages', 'Messages that wait in the queues of sessions.', () => sources.statistics()?.queuedMessages ?? 0);
    this.single('gauge', 'mqtt_queued_bytes', 'Bytes of the messages that wait in the queues of sessions.', () => sources.statistics()?.queuedBytes ?? 0);
    // Of all groups together: whoever may subscribe can make as many as they like, and each label would be a series. The admin API shows them one by one.
    this.single('gauge', 'mqtt_shared_subscriptions', 'Shared subscriptions, each a group with a topic filter.', () => sources.statistics()?.shared.count ?? 0);
    this.single('gauge', 'mqtt_shared_queued_messages', 'Messages that wait with shared subscriptions, for any member.', () => sources.statistics()?.shared.queuedMessages ?? 0);
    this.single('gauge', 'mqtt_shared_queued_bytes', 'Bytes of the messages that wait with shared subscriptions.', () => sources.statistics()?.shared.queuedBytes ?? 0);
    this.single('counter', 'mqtt_shared_messages_dropped_total', 'Messages of shared subscriptions that were dropped before they went to a member.', () => sources.statistics()?.shared.droppedMessages ?? 0);

    this.commitSeconds = new Histogram({ name: 'mqtt_store_commit_duration_seconds', help: 'Time of one group commit, synced to disk.', buckets: commitBuckets, registers: [this.registry] });
    this.single('counter', 'mqtt_store_operations_total', 'Operations that the store committed.', () => totals.storeOperations);
    this.single('counter', 'mqtt_store_errors_total', 'Times that the store failed to write.', () => totals.storeErrors);
    this.single('gauge', 'mqtt_store_writable', 'Whether the store takes writes: 1 or 0.', () => Number(sources.storeWritable()));
    this.single('gauge', 'mqtt_store_size_bytes', 'Size of the store.', () => sources.statistics()?.storeBytes ?? 0);
    this.single('gauge', 'mqtt_store_max_bytes', 'Size at which the store counts as full.', () => storeMaxBytes);
    this.gauge('mqtt_tls_certificate_expiry_timestamp_seconds', 'When the first certificate or revocation list of a file of TLS is over, in seconds since the epoch.', ['listener', 'file'], () =>
      (sources.expiries?.() ?? []).map(({ listener, file, time }) => [{ ...(listener !== undefined && { listener }), file }, time]));
    this.single('gauge', 'mqtt_draining', 'Whether the broker is shutting down: 1 or 0.', () => Number(sources.draining()));

    if (sources.cluster) this.showCluster(sources.cluster);

    this.reloads = new Counter({ name: 'mqtt_config_reloads_total', help: 'Files that changed and were read again.', labelNames: ['file', 'result'], registers: [this.registry] });
    this.gauge('mqtt_config_last_reload_successful', 'Whether what is in use is what the files say now: 1 or 0.', ['file'], () => [...this.failing].map(([file, sources]) => [{ file }, Number(sources.size === 0)]));
    for (const file of reloadableFiles) for (const result of ['success', 'failure']) this.reloads.inc({ file, result }, 0);
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /** Everything in the text format of Prometheus. */
  scrape(): Promise<string> {
    for (const refresh of this.refreshers) refresh();
    return this.registry.metrics();
  }

  /** `source` tells several files of one kind apart. */
  fileReloaded(file: ReloadableFile, result: 'success' | 'failure', source: string): void {
    this.reloads.inc({ file, result });
    if (result === 'success') this.failing.get(file)!.delete(source);
    else this.failing.get(file)!.add(source);
  }

  connectionOpened({ listener }: ClientIdentity): void {
    add(this.totals.opened, listener, 1);
    add(this.connections, listener, 1);
  }

  connectionClosed({ listener }: ClientIdentity, reason: CloseReason): void {
    add(this.totals.closed, reason, 1);
    add(this.connections, listener, -1);
  }

  connectionRefused(reason: RefusalReason): void {
    add(this.totals.refused, reason, 1);
  }

  messageReceived(qos: Qos, bytes: number): void {
    this.totals.received[qos]!++;
    this.totals.bytesReceived += bytes;
  }

  messageSent(qos: Qos, bytes: number): void {
    this.totals.sent[qos]!++;
    this.totals.bytesSent += bytes;
  }

  messageDropped(reason: DropReason, count: number): void {
    add(this.totals.dropped, reason, count);
  }

  publishThrottled(reason: ThrottleReason): void {
    add(this.totals.throttled, reason, 1);
  }

  publishDenied(): void {
    this.totals.publishDenied++;
  }

  subscribeDenied(reason: SubscribeDenialReason, count: number): void {
    add(this.totals.subscribeDenied, reason, count);
  }

  retainRefused(): void {
    this.totals.retainRefused++;
  }

  storeCommitted(operations: number, seconds: number): void {
    this.totals.storeOperations += operations;
    this.commitSeconds.observe(seconds);
  }

  storeFailed(): void {
    this.totals.storeErrors++;
  }

  logAppended(seconds: number): void {
    this.appendSeconds?.observe(seconds);
  }

  private showCluster(read: () => ClusterStatistics | undefined): void {
    const now = () => read() ?? noCluster;
    this.single('gauge', 'mqtt_cluster_ready', 'Whether the broker takes part in its cluster: 1 or 0.', () => Number(now().ready));
    this.single('gauge', 'mqtt_cluster_peers', 'Other brokers that are there.', () => now().peers);
    this.single('gauge', 'mqtt_cluster_log_writable', 'Whether the replicated log takes entries: 1 or 0.', () => Number(now().logWritable));
    this.single('gauge', 'mqtt_cluster_log_applied_sequence', 'Position in the replicated log up to which this broker has applied it.', () => now().applied);
    this.single('gauge', 'mqtt_cluster_log_last_sequence', 'Last position in the replicated log that this broker knows of.', () => now().last);
    this.single('gauge', 'mqtt_cluster_log_lag_entries', 'Entries of the replicated log that this broker has not applied.', () => Math.max(0, now().last - now().applied));
    this.single('gauge', 'mqtt_cluster_log_size_bytes', 'Size of the replicated log.', () => now().logBytes);
    this.single('gauge', 'mqtt_cluster_log_max_bytes', 'Size at which the replicated log is full.', () => now().logMaxBytes);
    this.appendSeconds = new Histogram({ name: 'mqtt_cluster_log_append_duration_seconds', help: 'Time of one append to the replicated log, until a quorum has it.', buckets: appendBuckets, registers: [this.registry] });
    this.counter('mqtt_cluster_messages_total', 'Messages between this broker and others that have no part in the log, one for each of them.', ['direction'], () => [[{ direction: 'sent' }, now().live.sent], [{ direction: 'received' }, now().live.received]]);
    this.counter('mqtt_cluster_message_bytes_total', 'Bytes of these messages.', ['direction'], () => [[{ direction: 'sent' }, now().live.sentBytes], [{ direction: 'received' }, now().live.receivedBytes]]);
    this.counter('mqtt_cluster_messages_dropped_total', 'QoS 0 messages for other brokers that were dropped.', ['reason'], () => [[{ reason: 'slow-peer' }, now().live.dropped]]);
    this.single('gauge', 'mqtt_cluster_buffered_bytes', 'Bytes that wait for other brokers.', () => now().live.bufferedBytes);
    this.counter('mqtt_cluster_snapshots_total', 'Snapshots that this broker saved for others, or could not.', ['result'], () => [[{ result: 'success' }, now().snapshots.saved], [{ result: 'failure' }, now().snapshots.failed]]);
    this.single('counter', 'mqtt_cluster_interruptions_total', 'Times that another broker took this one for gone and found it again: QoS 1 and 2 for clean sessions may be lost.', () => now().live.interrupted);
    this.counter('mqtt_cluster_expelled_total', 'Brokers that this one found gone, and whose clients it ended.', ['reason'], () => departureReasons.map((reason) => [{ reason }, now().expelled[reason]]));
    this.single('counter', 'mqtt_cluster_rebalanced_connections_total', 'Connections that were closed to move their clients to brokers that have fewer.', () => now().rebalanced);
  }

  private gauge<Label extends string>(name: string, help: string, labelNames: Label[], read: () => Series<Label>): void {
    const gauge = new Gauge<Label>({ name, help, labelNames, registers: [this.registry] });
    this.refreshers.push(() => {
      // A series may have gone, such as that of a file which was emptied.
      if (labelNames.length > 0) gauge.reset();
      for (const [labels, value] of read()) gauge.set(labels, value);
    });
  }

  private counter<Label extends string>(name: string, help: string, labelNames: Label[], read: () => Series<Label>): void {
    const counter = new Counter<Label>({ name, help, labelNames, registers: [this.registry] });
    this.refreshers.push(() => {
      counter.reset();
      for (const [labels, value] of read()) counter.inc(labels, value);
    });
  }

  private single(kind: 'gauge' | 'counter', name: string, help: string, read: () => number): void {
    this[kind](name, help, [], () => [[{}, read()]]);
  }
}

type Series<Label extends string> = readonly (readonly [Partial<Record<Label, string | number>>, number])[];

function series<Label extends string>(label: Label, values: ReadonlyMap<string, number>): Series<Label> {
  return [...values].map(([value, count]) => [{ [label]: value } as Partial<Record<Label, string>>, count]);
}

function zeroed(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name) => [name, 0]));
}

function add(values: Map<string, number>, key: string, count: number): void {
  values.set(key, (values.get(key) ?? 0) + count);
}
