import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { checkArguments } from './check-arguments';
import { MqttAlerts } from './mqtt-alerts';
import { MqttDashboard } from './mqtt-dashboard';
import type { MqttMonitoringProps } from './mqtt-monitoring-props';
import { MqttScrape } from './mqtt-scrape';
import { renderDashboard } from './render-dashboard';
import { renderMonitor } from './render-monitor';
import { renderRule } from './render-rule';
import { Labels, PART_OF } from '../manifest/labels';

/**
 * Watches a cluster: Prometheus scrapes its brokers and the nodes of its message log, alerts tell when clients are or will be hurt, a Grafana dashboard shows why.
 *
 * Renders a PodMonitor (or ServiceMonitor), a PrometheusRule and a ConfigMap (or GrafanaDashboard). The first two need the custom resources of the
 * Prometheus Operator. Alerts and panels about pods, volumes and nodes need kube-state-metrics, the kubelet's metrics and node_exporter, as
 * kube-prometheus-stack installs them. What to do about each alert: docs/monitoring.md.
 */
export class MqttMonitoring extends Construct {
  /** The PodMonitor or ServiceMonitor; not set with `MqttScrape.none()`. */
  public readonly monitor?: ApiObject;

  /** The PodMonitor or ServiceMonitor of the message log; not set where the cluster has none that serves metrics, or with `MqttScrape.none()`. */
  public readonly messageLogMonitor?: ApiObject;

  /** The PrometheusRule; not set with `MqttAlerts.none()`. */
  public readonly prometheusRule?: ApiObject;

  /** The ConfigMap or GrafanaDashboard; not set with `MqttDashboard.none()`. */
  public readonly dashboard?: ApiObject;

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttMonitoringProps) {
    super(scope, id);
    checkArguments(this, props);
    const { cluster, clusterLabel } = props;
    const labels = { ...props.labels, ...cluster.selectorLabels, [Labels.COMPONENT]: 'monitoring', [Labels.PART_OF]: PART_OF };

    const scrape = props.scrape ?? MqttScrape.podMonitor();
    this.monitor = renderMonitor(this, cluster, scrape, labels);
    if (cluster.messageLogTarget) this.messageLogMonitor = renderMonitor(this, cluster.messageLogTarget, scrape, labels, 'MessageLog');
    this.prometheusRule = renderRule(this, { cluster, clusterLabel }, props.alerts ?? MqttAlerts.prometheusRule(), labels);
    this.dashboard = renderDashboard(this, { cluster, clusterLabel }, props.dashboard ?? MqttDashboard.configMap(), labels);
  }
}
