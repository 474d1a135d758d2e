/** The alerts of a cluster, by the names that they have in Prometheus. What to do about each: docs/monitoring.md. */
export enum MqttAlert {
  /** No broker answers Prometheus (critical). */
  CLUSTER_DOWN = 'MqttClusterDown',
  /** A broker runs but does not answer Prometheus. */
  BROKER_DOWN = 'MqttBrokerDown',
  /** Fewer brokers are ready than there should be, and no update is under way. */
  BROKERS_NOT_READY = 'MqttBrokersNotReady',

  /** The store takes no writes: no QoS 1 or 2 message is acknowledged (critical). */
  STORE_NOT_WRITABLE = 'MqttStoreNotWritable',
  /** The store comes near the size that it may have. */
  STORE_NEARLY_FULL = 'MqttStoreNearlyFull',
  /** The volume of a broker comes near its capacity. */
  VOLUME_NEARLY_FULL = 'MqttVolumeNearlyFull',
  /** Commits to disk, and so acknowledgements, take long. */
  COMMITS_SLOW = 'MqttCommitsSlow',

  /** Too few nodes of the message log are ready for it to take anything: no client can connect, and nothing that has to be stored is acknowledged (critical). */
  MESSAGE_LOG_WITHOUT_MAJORITY = 'MqttMessageLogWithoutMajority',
  /** A node of the message log is not ready, and no update is under way. */
  MESSAGE_LOG_NODES_NOT_READY = 'MqttMessageLogNodesNotReady',
  /** A node of the message log has not caught up with the others, or has another trouble. */
  MESSAGE_LOG_NODE_UNHEALTHY = 'MqttMessageLogNodeUnhealthy',
  /** The streams of the message log come near the space that they may have. */
  MESSAGE_LOG_NEARLY_FULL = 'MqttMessageLogNearlyFull',
  /** The volume of a node of the message log comes near its capacity. */
  MESSAGE_LOG_VOLUME_NEARLY_FULL = 'MqttMessageLogVolumeNearlyFull',
  /** A node of the message log, or its exporter, does not answer: nobody knows how it is. */
  MESSAGE_LOG_NODE_DOWN = 'MqttMessageLogNodeDown',
  /** No node of the message log is a target of Prometheus: the other alerts about it cannot fire. */
  MESSAGE_LOG_NOT_WATCHED = 'MqttMessageLogNotWatched',
  /** The message log cuts brokers off that do not read in time. */
  MESSAGE_LOG_SLOW_BROKERS = 'MqttMessageLogSlowBrokers',

  /** No broker of a cluster can write to the replicated log: no client can connect, and nothing that has to be stored is acknowledged (critical). */
  CLUSTER_LOG_NOT_WRITABLE = 'MqttClusterLogNotWritable',
  /** The replicated log comes near its size, although it should have been trimmed long before: when it is full, it takes nothing (critical). */
  CLUSTER_LOG_NEARLY_FULL = 'MqttClusterLogNearlyFull',
  /** A broker runs, but takes no part in its cluster. */
  BROKER_NOT_IN_CLUSTER = 'MqttBrokerNotInCluster',
  /** Brokers of a cluster do not hear each other: live messages do not pass between their clients. */
  CLUSTER_PARTITIONED = 'MqttClusterPartitioned',
  /** A broker applies the replicated log later than it is written. */
  CLUSTER_LOG_LAGGING = 'MqttClusterLogLagging',
  /** Appends to the replicated log, and so acknowledgements, take long. */
  CLUSTER_LOG_APPENDS_SLOW = 'MqttClusterLogAppendsSlow',
  /** No snapshot of the store can be saved: the replicated log grows until it is full. */
  CLUSTER_SNAPSHOTS_FAILING = 'MqttClusterSnapshotsFailing',
  /** QoS 0 messages from broker to broker are dropped. */
  CLUSTER_MESSAGES_DROPPED = 'MqttClusterMessagesDropped',
  /** A broker was cut off from others for a while: QoS 1 and 2 messages between their clients and its clean sessions may be lost. */
  CLUSTER_TRAFFIC_INTERRUPTED = 'MqttClusterTrafficInterrupted',
  /** A broker crashed, hung or was cut off: its clients were disconnected, and their wills published. */
  CLUSTER_BROKER_LOST = 'MqttClusterBrokerLost',

  /** QoS 0 messages are dropped because subscribers are slow. */
  MESSAGES_DROPPED = 'MqttMessagesDropped',
  /** Acknowledged QoS 1 and 2 messages are dropped because queues are full. */
  QUEUES_OVERFLOWING = 'MqttQueuesOverflowing',
  /** Messages are dropped with sessions that expire (information: it is what the expiry is for). */
  MESSAGES_EXPIRED = 'MqttMessagesExpired',
  /** Messages are dropped because their publishers may not publish them: with MQTT 3.1.1 these are not told. */
  PUBLISH_DENIED = 'MqttPublishDenied',
  /** Clients are held back because they publish more than they may. */
  CLIENTS_THROTTLED = 'MqttClientsThrottled',
  /** Queues are long and grow. */
  QUEUES_GROWING = 'MqttQueuesGrowing',

  /** Clients that cannot be authenticated. */
  AUTHENTICATION_FAILURES = 'MqttAuthenticationFailures',
  /** Connections refused for another reason: limits, or a CONNECT that the broker does not take. */
  CONNECTIONS_REFUSED = 'MqttConnectionsRefused',
  /** Many clients lost their connections within minutes. */
  MASS_DISCONNECT = 'MqttMassDisconnect',
  /** One broker has far more connections than the others. */
  CONNECTIONS_UNBALANCED = 'MqttConnectionsUnbalanced',

  /** A certificate of a listener, an authority of client certificates, or a certificate of the connection to the message log expires within two weeks. */
  CERTIFICATE_EXPIRING = 'MqttCertificateExpiring',
  /** One of these expires within three days, or has expired: clients refuse the broker, or are refused (critical). */
  CERTIFICATE_NEARLY_EXPIRED = 'MqttCertificateNearlyExpired',
  /** A revocation list is over within hours, or is over: all clients with a certificate of its authority are refused (critical). */
  REVOCATION_LIST_EXPIRING = 'MqttRevocationListExpiring',

  /** The event loop of a broker is late. */
  EVENT_LOOP_LAGGING = 'MqttEventLoopLagging',
  /** A broker runs out of file descriptors, and so of connections. */
  FILE_DESCRIPTORS_NEARLY_USED = 'MqttFileDescriptorsNearlyUsed',
  /** A changed certificate, key, password, access or configuration file is bad; what was there before is still in use. */
  CONFIG_RELOAD_FAILED = 'MqttConfigReloadFailed',
  /** A node that runs a broker comes near its limit of tracked connections, beyond which new ones are dropped. */
  CONNTRACK_NEARLY_FULL = 'MqttConntrackNearlyFull',
}
