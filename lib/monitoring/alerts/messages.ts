import { BROKER } from './alert-definition';
import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';
import type { Series } from '../series';
import type { BrokerMetric } from '../vocabulary';

export const MESSAGE_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.MESSAGES_DROPPED,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['slowConsumerDrops', 'messagesSent'],
    expression: (series, { droppedRatio }) => {
      const dropped = ratePerBroker(series, 'slowConsumerDrops');
      return `${dropped}\n/ (${ratePerBroker(series, 'messagesSent')} + ${dropped}) > ${droppedRatio}`;
    },
    summary: 'An MQTT broker drops messages for slow subscribers.',
    description: () => `${BROKER} drops {{ $value | humanizePercentage }} of the messages for its subscribers, all of QoS 0, because they read too slowly.`,
  },
  {
    alert: MqttAlert.QUEUES_OVERFLOWING,
    severity: 'warning',
    holdsFor: '0s',
    needs: ['queueOverflows'],
    // These were promised to be delivered: one is enough.
    expression: (series) => `sum by (namespace, pod) (increase(${series.broker('queueOverflows')}[15m])) > 0`,
    summary: 'An MQTT broker drops acknowledged messages because queues are full.',
    description: () => `${BROKER} dropped {{ $value | humanize }} messages of QoS 1 and 2 within 15 minutes that it had acknowledged to their publishers: `
      + 'the queues of their subscribers have reached their limit.',
  },
  {
    alert: MqttAlert.MESSAGES_EXPIRED,
    severity: 'info',
    holdsFor: '0s',
    needs: ['expiredMessages'],
    expression: (series) => `sum by (namespace) (increase(${series.broker('expiredMessages')}[1h])) > 0`,
    summary: 'Messages were dropped with MQTT sessions that expired.',
    description: (cluster) => `{{ $value | humanize }} messages of QoS 1 and 2 waited in sessions of the MQTT cluster ${cluster} that expired within the last hour, and are dropped: their clients stayed away too long.`,
  },
  {
    alert: MqttAlert.PUBLISH_DENIED,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['publishDenied'],
    expression: (series, { deniedPerSecond }) => `sum by (namespace) (rate(${series.broker('publishDenied')}[5m])) > ${deniedPerSecond}`,
    summary: 'Many MQTT messages are dropped by the access rules.',
    description: (cluster) => `The access rules of the MQTT cluster ${cluster} refuse {{ $value | humanize }} messages a second. MQTT 3.1.1 has no way to tell their publishers: to them the messages were delivered.`,
  },
  {
    alert: MqttAlert.CLIENTS_THROTTLED,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['publishThrottled'],
    // Each client counts once a second, so the rate is their number.
    expression: (series, { throttledClients }) => `sum by (namespace, reason) (rate(${series.broker('publishThrottled')}[5m])) > ${throttledClients}`,
    summary: 'MQTT clients publish more than they may.',
    description: (cluster) => `On average {{ $value | humanize }} clients of the MQTT cluster ${cluster} are held back because of the {{ $labels.reason }} that they publish: nothing is lost in the brokers, but it arrives late.`,
  },
  {
    alert: MqttAlert.QUEUES_GROWING,
    severity: 'warning',
    holdsFor: '15m',
    needs: ['queuedMessages'],
    expression: (series, { queuedMessages }) => [
      `sum by (namespace, pod) (${series.broker('queuedMessages')}) > ${queuedMessages}`,
      `and on (namespace, pod) sum by (namespace, pod) (deriv(${series.broker('queuedMessages')}[30m])) > 0`,
    ].join('\n'),
    summary: 'The queues of an MQTT broker grow.',
    description: () => `${BROKER} holds {{ $value | humanize }} messages for subscribers that are away or slow, and their number grows. Full queues and stores lose messages.`,
  },
];

function ratePerBroker(series: Series, metric: BrokerMetric): string {
  return `sum by (namespace, pod) (rate(${series.broker(metric)}[5m]))`;
}
