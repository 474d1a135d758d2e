import type { MqttAlerts } from './mqtt-alerts';
import type { MqttDashboard } from './mqtt-dashboard';
import type { MqttScrape } from './mqtt-scrape';
import type { IMqttCluster } from '../network/mqtt-cluster-reference';

/** Properties of an MqttMonitoring. */
export interface MqttMonitoringProps {
  /** The brokers to watch. */
  readonly cluster: IMqttCluster;

  /**
   * How Prometheus finds the brokers.
   * @default MqttScrape.podMonitor()
   */
  readonly scrape?: MqttScrape;

  /**
   * What raises an alert.
   * @default MqttAlerts.prometheusRule()
   */
  readonly alerts?: MqttAlerts;

  /**
   * How Grafana gets the dashboard.
   * @default MqttDashboard.configMap()
   */
  readonly dashboard?: MqttDashboard;

  /**
   * Labels for every object of the monitoring. A Prometheus Operator that kube-prometheus-stack installed takes only PodMonitors, ServiceMonitors and
   * PrometheusRules with `release: <name of its Helm release>`, unless its values set `podMonitorSelectorNilUsesHelmValues: false` and the like.
   * @default - none besides those that every object of the library gets
   */
  readonly labels?: { [key: string]: string };
}
