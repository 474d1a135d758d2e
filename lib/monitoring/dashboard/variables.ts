import { DATASOURCE } from './datasource';
import type { Variable } from './grafana-types';

/** How Grafana 12 writes a variable that says nothing of these. */
const UNUSED = { skipUrlSync: false, multi: false, allowCustomValue: true, includeAll: false, auto: false, auto_min: '10s', auto_count: 30 } as const;
/** Values of Grafana's VariableRefresh and VariableSort. */
const ON_TIME_RANGE_CHANGED = 2;
const ALPHABETICAL = 1;
const NUMERICAL = 3;

/** What a reader chooses above the panels: the data source, the Kubernetes cluster where there are several, the namespace of the cluster, and one of its brokers or all. */
export function variables(podNames: string, namespace: string | undefined, clusterLabel: string | undefined): Variable[] {
  const chosen = clusterLabel === undefined ? '' : `${clusterLabel}="$cluster",`;
  return [
    { type: 'datasource', name: 'datasource', ...UNUSED, label: 'Data source', query: 'prometheus' },
    ...clusterLabel === undefined ? [] : [{
      type: 'query' as const,
      name: 'cluster',
      ...UNUSED,
      label: 'Kubernetes cluster',
      datasource: DATASOURCE,
      query: `label_values(up{pod=~"${podNames}"}, ${clusterLabel})`,
      refresh: ON_TIME_RANGE_CHANGED,
      sort: ALPHABETICAL,
    }],
    {
      type: 'query',
      name: 'namespace',
      ...UNUSED,
      label: 'Namespace',
      datasource: DATASOURCE,
      query: `label_values(up{${chosen}pod=~"${podNames}"}, namespace)`,
      refresh: ON_TIME_RANGE_CHANGED,
      sort: ALPHABETICAL,
      ...namespace !== undefined && { current: { text: namespace, value: namespace } },
    },
    {
      type: 'query',
      name: 'pod',
      ...UNUSED,
      multi: true,
      includeAll: true,
      label: 'Broker',
      datasource: DATASOURCE,
      query: `label_values(up{${chosen}namespace="$namespace",pod=~"${podNames}"}, pod)`,
      allValue: podNames,
      current: { text: 'All', value: '$__all' },
      refresh: ON_TIME_RANGE_CHANGED,
      sort: NUMERICAL,
    },
  ];
}
