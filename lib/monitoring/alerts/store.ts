import { BROKER } from './alert-definition';
import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';

export const STORE_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.STORE_NOT_WRITABLE,
    severity: 'critical',
    holdsFor: '1m',
    needs: ['storeWritable'],
    expression: (series) => `${series.broker('storeWritable')} == 0`,
    summary: 'The store of an MQTT broker takes no writes.',
    description: () => `${BROKER} cannot write to its store: it acknowledges no QoS 1 or 2 message and is not ready.`,
  },
  {
    alert: MqttAlert.STORE_NEARLY_FULL,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['storeSizeBytes', 'storeMaxBytes'],
    expression: (series, { storeUsedRatio }) => `${series.broker('storeSizeBytes')} / ${series.broker('storeMaxBytes')} > ${storeUsedRatio}`,
    summary: 'The store of an MQTT broker is nearly full.',
    description: () => `${BROKER} uses {{ $value | humanizePercentage }} of the space that its store may have. When it is full, no QoS 1 or 2 message is acknowledged.`,
  },
  {
    alert: MqttAlert.VOLUME_NEARLY_FULL,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['claims'],
    expression: (series, { volumeUsedRatio }) =>
      `1 - ${series.platform('kubelet_volume_stats_available_bytes')} / ${series.platform('kubelet_volume_stats_capacity_bytes')} > ${volumeUsedRatio}`,
    summary: 'The volume of an MQTT broker is nearly full.',
    description: () => 'The claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full. When it is full, the broker acknowledges no QoS 1 or 2 message.',
  },
  {
    alert: MqttAlert.COMMITS_SLOW,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['storeCommitSeconds'],
    expression: (series, { commitSeconds }) =>
      `histogram_quantile(0.99, sum by (namespace, pod, le) (rate(${series.buckets('storeCommitSeconds')}[5m]))) > ${commitSeconds}`,
    summary: 'An MQTT broker waits long for its disk.',
    description: () => `${BROKER} needs {{ $value | humanizeDuration }} for the slowest hundredth of its commits to disk: publishers wait that long for their acknowledgements.`,
  },
];
