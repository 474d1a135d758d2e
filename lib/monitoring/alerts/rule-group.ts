import { ALERT_CATALOGUE } from './catalogue';
import { resolveThresholds } from './thresholds';
import type { MqttAlertsOptions } from '../mqtt-alerts';
import type { Series } from '../series';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const VERSION: string = require('../../../package.json').version;
/** Of the version that wrote the alerts: later ones may have other alerts. 0.0.0 is what is not released, such as a checkout. */
const RUNBOOKS = `https://github.com/cdk8s-mqtt/cdk8s-mqtt/blob/${VERSION === '0.0.0' ? 'main' : `v${VERSION}`}/docs/monitoring.md`;

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

/**
 * The alerts that the broker's metrics allow and the options do not leave out.
 * @param clusterLabel tells Kubernetes clusters apart; undefined: there is one
 */
export function ruleGroup(cluster: string, series: Series, options: MqttAlertsOptions, clusterLabel?: string): RuleGroup {
  const thresholds = resolveThresholds(options);
  const wanted = ALERT_CATALOGUE.filter(({ alert, needs }) => series.satisfies(needs) && !options.without?.includes(alert));
  return {
    name: `mqtt-${cluster}`,
    rules: wanted.map((definition) => ({
      alert: definition.alert,
      expr: inEachCluster(definition.expression(series, thresholds), clusterLabel),
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

/** Every aggregation keeps the label, and every match of series goes by it, so that each Kubernetes cluster is looked at by itself. */
function inEachCluster(expression: string, clusterLabel: string | undefined): string {
  return clusterLabel === undefined ? expression : expression.replace(/\b(by|on) \(/g, `$1 (${clusterLabel}, `);
}
