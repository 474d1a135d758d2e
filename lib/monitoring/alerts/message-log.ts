import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';

const NODE = 'Node {{ $labels.namespace }}/{{ $labels.pod }} of the message log';

export const MESSAGE_LOG_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.MESSAGE_LOG_WITHOUT_MAJORITY,
    severity: 'critical',
    holdsFor: '1m',
    needs: ['messageLog'],
    expression: (series) => `${series.platformOfLog('kube_statefulset_status_replicas_ready')} <= ${series.platformOfLog('kube_statefulset_replicas')} / 2`,
    summary: 'The message log of the MQTT brokers has lost its majority.',
    description: (cluster) => 'Only {{ $value }} nodes of the message log {{ $labels.namespace }}/{{ $labels.statefulset }} are ready, no more than half: '
      + `no client can connect to the MQTT cluster ${cluster}, and no message that has to be stored is acknowledged. Clients that are connected stay.`,
  },
  {
    alert: MqttAlert.MESSAGE_LOG_NODES_NOT_READY,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['messageLog'],
    // As long as pods are being replaced, some are not ready: that is no news.
    expression: (series) => [
      `${series.platformOfLog('kube_statefulset_status_replicas_ready')} < ${series.platformOfLog('kube_statefulset_replicas')}`,
      `and changes(${series.platformOfLog('kube_statefulset_status_replicas_updated')}[10m]) == 0`,
    ].join('\n'),
    summary: 'Fewer nodes of the message log are ready than there should be.',
    description: () => 'Only {{ $value }} nodes of the message log {{ $labels.namespace }}/{{ $labels.statefulset }} have been ready for 15 minutes: it survives fewer losses than it should.',
  },
  {
    alert: MqttAlert.MESSAGE_LOG_NODE_UNHEALTHY,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['messageLog'],
    expression: (series) => `${series.log('health')} == 1`,
    summary: 'A node of the message log has not caught up with the others.',
    description: () => `${NODE} has not been healthy for 15 minutes: it has no current copy of every stream, and counts for nothing when another is lost.`,
  },
  {
    alert: MqttAlert.MESSAGE_LOG_NEARLY_FULL,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['messageLog'],
    expression: (series, { storeUsedRatio }) => `${series.log('storeBytes')} / (${series.log('storeMaxBytes')} > 0) > ${storeUsedRatio}`,
    summary: 'The message log is nearly full.',
    description: () => `${NODE} uses {{ $value | humanizePercentage }} of the space that its streams may have. When it is full, no client can connect, and no message that has to be stored is acknowledged.`,
  },
  {
    alert: MqttAlert.MESSAGE_LOG_VOLUME_NEARLY_FULL,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['messageLogClaims'],
    expression: (series, { volumeUsedRatio }) =>
      `1 - ${series.platformOfLog('kubelet_volume_stats_available_bytes')} / ${series.platformOfLog('kubelet_volume_stats_capacity_bytes')} > ${volumeUsedRatio}`,
    summary: 'The volume of a node of the message log is nearly full.',
    description: () => 'The claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full. A node that cannot write is lost to the log.',
  },
  {
    alert: MqttAlert.MESSAGE_LOG_NODE_DOWN,
    severity: 'warning',
    holdsFor: '5m',
    needs: ['messageLog'],
    // An exporter that does not reach its node answers Prometheus all the same, without a word about the node.
    expression: (series) => `${series.platformOfLog('up')} unless on (namespace, pod) ${series.log('health')}`,
    summary: 'Nothing is known of a node of the message log.',
    description: () => `${NODE} has told Prometheus nothing for 5 minutes: its exporter does not answer (up is {{ $value }}), or does not reach the node.`,
  },
  {
    alert: MqttAlert.MESSAGE_LOG_NOT_WATCHED,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['messageLog'],
    expression: (series) => `absent(${series.platformOfLog('up')})`,
    summary: 'Prometheus does not watch the message log.',
    description: (cluster) => `No node of the message log of the MQTT cluster ${cluster} has been a target of Prometheus for 15 minutes: other alerts about it cannot fire.`,
  },
  {
    alert: MqttAlert.MESSAGE_LOG_SLOW_BROKERS,
    severity: 'warning',
    holdsFor: '5m',
    needs: ['messageLog'],
    expression: (series) => `increase(${series.log('slowConsumers')}[15m]) > 0`,
    summary: 'The message log cuts brokers off that do not read in time.',
    description: () => `${NODE} cut {{ $value | humanize }} connections within 15 minutes because they did not read in time: brokers miss messages of each other and catch up again and again.`,
  },
];
