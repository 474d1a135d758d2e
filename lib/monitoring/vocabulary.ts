/**
 * What dashboards and alerts can ask for: one name for each thing that a broker may tell about itself, whatever the broker calls it.
 * A broker that cannot tell one of them loses the panels and alerts that need it, and nothing else.
 */
export const BROKER_VOCABULARY = {
  brokerInfo: { type: 'gauge', meaning: 'always 1; the labels tell name and version of the broker' },
  draining: { type: 'gauge', meaning: '1 while the broker disconnects its clients before it stops, else 0' },

  connections: { type: 'gauge', meaning: 'clients connected now, by listener' },
  connectionsOpened: { type: 'counter', meaning: 'connections accepted, by listener' },
  connectionsClosed: { type: 'counter', meaning: 'connections ended, by reason' },
  connectionsLost: { type: 'counter', meaning: 'connections ended that nobody wanted to end: not the client, a drain, a rebalance, an administrator or a token that expired' },
  connectionsRefused: { type: 'counter', meaning: 'connections refused before or at CONNECT, by reason' },
  authenticationFailures: { type: 'counter', meaning: 'connections refused because the broker could not tell who the client is' },
  connectFailures: { type: 'counter', meaning: 'connections refused for a limit, or for a CONNECT that is malformed, late or not supported' },

  messagesReceived: { type: 'counter', meaning: 'PUBLISH packets received, by QoS' },
  messagesSent: { type: 'counter', meaning: 'PUBLISH packets sent, by QoS' },
  messagesDropped: { type: 'counter', meaning: 'messages that were not delivered to a subscriber, by reason' },
  queueOverflows: { type: 'counter', meaning: 'messages of QoS 1 and 2, acknowledged to their publishers, that a full queue could not take' },
  slowConsumerDrops: { type: 'counter', meaning: 'messages of QoS 0 that a subscriber read too slowly to get' },
  expiredMessages: { type: 'counter', meaning: 'messages that waited for a session when it expired' },
  bytesReceived: { type: 'counter', meaning: 'payload and headers of the messages received, in bytes' },
  bytesSent: { type: 'counter', meaning: 'payload and headers of the messages sent, in bytes' },
  publishThrottled: { type: 'counter', meaning: 'clients that were not read for a while because they publish more than they may, each counted once a second, by reason' },
  publishDenied: { type: 'counter', meaning: 'PUBLISH packets that the access rules refused' },
  subscribeDenied: { type: 'counter', meaning: 'subscriptions that were refused, by reason: the access rules, their number or the filter' },

  sessions: { type: 'gauge', meaning: 'persistent sessions, by state (connected or disconnected)' },
  subscriptions: { type: 'gauge', meaning: 'subscriptions of connected clients' },
  retainedMessages: { type: 'gauge', meaning: 'retained messages' },
  queuedMessages: { type: 'gauge', meaning: 'messages that wait for their subscribers' },
  queuedBytes: { type: 'gauge', meaning: 'size of the messages that wait for their subscribers' },
  sharedSubscriptions: { type: 'gauge', meaning: 'shared subscriptions, each a group with a topic filter' },
  sharedQueuedMessages: { type: 'gauge', meaning: 'messages that wait with shared subscriptions for any member, part of those that wait' },
  sharedQueuedBytes: { type: 'gauge', meaning: 'size of these messages' },
  sharedMessagesDropped: { type: 'counter', meaning: 'messages of shared subscriptions that were dropped before they went to a member, part of those that were dropped' },

  storeWritable: { type: 'gauge', meaning: '1 while the store takes writes, else 0' },
  storeSizeBytes: { type: 'gauge', meaning: 'space that the store uses' },
  storeMaxBytes: { type: 'gauge', meaning: 'space that the store may use' },
  storeCommitSeconds: { type: 'histogram', meaning: 'duration of group commits, synced to disk' },
  storeOperations: { type: 'counter', meaning: 'operations that were committed' },
  storeErrors: { type: 'counter', meaning: 'writes that the store refused or lost' },

  configReloads: { type: 'counter', meaning: 'reloads of certificates, passwords and access rules, by file and result' },
  configReloadSuccessful: { type: 'gauge', meaning: '0 while a file says something that cannot be used, and the content before it is still in use, else 1, by file' },

  certificateExpiry: { type: 'gauge', meaning: 'when the first certificate in a file that is in use expires, in seconds since the epoch, by listener and file' },
  revocationListExpiry: { type: 'gauge', meaning: 'when the first revocation list in use is over, in the same way' },

  clusterReady: { type: 'gauge', meaning: '1 while the broker takes part in its cluster, else 0' },
  clusterPeers: { type: 'gauge', meaning: 'other brokers that the broker finds there' },
  clusterLogWritable: { type: 'gauge', meaning: '1 while the replicated log takes entries, else 0' },
  clusterLogAppliedSequence: { type: 'gauge', meaning: 'entry of the replicated log up to which the broker has applied it' },
  clusterLogLastSequence: { type: 'gauge', meaning: 'last entry of the replicated log: its rate is that of the writes' },
  clusterLogLagEntries: { type: 'gauge', meaning: 'entries of the replicated log that the broker has not applied yet' },
  clusterLogSizeBytes: { type: 'gauge', meaning: 'size of the replicated log' },
  clusterLogMaxBytes: { type: 'gauge', meaning: 'size at which the replicated log is full' },
  clusterLogAppendSeconds: { type: 'histogram', meaning: 'duration of appends to the replicated log, until a quorum has them' },
  clusterMessages: { type: 'counter', meaning: 'messages between brokers that have no part in the log, by direction' },
  clusterMessageBytes: { type: 'counter', meaning: 'size of these messages, by direction' },
  clusterMessagesDropped: { type: 'counter', meaning: 'messages of QoS 0 for other brokers that were dropped, by reason' },
  clusterBufferedBytes: { type: 'gauge', meaning: 'bytes that wait for other brokers' },
  clusterSnapshots: { type: 'counter', meaning: 'snapshots of the store that the broker saved for others, by result' },
  clusterSnapshotsSaved: { type: 'counter', meaning: 'those that were saved' },
  clusterSnapshotsFailed: { type: 'counter', meaning: 'those that could not be saved' },
  clusterInterruptions: { type: 'counter', meaning: 'times that another broker took the broker for gone, and found it again' },
  clusterExpelled: { type: 'counter', meaning: 'brokers that the broker found gone, by reason' },
  clusterBrokersLost: { type: 'counter', meaning: 'those that had not shut down: they crashed, hung or were cut off' },
  clusterRebalanced: { type: 'counter', meaning: 'connections closed to move their clients to brokers that have fewer' },

  cpuSeconds: { type: 'counter', meaning: 'CPU time of the broker process' },
  residentMemoryBytes: { type: 'gauge', meaning: 'memory of the broker process that is in RAM' },
  heapUsedBytes: { type: 'gauge', meaning: 'JavaScript heap in use' },
  eventLoopLagSeconds: { type: 'gauge', meaning: '99th percentile of the delay of the event loop' },
  openFileDescriptors: { type: 'gauge', meaning: 'open file descriptors; each connection is one' },
  maxFileDescriptors: { type: 'gauge', meaning: 'file descriptors that the process may open' },
} as const satisfies { [key: string]: { type: 'gauge' | 'counter' | 'histogram'; meaning: string } };

