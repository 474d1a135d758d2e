import { monitorWithLog, ruleGroupOf } from './fixtures';
import { describeWithPromtool, promtool } from './promtool';
import { MqttAlert } from '../../lib/monitoring/mqtt-alert';

/** Values of a series, one a minute, as promtool writes them: `0+1x60` counts up, `1+0x60` stays. */
interface InputSeries {
  readonly [series: string]: string;
}

interface FiringCase {
  readonly series: InputSeries;
  readonly at: string;
  /** Besides `severity` and `mqtt_cluster`. */
  readonly labels: { readonly [label: string]: string };
  /** @default warning */
  readonly severity?: 'critical' | 'info';
  readonly description: string;
}

interface SilentCase {
  readonly because: string;
  readonly series: InputSeries;
  readonly at: string;
}

interface AlertCase {
  readonly fires: FiringCase;
  readonly silent: SilentCase[];
}

const pod = (index: number, labels = '') => `{namespace="mqtt",pod="broker-${index}"${labels}}`;
const inPod = (labels: { [label: string]: string } = {}, index = 0) => ({ namespace: 'mqtt', pod: `broker-${index}`, ...labels });
const conntrack = (entries: number, brokerNode: string): InputSeries => ({
  'node_nf_conntrack_entries{namespace="monitoring",pod="node-exporter-a",instance="10.0.0.1:9100"}': `${entries}+0x60`,
  'node_nf_conntrack_entries_limit{namespace="monitoring",pod="node-exporter-a",instance="10.0.0.1:9100"}': '100000+0x60',
  'kube_pod_info{namespace="monitoring",pod="node-exporter-a",node="worker-a",instance="kube-state-metrics"}': '1+0x60',
  [`kube_pod_info{namespace="mqtt",pod="broker-0",node="${brokerNode}",instance="kube-state-metrics"}`]: '1+0x60',
});
const connections = (...perBroker: number[]): InputSeries =>
  Object.fromEntries(perBroker.map((count, index) => [`mqtt_connections${pod(index, ',listener="mqtts"')}`, `${count}+0x60`]));
const statefulSet = (ready: string, updated: string): InputSeries => ({
  'kube_statefulset_replicas{namespace="mqtt",statefulset="broker"}': '3+0x60',
  'kube_statefulset_status_replicas_ready{namespace="mqtt",statefulset="broker"}': ready,
  'kube_statefulset_status_replicas_updated{namespace="mqtt",statefulset="broker"}': updated,
});
const logNodes = (ready: string, updated = '3+0x60'): InputSeries => ({
  'kube_statefulset_replicas{namespace="mqtt",statefulset="broker-log"}': '3+0x60',
  'kube_statefulset_status_replicas_ready{namespace="mqtt",statefulset="broker-log"}': ready,
  'kube_statefulset_status_replicas_updated{namespace="mqtt",statefulset="broker-log"}': updated,
});
const logPod = (index: number) => `{namespace="mqtt",pod="broker-log-${index}"}`;
const inLogPod = (index = 0) => ({ namespace: 'mqtt', pod: `broker-log-${index}` });
const volume = (claim: string, available: number): InputSeries => ({
  [`kubelet_volume_stats_available_bytes{namespace="mqtt",persistentvolumeclaim="${claim}"}`]: `${available}+0x60`,
  [`kubelet_volume_stats_capacity_bytes{namespace="mqtt",persistentvolumeclaim="${claim}"}`]: '1000+0x60',
});
const commits = (within50ms: number, within250ms: number): InputSeries => ({
  [`mqtt_store_commit_duration_seconds_bucket${pod(0, ',le="0.05"')}`]: `0+${within50ms}x60`,
  [`mqtt_store_commit_duration_seconds_bucket${pod(0, ',le="0.25"')}`]: `0+${within250ms}x60`,
  [`mqtt_store_commit_duration_seconds_bucket${pod(0, ',le="+Inf"')}`]: `0+${within250ms}x60`,
});
const deliveries = (sentAMinute: number, droppedAMinute: number, reason: string): InputSeries => ({
  [`mqtt_messages_sent_total${pod(0, ',qos="1"')}`]: `0+${sentAMinute}x60`,
  [`mqtt_messages_dropped_total${pod(0, `,reason="${reason}"`)}`]: `0+${droppedAMinute}x60`,
});
const refusals = (aMinute: number, reason: string): InputSeries => ({
  [`mqtt_connections_refused_total${pod(0, `,reason="${reason}"`)}`]: `0+${aMinute}x60`,
});
const disconnects = (clients: number, lost: number, reason: string): InputSeries => ({
  ...connections(clients),
  [`mqtt_connections_closed_total${pod(0, `,reason="${reason}"`)}`]: `0+0x20 ${lost}+0x40`,
});

const inCluster = (metric: string, ...perBroker: (number | string)[]): InputSeries =>
  Object.fromEntries(perBroker.map((values, index) => [`mqtt_cluster_${metric}${pod(index)}`, typeof values === 'number' ? `${values}+0x60` : values]));
