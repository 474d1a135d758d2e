import type { BrokerMetrics } from '../vocabulary';

/** The companion image. Names and labels: broker-image/README.md; `process_*` and `nodejs_*` are prom-client's default metrics. */
export const COMPANION_METRICS: BrokerMetrics = {
  brokerInfo: { name: 'mqtt_broker_info' },
  draining: { name: 'mqtt_draining' },

  connections: { name: 'mqtt_connections' },
  connectionsOpened: { name: 'mqtt_connections_opened_total' },
  connectionsClosed: { name: 'mqtt_connections_closed_total' },
  connectionsLost: { name: 'mqtt_connections_closed_total', matchers: 'reason!~"client|takeover|drain"' },
  connectionsRefused: { name: 'mqtt_connections_refused_total' },
  authenticationFailures: { name: 'mqtt_connections_refused_total', matchers: 'reason=~"anonymous|bad-credentials|unavailable"' },
  connectFailures: { name: 'mqtt_connections_refused_total', matchers: 'reason!~"anonymous|bad-credentials|unavailable|draining"' },

  messagesReceived: { name: 'mqtt_messages_received_total' },
  messagesSent: { name: 'mqtt_messages_sent_total' },
  messagesDropped: { name: 'mqtt_messages_dropped_total' },
  messagesLost: { name: 'mqtt_messages_dropped_total', matchers: 'reason=~"queue-full|slow-consumer"' },
  bytesReceived: { name: 'mqtt_bytes_received_total' },
  bytesSent: { name: 'mqtt_bytes_sent_total' },
  publishDenied: { name: 'mqtt_publish_denied_total' },
  subscribeDenied: { name: 'mqtt_subscribe_denied_total' },

  sessions: { name: 'mqtt_sessions' },
  subscriptions: { name: 'mqtt_subscriptions' },
  retainedMessages: { name: 'mqtt_retained_messages' },
  queuedMessages: { name: 'mqtt_queued_messages' },
  queuedBytes: { name: 'mqtt_queued_bytes' },

  storeWritable: { name: 'mqtt_store_writable' },
  storeSizeBytes: { name: 'mqtt_store_size_bytes' },
  storeMaxBytes: { name: 'mqtt_store_max_bytes' },
  storeCommitSeconds: { name: 'mqtt_store_commit_duration_seconds' },
  storeOperations: { name: 'mqtt_store_operations_total' },
  storeErrors: { name: 'mqtt_store_errors_total' },

  configReloads: { name: 'mqtt_config_reloads_total' },
  configReloadFailures: { name: 'mqtt_config_reloads_total', matchers: 'result="failure"' },

  cpuSeconds: { name: 'process_cpu_seconds_total' },
  residentMemoryBytes: { name: 'process_resident_memory_bytes' },
  heapUsedBytes: { name: 'nodejs_heap_size_used_bytes' },
  eventLoopLagSeconds: { name: 'nodejs_eventloop_lag_p99_seconds' },
  openFileDescriptors: { name: 'process_open_fds' },
  maxFileDescriptors: { name: 'process_max_fds' },
};
