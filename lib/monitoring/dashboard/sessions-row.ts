import type { RowDefinition } from './panel-definition';
import { total } from './promql';

export const SESSIONS_ROW: RowDefinition = {
  title: 'Sessions and queues',
  panels: [
    {
      title: 'Sessions',
      description: 'Disconnected ones are kept, and their queues grow, until they expire or their clients come back.',
      unit: 'short',
      stacked: true,
      queries: [total('sessions', 'state')],
    },
    {
      title: 'Subscriptions',
      description: 'Subscriptions of all sessions.',
      unit: 'short',
      queries: [total('subscriptions', 'pod')],
    },
    {
      title: 'Retained messages',
      description: 'They are kept for ever: a number that only grows means topics that are never used again.',
      unit: 'short',
      queries: [total('retainedMessages', 'pod')],
    },
    {
      title: 'Queued messages',
      description: 'Messages that wait for subscribers which are away or slow.',
      unit: 'short',
      queries: [total('queuedMessages', 'pod')],
    },
    {
      title: 'Queued bytes',
      description: 'Size of the messages that wait. They are on the disk of the broker.',
      unit: 'bytes',
      queries: [total('queuedBytes', 'pod')],
    },
  ],
};
