import { Chart, Testing } from 'cdk8s';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import type { MqttClusterProps } from '../../lib/cluster/mqtt-cluster-props';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import type { RuleGroup } from '../../lib/monitoring/alerts/rule-group';
import { MqttMonitoring } from '../../lib/monitoring/mqtt-monitoring';
import type { MqttMonitoringProps } from '../../lib/monitoring/mqtt-monitoring-props';

/** An object of Kubernetes, as a test looks at it. */
export interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: { [key: string]: string }; readonly annotations?: { [key: string]: string } };
  readonly spec?: any;
  readonly data?: { [key: string]: string };
}

/** A chart in the namespace `mqtt` with the cluster `broker`, a StatefulSet with a claim for each pod. */
export function chartWithCluster(namespace: string | undefined = 'mqtt', props: MqttClusterProps = {}): { chart: Chart; cluster: MqttCluster } {
  const chart = new Chart(Testing.app(), 'iot', { namespace });
  const cluster = new MqttCluster(chart, 'Broker', { name: 'broker', ...props });
  return { chart, cluster };
}

export function monitor(props: Partial<MqttMonitoringProps> = {}): { chart: Chart; cluster: MqttCluster; monitoring: MqttMonitoring } {
  const { chart, cluster } = chartWithCluster();
  const monitoring = new MqttMonitoring(chart, 'Monitoring', { cluster, ...props });
  return { chart, cluster, monitoring };
}

/** The same with the message log `broker-log` beside it. */
export function monitorWithLog(props: Partial<MqttMonitoringProps> = {}): { chart: Chart; cluster: MqttCluster; monitoring: MqttMonitoring } {
  const { chart, cluster } = chartWithCluster('mqtt', { sessionStore: MqttSessionStore.replicated() });
  return { chart, cluster, monitoring: new MqttMonitoring(chart, 'Monitoring', { cluster, ...props }) };
}

export function ofKind(manifests: Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

/** The rule group of the monitoring, as Prometheus gets it. */
export function ruleGroupOf(monitoring: MqttMonitoring): RuleGroup {
  return monitoring.prometheusRule!.toJson().spec.groups[0];
}

/** The dashboard of the monitoring, as Grafana imports it. */
export function dashboardOf(monitoring: MqttMonitoring): any {
  const { data, spec } = monitoring.dashboard!.toJson() as Manifest;
  return JSON.parse(data ? Object.values(data)[0] : spec.json);
}
