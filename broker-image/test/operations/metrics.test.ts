import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClusterStatistics, Metrics } from '../../src/operations/index.js';
import { reloadableFiles } from '../../src/operations/metrics.js';
import type { BrokerStatistics } from '../../src/operations/statistics.js';

const statistics: BrokerStatistics = {
  connections: 3, sessions: { connected: 3, disconnected: 4 }, subscriptions: 5, retainedMessages: 6, retainedBytes: 2048, retainedMaxBytes: 65536, queuedMessages: 7, queuedBytes: 8, storeBytes: 9, shared: { count: 10, queuedMessages: 11, queuedBytes: 12, droppedMessages: 13 },
};

function create(given: { statistics?: BrokerStatistics; writable?: boolean; draining?: boolean } = {}): Metrics {
  return new Metrics(
    { version: '1.2.3', name: 'broker-0', listeners: ['mqtt', 'mqtts'], storeMaxBytes: 1000 },
    { statistics: () => given.statistics, storeWritable: () => given.writable ?? false, draining: () => given.draining ?? false },
  );
}

/** The series of the broker itself, by name and labels. */
async function scrape(metrics: Metrics): Promise<Record<string, number>> {
  const lines = (await metrics.scrape()).split('\n').filter((line) => line.startsWith('mqtt_'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

const zero = [
  ...['mqtt', 'mqtts'].flatMap((listener) => [`mqtt_connections{listener="${listener}"}`, `mqtt_connections_opened_total{listener="${listener}"}`]),
  ...['client', 'keepalive', 'takeover', 'protocol-error', 'slow-consumer', 'network', 'drain', 'rebalance', 'store-failure', 'admin', 'token-expired'].map((reason) => `mqtt_connections_closed_total{reason="${reason}"}`),
  ...['anonymous', 'bad-credentials', 'token-expired', 'too-many-failures', 'unavailable', 'protocol-version', 'client-id', 'keepalive', 'connection-limit', 'address-limit', 'user-limit', 'connection-rate', 'connect-timeout', 'malformed', 'draining', 'tls', 'websocket', 'proxy-protocol'].map((reason) => `mqtt_connections_refused_total{reason="${reason}"}`),
  ...[0, 1, 2].flatMap((qos) => [`mqtt_messages_received_total{qos="${qos}"}`, `mqtt_messages_sent_total{qos="${qos}"}`]),
  ...['queue-full', 'slow-consumer', 'not-authorized', 'expired-session'].map((reason) => `mqtt_messages_dropped_total{reason="${reason}"}`),
  'mqtt_publish_throttled_total{reason="messages"}', 'mqtt_publish_throttled_total{reason="bytes"}',
  'mqtt_bytes_received_total', 'mqtt_bytes_sent_total', 'mqtt_publish_denied_total', 'mqtt_retain_refused_total',
  ...['access', 'limit', 'filter'].map((reason) => `mqtt_subscribe_denied_total{reason="${reason}"}`),
  'mqtt_sessions{state="connected"}', 'mqtt_sessions{state="disconnected"}',
  'mqtt_subscriptions', 'mqtt_retained_messages', 'mqtt_retained_bytes', 'mqtt_retained_max_bytes', 'mqtt_queued_messages', 'mqtt_queued_bytes', 'mqtt_shared_subscriptions', 'mqtt_shared_queued_messages', 'mqtt_shared_queued_bytes', 'mqtt_shared_messages_dropped_total',
  'mqtt_store_commit_duration_seconds_count', 'mqtt_store_commit_duration_seconds_sum',
  'mqtt_store_operations_total', 'mqtt_store_errors_total', 'mqtt_store_writable', 'mqtt_store_size_bytes', 'mqtt_draining',
  ...reloadableFiles.flatMap((file) => ['success', 'failure'].map((result) => `mqtt_config_reloads_total{file="${file}",result="${result}"}`)),
];

test('every series is there from the start, at zero, before the broker runs', async () => {
  const found = await scrape(create());
  const withoutBuckets = Object.entries(found).filter(([name]) => !name.includes('_bucket'));
  const expected: Record<string, number> = Object.fromEntries(zero.map((name) => [name, 0]));
  expected['mqtt_broker_info{version="1.2.3",name="broker-0"}'] = 1;
  expected.mqtt_store_max_bytes = 1000;
  for (const file of reloadableFiles) expected[`mqtt_config_last_reload_successful{file="${file}"}`] = 1;
  assert.deepEqual(Object.fromEntries(withoutBuckets), expected);
});

test('the process and the event loop are measured too', async () => {
  const text = await create().scrape();
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds', 'nodejs_heap_size_used_bytes']) assert.match(text, new RegExp(`^${name}`, 'm'));
});

const client = { clientId: 'c1', listener: 'mqtt', remoteAddress: '192.0.2.1' };

/** What changed by an action. */
async function changes(act: (metrics: Metrics) => void): Promise<Record<string, number>> {
  const metrics = create();
  const before = await scrape(metrics);
  act(metrics);
  const after = await scrape(metrics);
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => value !== before[name] && !name.includes('_bucket')));
}

test('connections', async () => {
  assert.deepEqual(
    await changes((metrics) => {
      metrics.connectionOpened(client);
      metrics.connectionOpened(client);
      metrics.connectionClosed(client, 'keepalive');
      metrics.connectionRefused('bad-credentials');
    }),
    {
      'mqtt_connections{listener="mqtt"}': 1,
      'mqtt_connections_opened_total{listener="mqtt"}': 2,
      'mqtt_connections_closed_total{reason="keepalive"}': 1,
      'mqtt_connections_refused_total{reason="bad-credentials"}': 1,
    },
  );
});

test('messages and bytes', async () => {
  assert.deepEqual(
    await changes((metrics) => {
      metrics.messageReceived(1, 100);
      metrics.messageReceived(1, 50);
      metrics.messageSent(2, 7);
      metrics.messageDropped('queue-full', 3);
      metrics.publishThrottled('bytes');
      metrics.publishDenied();
      metrics.subscribeDenied('access', 1);
      metrics.subscribeDenied('limit', 4);
      metrics.retainRefused();
    }),
    {
      'mqtt_messages_received_total{qos="1"}': 2,
      'mqtt_bytes_received_total': 150,
      'mqtt_messages_sent_total{qos="2"}': 1,
      'mqtt_bytes_sent_total': 7,
      'mqtt_messages_dropped_total{reason="queue-full"}': 3,
      'mqtt_publish_throttled_total{reason="bytes"}': 1,
      'mqtt_publish_denied_total': 1,
      'mqtt_subscribe_denied_total{reason="access"}': 1,
      'mqtt_subscribe_denied_total{reason="limit"}': 4,
      'mqtt_retain_refused_total': 1,
    },
  );
});

test('the store', async () => {
  assert.deepEqual(
    await changes((metrics) => {
      metrics.storeCommitted(10, 0.25);
      metrics.storeCommitted(5, 0.5);
      metrics.storeFailed();
    }),
    { 'mqtt_store_operations_total': 15, 'mqtt_store_errors_total': 1, 'mqtt_store_commit_duration_seconds_count': 2, 'mqtt_store_commit_duration_seconds_sum': 0.75 },
  );
});

test('reloads', async () => {
  assert.deepEqual(await changes((metrics) => metrics.fileReloaded('acl', 'failure', '/acl')), {
    'mqtt_config_reloads_total{file="acl",result="failure"}': 1,
    'mqtt_config_last_reload_successful{file="acl"}': 0,
  });
});

test('of several files of one kind, each has to be good again', async () => {
  const metrics = create();
  const good = async () => (await scrape(metrics))['mqtt_config_last_reload_successful{file="tls"}'];
  assert.equal(await good(), 1);
  metrics.fileReloaded('tls', 'failure', '/one');
  metrics.fileReloaded('tls', 'success', '/two');
  assert.equal(await good(), 0);
  metrics.fileReloaded('tls', 'success', '/one');
  assert.equal(await good(), 1);
});

test('two scrapes of the same state are the same', async () => {
  const metrics = create();
  metrics.messageReceived(0, 1);
  assert.deepEqual(await scrape(metrics), await scrape(metrics));
});

test('levels are read when somebody scrapes', async () => {
  const found = await scrape(create({ statistics, writable: true, draining: true }));
  assert.deepEqual(
    Object.fromEntries(['mqtt_sessions{state="connected"}', 'mqtt_sessions{state="disconnected"}', 'mqtt_subscriptions', 'mqtt_retained_messages', 'mqtt_retained_bytes', 'mqtt_retained_max_bytes', 'mqtt_queued_messages', 'mqtt_queued_bytes', 'mqtt_shared_subscriptions', 'mqtt_shared_queued_messages', 'mqtt_shared_queued_bytes', 'mqtt_shared_messages_dropped_total', 'mqtt_store_size_bytes', 'mqtt_store_writable', 'mqtt_draining'].map((name) => [name, found[name]])),
    {
      'mqtt_sessions{state="connected"}': 3, 'mqtt_sessions{state="disconnected"}': 4, mqtt_subscriptions: 5, mqtt_retained_messages: 6, mqtt_retained_bytes: 2048, mqtt_retained_max_bytes: 65536,
      mqtt_queued_messages: 7, mqtt_queued_bytes: 8, mqtt_shared_subscriptions: 10, mqtt_shared_queued_messages: 11, mqtt_shared_queued_bytes: 12, mqtt_shared_messages_dropped_total: 13, mqtt_store_size_bytes: 9, mqtt_store_writable: 1, mqtt_draining: 1,
    },
  );
});

test('certificates show when they are over, as long as they are there', async () => {
  let expiries = [{ listener: 'mqtts', file: 'certificate', time: 1_800_000_000 }, { file: 'log-ca', time: 1_900_000_000 }];
  const metrics = new Metrics({ version: '1', name: 'b', listeners: [], storeMaxBytes: 1 }, { statistics: () => undefined, storeWritable: () => true, draining: () => false, expiries: () => expiries });
  const found = async () => Object.fromEntries(Object.entries(await scrape(metrics)).filter(([name]) => name.startsWith('mqtt_tls_')));
  assert.deepEqual(await found(), {
    'mqtt_tls_certificate_expiry_timestamp_seconds{listener="mqtts",file="certificate"}': 1_800_000_000,
    'mqtt_tls_certificate_expiry_timestamp_seconds{file="log-ca"}': 1_900_000_000,
  });
  expiries = [];
  assert.deepEqual(await found(), {});
});

test('a broker of a cluster shows what it knows of it, zero before it has joined', async () => {
  let statistics: ClusterStatistics | undefined;
  const metrics = new Metrics({ version: '1', name: 'b', listeners: [], storeMaxBytes: 1 }, { statistics: () => undefined, storeWritable: () => true, draining: () => false, cluster: () => statistics });
  const found = async () => Object.fromEntries(Object.entries(await scrape(metrics)).filter(([name]) => name.startsWith('mqtt_cluster_') && !name.includes('duration')));
  assert.deepEqual(new Set(Object.values(await found())), new Set([0]));
  statistics = {
    ready: true, logWritable: true, applied: 90, last: 100, logBytes: 7, logMaxBytes: 70, peers: 2, live: { sent: 1, sentBytes: 2, received: 3, receivedBytes: 4, dropped: 5, interrupted: 13, bufferedBytes: 6 },
    snapshots: { saved: 8, failed: 9 }, expelled: { shutdown: 11, lost: 14, unheard: 15 }, rebalanced: 12,
  };
  assert.deepEqual(await found(), {
    mqtt_cluster_ready: 1, mqtt_cluster_log_writable: 1, mqtt_cluster_peers: 2, mqtt_cluster_log_applied_sequence: 90, mqtt_cluster_log_last_sequence: 100, mqtt_cluster_log_lag_entries: 10, mqtt_cluster_log_size_bytes: 7, mqtt_cluster_log_max_bytes: 70,
    'mqtt_cluster_messages_total{direction="sent"}': 1, 'mqtt_cluster_messages_total{direction="received"}': 3, 'mqtt_cluster_message_bytes_total{direction="sent"}': 2, 'mqtt_cluster_message_bytes_total{direction="received"}': 4,
    'mqtt_cluster_messages_dropped_total{reason="slow-peer"}': 5, mqtt_cluster_buffered_bytes: 6, 'mqtt_cluster_snapshots_total{result="success"}': 8, 'mqtt_cluster_snapshots_total{result="failure"}': 9,
    mqtt_cluster_interruptions_total: 13, 'mqtt_cluster_expelled_total{reason="shutdown"}': 11, 'mqtt_cluster_expelled_total{reason="lost"}': 14, 'mqtt_cluster_expelled_total{reason="unheard"}': 15,
    mqtt_cluster_rebalanced_connections_total: 12,
  });
  metrics.logAppended(0.02);
  assert.equal((await scrape(metrics)).mqtt_cluster_log_append_duration_seconds_sum, 0.02);
});
