import { Chart, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { resolveThresholds } from './alerts/thresholds';
import { BROKERS_WITH_METRICS } from './metrics/broker-metrics';
import { MqttAlert } from './mqtt-alert';
import type { MqttAlertsOptions } from './mqtt-alerts';
import type { MqttDashboard } from './mqtt-dashboard';
import type { MqttMonitoringProps } from './mqtt-monitoring-props';
import { MqttScrape, type MqttScrapeOptions } from './mqtt-scrape';
import { ArgumentErrors, show } from '../manifest/arguments';
import { Labels } from '../manifest/labels';

const RESERVED_LABELS: string[] = Object.values(Labels);

/** Refuses what cannot work, all of it at once, before anything is rendered. */
export function checkArguments(scope: Construct, props: MqttMonitoringProps): void {
  const errors = new ArgumentErrors(scope, 'MqttMonitoring');
  const { cluster, clusterLabel, scrape, alerts, dashboard, labels } = props ?? {};
  if (cluster === undefined) {errors.add("cluster is undefined, but must be the cluster to watch: new MqttCluster(chart, 'Broker')");} else if (errors.like('cluster', cluster, ['workload', 'brokerName', 'selectorLabels', 'metricsPortName', 'metricsPath'], "new MqttCluster(chart, 'Broker')")) {
    checkNamespaces(errors, scope, cluster.workload.metadata.namespace, (scrape ?? MqttScrape.podMonitor())._kind);
    checkMetrics(errors, cluster.brokerName, props);
  }
  checkClusterLabel(errors, clusterLabel);
  objectLabels(errors, 'labels', labels);
  if (errors.like('scrape', scrape, ['_options'], 'MqttScrape.podMonitor()')) checkScrape(errors, scrape._options);
  if (errors.like('alerts', alerts, ['_options'], 'MqttAlerts.prometheusRule()') && alerts._options) checkAlerts(errors, alerts._options);
  if (errors.like('dashboard', dashboard, ['_carrier'], 'MqttDashboard.configMap()')) checkDashboard(errors, dashboard);
  errors.throwIfAny();
}

function checkNamespaces(errors: ArgumentErrors, scope: Construct, namespaceOfCluster: string | undefined, kind: string | undefined): void {
  const { namespace } = Chart.of(scope);
  if (kind === undefined || namespace === undefined || namespaceOfCluster !== undefined) return;
  errors.add(`the chart of the monitoring has the namespace '${namespace}', but the chart of the cluster has none: a ${kind} finds brokers in its own namespace, `
    + 'or in one that it names. Give the chart of the cluster a namespace too');
}

function checkMetrics(errors: ArgumentErrors, broker: string, { alerts, dashboard }: MqttMonitoringProps): void {
  const wantsMetrics = !alerts || alerts._options !== undefined || !dashboard || dashboard._carrier !== undefined;
  if (!wantsMetrics || BROKERS_WITH_METRICS.includes(broker)) return;
  errors.add(`the metrics of the broker '${broker}' are not known (those of ${BROKERS_WITH_METRICS.join(', ')} are), so there is nothing to make alerts or a dashboard of. `
    + 'Write alerts: MqttAlerts.none() and dashboard: MqttDashboard.none() to have it scraped all the same');
}

function checkScrape(errors: ArgumentErrors, { interval, labels }: MqttScrapeOptions): void {
  errors.duration('scrape interval', interval, { min: Duration.seconds(1), max: Duration.seconds(75) }, 'rates over five minutes need four samples');
  objectLabels(errors, 'scrape labels', labels);
}

function checkAlerts(errors: ArgumentErrors, options: MqttAlertsOptions): void {
  objectLabels(errors, 'alerts labels', options.labels);
  alertLabels(errors, options.alertLabels);
  checkWithout(errors, options.without);
  if (options.runbookUrl !== undefined && !/^https?:\/\/[^\s#]+$/.test(options.runbookUrl)) {
    errors.add(`alerts runbookUrl is ${show(options.runbookUrl)}, but must be an http(s) URL without a fragment: the name of each alert is added as one`);
  }
  for (const name of ['storeUsedRatio', 'volumeUsedRatio', 'logUsedRatio', 'fileDescriptorsRatio', 'conntrackRatio'] as const) {
    number(errors, name, options[name], (value) => value > 0 && value < 1, 'above 0 and below 1, for example 0.8');
  }
  number(errors, 'droppedRatio', options.droppedRatio, (value) => value >= 0 && value < 1, 'of at least 0 and below 1, for example 0.01');
  number(errors, 'disconnectedRatio', options.disconnectedRatio, (value) => value > 0, 'above 0, for example 0.2');
  number(errors, 'unbalancedRatio', options.unbalancedRatio, (value) => value > 1, 'above 1, which is the average');
  for (const name of ['queuedMessages', 'authenticationFailuresPerSecond', 'refusedPerSecond', 'deniedPerSecond', 'throttledClients', 'logLagEntries'] as const) {
    number(errors, name, options[name], (value) => value >= 0, 'of at least 0');
  }
  milliseconds(errors, 'commitDuration', options.commitDuration, 2499, ': the histogram of commits ends at 2.5 s, so a later alert would never fire');
  milliseconds(errors, 'appendDuration', options.appendDuration, 9999, ': the histogram of appends ends at 10 s, so a later alert would never fire');
  milliseconds(errors, 'eventLoopLag', options.eventLoopLag);
  checkExpiry(errors, options);
}

function checkExpiry(errors: ArgumentErrors, options: MqttAlertsOptions): void {
  const hours = (name: 'certificateWarning' | 'certificateCritical' | 'revocationListCritical', byDefault: number): number | undefined => {
    const value = options[name];
    if (value === undefined) return byDefault;
    if (!errors.like(`alerts ${name}`, value, ['toMilliseconds'], 'Duration.days(3)')) return undefined;
    const given = value.toMilliseconds() / 3_600_000;
    if (!Number.isInteger(given) || given < 1) errors.add(`alerts ${name} is ${given} h, but must be at least 1 h, in whole hours: somebody has to renew it in that time`);
    return given;
  };
  const { certificateWarningSeconds, certificateCriticalSeconds, revocationListSeconds } = resolveThresholds({});
  hours('revocationListCritical', revocationListSeconds / 3600);
  const warning = hours('certificateWarning', certificateWarningSeconds / 3600);
  const critical = hours('certificateCritical', certificateCriticalSeconds / 3600);
  if (warning !== undefined && critical !== undefined && warning <= critical) {
    errors.add(`alerts certificateWarning is ${warning} h, but must be longer than certificateCritical, which is ${critical} h: the warning comes first`);
  }
}

function checkWithout(errors: ArgumentErrors, without: MqttAlert[] | undefined): void {
  if (!errors.filledArray('alerts without', without, 'leave it out to get every alert')) return;
  without?.forEach((alert, index) => errors.member(`alerts without[${index}]`, alert ?? null, MqttAlert));
  if (Object.values(MqttAlert).every((alert) => without?.includes(alert))) errors.add('alerts without names every alert: write MqttAlerts.none()');
}

function checkDashboard(errors: ArgumentErrors, { _carrier: carrier }: MqttDashboard): void {
  if (!carrier) return;
  const { kind, options } = carrier;
  objectLabels(errors, 'dashboard labels', options.labels);
  if (options.folder !== undefined && (typeof options.folder !== 'string' || options.folder.trim() === '')) {
    errors.add(`dashboard folder is ${show(options.folder)}, but must be the title of a folder in Grafana`);
  }
  if (kind === 'ConfigMap') return;
  errors.labels('dashboard instanceLabels', options.instanceLabels);
  if (Object.keys(options.instanceLabels ?? {}).length === 0) {
    errors.add("dashboard instanceLabels is empty, but must have the labels of the Grafana resources that get the dashboard, for example { dashboards: 'grafana' }");
  }
  errors.boolean('dashboard allowCrossNamespaceImport', options.allowCrossNamespaceImport);
}

function objectLabels(errors: ArgumentErrors, name: string, labels: { [key: string]: string } | undefined): void {
  errors.labels(name, labels);
  for (const key of Object.keys(labels ?? {})) {
    if (RESERVED_LABELS.includes(key)) errors.add(`${name} has the key '${key}', which the library sets itself: choose another`);
  }
}

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
const PROMETHEUS_LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Labels of series that say something else. */
const OTHER_LABELS = ['namespace', 'pod', 'container', 'node', 'instance', 'job', 'listener', 'file', 'reason', 'le'];

function checkClusterLabel(errors: ArgumentErrors, label: string | undefined): void {
  if (label === undefined) return;
  if (typeof label !== 'string' || !PROMETHEUS_LABEL.test(label)) {
    errors.add(`clusterLabel is ${show(label)}, which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__', for example 'cluster'`);
  } else if (OTHER_LABELS.includes(label)) {
    errors.add(`clusterLabel is '${label}', which says something else of these series: write the label that tells Kubernetes clusters apart, for example 'cluster'`);
  }
}

function alertLabels(errors: ArgumentErrors, labels: { [key: string]: string } | undefined): void {
  if (!errors.like('alerts alertLabels', labels, [], "{ team: 'iot' }")) return;
  for (const [key, value] of Object.entries(labels)) {
    if (!PROMETHEUS_LABEL.test(key)) {
      errors.add(`alerts alertLabels has the key '${key}', which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__'`);
    } else if (key === 'alertname') {
      errors.add("alerts alertLabels has the key 'alertname', which Prometheus sets to the name of the alert: choose another");
    }
    if (typeof value !== 'string' || value === '') errors.add(`alerts alertLabels['${key}'] is ${show(value)}, but must be a string that is not empty`);
  }
}

function number(errors: ArgumentErrors, name: string, value: unknown, fits: (value: number) => boolean, range: string): void {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value) && fits(value))) return;
  errors.add(`alerts ${name} is ${show(value)}, but must be a number ${range}`);
}

function milliseconds(errors: ArgumentErrors, name: string, value: Duration | undefined, max = Infinity, why = ''): void {
  if (!errors.like(`alerts ${name}`, value, ['toMilliseconds'], 'Duration.millis(100)')) return;
  const amount = value.toMilliseconds();
  if (Number.isInteger(amount) && amount >= 1 && amount <= max) return;
  errors.add(`alerts ${name} is ${amount} ms, but must be ${max === Infinity ? 'at least 1 ms' : `from 1 ms to ${max} ms`}, in whole milliseconds${why}`);
}