export type BrokerMetric = keyof typeof BROKER_VOCABULARY;

/** How one broker exports a metric of the vocabulary. */
export interface ExportedMetric {
  readonly name: string;
  /** Label matchers that narrow it down to the meaning in the vocabulary, for example `reason="queue-full"`. */
  readonly matchers?: string;
}

/** All that one broker exports, or, if it shares its sessions with others, its cluster as well. Each broker has its own file under `metrics/`. */
export type BrokerMetrics = { readonly [metric in BrokerMetric]?: ExportedMetric };

/** To what the labels of a series refer, and so how the series of one cluster are selected. */
export type SeriesSubject = 'pods' | 'containers' | 'workload' | 'claims' | 'everything';

/** What Kubernetes and its exporters tell about the brokers, their volumes and their nodes, whatever the broker. */
export const PLATFORM_VOCABULARY = {
  up: { subject: 'pods', source: 'Prometheus' },

  kube_statefulset_replicas: { subject: 'workload', source: 'kube-state-metrics' },
  kube_statefulset_status_replicas_ready: { subject: 'workload', source: 'kube-state-metrics' },
  kube_statefulset_status_replicas_updated: { subject: 'workload', source: 'kube-state-metrics' },
  kube_pod_info: { subject: 'pods', source: 'kube-state-metrics' },

  kubelet_volume_stats_used_bytes: { subject: 'claims', source: 'kubelet' },
  kubelet_volume_stats_available_bytes: { subject: 'claims', source: 'kubelet' },
  kubelet_volume_stats_capacity_bytes: { subject: 'claims', source: 'kubelet' },

  container_memory_working_set_bytes: { subject: 'containers', source: 'kubelet (cAdvisor)' },
  container_cpu_cfs_throttled_periods_total: { subject: 'containers', source: 'kubelet (cAdvisor)' },
  container_cpu_cfs_periods_total: { subject: 'containers', source: 'kubelet (cAdvisor)' },
  container_fs_reads_total: { subject: 'containers', source: 'kubelet (cAdvisor)' },
  container_fs_writes_total: { subject: 'containers', source: 'kubelet (cAdvisor)' },
  container_fs_reads_bytes_total: { subject: 'containers', source: 'kubelet (cAdvisor)' },
  container_fs_writes_bytes_total: { subject: 'containers', source: 'kubelet (cAdvisor)' },

  node_nf_conntrack_entries: { subject: 'everything', source: 'node_exporter' },
  node_nf_conntrack_entries_limit: { subject: 'everything', source: 'node_exporter' },
  node_sockstat_TCP_alloc: { subject: 'everything', source: 'node_exporter' },
} as const satisfies { [name: string]: { subject: SeriesSubject; source: string } };

export type PlatformMetric = keyof typeof PLATFORM_VOCABULARY;
