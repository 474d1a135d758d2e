import { DATASOURCE } from './datasource';
import type { GridPosition, Query, StatPanel, TimeseriesPanel } from './grafana-types';
import type { PanelDefinition } from './panel-definition';
import type { Series } from '../series';

/** Height and width in the grid. */
export const SIZE = { stat: [4, 4], timeseries: [8, 8] } as const;

/** A panel that shows the last value, with its course in the background. */
export function statPanel(panel: PanelDefinition, series: Series, id: number, gridPos: GridPosition): StatPanel {
  return {
    type: 'stat',
    transparent: false,
    repeatDirection: 'h',
    options: {
      graphMode: 'area',
      colorMode: 'value',
      justifyMode: 'auto',
      textMode: 'auto',
      wideLayout: true,
      showPercentChange: false,
      reduceOptions: { calcs: [] },
      percentChangeColorMode: 'standard',
      orientation: 'auto',
    },
    gridPos,
    title: panel.title,
    description: panel.description,
    fieldConfig: { defaults: axis(panel), overrides: [] },
    datasource: DATASOURCE,
    targets: queries(panel, series),
    id,
  };
}

/** A panel that shows lines or, for parts of a whole, areas on top of each other. */
export function timeseriesPanel(panel: PanelDefinition, series: Series, id: number, gridPos: GridPosition): TimeseriesPanel {
  return {
    type: 'timeseries',
    transparent: false,
    repeatDirection: 'h',
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    fieldConfig: {
      defaults: { custom: panel.stacked ? { fillOpacity: 30, stacking: { mode: 'normal' } } : { fillOpacity: 10 }, ...axis(panel) },
      overrides: [],
    },
    gridPos,
    title: panel.title,
    description: panel.description,
    datasource: DATASOURCE,
    targets: queries(panel, series),
    id,
  };
}

function axis({ max, signed, unit }: PanelDefinition): { unit: string; min?: number; max?: number } {
  return { ...max !== undefined && { max }, unit, ...!signed && { min: 0 } };
}

function queries({ queries: definitions }: PanelDefinition, series: Series): Query[] {
  return definitions.map(({ expression, legend }, index) => ({
    expr: expression(series),
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource: DATASOURCE,
    legendFormat: legend,
    range: true,
    instant: false,
  }));
}
