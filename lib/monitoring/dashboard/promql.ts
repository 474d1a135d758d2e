import type { QueryDefinition } from './panel-definition';
import type { BrokerMetric, PlatformMetric } from '../vocabulary';

/** Sum of a gauge of the brokers. */
export function total(metric: BrokerMetric, by: string, legend = `{{${by}}}`): QueryDefinition {
  return { needs: [metric], expression: (series) => `sum by (${by}) (${series.broker(metric)})`, legend };
}

/** Sum of the rates of a counter of the brokers. */
export function rate(metric: BrokerMetric, by: string, legend = `{{${by}}}`): QueryDefinition {
  return { needs: [metric], expression: (series) => `sum by (${by}) (rate(${series.broker(metric)}[$__rate_interval]))`, legend };
}

/** Sum of the rates of a counter of the container runtime, by pod. */
export function containerRate(metric: PlatformMetric, what: string): QueryDefinition {
  return { needs: [], expression: (series) => `sum by (pod) (rate(${series.platform(metric)}[$__rate_interval]))`, legend: `{{pod}} ${what}` };
}

/** A percentile of a histogram of the brokers, by pod. */
export function quantile(share: number, metric: BrokerMetric): QueryDefinition {
  return {
    needs: [metric],
    expression: (series) => `histogram_quantile(${share}, sum by (pod, le) (rate(${series.buckets(metric)}[$__rate_interval])))`,
    legend: `{{pod}} p${share * 100}`,
  };
}