const appends = (within100ms: number, within500ms: number): InputSeries => ({
  [`mqtt_cluster_log_append_duration_seconds_bucket${pod(0, ',le="0.1"')}`]: `0+${within100ms}x60`,
  [`mqtt_cluster_log_append_duration_seconds_bucket${pod(0, ',le="0.5"')}`]: `0+${within500ms}x60`,
  [`mqtt_cluster_log_append_duration_seconds_bucket${pod(0, ',le="+Inf"')}`]: `0+${within500ms}x60`,
});
const snapshots = (broker: number, result: string, values: string): InputSeries => ({ [`mqtt_cluster_snapshots_total${pod(broker, `,result="${result}"`)}`]: values });
const expelled = (broker: number, reason: string, values: string): InputSeries => ({ [`mqtt_cluster_expelled_total${pod(broker, `,reason="${reason}"`)}`]: values });
/** promtool begins at the epoch. */
const expires = (broker: number, file: string, hours: number, listener = ',listener="mqtts"'): InputSeries => ({
  [`mqtt_tls_certificate_expiry_timestamp_seconds${pod(broker, `${listener},file="${file}"`)}`]: `${hours * 3600}+0x120`,
});
const throttled = (aMinute: number): InputSeries => ({ [`mqtt_publish_throttled_total${pod(0, ',reason="bytes"')}`]: `0+${aMinute}x60` });
const lastReload = (values: string): InputSeries => ({ [`mqtt_config_last_reload_successful${pod(0, ',file="acl"')}`]: values });

