/**
 * What alerts and the dashboard ask of the nodes of a message log: the names under which https://github.com/nats-io/prometheus-nats-exporter exports them with `-prefix=nats`
 * (collector/jsz.go, collector/healthz.go; those of `varz` are the numbers of https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#general-information-varz).
 */
export const LOG_METRICS = {
  health: { name: 'nats_healthz_status', meaning: '0 while the node is healthy and has caught up with the others, else 1' },
  storeBytes: { name: 'nats_server_total_message_bytes', meaning: 'space that the streams of the node use' },
  storeMaxBytes: { name: 'nats_server_max_storage', meaning: 'space that the streams of the node may use' },
  streamBytes: { name: 'nats_stream_total_bytes', meaning: 'size of each stream' },
  lastSequence: { name: 'nats_stream_last_seq', meaning: 'number of the last entry of each stream: its rate is that of the writes' },
  clients: { name: 'nats_varz_connections', meaning: 'connections of brokers and tools to the node' },
  slowConsumers: { name: 'nats_varz_slow_consumers', meaning: 'connections that the node cut because they did not read in time, since it started' },
  bytesIn: { name: 'nats_varz_in_bytes', meaning: 'bytes that clients sent to the node' },
  bytesOut: { name: 'nats_varz_out_bytes', meaning: 'bytes that the node sent to clients' },
  memoryBytes: { name: 'nats_varz_mem', meaning: 'memory of the node that is in RAM' },
} as const;

export type LogMetric = keyof typeof LOG_METRICS;
