// Grafana's own types, and nothing of theirs that runs: their builders are hundreds of modules, which take longer to load than a cluster to synthesize.
import type { Dashboard as GrafanaDashboard, Panel as GrafanaPanel, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Options as StatOptions } from '@grafana/grafana-foundation-sdk/stat';
import type { FieldConfig as TimeseriesFields, Options as TimeseriesOptions } from '@grafana/grafana-foundation-sdk/timeseries';

/** A type as it is written in JSON: with the texts of its enums. */
type Json<T> = T extends string ? `${T}`
  : T extends (infer Entry)[] ? Json<Entry>[]
    : T extends object ? { readonly [Key in keyof T]: Json<T[Key]> } : T;

/** What every panel of this dashboard has, with the options of its kind. */
interface PanelOf<Type extends string, Options, Fields> extends Json<Required<Pick<GrafanaPanel, 'id' | 'title' | 'description' | 'transparent' | 'repeatDirection' | 'datasource' | 'gridPos'>>> {
  readonly type: Type;
  readonly options: Json<Options>;
  readonly fieldConfig: {
    readonly defaults: { readonly custom?: Json<Fields>; readonly unit: string; readonly min?: number; readonly max?: number };
    readonly overrides: readonly never[];
  };
  readonly targets: readonly Query[];
}

export type StatPanel = PanelOf<'stat', StatOptions, never>;
export type TimeseriesPanel = PanelOf<'timeseries', TimeseriesOptions, TimeseriesFields>;
export type Row = Json<RowPanel>;
export type Query = Json<Omit<Dataquery, '_implementsDataqueryVariant'>>;
export type Variable = Json<VariableModel>;
export type GridPosition = Required<GrafanaPanel>['gridPos'];

export interface Dashboard extends Json<Omit<GrafanaDashboard, 'panels'>> {
  readonly panels: readonly (Row | StatPanel | TimeseriesPanel)[];
}
