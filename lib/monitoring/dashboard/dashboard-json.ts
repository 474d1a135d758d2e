import { createHash } from 'node:crypto';
// Slow to load (two hundred files), so this module is only required where a dashboard is rendered.
import { SortOrder, StackingMode, TooltipDisplayMode, VizTooltipOptionsBuilder, StackingConfigBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder, DashboardCursorSync, DatasourceVariableBuilder, QueryVariableBuilder, RowBuilder, VariableRefresh, VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { ROWS } from './catalogue';
import type { PanelDefinition, QueryDefinition } from './panel-definition';
import type { Series } from '../series';

/** What a dashboard shows: series whose matchers use the variables `$namespace` and `$pod`. */
export interface DashboardSubject {
  readonly cluster: string;
  /** @default - not known when the app is synthesized */
  readonly namespace?: string;
  /** PromQL regular expression for the names of the pods. */
  readonly podNames: string;
  readonly series: Series;
}

// No braces: Flux's variable substitution would take `${datasource}` for its own.
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

/** The dashboard of a cluster as Grafana imports it. */
export function dashboardJson(subject: DashboardSubject): string {
  const dashboard = new DashboardBuilder(`MQTT / ${subject.cluster}`)
    .uid(uid(subject))
    .description(`MQTT cluster ${subject.cluster}: clients, messages, sessions, store, process, nodes and volumes.`)
    .tags(['mqtt', 'cdk8s-mqtt'])
    .timezone('utc')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables(subject));

  let panelId = 0;
  for (const row of ROWS) {
    const panels = row.panels.map((panel) => available(panel, subject.series)).filter(({ queries }) => queries.length > 0);
    if (panels.length === 0) continue;
    dashboard.withRow(new RowBuilder(row.title).id(++panelId));
    for (const panel of panels) dashboard.withPanel(panelBuilder(panel, subject.series).id(++panelId));
  }
  return JSON.stringify(dashboard.build(), undefined, 2);
}

/** The same cluster keeps the same URL in Grafana, which allows 40 characters. */
function uid({ cluster, namespace }: DashboardSubject): string {
  return createHash('sha256').update(`cdk8s-mqtt/${namespace ?? ''}/${cluster}`).digest('hex').slice(0, 32);
}

function variables({ namespace, podNames }: DashboardSubject) {
  const namespaces = new QueryVariableBuilder('namespace')
    .label('Namespace')
    .datasource(DATASOURCE)
    .query(`label_values(up{pod=~"${podNames}"}, namespace)`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
  if (namespace !== undefined) namespaces.current({ text: namespace, value: namespace });
  const pods = new QueryVariableBuilder('pod')
    .label('Broker')
    .datasource(DATASOURCE)
    .query(`label_values(up{namespace="$namespace",pod=~"${podNames}"}, pod)`)
    .multi(true)
    .includeAll(true)
    .allValue(podNames)
    .current({ text: 'All', value: '$__all' })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NumericalAsc);
  return [new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'), namespaces, pods];
}

function available(panel: PanelDefinition, series: Series): PanelDefinition {
  return { ...panel, queries: panel.queries.filter(({ needs }) => series.satisfies(needs)) };
}

function panelBuilder(panel: PanelDefinition, series: Series): StatBuilder | TimeseriesBuilder {
  const builder = panel.kind === 'stat' ? new StatBuilder().span(4).height(4) : timeseries(panel);
  builder.title(panel.title).description(panel.description).unit(panel.unit).datasource(DATASOURCE);
  if (!panel.signed) builder.min(0);
  panel.queries.forEach((query, index) => builder.withTarget(target(query, index, series)));
  return builder;
}

function timeseries(panel: PanelDefinition): TimeseriesBuilder {
  const builder = new TimeseriesBuilder()
    .span(8)
    .height(8)
    .fillOpacity(10)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (panel.stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)).fillOpacity(30);
  if (panel.max !== undefined) builder.max(panel.max);
  return builder;
}

function target({ expression, legend }: QueryDefinition, index: number, series: Series): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .datasource(DATASOURCE)
    .expr(expression(series))
    .legendFormat(legend)
    .range();
}
