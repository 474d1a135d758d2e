import { ALERT_CATALOGUE } from './catalogue';
import { resolveThresholds } from './thresholds';
import type { MqttAlertsOptions } from '../mqtt-alerts';
import type { Series } from '../series';

const RUNBOOKS = 'https://github.com/cdk8s-mqtt/cdk8s-mqtt/blob/main/docs/monitoring.md';

/** The rule group of a cluster, as Prometheus and the PrometheusRule write it. */
export interface RuleGroup {
  readonly name: string;
  readonly rules: AlertingRule[];
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
}

/** The alerts that the broker's metrics allow and the options do not leave out. */
export function ruleGroup(cluster: string, series: Series, options: MqttAlertsOptions): RuleGroup {
  const thresholds = resolveThresholds(options);
  const wanted = ALERT_CATALOGUE.filter(({ alert, needs }) => series.satisfies(needs) && !options.without?.includes(alert));
  return {
    name: `mqtt-${cluster}`,
    rules: wanted.map((definition) => ({
      alert: definition.alert,
      expr: definition.expression(series, thresholds),
      for: definition.holdsFor,
      // Alerts about the cluster as a whole have no other label that tells two clusters of a namespace apart.
      labels: { mqtt_cluster: cluster, severity: definition.severity, ...options.alertLabels },
      annotations: {
        summary: definition.summary,
        description: definition.description(cluster),
        runbook_url: `${options.runbookUrl ?? RUNBOOKS}#${definition.alert.toLowerCase()}`,
      },
    })),
  };
}
