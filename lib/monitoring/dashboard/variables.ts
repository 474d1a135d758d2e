import { DATASOURCE } from './datasource';
import type { Variable } from './grafana-types';

/** How Grafana 12 writes a variable that says nothing of these. */
const UNUSED = { skipUrlSync: false, multi: false, allowCustomValue: true, includeAll: false, auto: false, auto_min: '10s', auto_count: 30 } as const;
/** Values of Grafana's VariableRefresh and VariableSort. */
const ON_TIME_RANGE_CHANGED = 2;
const ALPHABETICAL = 1;
const NUMERICAL = 3;

/** What a reader chooses above the panels: the data source, the namespace of the cluster, and one of its brokers or all. */
export function variables(podNames: string, namespace: string | undefined): Variable[] {
  return [
    { type: 'datasource', name: 'datasource', ...UNUSED, label: 'Data source', query: 'prometheus' },
    {
      type: 'query',
      name: 'namespace',
      ...UNUSED,
      label: 'Namespace',
      datasource: DATASOURCE,
      query: `label_values(up{pod=~"${podNames}"}, namespace)`,
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
      query: `label_values(up{namespace="$namespace",pod=~"${podNames}"}, pod)`,
      allValue: podNames,
      current: { text: 'All', value: '$__all' },
      refresh: ON_TIME_RANGE_CHANGED,
      sort: NUMERICAL,
    },
  ];
}
