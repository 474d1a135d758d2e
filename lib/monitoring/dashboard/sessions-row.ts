import type { RowDefinition } from './panel-definition';
import { rate, total } from './promql';

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
      description: 'Subscriptions of the clients that are connected to a broker.',
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
    {
      title: 'Shared subscriptions',
      description: 'Groups of subscribers that share their messages, one for each group and topic filter.',
      unit: 'short',
      queries: [total('sharedSubscriptions', 'pod')],
    },
    {
      title: 'Messages waiting with shared subscriptions',
      description: 'Messages that no member has room for yet, part of the queued ones; brokers that share their sessions have the same ones. A number that grows: a group has too few members, or all are away.',
      unit: 'short',
      queries: [total('sharedQueuedMessages', 'pod')],
    },
    {
      title: 'Bytes waiting with shared subscriptions',
      description: 'Size of the messages that wait with shared subscriptions.',
      unit: 'bytes',
      queries: [total('sharedQueuedBytes', 'pod')],
    },
    {
      title: 'Dropped by shared subscriptions',
      description: 'Messages of QoS 1 and 2 that were dropped before they went to a member: the queue of the group was full, or its last session expired. Part of the dropped ones.',
      unit: 'cps',
      queries: [rate('sharedMessagesDropped', 'pod')],
    },
  ],
};