const CASES: { readonly [alert in MqttAlert]: AlertCase } = {
  [MqttAlert.CLUSTER_DOWN]: {
    fires: {
      series: { [`up${pod(0)}`]: '0+0x60', 'up{namespace="mqtt",pod="other-0"}': '1+0x60' },
      at: '6m',
      labels: { namespace: 'mqtt' },
      severity: 'critical',
      description: 'No broker of the MQTT cluster broker has answered Prometheus for 5 minutes: either no client can connect, or nobody watches the brokers.',
    },
    silent: [
      { because: 'one broker answers', series: { [`up${pod(0)}`]: '0+0x60', [`up${pod(1)}`]: '1+0x60' }, at: '30m' },
      { because: 'it has not lasted', series: { [`up${pod(0)}`]: '1+0x10 0+0x60' }, at: '14m' },
    ],
  },
  [MqttAlert.BROKER_DOWN]: {
    fires: {
      series: { [`up${pod(0)}`]: '1+0x60', [`up${pod(1)}`]: '0+0x60' },
      at: '6m',
      labels: inPod({}, 1),
      description: 'Broker mqtt/broker-1 has not answered Prometheus for 5 minutes: it hangs or is cut off, and its clients with it.',
    },
    silent: [
      { because: 'the pod belongs to a cluster whose name ends alike', series: { 'up{namespace="mqtt",pod="my-broker-1"}': '0+0x60' }, at: '30m' },
      { because: 'the pod is in another namespace', series: { 'up{namespace="other",pod="broker-1"}': '0+0x60' }, at: '30m' },
      { because: 'it has not lasted', series: { [`up${pod(1)}`]: '1+0x10 0+0x60' }, at: '14m' },
    ],
  },
  [MqttAlert.BROKERS_NOT_READY]: {
    fires: {
      series: statefulSet('2+0x60', '3+0x60'),
      at: '16m',
      labels: { namespace: 'mqtt', statefulset: 'broker' },
      description: 'Only 2 brokers of the StatefulSet mqtt/broker have been ready for 15 minutes, fewer than it asks for.',
    },
    silent: [
      { because: 'all are ready', series: statefulSet('3+0x60', '3+0x60'), at: '30m' },
      { because: 'an update replaces one pod after the other', series: statefulSet('2+0x60', '0+0x5 1+0x8 2+0x8 3+0x60'), at: '24m' },
    ],
  },
  [MqttAlert.STORE_NOT_WRITABLE]: {
    fires: {
      series: { [`mqtt_store_writable${pod(0)}`]: '1+0x5 0+0x60' },
      at: '8m',
      labels: inPod(),
      severity: 'critical',
      description: 'Broker mqtt/broker-0 cannot write to its store: it acknowledges no QoS 1 or 2 message and is not ready.',
    },
    silent: [{ because: 'the store takes writes', series: { [`mqtt_store_writable${pod(0)}`]: '1+0x60' }, at: '30m' }],
  },
  [MqttAlert.STORE_NEARLY_FULL]: {
    fires: {
      series: { [`mqtt_store_size_bytes${pod(0)}`]: '81+0x60', [`mqtt_store_max_bytes${pod(0)}`]: '100+0x60' },
      at: '16m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 uses 81% of the space that its store may have. When it is full, no QoS 1 or 2 message is acknowledged.',
    },
    silent: [
      { because: 'a fifth is free', series: { [`mqtt_store_size_bytes${pod(0)}`]: '80+0x60', [`mqtt_store_max_bytes${pod(0)}`]: '100+0x60' }, at: '30m' },
    ],
  },
  [MqttAlert.VOLUME_NEARLY_FULL]: {
    fires: {
      series: volume('data-broker-2', 100),
      at: '16m',
      labels: { namespace: 'mqtt', persistentvolumeclaim: 'data-broker-2' },
      description: 'The claim mqtt/data-broker-2 is 90% full. When it is full, the broker acknowledges no QoS 1 or 2 message.',
    },
    silent: [
      { because: 'a fifth is free', series: volume('data-broker-2', 200), at: '30m' },
      { because: 'the claim belongs to a cluster whose name ends alike', series: volume('data-my-broker-2', 100), at: '30m' },
    ],
  },
  [MqttAlert.COMMITS_SLOW]: {
    fires: {
      series: commits(98, 100),
      at: '16m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 needs 150ms for the slowest hundredth of its commits to disk: publishers wait that long for their acknowledgements.',
    },
    silent: [
      { because: 'the slow ones are fewer than a hundredth', series: commits(998, 1000), at: '30m' },
      { because: 'nothing is committed', series: commits(0, 0), at: '30m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_WITHOUT_MAJORITY]: {
    fires: {
      series: logNodes('3+0x5 1+0x60'),
      at: '8m',
      labels: { namespace: 'mqtt', statefulset: 'broker-log' },
      severity: 'critical',
      description: 'Only 1 nodes of the message log mqtt/broker-log are ready, no more than half: no client can connect to the MQTT cluster broker, and no message '
        + 'that has to be stored is acknowledged. Clients that are connected stay.',
    },
    silent: [
      { because: 'two of three are ready', series: logNodes('2+0x60'), at: '30m' },
      { because: 'it has not lasted', series: logNodes('3+0x10 1+0x60'), at: '11m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_NODES_NOT_READY]: {
    fires: {
      series: logNodes('2+0x60'),
      at: '16m',
      labels: { namespace: 'mqtt', statefulset: 'broker-log' },
      description: 'Only 2 nodes of the message log mqtt/broker-log have been ready for 15 minutes: it survives fewer losses than it should.',
    },
    silent: [
      { because: 'all are ready', series: logNodes('3+0x60'), at: '30m' },
      { because: 'an update replaces one after the other', series: logNodes('2+0x60', '0+0x5 1+0x8 2+0x8 3+0x60'), at: '24m' },
      { because: 'it is the brokers that are not ready', series: { ...logNodes('3+0x60'), ...statefulSet('2+0x60', '3+0x60') }, at: '30m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_NODE_UNHEALTHY]: {
    fires: {
      series: { [`nats_healthz_status${logPod(2)}`]: '1+0x60', [`nats_healthz_status${logPod(1)}`]: '0+0x60' },
      at: '16m',
      labels: inLogPod(2),
      description: 'Node mqtt/broker-log-2 of the message log has not been healthy for 15 minutes: it has no current copy of every stream, and counts for nothing when another is lost.',
    },
    silent: [
      { because: 'it caught up', series: { [`nats_healthz_status${logPod(2)}`]: '1+0x10 0+0x60' }, at: '30m' },
      { because: 'it is a NATS of somebody else', series: { 'nats_healthz_status{namespace="mqtt",pod="nats-0"}': '1+0x60' }, at: '30m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_NEARLY_FULL]: {
    fires: {
      series: { [`nats_server_total_message_bytes${logPod(0)}`]: '81+0x60', [`nats_server_max_storage${logPod(0)}`]: '100+0x60' },
      at: '16m',
      labels: inLogPod(),
      description: 'Node mqtt/broker-log-0 of the message log uses 81% of the space that its streams may have. When it is full, no client can connect, and no message that has to be stored is acknowledged.',
    },
    silent: [
      { because: 'a fifth is free', series: { [`nats_server_total_message_bytes${logPod(0)}`]: '80+0x60', [`nats_server_max_storage${logPod(0)}`]: '100+0x60' }, at: '30m' },
      { because: 'JetStream has not started', series: { [`nats_server_total_message_bytes${logPod(0)}`]: '80+0x60', [`nats_server_max_storage${logPod(0)}`]: '0+0x60' }, at: '30m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_VOLUME_NEARLY_FULL]: {
    fires: {
      series: volume('data-broker-log-2', 100),
      at: '16m',
      labels: { namespace: 'mqtt', persistentvolumeclaim: 'data-broker-log-2' },
      description: 'The claim mqtt/data-broker-log-2 is 90% full. A node that cannot write is lost to the log.',
    },
    silent: [
      { because: 'a fifth is free', series: volume('data-broker-log-2', 200), at: '30m' },
      { because: 'it is the volume of a broker', series: volume('data-broker-2', 100), at: '30m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_NODE_DOWN]: {
    fires: {
      series: { [`up${logPod(1)}`]: '0+0x60', [`up${logPod(0)}`]: '1+0x60', [`nats_healthz_status${logPod(0)}`]: '1+0x60' },
      at: '6m',
      labels: inLogPod(1),
      description: 'Node mqtt/broker-log-1 of the message log has told Prometheus nothing for 5 minutes: its exporter does not answer (up is 0), or does not reach the node.',
    },
    silent: [
      { because: 'it tells how it is, well or not', series: { [`up${logPod(0)}`]: '1+0x60', [`nats_healthz_status${logPod(0)}`]: '1+0x60' }, at: '30m' },
      { because: 'it has not lasted', series: { [`up${logPod(0)}`]: '1+0x60', [`nats_healthz_status${logPod(0)}`]: '0+0x10 stale 0+0x60' }, at: '14m' },
      { because: 'it is a broker', series: { [`up${pod(0)}`]: '0+0x60' }, at: '30m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_NOT_WATCHED]: {
    fires: {
      series: { [`up${pod(0)}`]: '1+0x60' },
      at: '16m',
      labels: { namespace: 'mqtt' },
      description: 'No node of the message log of the MQTT cluster broker has been a target of Prometheus for 15 minutes: other alerts about it cannot fire.',
    },
    silent: [{ because: 'one node is a target', series: { [`up${logPod(2)}`]: '0+0x60' }, at: '30m' }],
  },
  [MqttAlert.CLUSTER_LOG_NOT_WRITABLE]: {
    fires: {
      series: inCluster('log_writable', '1+0x5 0+0x60', '1+0x5 0+0x60', '0+0x60'),
      at: '9m',
      labels: { namespace: 'mqtt' },
      severity: 'critical',
      description: 'No broker of the MQTT cluster broker has reached a majority of the nodes of its message log for 2 minutes: '
        + 'no client can connect, and no message that has to be stored is acknowledged. Clients that are connected stay.',
    },
    silent: [
      { because: 'one broker writes, and the others are cut off', series: inCluster('log_writable', 0, 0, 1), at: '30m' },
      { because: 'the log changes its leader', series: inCluster('log_writable', '1+0x10 0 1+0x60'), at: '12m' },
    ],
  },
  [MqttAlert.CLUSTER_LOG_NEARLY_FULL]: {
    fires: {
      series: { ...inCluster('log_size_bytes', 21, 21, 20), ...inCluster('log_max_bytes', 25, 25, 25) },
      at: '11m',
      labels: { namespace: 'mqtt' },
      severity: 'critical',
      description: 'The replicated log of the MQTT cluster broker is 84% full: it is not trimmed as it should be. When it is full, no client can connect, and no message that has to be stored is acknowledged.',
    },
    silent: [
      { because: 'it is trimmed in time', series: { ...inCluster('log_size_bytes', '21+0x8 5+0x60'), ...inCluster('log_max_bytes', 25) }, at: '30m' },
      { because: 'a fifth is free', series: { ...inCluster('log_size_bytes', 20), ...inCluster('log_max_bytes', 25) }, at: '30m' },
      { because: 'the broker has not joined yet', series: { ...inCluster('log_size_bytes', 0), ...inCluster('log_max_bytes', 0) }, at: '30m' },
    ],
  },
  [MqttAlert.BROKER_NOT_IN_CLUSTER]: {
    fires: {
      series: inCluster('ready', 1, 0, 1),
      at: '11m',
      labels: inPod({}, 1),
      description: 'Broker mqtt/broker-1 has taken no part in its cluster for 10 minutes: it does not reach the message log, or does not catch up with it, and gets no clients.',
    },
    silent: [{ because: 'it catches up in time', series: inCluster('ready', 1, '0+0x8 1+0x60', 1), at: '30m' }],
  },
  [MqttAlert.CLUSTER_PARTITIONED]: {
    fires: {
      series: { ...inCluster('ready', 1, 1, 1), ...inCluster('peers', 2, 2, 0) },
      at: '6m',
      labels: inPod({}, 2),
      description: 'Broker mqtt/broker-2 finds itself among 1 brokers, but more are ready: what its clients publish with QoS 0, or to clean sessions, does not reach the clients of the others.',
    },
    silent: [
      { because: 'all hear each other', series: { ...inCluster('ready', 1, 1, 1), ...inCluster('peers', 2, 2, 2) }, at: '30m' },
      { because: 'the broker that hears nobody is on its way into the cluster', series: { ...inCluster('ready', 1, 1, 0), ...inCluster('peers', 1, 1, 0) }, at: '30m' },
      { because: 'one is there that is not ready', series: { ...inCluster('ready', 1, 1, 0), ...inCluster('peers', 2, 2, 2) }, at: '30m' },
    ],
  },
  [MqttAlert.CLUSTER_LOG_LAGGING]: {
    fires: {
      series: inCluster('log_lag_entries', 2, 700),
      at: '11m',
      labels: inPod({}, 1),
      description: 'Broker mqtt/broker-1 is 700 entries behind the replicated log: its clients get messages and acknowledgements late, and from 1,000 on it is not ready.',
    },
    silent: [
      { because: 'it is a moment behind', series: inCluster('log_lag_entries', 500), at: '30m' },
      { because: 'it catches up', series: inCluster('log_lag_entries', '900-100x9 0+0x60'), at: '12m' },
    ],
  },
  [MqttAlert.CLUSTER_LOG_APPENDS_SLOW]: {
    fires: {
      series: appends(98, 100),
      at: '16m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 needs 300ms for the slowest hundredth of its appends to the replicated log: publishers wait that long for their acknowledgements.',
    },
    silent: [
      { because: 'the slow ones are fewer than a hundredth', series: appends(998, 1000), at: '30m' },
      { because: 'nothing is appended', series: appends(0, 0), at: '30m' },
    ],
  },
  [MqttAlert.CLUSTER_SNAPSHOTS_FAILING]: {
    fires: {
      series: { ...snapshots(0, 'failure', '0+1x60'), ...snapshots(0, 'success', '3+0x60') },
      at: '40m',
      labels: { namespace: 'mqtt' },
      description: 'The brokers of the MQTT cluster broker failed to save a snapshot 30 times within 30 minutes, and never succeeded: '
        + 'the replicated log grows, and when it is full no client can connect and no message that has to be stored is acknowledged.',
    },
    silent: [
      { because: 'another broker saved one', series: { ...snapshots(0, 'failure', '0+1x60'), ...snapshots(1, 'success', '3+0x30 4+0x60') }, at: '40m' },
      { because: 'the next attempt succeeds', series: { ...snapshots(0, 'failure', '0+0x30 1+0x60'), ...snapshots(0, 'success', '3+0x32 4+0x60') }, at: '38m' },
      { because: 'none is due', series: { ...snapshots(0, 'failure', '1+0x60'), ...snapshots(0, 'success', '3+0x60') }, at: '40m' },
    ],
  },
  [MqttAlert.CLUSTER_MESSAGES_DROPPED]: {
    fires: {
      series: { [`mqtt_cluster_messages_dropped_total${pod(0, ',reason="slow-peer"')}`]: '0+10x60' },
      at: '30m',
      labels: inPod({ reason: 'slow-peer' }),
      description: 'Broker mqtt/broker-0 dropped 150 messages of QoS 0 for other brokers within 15 minutes (slow-peer): '
        + 'one of them, or the network to it, does not keep up, and its clients miss them.',
    },
    silent: [{ because: 'it is long ago', series: { [`mqtt_cluster_messages_dropped_total${pod(0, ',reason="slow-peer"')}`]: '500+0x60' }, at: '30m' }],
  },
  [MqttAlert.CLUSTER_TRAFFIC_INTERRUPTED]: {
    fires: {
      series: inCluster('interruptions_total', '0+0x60', '0+0x20 2+0x60'),
      at: '30m',
      labels: inPod({}, 1),
      description: 'Other brokers took broker mqtt/broker-1 for gone and found it again 2 times within 15 minutes: QoS 1 and 2 messages from their clients to its clean sessions may be lost, '
        + 'although they were acknowledged. Persistent sessions lost nothing.',
    },
    silent: [
      { because: 'nothing was interrupted', series: inCluster('interruptions_total', '0+0x60'), at: '30m' },
      { because: 'it is long ago', series: inCluster('interruptions_total', '3+0x60'), at: '30m' },
      { because: 'the broker restarted since', series: inCluster('interruptions_total', '3+0x20 0+0x60'), at: '30m' },
    ],
  },
  [MqttAlert.CLUSTER_BROKER_LOST]: {
    fires: {
      series: { ...expelled(0, 'lost', '0+0x20 1+0x60'), ...expelled(1, 'lost', '0+0x25 1+0x60') },
      at: '30m',
      labels: { namespace: 'mqtt' },
      description: 'Brokers of the MQTT cluster broker were lost 2 times within 15 minutes: they crashed, hung or were cut off without shutting down. '
        + 'Their clients count as disconnected and their wills were published; QoS 1 and 2 messages on the way between them and clean sessions may be lost.',
    },
    silent: [
      { because: 'an update shuts one down after the other', series: expelled(0, 'shutdown', '0+0x20 1+0x5 2+0x60'), at: '30m' },
      { because: 'all were stopped at once, and one is back', series: expelled(0, 'unheard', '0+0x20 2+0x60'), at: '30m' },
      { because: 'it is long ago', series: expelled(0, 'lost', '1+0x60'), at: '30m' },
    ],
  },
  [MqttAlert.MESSAGE_LOG_SLOW_BROKERS]: {
    fires: {
      series: { [`nats_varz_slow_consumers${logPod(0)}`]: '0+1x60' },
      at: '30m',
      labels: inLogPod(),
      description: 'Node mqtt/broker-log-0 of the message log cut 15 connections within 15 minutes because they did not read in time: '
        + 'brokers miss messages of each other and catch up again and again.',
    },
    silent: [{ because: 'it happened once, long ago', series: { [`nats_varz_slow_consumers${logPod(0)}`]: '7+0x60' }, at: '30m' }],
  },
  [MqttAlert.MESSAGES_DROPPED]: {
    fires: {
      series: deliveries(900, 100, 'slow-consumer'),
      at: '16m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 drops 10% of the messages for its subscribers, all of QoS 0, because they read too slowly.',
    },
    silent: [
      { because: 'one in a thousand is dropped', series: deliveries(999, 1, 'slow-consumer'), at: '30m' },
      { because: 'the messages were of sessions that expired', series: deliveries(900, 100, 'expired-session'), at: '30m' },
      { because: 'nothing is sent at all', series: deliveries(0, 0, 'slow-consumer'), at: '30m' },
    ],
  },
  [MqttAlert.QUEUES_OVERFLOWING]: {
    fires: {
      series: deliveries(1000, 2, 'queue-full'),
      at: '30m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 dropped 30 messages of QoS 1 and 2 within 15 minutes that it had acknowledged to their publishers: '
        + 'the queues of their subscribers have reached their limit.',
    },
    silent: [
      { because: 'the messages were of QoS 0', series: deliveries(1000, 100, 'slow-consumer'), at: '30m' },
      { because: 'it is long ago', series: { [`mqtt_messages_dropped_total${pod(0, ',reason="queue-full"')}`]: '7+0x60' }, at: '30m' },
    ],
  },
  [MqttAlert.MESSAGES_EXPIRED]: {
    fires: {
      series: { [`mqtt_messages_dropped_total${pod(0, ',reason="expired-session"')}`]: '0+1x90' },
      at: '80m',
      labels: { namespace: 'mqtt' },
      severity: 'info',
      description: '60 messages of QoS 1 and 2 waited in sessions of the MQTT cluster broker that expired within the last hour, and are dropped: their clients stayed away too long.',
    },
    silent: [{ because: 'the sessions that expired had nothing waiting', series: { [`mqtt_messages_dropped_total${pod(0, ',reason="expired-session"')}`]: '60+0x90' }, at: '80m' }],
  },
  [MqttAlert.PUBLISH_DENIED]: {
    fires: {
      series: { [`mqtt_publish_denied_total${pod(0)}`]: '0+90x60', [`mqtt_publish_denied_total${pod(1)}`]: '0+90x60' },
      at: '16m',
      labels: { namespace: 'mqtt' },
      description: 'The access rules of the MQTT cluster broker refuse 3 messages a second. MQTT 3.1.1 has no way to tell their publishers: to them the messages were delivered.',
    },
    silent: [{ because: 'they are few', series: { [`mqtt_publish_denied_total${pod(0)}`]: '0+60x60' }, at: '30m' }],
  },
  [MqttAlert.CLIENTS_THROTTLED]: {
    fires: {
      series: throttled(120),
      at: '21m',
      labels: { namespace: 'mqtt', reason: 'bytes' },
      description: 'On average 2 clients of the MQTT cluster broker are held back because of the bytes that they publish: nothing is lost in the brokers, but it arrives late.',
    },
    silent: [
      { because: 'a client is held back now and then', series: throttled(20), at: '40m' },
      { because: 'a burst is over', series: { [`mqtt_publish_throttled_total${pod(0, ',reason="bytes"')}`]: '0+600x5 3000+0x60' }, at: '22m' },
    ],
  },
  [MqttAlert.QUEUES_GROWING]: {
    fires: {
      series: { [`mqtt_queued_messages${pod(0)}`]: '100000+1000x60' },
      at: '50m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 holds 150k messages for subscribers that are away or slow, and their number grows. Full queues and stores lose messages.',
    },
    silent: [
      { because: 'the queues are long but shrink', series: { [`mqtt_queued_messages${pod(0)}`]: '300000-1000x60' }, at: '50m' },
      { because: 'the queues grow but are short', series: { [`mqtt_queued_messages${pod(0)}`]: '0+1000x60' }, at: '50m' },
    ],
  },
  [MqttAlert.AUTHENTICATION_FAILURES]: {
    fires: {
      series: refusals(120, 'bad-credentials'),
      at: '16m',
      labels: { namespace: 'mqtt' },
      description: '2 connections a second to the MQTT cluster broker fail to authenticate: credentials were changed on one side only, or somebody tries them out.',
    },
    silent: [
      { because: 'they are few', series: refusals(30, 'bad-credentials'), at: '30m' },
      { because: 'they are refused for another reason', series: refusals(120, 'connection-limit'), at: '30m' },
    ],
  },
  [MqttAlert.CONNECTIONS_REFUSED]: {
    fires: {
      series: refusals(120, 'connection-limit'),
      at: '16m',
      labels: { namespace: 'mqtt', reason: 'connection-limit' },
      description: 'The MQTT cluster broker refuses 2 connections a second for the reason connection-limit.',
    },
    silent: [
      { because: 'they are few', series: refusals(30, 'connection-limit'), at: '30m' },
      { because: 'it is authentication that fails', series: refusals(120, 'anonymous'), at: '30m' },
      { because: 'tokens have expired', series: refusals(120, 'token-expired'), at: '30m' },
      { because: 'the broker drains', series: refusals(120, 'draining'), at: '30m' },
    ],
  },
  [MqttAlert.MASS_DISCONNECT]: {
    fires: {
      series: disconnects(1000, 500, 'network'),
      at: '25m',
      labels: { namespace: 'mqtt' },
      description: 'The connections that the MQTT cluster broker has lost within 10 minutes are 50% of its clients. Neither the clients nor an update ended them.',
    },
    silent: [
      { because: 'a tenth of the clients is lost', series: disconnects(1000, 100, 'network'), at: '25m' },
      { because: 'the clients said goodbye', series: disconnects(1000, 500, 'client'), at: '25m' },
      { because: 'an update drained the broker', series: disconnects(1000, 500, 'drain'), at: '25m' },
      { because: 'clients were moved to a new broker', series: disconnects(1000, 500, 'rebalance'), at: '25m' },
      { because: 'an administrator disconnected them', series: disconnects(1000, 500, 'admin'), at: '25m' },
      { because: 'their tokens expired', series: disconnects(1000, 500, 'token-expired'), at: '25m' },
      { because: 'the cluster has few clients', series: disconnects(20, 10, 'network'), at: '25m' },
    ],
  },
  [MqttAlert.CONNECTIONS_UNBALANCED]: {
    fires: {
      series: connections(1600, 200, 200),
      at: '31m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 has 2.4 times the average number of connections: it reaches its limits first, and its failure hits more clients than it should.',
    },
    silent: [
      { because: 'the difference is small', series: connections(700, 650, 650), at: '40m' },
      { because: 'the brokers have few connections', series: connections(160, 20, 20), at: '40m' },
      { because: 'there is one broker', series: connections(5000), at: '40m' },
    ],
  },
  [MqttAlert.CERTIFICATE_EXPIRING]: {
    fires: {
      series: { ...expires(0, 'certificate', 14 * 24), ...expires(1, 'certificate', 90 * 24), ...expires(0, 'client-ca', 14 * 24 + 2) },
      at: '2h',
      labels: { namespace: 'mqtt', listener: 'mqtts', file: 'certificate' },
      description: 'A certificate that the brokers of the MQTT cluster broker use for listener mqtts (certificate) expires in 13d 22h 0m 0s, and has not been renewed.',
    },
    silent: [
      { because: 'it is renewed in time', series: expires(0, 'certificate', 30 * 24), at: '2h' },
      { because: 'it is a revocation list, which lives for days only', series: expires(0, 'crl', 7 * 24), at: '2h' },
    ],
  },
  [MqttAlert.CERTIFICATE_NEARLY_EXPIRED]: {
    fires: {
      series: expires(0, 'log-certificate', 72, ''),
      at: '1h',
      labels: { namespace: 'mqtt', file: 'log-certificate' },
      severity: 'critical',
      description: 'A certificate that the brokers of the MQTT cluster broker use for the connection to the message log (log-certificate) has 2d 23h 0m 0s left. '
        + 'From then on whoever verifies it refuses every new connection.',
    },
    silent: [{ because: 'there are four days left', series: expires(0, 'certificate', 96), at: '1h' }],
  },
  [MqttAlert.REVOCATION_LIST_EXPIRING]: {
    fires: {
      series: { ...expires(0, 'crl', 6), ...expires(1, 'crl', 48) },
      at: '2h',
      labels: { namespace: 'mqtt', listener: 'mqtts', file: 'crl' },
      severity: 'critical',
      description: 'A revocation list that the brokers of the MQTT cluster broker use for listener mqtts has 4h 0m 0s left. '
        + 'From then on they refuse all new clients with a certificate of its authority.',
    },
    silent: [
      { because: 'the next one is not due yet', series: expires(0, 'crl', 9), at: '2h' },
      { because: 'it is a certificate', series: expires(0, 'certificate', 6), at: '2h' },
    ],
  },
  [MqttAlert.EVENT_LOOP_LAGGING]: {
    fires: {
      series: { [`nodejs_eventloop_lag_p99_seconds${pod(0)}`]: '0.25+0x60' },
      at: '11m',
      labels: inPod(),
      description: 'The event loop of broker mqtt/broker-0 is 250ms late: every message and every keepalive waits that long.',
    },
    silent: [{ because: 'it is hardly late', series: { [`nodejs_eventloop_lag_p99_seconds${pod(0)}`]: '0.02+0x60' }, at: '30m' }],
  },
  [MqttAlert.FILE_DESCRIPTORS_NEARLY_USED]: {
    fires: {
      series: { [`process_open_fds${pod(0)}`]: '900+0x60', [`process_max_fds${pod(0)}`]: '1000+0x60' },
      at: '11m',
      labels: inPod(),
      description: 'Broker mqtt/broker-0 has 90% of its file descriptors open. Each connection takes one: without any left, new clients cannot connect.',
    },
    silent: [{ because: 'half are free', series: { [`process_open_fds${pod(0)}`]: '500+0x60', [`process_max_fds${pod(0)}`]: '1000+0x60' }, at: '30m' }],
  },
  [MqttAlert.CONFIG_RELOAD_FAILED]: {
    fires: {
      series: lastReload('1+0x5 0+0x90'),
      at: '90m',
      labels: inPod({ file: 'acl' }),
      description: 'Broker mqtt/broker-0 cannot use what was changed (acl) and goes on with what it had before. A broker that restarts would fail on it.',
    },
    silent: [
      { because: 'what is in use is what the file says', series: lastReload('1+0x60'), at: '10m' },
      { because: 'the file was corrected', series: lastReload('1+0x5 0+0x5 1+0x60'), at: '15m' },
    ],
  },
  [MqttAlert.CONNTRACK_NEARLY_FULL]: {
    fires: {
      series: conntrack(80_000, 'worker-a'),
      at: '11m',
      labels: { node: 'worker-a' },
      description: 'Node worker-a, which runs a broker of the MQTT cluster broker, uses 80% of its connection tracking table. When it is full, the kernel drops new connections.',
    },
    silent: [
      { because: 'a quarter is free', series: conntrack(75_000, 'worker-a'), at: '30m' },
      { because: 'no broker runs on that node', series: conntrack(80_000, 'worker-b'), at: '30m' },
    ],
  },
};

describeWithPromtool('alerts, evaluated by promtool', () => {
  const group = ruleGroupOf(monitorWithLog().monitoring);
  const rules = { groups: [group] };
  const ruleOf = (alert: string) => group.rules.find((rule) => rule.alert === alert)!;

  test('the rules are valid', () => {
    expect(promtool(['check', 'rules', 'rules.yaml'], { 'rules.yaml': rules })).toContain(`SUCCESS: ${group.rules.length} rules found`);
  });

  test('MqttClusterDown also fires when no broker is a target any more, and keeps its labels', () => {
    const { summary, runbook_url, description } = ruleOf(MqttAlert.CLUSTER_DOWN).annotations;
    const series = { [`up${pod(0)}`]: '1+0x10 0+0x3 stale', 'up{namespace="mqtt",pod="other-0"}': '1+0x60' };
    evaluate(MqttAlert.CLUSTER_DOWN, series, '17m', [{
      exp_labels: { mqtt_cluster: 'broker', severity: 'critical', namespace: 'mqtt' },
      exp_annotations: { summary, runbook_url, description },
    }]);
  });

  test('a wrong expectation fails', () => {
    const { fires } = CASES[MqttAlert.BROKER_DOWN];
    expect(() => evaluate(MqttAlert.BROKER_DOWN, fires.series, fires.at, [])).toThrow(/FAILED/);
  });

  describe.each(Object.entries(CASES))('%s', (alert, { fires, silent }) => {
    test('fires and says what is wrong', () => {
      const { summary, runbook_url } = ruleOf(alert).annotations;
      evaluate(alert, fires.series, fires.at, [{
        exp_labels: { mqtt_cluster: 'broker', severity: fires.severity ?? 'warning', ...fires.labels },
        exp_annotations: { summary, runbook_url, description: fires.description },
      }]);
    });

    test.each(silent.map((silence) => [silence.because, silence] as const))('is silent when %s', (_, { series, at }) => evaluate(alert, series, at, []));
  });

  describe('of two Kubernetes clusters with brokers of the same name', () => {
    const groupOfBoth = ruleGroupOf(monitorWithLog({ clusterLabel: 'k8s' }).monitoring);
    const inKubernetes = (name: string, series: InputSeries): InputSeries =>
      Object.fromEntries(Object.entries(series).map(([each, values]) => [each.replace('{', `{k8s="${name}",`), values]));
    /** `absent` knows no labels. */
    const ofNoCluster: string[] = [MqttAlert.MESSAGE_LOG_NOT_WATCHED];

    test.each(Object.entries(CASES).filter(([alert]) => !ofNoCluster.includes(alert)))('%s is told of each by itself', (alert, { fires, silent: [healthy] }) => {
      const { summary, runbook_url } = ruleOf(alert).annotations;
      const firing = (name: string) => ({
        exp_labels: { mqtt_cluster: 'broker', severity: fires.severity ?? 'warning', ...fires.labels, k8s: name },
        exp_annotations: { summary, runbook_url, description: fires.description },
      });
      evaluate(alert, { ...inKubernetes('a', fires.series), ...inKubernetes('b', fires.series) }, fires.at, [firing('a'), firing('b')], groupOfBoth);
      evaluate(alert, { ...inKubernetes('a', fires.series), ...inKubernetes('b', healthy.series) }, fires.at, [firing('a')], groupOfBoth);
    });
  });

  function evaluate(alert: string, series: InputSeries, at: string, expected: object[], by = group): void {
    promtool(['test', 'rules', 'test.yaml'], {
      'rules.yaml': { groups: [by] },
      'test.yaml': {
        rule_files: ['rules.yaml'],
        evaluation_interval: '1m',
        tests: [{
          interval: '1m',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: expected }],
        }],
      },
    });
  }
});
