import type { Need, Series } from '../series';

/** A row of panels, as a function of what the broker exports. */
export interface RowDefinition {
  readonly title: string;
  readonly panels: readonly PanelDefinition[];
}

export interface PanelDefinition {
  readonly title: string;
  /** What one sees here, and when to worry. */
  readonly description: string;
  /** A unit id of Grafana, for example `percentunit`. */
  readonly unit: string;
  /** @default timeseries */
  readonly kind?: 'timeseries' | 'stat';
  /** Areas on top of each other, for parts of a whole. @default false */
  readonly stacked?: boolean;
  /** Whether values below zero mean something. @default false */
  readonly signed?: boolean;
  /** Upper end of the axis, for ratios and switches. @default - the data */
  readonly max?: number;
  readonly queries: readonly QueryDefinition[];
}

export interface QueryDefinition {
  /** Without one of these the query is left out, and a panel without queries too. */
  readonly needs: readonly Need[];
  /** PromQL. Rates go over `$__rate_interval`, which Grafana makes four scrapes long at least. */
  readonly expression: (series: Series) => string;
  /** A Grafana legend, for example `{{pod}}`. */
  readonly legend: string;
}
