import type { BrokerMetrics } from '../vocabulary';

/** The companion image. Names and labels: broker-image/README.md; `process_*` and `nodejs_*` are prom-client's default metrics. */
export const COMPANION_METRICS: BrokerMetrics = {
  brokerInfo: { name: 'mqtt_broker_info' },
  draining: { name: 'mqtt_draining' },

  connections: { name: 'mqtt_connections' },
  connectionsOpened: { name: 'mqtt_connections_opened_total' },
  connectionsClosed: { name: 'mqtt_connections_closed_total' },
  connectionsLost: { name: 'mqtt_connections_closed_total', matchers: 'reason!~"client|takeover|drain|rebalance|admin|token-expired"' },
  connectionsRefused: { name: 'mqtt_connections_refused_total' },
  authenticationFailures: { name: 'mqtt_connections_refused_total', matchers: 'reason=~"anonymous|bad-credentials|token-expired|too-many-failures|unavailable"' },
  connectFailures: { name: 'mqtt_connections_refused_total', matchers: 'reason!~"anonymous|bad-credentials|token-expired|too-many-failures|unavailable|draining"' },

  messagesReceived: { name: 'mqtt_messages_received_total' },
  messagesSent: { name: 'mqtt_messages_sent_total' },
  messagesDropped: { name: 'mqtt_messages_dropped_total' },
  queueOverflows: { name: 'mqtt_messages_dropped_total', matchers: 'reason="queue-full"' },
  slowConsumerDrops: { name: 'mqtt_messages_dropped_total', matchers: 'reason="slow-consumer"' },
  expiredMessages: { name: 'mqtt_messages_dropped_total', matchers: 'reason="expired-session"' },
  bytesReceived: { name: 'mqtt_bytes_received_total' },
  bytesSent: { name: 'mqtt_bytes_sent_total' },
  publishThrottled: { name: 'mqtt_publish_throttled_total' },
  publishDenied: { name: 'mqtt_publish_denied_total' },
  subscribeDenied: { name: 'mqtt_subscribe_denied_total' },

  sessions: { name: 'mqtt_sessions' },
  subscriptions: { name: 'mqtt_subscriptions' },
  retainedMessages: { name: 'mqtt_retained_messages' },
  queuedMessages: { name: 'mqtt_queued_messages' },
  queuedBytes: { name: 'mqtt_queued_bytes' },
  sharedSubscriptions: { name: 'mqtt_shared_subscriptions' },
  sharedQueuedMessages: { name: 'mqtt_shared_queued_messages' },
  sharedQueuedBytes: { name: 'mqtt_shared_queued_bytes' },
  sharedMessagesDropped: { name: 'mqtt_shared_messages_dropped_total' },

  storeWritable: { name: 'mqtt_store_writable' },
  storeSizeBytes: { name: 'mqtt_store_size_bytes' },
  storeMaxBytes: { name: 'mqtt_store_max_bytes' },
  storeCommitSeconds: { name: 'mqtt_store_commit_duration_seconds' },
  storeOperations: { name: 'mqtt_store_operations_total' },
  storeErrors: { name: 'mqtt_store_errors_total' },

  configReloads: { name: 'mqtt_config_reloads_total' },
  configReloadSuccessful: { name: 'mqtt_config_last_reload_successful' },

  certificateExpiry: { name: 'mqtt_tls_certificate_expiry_timestamp_seconds', matchers: 'file!="crl"' },
  revocationListExpiry: { name: 'mqtt_tls_certificate_expiry_timestamp_seconds', matchers: 'file="crl"' },

  cpuSeconds: { name: 'process_cpu_seconds_total' },
  residentMemoryBytes: { name: 'process_resident_memory_bytes' },
  heapUsedBytes: { name: 'nodejs_heap_size_used_bytes' },
  eventLoopLagSeconds: { name: 'nodejs_eventloop_lag_p99_seconds' },
  openFileDescriptors: { name: 'process_open_fds' },
  maxFileDescriptors: { name: 'process_max_fds' },
};

/** What the image exports besides when several brokers share their sessions by a replicated log. */
export const COMPANION_CLUSTER_METRICS: BrokerMetrics = {
  clusterReady: { name: 'mqtt_cluster_ready' },
  clusterPeers: { name: 'mqtt_cluster_peers' },
  clusterLogWritable: { name: 'mqtt_cluster_log_writable' },
  clusterLogAppliedSequence: { name: 'mqtt_cluster_log_applied_sequence' },
  clusterLogLastSequence: { name: 'mqtt_cluster_log_last_sequence' },
  clusterLogLagEntries: { name: 'mqtt_cluster_log_lag_entries' },
  clusterLogSizeBytes: { name: 'mqtt_cluster_log_size_bytes' },
  clusterLogMaxBytes: { name: 'mqtt_cluster_log_max_bytes' },
  clusterLogAppendSeconds: { name: 'mqtt_cluster_log_append_duration_seconds' },
  clusterMessages: { name: 'mqtt_cluster_messages_total' },
  clusterMessageBytes: { name: 'mqtt_cluster_message_bytes_total' },
  clusterMessagesDropped: { name: 'mqtt_cluster_messages_dropped_total' },
  clusterBufferedBytes: { name: 'mqtt_cluster_buffered_bytes' },
  clusterSnapshots: { name: 'mqtt_cluster_snapshots_total' },
  clusterSnapshotsSaved: { name: 'mqtt_cluster_snapshots_total', matchers: 'result="success"' },
  clusterSnapshotsFailed: { name: 'mqtt_cluster_snapshots_total', matchers: 'result="failure"' },
  clusterInterruptions: { name: 'mqtt_cluster_interruptions_total' },
  clusterExpelled: { name: 'mqtt_cluster_expelled_total' },
  clusterBrokersLost: { name: 'mqtt_cluster_expelled_total', matchers: 'reason="lost"' },
  clusterRebalanced: { name: 'mqtt_cluster_rebalanced_connections_total' },
};
