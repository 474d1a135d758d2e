import { BROKER } from './alert-definition';
import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';

export const PROCESS_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.EVENT_LOOP_LAGGING,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['eventLoopLagSeconds'],
    expression: (series, { eventLoopLagSeconds }) => `${series.broker('eventLoopLagSeconds')} > ${eventLoopLagSeconds}`,
    summary: 'An MQTT broker is overloaded.',
    description: () => 'The event loop of broker {{ $labels.namespace }}/{{ $labels.pod }} is {{ $value | humanizeDuration }} late: every message and every keepalive waits that long.',
  },
  {
    alert: MqttAlert.FILE_DESCRIPTORS_NEARLY_USED,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['openFileDescriptors', 'maxFileDescriptors'],
    expression: (series, { fileDescriptorsRatio }) => `${series.broker('openFileDescriptors')} / ${series.broker('maxFileDescriptors')} > ${fileDescriptorsRatio}`,
    summary: 'An MQTT broker runs out of file descriptors.',
    description: () => `${BROKER} has {{ $value | humanizePercentage }} of its file descriptors open. Each connection takes one: without any left, new clients cannot connect.`,
  },
  {
    alert: MqttAlert.CONFIG_RELOAD_FAILED,
    severity: 'warning',
    holdsFor: '0s',
    needs: ['configReloadSuccessful'],
    expression: (series) => `${series.broker('configReloadSuccessful')} == 0`,
    summary: 'An MQTT broker has refused a changed file.',
    description: () => `${BROKER} cannot use what was changed ({{ $labels.file }}) and goes on with what it had before. A broker that restarts would fail on it.`,
  },
];
