import type { RowDefinition } from './panel-definition';
import { quantile, rate, total } from './promql';

export const CLUSTER_ROW: RowDefinition = {
  title: 'Cluster',
  panels: [
    {
      title: 'Brokers in the cluster',
      description: 'Brokers that take part in the cluster. Fewer than the ready brokers: one joins, or is cut off.',
      unit: 'none',
      kind: 'stat',
      queries: [{ needs: ['clusterReady'], expression: (series) => `sum(${series.broker('clusterReady')})`, legend: 'ready' }],
    },
    {
      title: 'Brokers that write the log',
      description: 'Brokers that reach a majority of the nodes of the message log. To the others no client can connect, and they acknowledge no message that has to be stored.',
      unit: 'none',
      kind: 'stat',
      queries: [{ needs: ['clusterLogWritable'], expression: (series) => `sum(${series.broker('clusterLogWritable')})`, legend: 'writable' }],
    },
    {
      title: 'Other brokers that each one hears',
      description: 'One less than the number of brokers everywhere. Less at some: no live messages pass between these and the others.',
      unit: 'none',
      queries: [total('clusterPeers', 'pod')],
    },
    {
      title: 'Entries of the log',
      description: 'Entries per second that each broker applies, and that are written by all of them together. They grow with the load rather than becoming more.',
      unit: 'cps',
      queries: [
        rate('clusterLogAppliedSequence', 'pod', '{{pod}} applied'),
        { needs: ['clusterLogLastSequence'], expression: (series) => `max(rate(${series.broker('clusterLogLastSequence')}[$__rate_interval]))`, legend: 'written' },
      ],
    },
    {
      title: 'Entries not applied yet',
      description: 'How far each broker is behind the log. From 1,000 on it is not ready.',
      unit: 'short',
      queries: [total('clusterLogLagEntries', 'pod')],
    },
    {
      title: 'Append duration',
      description: 'How long an append takes until a majority of the nodes of the message log has it on disk. Publishers wait at least this long for their acknowledgements.',
      unit: 's',
      queries: [quantile(0.5, 'clusterLogAppendSeconds'), quantile(0.99, 'clusterLogAppendSeconds')],
    },
    {
      title: 'Size of the log',
      description: 'It grows until a snapshot lets it be trimmed, from half of its maximum on more than else. One that only grows is not trimmed: see the snapshots.',
      unit: 'bytes',
      queries: [
        { needs: ['clusterLogSizeBytes'], expression: (series) => `max(${series.broker('clusterLogSizeBytes')})`, legend: 'log' },
        { needs: ['clusterLogMaxBytes'], expression: (series) => `max(${series.broker('clusterLogMaxBytes')})`, legend: 'full' },
      ],
    },
    {
      title: 'Snapshots',
      description: 'Snapshots of the store that one broker saves for all. After a failure the next attempt comes within seconds.',
      unit: 'short',
      queries: [{
        needs: ['clusterSnapshots'],
        expression: (series) => `sum by (result) (increase(${series.broker('clusterSnapshots')}[$__rate_interval]))`,
        legend: '{{result}}',
      }],
    },
    {
      title: 'Messages between brokers',
      description: 'Messages that pass between brokers without the log, one for each broker that wants them: QoS 0, and QoS 1 and 2 for clean sessions.',
      unit: 'cps',
      queries: [rate('clusterMessages', 'direction')],
    },
    {
      title: 'Bytes between brokers',
      description: 'Size of the messages that pass between brokers without the log.',
      unit: 'Bps',
      queries: [rate('clusterMessageBytes', 'direction')],
    },
    {
      title: 'Waiting for other brokers',
      description: 'Bytes that other brokers have not taken yet. A broker that does not keep up loses QoS 0 from 8 MiB on, and clients that publish QoS 1 and 2 for its clients are held up before 64 MiB wait.',
      unit: 'bytes',
      queries: [total('clusterBufferedBytes', 'pod')],
    },
    {
      title: 'Dropped between brokers',
      description: 'Messages of QoS 0 for a broker that does not keep up.',
      unit: 'cps',
      queries: [rate('clusterMessagesDropped', 'pod')],
    },
    {
      title: 'Brokers that left',
      description: '`shutdown` are updates and drains; `lost` are brokers that crashed, hung or were cut off; `unheard` were gone already when the broker came that found it out.',
      unit: 'short',
      queries: [{ needs: ['clusterExpelled'], expression: (series) => `sum by (reason) (increase(${series.broker('clusterExpelled')}[$__rate_interval]))`, legend: '{{reason}}' }],
    },
    {
      title: 'Interruptions between brokers',
      description: 'Times that others took the broker for gone, and found it again: QoS 1 and 2 to its clean sessions may be lost. There should be none.',
      unit: 'short',
      queries: [{ needs: ['clusterInterruptions'], expression: (series) => `sum by (pod) (increase(${series.broker('clusterInterruptions')}[$__rate_interval]))`, legend: '{{pod}}' }],
    },
    {
      title: 'Clients moved',
      description: 'Connections closed so that their clients come back to brokers that have fewer.',
      unit: 'cps',
      queries: [rate('clusterRebalanced', 'pod')],
    },
  ],
};
