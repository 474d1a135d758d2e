import { BROKER } from './alert-definition';
import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';

/** What brokers tell about the cluster that they make together. */
export const CLUSTER_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.CLUSTER_LOG_NOT_WRITABLE,
    severity: 'critical',
    holdsFor: '2m',
    needs: ['clusterLogWritable'],
    // One broker that cannot write is cut off, or on its way into the cluster.
    expression: (series) => `max by (namespace) (${series.broker('clusterLogWritable')}) == 0`,
    summary: 'No broker of the MQTT cluster can write to its replicated log.',
    description: (cluster) => `No broker of the MQTT cluster ${cluster} has reached a majority of the nodes of its message log for 2 minutes: `
      + 'no client can connect, and no message that has to be stored is acknowledged. Clients that are connected stay.',
  },
  {
    alert: MqttAlert.CLUSTER_LOG_NEARLY_FULL,
    severity: 'critical',
    holdsFor: '10m',
    needs: ['clusterLogSizeBytes', 'clusterLogMaxBytes'],
    // A broker that has not joined yet says 0 of both.
    expression: (series, { logUsedRatio }) => `max by (namespace) (${series.broker('clusterLogSizeBytes')} / (${series.broker('clusterLogMaxBytes')} > 0)) > ${logUsedRatio}`,
    summary: 'The replicated log of the MQTT brokers is nearly full.',
    description: (cluster) => `The replicated log of the MQTT cluster ${cluster} is {{ $value | humanizePercentage }} full: it is not trimmed as it should be. `
      + 'When it is full, no client can connect, and no message that has to be stored is acknowledged.',
  },
  {
    alert: MqttAlert.BROKER_NOT_IN_CLUSTER,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['clusterReady'],
    expression: (series) => `${series.broker('clusterReady')} == 0`,
    summary: 'An MQTT broker takes no part in its cluster.',
    description: () => `${BROKER} has taken no part in its cluster for 10 minutes: it does not reach the message log, or does not catch up with it, and gets no clients.`,
  },
  {
    alert: MqttAlert.CLUSTER_PARTITIONED,
    severity: 'warning',
    holdsFor: '5m',
    needs: ['clusterReady', 'clusterPeers'],
    expression: (series) => [
      `${series.broker('clusterPeers')} + 1 < on (namespace) group_left () sum by (namespace) (${series.broker('clusterReady')})`,
      `and on (namespace, pod) ${series.broker('clusterReady')} == 1`,
    ].join('\n'),
    summary: 'Brokers of the MQTT cluster do not hear each other.',
    description: () => `${BROKER} finds itself among {{ $value }} brokers, but more are ready: what its clients publish with QoS 0, or to clean sessions, does not reach the clients of the others.`,
  },
  {
    alert: MqttAlert.CLUSTER_LOG_LAGGING,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['clusterLogLagEntries'],
    expression: (series, { logLagEntries }) => `${series.broker('clusterLogLagEntries')} > ${logLagEntries}`,
    summary: 'An MQTT broker does not keep up with the replicated log.',
    description: () => `${BROKER} is {{ $value | humanize }} entries behind the replicated log: its clients get messages and acknowledgements late, and from 1,000 on it is not ready.`,
  },
  {
    alert: MqttAlert.CLUSTER_LOG_APPENDS_SLOW,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['clusterLogAppendSeconds'],
    expression: (series, { appendSeconds }) =>
      `histogram_quantile(0.99, sum by (namespace, pod, le) (rate(${series.buckets('clusterLogAppendSeconds')}[5m]))) > ${appendSeconds}`,
    summary: 'An MQTT broker waits long for the replicated log.',
    description: () => `${BROKER} needs {{ $value | humanizeDuration }} for the slowest hundredth of its appends to the replicated log: publishers wait that long for their acknowledgements.`,
  },
  {
    alert: MqttAlert.CLUSTER_SNAPSHOTS_FAILING,
    severity: 'warning',
    holdsFor: '5m',
    needs: ['clusterSnapshotsSaved', 'clusterSnapshotsFailed'],
    // One that fails is tried again, by this broker or by the next.
    expression: (series) => [
      `sum by (namespace) (increase(${series.broker('clusterSnapshotsFailed')}[30m])) > 0`,
      `unless sum by (namespace) (increase(${series.broker('clusterSnapshotsSaved')}[30m])) > 0`,
    ].join('\n'),
    summary: 'The MQTT brokers cannot save a snapshot.',
    description: (cluster) => `The brokers of the MQTT cluster ${cluster} failed to save a snapshot {{ $value | humanize }} times within 30 minutes, and never succeeded: `
      + 'the replicated log grows, and when it is full no client can connect and no message that has to be stored is acknowledged.',
  },
  {
    alert: MqttAlert.CLUSTER_MESSAGES_DROPPED,
    severity: 'warning',
    holdsFor: '0s',
    needs: ['clusterMessagesDropped'],
    expression: (series) => `sum by (namespace, pod, reason) (increase(${series.broker('clusterMessagesDropped')}[15m])) > 0`,
    summary: 'Messages between brokers of the MQTT cluster are dropped.',
    description: () => `${BROKER} dropped {{ $value | humanize }} messages of QoS 0 for other brokers within 15 minutes ({{ $labels.reason }}): `
      + 'one of them, or the network to it, does not keep up, and its clients miss them.',
  },
  {
    alert: MqttAlert.CLUSTER_TRAFFIC_INTERRUPTED,
    severity: 'warning',
    holdsFor: '0s',
    needs: ['clusterInterruptions'],
    // These were acknowledged to their publishers: one interruption is enough.
    expression: (series) => `sum by (namespace, pod) (increase(${series.broker('clusterInterruptions')}[15m])) > 0`,
    summary: 'Traffic between brokers of the MQTT cluster was interrupted.',
    description: () => 'Other brokers took broker {{ $labels.namespace }}/{{ $labels.pod }} for gone and found it again {{ $value | humanize }} times within 15 minutes: QoS 1 and 2 messages from their clients '
      + 'to its clean sessions may be lost, although they were acknowledged. Persistent sessions lost nothing.',
  },
  {
    alert: MqttAlert.CLUSTER_BROKER_LOST,
    severity: 'warning',
    holdsFor: '0s',
    needs: ['clusterBrokersLost'],
    // The labels tell which broker found it out, which may be another one each time.
    expression: (series) => `sum by (namespace) (increase(${series.broker('clusterBrokersLost')}[15m])) > 0`,
    summary: 'A broker of the MQTT cluster was lost.',
    description: (cluster) => `Brokers of the MQTT cluster ${cluster} were lost {{ $value | humanize }} times within 15 minutes: they crashed, hung or were cut off without shutting down. `
      + 'Their clients count as disconnected and their wills were published; QoS 1 and 2 messages on the way between them and clean sessions may be lost.',
  },
];
