import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ruleGroup } from './alerts/rule-group';
import { seriesOf, type WatchedCluster } from './cluster-series';
import type { MqttAlerts } from './mqtt-alerts';
import { renderManifest } from '../manifest/render-manifest';

/** The PrometheusRule of a cluster. */
export function renderRule(scope: Construct, watched: WatchedCluster, alerts: MqttAlerts, labels: { [key: string]: string }): ApiObject | undefined {
  const options = alerts._options;
  if (options === undefined) return undefined;
  return renderManifest(scope, 'PrometheusRule', {
    gvk: { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule' },
    labels: { ...labels, ...options.labels },
    fields: { spec: () => ({ groups: [ruleGroup(watched.cluster.name, seriesOf(watched).fixed, options, watched.clusterLabel)] }) },
  });
}
