import { createHash } from 'node:crypto';
import { ROWS } from './catalogue';
import type { Dashboard } from './grafana-types';
import { Grid } from './grid';
import type { PanelDefinition } from './panel-definition';
import { SIZE, statPanel, timeseriesPanel } from './panels';
import { variables } from './variables';
import type { Series } from '../series';

/** What a dashboard shows: series whose matchers use the variables `$namespace` and `$pod`. */
export interface DashboardSubject {
  readonly cluster: string;
  /** Label that tells Kubernetes clusters apart; the matchers of the series use the variable `$cluster` then. @default - there is one */
  readonly clusterLabel?: string;
  /** @default - not known when the app is synthesized */
  readonly namespace?: string;
  /** PromQL regular expression for the names of the pods. */
  readonly podNames: string;
  readonly series: Series;
}

/** Version of the dashboard's format, of Grafana 12; older ones read it as well. */
const SCHEMA_VERSION = 42;
/** Value of Grafana's DashboardCursorSync: the time under the mouse is marked in every panel. */
const CROSSHAIR = 1;

/** Dashboards by their shape, with marks in the place of what differs between clusters: fleets have few shapes, and each dashboard is a thousand lines. */
const templates = new Map<string, string>();

/** Stands for a name or matcher of the cluster. No text of a dashboard has these brackets. */
const mark = (name: string) => `⟦${name}⟧`;
const MARK = /⟦([\w.]+)⟧/g;

/** The dashboard of a cluster as Grafana imports it. */
export function dashboardJson(subject: DashboardSubject): string {
  const { series, matchers, shape } = subject.series.marked(mark);
  const texts = new Map([...matchers, ['cluster', subject.cluster], ['namespace', subject.namespace ?? ''], ['podNames', subject.podNames], ['uid', uid(subject)]]);
  const { clusterLabel } = subject;
  const key = JSON.stringify([shape, subject.namespace === undefined, clusterLabel]);
  const template = templates.get(key)
    ?? dashboardText({ cluster: mark('cluster'), clusterLabel, namespace: subject.namespace === undefined ? undefined : mark('namespace'), podNames: mark('podNames'), series }, mark('uid'));
  templates.set(key, template);
  return template.replace(MARK, (_, name: string) => JSON.stringify(texts.get(name)).slice(1, -1));
}

function dashboardText({ cluster, clusterLabel, namespace, podNames, series }: DashboardSubject, uidOfCluster: string): string {
  const dashboard: Dashboard = {
    timezone: 'utc',
    editable: false,
    graphTooltip: CROSSHAIR,
    fiscalYearStartMonth: 0,
    schemaVersion: SCHEMA_VERSION,
    templating: { list: variables(podNames, namespace, clusterLabel) },
    annotations: {},
    title: `MQTT / ${cluster}`,
    uid: uidOfCluster,
    description: `MQTT cluster ${cluster}: clients, messages, sessions, store, process, nodes and volumes.`,
    tags: ['mqtt', 'cdk8s-mqtt'],
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    panels: panels(series),
  };
  return JSON.stringify(dashboard, undefined, 2);
}

/** The same cluster keeps the same URL in Grafana, which allows 40 characters. */
function uid({ cluster, namespace }: DashboardSubject): string {
  return createHash('sha256').update(`cdk8s-mqtt/${namespace ?? ''}/${cluster}`).digest('hex').slice(0, 32);
}

/** The rows with their panels below them, without what this broker cannot show. */
function panels(series: Series): Dashboard['panels'] {
  const grid = new Grid();
  let id = 0;
  return ROWS.flatMap((row) => {
    const shown = row.panels.map((panel) => available(panel, series)).filter(({ queries }) => queries.length > 0);
    if (shown.length === 0) return [];
    return [
      { type: 'row' as const, collapsed: false, id: ++id, panels: [], title: row.title, gridPos: grid.row() },
      ...shown.map((panel) => panel.kind === 'stat'
        ? statPanel(panel, series, ++id, grid.panel(...SIZE.stat))
        : timeseriesPanel(panel, series, ++id, grid.panel(...SIZE.timeseries))),
    ];
  });
}

function available(panel: PanelDefinition, series: Series): PanelDefinition {
  return { ...panel, queries: panel.queries.filter(({ needs }) => series.satisfies(needs)) };
}
