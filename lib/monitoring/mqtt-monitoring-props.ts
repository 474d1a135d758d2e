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
   * Label by which a Thanos, Mimir or Prometheus that holds the series of several Kubernetes clusters tells these apart, for example `cluster`. Alerts are then evaluated for each Kubernetes cluster by itself and
   * carry the label, and the dashboard has a variable to choose one. Without it, brokers of the same name and namespace in two Kubernetes clusters would be taken for those of one. What has gone from a
   * Kubernetes cluster altogether (`absent` in `MqttClusterDown` and `MqttMessageLogNotWatched`) is noticed only when it has gone from all of them.
   * @default - all series come from one Kubernetes cluster
   */
  readonly clusterLabel?: string;

  /**
   * Labels for every object of the monitoring. A Prometheus Operator that kube-prometheus-stack installed takes only PodMonitors, ServiceMonitors and
   * PrometheusRules with `release: <name of its Helm release>`, unless its values set `podMonitorSelectorNilUsesHelmValues: false` and the like.
   * @default - none besides those that every object of the library gets
   */
  readonly labels?: { [key: string]: string };
}
