import { BROKER } from './alert-definition';
import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';

export const AVAILABILITY_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.CLUSTER_DOWN,
    severity: 'critical',
    holdsFor: '5m',
    needs: [],
    // `absent(… == 1)` alone would lose the label `namespace`, by which alerts are routed.
    expression: (series) => `max by (namespace) (${series.platform('up')}) == 0 or absent(${series.platform('up')})`,
    summary: 'No broker of the MQTT cluster answers Prometheus.',
    description: (cluster) => `No broker of the MQTT cluster ${cluster} has answered Prometheus for 5 minutes: either no client can connect, or nobody watches the brokers.`,
  },
  {
    alert: MqttAlert.BROKER_DOWN,
    severity: 'warning',
    holdsFor: '5m',
    needs: [],
    expression: (series) => `${series.platform('up')} == 0`,
    summary: 'An MQTT broker does not answer Prometheus.',
    description: () => `${BROKER} has not answered Prometheus for 5 minutes: it hangs or is cut off, and its clients with it.`,
  },
  {
    alert: MqttAlert.BROKERS_NOT_READY,
    severity: 'warning',
    holdsFor: '15m',
    needs: [],
    // As long as pods are being replaced, some are not ready: that is no news.
    expression: (series) => [
      `${series.platform('kube_statefulset_status_replicas_ready')} < ${series.platform('kube_statefulset_replicas')}`,
      `and changes(${series.platform('kube_statefulset_status_replicas_updated')}[10m]) == 0`,
    ].join('\n'),
    summary: 'Fewer MQTT brokers are ready than there should be.',
    description: () => 'Only {{ $value }} brokers of the StatefulSet {{ $labels.namespace }}/{{ $labels.statefulset }} have been ready for 15 minutes, fewer than it asks for.',
  },
];
