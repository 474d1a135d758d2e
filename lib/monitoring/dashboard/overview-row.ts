import type { RowDefinition } from './panel-definition';

export const OVERVIEW_ROW: RowDefinition = {
  title: 'Overview',
  panels: [
    {
      title: 'Ready brokers',
      description: 'Pods of the StatefulSet that are ready.',
      unit: 'none',
      kind: 'stat',
      queries: [{ needs: [], expression: (series) => series.platform('kube_statefulset_status_replicas_ready'), legend: 'ready' }],
    },
    {
      title: 'Connected clients',
      description: 'Connections of all brokers.',
      unit: 'short',
      kind: 'stat',
      queries: [{ needs: ['connections'], expression: (series) => `sum(${series.broker('connections')})`, legend: 'clients' }],
    },
    {
      title: 'Messages in',
      description: 'PUBLISH packets that the brokers receive.',
      unit: 'cps',
      kind: 'stat',
      queries: [{ needs: ['messagesReceived'], expression: (series) => `sum(rate(${series.broker('messagesReceived')}[$__rate_interval]))`, legend: 'in' }],
    },
    {
      title: 'Messages out',
      description: 'PUBLISH packets that the brokers send.',
      unit: 'cps',
      kind: 'stat',
      queries: [{ needs: ['messagesSent'], expression: (series) => `sum(rate(${series.broker('messagesSent')}[$__rate_interval]))`, legend: 'out' }],
    },
    {
      title: 'Queued messages',
      description: 'Messages that wait for subscribers which are away or slow.',
      unit: 'short',
      kind: 'stat',
      queries: [{ needs: ['queuedMessages'], expression: (series) => `sum(${series.broker('queuedMessages')})`, legend: 'queued' }],
    },
    {
      title: 'Stores that take writes',
      description: 'Brokers that can make QoS 1 and 2 messages durable. Fewer than the ready brokers: clients wait for acknowledgements.',
      unit: 'none',
      kind: 'stat',
      queries: [{ needs: ['storeWritable'], expression: (series) => `sum(${series.broker('storeWritable')})`, legend: 'writable' }],
    },
  ],
};
