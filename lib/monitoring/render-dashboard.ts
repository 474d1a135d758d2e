import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { seriesOf, type WatchedCluster } from './cluster-series';
import { dashboardJson } from './dashboard/dashboard-json';
import type { MqttDashboard } from './mqtt-dashboard';
import { renderManifest } from '../manifest/render-manifest';
import type { IMqttCluster } from '../network/mqtt-cluster-reference';

/** The dashboard of a cluster, in the object that brings it to Grafana. */
export function renderDashboard(
  scope: Construct, watched: WatchedCluster, { _carrier: carrier }: MqttDashboard, labels: { [key: string]: string },
): ApiObject | undefined {
  if (carrier === undefined) return undefined;
  if (carrier.kind === 'ConfigMap') {
    const { options } = carrier;
    return renderManifest(scope, 'Dashboard', {
      gvk: { apiVersion: 'v1', kind: 'ConfigMap' },
      labels: { ...labels, ...(options.labels ?? { grafana_dashboard: '1' }) },
      annotations: options.folder === undefined ? undefined : { grafana_folder: options.folder },
      fields: { data: () => ({ [fileName(watched.cluster)]: dashboardOf(watched) }) },
    });
  }
  const { options } = carrier;
  return renderManifest(scope, 'Dashboard', {
    gvk: { apiVersion: 'grafana.integreatly.org/v1beta1', kind: 'GrafanaDashboard' },
    labels: { ...labels, ...options.labels },
    fields: {
      spec: () => ({
        instanceSelector: { matchLabels: options.instanceLabels },
        folder: options.folder,
        allowCrossNamespaceImport: options.allowCrossNamespaceImport,
        json: dashboardOf(watched),
      }),
    },
  });
}

/** The sidecar of Grafana writes the files of all namespaces into one folder: a name that another cluster has too would overwrite its dashboard. */
function fileName({ workload }: IMqttCluster): string {
  return ['mqtt', workload.metadata.namespace, workload.name].filter((part) => part !== undefined).join('-') + '.json';
}

function dashboardOf(watched: WatchedCluster): string {
  const { namespace, podNames, variable } = seriesOf(watched);
  return dashboardJson({ cluster: watched.cluster.name, clusterLabel: watched.clusterLabel, namespace, podNames, series: variable });
}
