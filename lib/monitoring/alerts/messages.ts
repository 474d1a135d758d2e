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
    needs: ['messagesLost', 'messagesSent'],
    expression: (series, { droppedRatio }) => {
      const lost = ratePerBroker(series, 'messagesLost');
      return `${lost}\n/ (${ratePerBroker(series, 'messagesSent')} + ${lost}) > ${droppedRatio}`;
    },
    summary: 'An MQTT broker drops messages.',
    description: () => `${BROKER} drops {{ $value | humanizePercentage }} of the messages for its subscribers, because their queues are full or they read too slowly.`,
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
