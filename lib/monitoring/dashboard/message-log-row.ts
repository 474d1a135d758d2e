import type { QueryDefinition, RowDefinition } from './panel-definition';
import type { LogMetric } from '../metrics/message-log';

export const MESSAGE_LOG_ROW: RowDefinition = {
  title: 'Message log',
  panels: [
    {
      title: 'Healthy nodes',
      description: 'Nodes of the message log that have a current copy of everything. With half of them or fewer, no client can connect, and no message that has to be stored is acknowledged.',
      unit: 'none',
      kind: 'stat',
      queries: [{ needs: ['messageLog'], expression: (series) => `count(${series.log('health')} == 0)`, legend: 'healthy' }],
    },
    {
      title: 'Writes',
      description: 'Entries that are appended to each stream. One entry carries many operations of a broker.',
      unit: 'cps',
      queries: [{
        needs: ['messageLog'],
        expression: (series) => `max by (stream_name) (rate(${series.log('lastSequence')}[$__rate_interval]))`,
        legend: '{{stream_name}}',
      }],
    },
    {
      title: 'Size of the streams',
      description: 'What each stream takes on each node. The log grows until a snapshot lets it be trimmed.',
      unit: 'bytes',
      stacked: true,
      queries: [{ needs: ['messageLog'], expression: (series) => `max by (stream_name) (${series.log('streamBytes')})`, legend: '{{stream_name}}' }],
    },
    {
      title: 'Space used',
      description: 'Space that the streams use, as a part of what they may have. When it is full, no client can connect, and no message that has to be stored is acknowledged.',
      unit: 'percentunit',
      max: 1,
      queries: [{ needs: ['messageLog'], expression: (series) => `${series.log('storeBytes')} / (${series.log('storeMaxBytes')} > 0)`, legend: '{{pod}}' }],
    },
    {
      title: 'Traffic of the nodes',
      description: 'Operations on their way to the log and back to every broker, and messages between brokers.',
      unit: 'Bps',
      queries: [bytes('bytesIn', 'in'), bytes('bytesOut', 'out')],
    },
    {
      title: 'Connections to the nodes',
      description: 'Brokers and tools.',
      unit: 'none',
      queries: [{ needs: ['messageLog'], expression: (series) => series.log('clients'), legend: '{{pod}}' }],
    },
    {
      title: 'Memory of the nodes',
      description: 'Memory in RAM of each node.',
      unit: 'bytes',
      queries: [{ needs: ['messageLog'], expression: (series) => series.log('memoryBytes'), legend: '{{pod}}' }],
    },
    {
      title: 'Disk of the nodes',
      description: 'Part of the volume of each node that is used.',
      unit: 'percentunit',
      max: 1,
      queries: [{
        needs: ['messageLogClaims'],
        expression: (series) => (
          `1 - ${series.platformOfLog('kubelet_volume_stats_available_bytes')} / ${series.platformOfLog('kubelet_volume_stats_capacity_bytes')}`
        ),
        legend: '{{persistentvolumeclaim}}',
      }],
    },
  ],
};

function bytes(metric: LogMetric, what: string): QueryDefinition {
  return { needs: ['messageLog'], expression: (series) => `rate(${series.log(metric)}[$__rate_interval])`, legend: `{{pod}} ${what}` };
}
