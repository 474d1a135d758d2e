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
      description: '`queue-full` are acknowledged messages of QoS 1 and 2, `slow-consumer` those of QoS 0 that a subscriber should have had.',
      unit: 'cps',
      stacked: true,
      queries: [rate('messagesDropped', 'reason')],
    },
    {
      title: 'Clients held back',
      description: 'Clients that publish more messages or bytes than they may: they are not read for a while.',
      unit: 'short',
      stacked: true,
      queries: [rate('publishThrottled', 'reason')],
    },
    {
      title: 'Bytes received and sent',
      description: 'Traffic of the messages, without TLS and TCP.',
      unit: 'Bps',
      queries: [rate('bytesReceived', 'pod', '{{pod}} received'), rate('bytesSent', 'pod', '{{pod}} sent')],
    },
  ],
};
