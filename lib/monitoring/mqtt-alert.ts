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

  /** Too few nodes of the message log are ready for it to take anything: the brokers refuse QoS 1 and 2 messages (critical). */
  MESSAGE_LOG_WITHOUT_MAJORITY = 'MqttMessageLogWithoutMajority',
  /** A node of the message log is not ready, and no update is under way. */
  MESSAGE_LOG_NODES_NOT_READY = 'MqttMessageLogNodesNotReady',
  /** A node of the message log has not caught up with the others, or has another trouble. */
  MESSAGE_LOG_NODE_UNHEALTHY = 'MqttMessageLogNodeUnhealthy',
  /** The streams of the message log come near the space that they may have. */
  MESSAGE_LOG_NEARLY_FULL = 'MqttMessageLogNearlyFull',
  /** The volume of a node of the message log comes near its capacity. */
  MESSAGE_LOG_VOLUME_NEARLY_FULL = 'MqttMessageLogVolumeNearlyFull',
  /** The message log cuts brokers off that do not read in time. */
  MESSAGE_LOG_SLOW_BROKERS = 'MqttMessageLogSlowBrokers',

  /** Messages are dropped because queues are full or subscribers slow. */
  MESSAGES_DROPPED = 'MqttMessagesDropped',
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

  /** The event loop of a broker is late. */
  EVENT_LOOP_LAGGING = 'MqttEventLoopLagging',
  /** A broker runs out of file descriptors, and so of connections. */
  FILE_DESCRIPTORS_NEARLY_USED = 'MqttFileDescriptorsNearlyUsed',
  /** A changed certificate, password or access file is bad; the old one is still in use. */
  CONFIG_RELOAD_FAILED = 'MqttConfigReloadFailed',
  /** A node that runs a broker comes near its limit of tracked connections, beyond which new ones are dropped. */
  CONNTRACK_NEARLY_FULL = 'MqttConntrackNearlyFull',
}
