import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';
import type { Series } from '../series';
import type { BrokerMetric } from '../vocabulary';

/** The files are the same in all brokers; the one that has not loaded the new ones yet counts. */
const left = (series: Series, metric: BrokerMetric) => `min by (namespace, listener, file) (${series.broker(metric)}) - time()`;

/** A template: the connection to the message log has no listener. */
const PLACE = '{{ if $labels.listener }}listener {{ $labels.listener }}{{ else }}the connection to the message log{{ end }}';

export const CERTIFICATE_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.CERTIFICATE_EXPIRING,
    severity: 'warning',
    holdsFor: '1h',
    needs: ['certificateExpiry'],
    expression: (series, { certificateWarningSeconds }) => `${left(series, 'certificateExpiry')} < ${certificateWarningSeconds}`,
    summary: 'A certificate of the MQTT brokers expires.',
    description: (cluster) => `A certificate that the brokers of the MQTT cluster ${cluster} use for ${PLACE} ({{ $labels.file }}) expires in {{ $value | humanizeDuration }}, and has not been renewed.`,
  },
  {
    alert: MqttAlert.CERTIFICATE_NEARLY_EXPIRED,
    severity: 'critical',
    holdsFor: '15m',
    needs: ['certificateExpiry'],
    expression: (series, { certificateCriticalSeconds }) => `${left(series, 'certificateExpiry')} < ${certificateCriticalSeconds}`,
    summary: 'A certificate of the MQTT brokers is about to expire.',
    description: (cluster) => `A certificate that the brokers of the MQTT cluster ${cluster} use for ${PLACE} ({{ $labels.file }}) has {{ $value | humanizeDuration }} left. `
      + 'From then on whoever verifies it refuses every new connection.',
  },
  {
    alert: MqttAlert.REVOCATION_LIST_EXPIRING,
    severity: 'critical',
    holdsFor: '15m',
    needs: ['revocationListExpiry'],
    expression: (series, { revocationListSeconds }) => `${left(series, 'revocationListExpiry')} < ${revocationListSeconds}`,
    summary: 'A revocation list of the MQTT brokers is about to be over.',
    description: (cluster) => `A revocation list that the brokers of the MQTT cluster ${cluster} use for listener {{ $labels.listener }} has {{ $value | humanizeDuration }} left. `
      + 'From then on they refuse all new clients with a certificate of its authority.',
  },
];
