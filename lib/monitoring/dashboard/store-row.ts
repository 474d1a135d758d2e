import type { RowDefinition } from './panel-definition';
import { quantile, rate } from './promql';

export const STORE_ROW: RowDefinition = {
  title: 'Store',
  panels: [
    {
      title: 'Commit duration',
      description: 'How long a group commit takes until it is on disk. Publishers wait at least this long for their acknowledgements.',
      unit: 's',
      queries: [quantile(0.5, 'storeCommitSeconds'), quantile(0.99, 'storeCommitSeconds')],
    },
    {
      title: 'Commits and operations',
      description: 'Operations per commit: how well the cost of a sync to disk is shared.',
      unit: 'cps',
      queries: [
        {
          needs: ['storeCommitSeconds'],
          expression: (series) => `sum by (pod) (rate(${series.observations('storeCommitSeconds')}[$__rate_interval]))`,
          legend: '{{pod}} commits',
        },
        rate('storeOperations', 'pod', '{{pod}} operations'),
      ],
    },
    {
      title: 'Store size',
      description: 'Space in use, as a part of what the store may have.',
      unit: 'percentunit',
      max: 1,
      queries: [{
        needs: ['storeSizeBytes', 'storeMaxBytes'],
        expression: (series) => `${series.broker('storeSizeBytes')} / ${series.broker('storeMaxBytes')}`,
        legend: '{{pod}}',
      }],
    },
    {
      title: 'Store takes writes',
      description: '0: the broker acknowledges no QoS 1 or 2 message.',
      unit: 'none',
      max: 1,
      queries: [{ needs: ['storeWritable'], expression: (series) => series.broker('storeWritable'), legend: '{{pod}}' }],
    },
    {
      title: 'Store errors',
      description: 'Writes that the store refused or lost.',
      unit: 'cps',
      queries: [rate('storeErrors', 'pod')],
    },
  ],
};
