import type { RowDefinition } from './panel-definition';
import { rate } from './promql';

export const MESSAGES_ROW: RowDefinition = {
  title: 'Messages',
  panels: [
    {
      title: 'Messages received by QoS',
      description: 'PUBLISH packets from clients. QoS 1 and 2 cost a commit to disk.',
      unit: 'cps',
      stacked: true,
      queries: [rate('messagesReceived', 'qos', 'QoS {{qos}}')],
    },
    {
      title: 'Messages sent by QoS',
      description: 'PUBLISH packets to subscribers. Divided by those received: the fan-out.',
      unit: 'cps',
      stacked: true,
      queries: [rate('messagesSent', 'qos', 'QoS {{qos}}')],
    },
    {
      title: 'Messages dropped',
      description: '`queue-full` and `slow-consumer` are messages that a subscriber should have had.',
      unit: 'cps',
      stacked: true,
      queries: [rate('messagesDropped', 'reason')],
    },
    {
      title: 'Bytes received and sent',
      description: 'Traffic of the messages, without TLS and TCP.',
      unit: 'Bps',
      queries: [rate('bytesReceived', 'pod', '{{pod}} received'), rate('bytesSent', 'pod', '{{pod}} sent')],
    },
  ],
};
