import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { seriesOf } from './cluster-series';
import type { MqttDashboard } from './mqtt-dashboard';
import { renderManifest } from '../manifest/render-manifest';
import type { IMqttCluster } from '../network/mqtt-cluster-reference';

/** The dashboard of a cluster, in the object that brings it to Grafana. */
export function renderDashboard(
  scope: Construct, cluster: IMqttCluster, { _carrier: carrier }: MqttDashboard, labels: { [key: string]: string },
): ApiObject | undefined {
  if (carrier === undefined) return undefined;
  const json = dashboardOf(cluster);
  if (carrier.kind === 'ConfigMap') {
    const { options } = carrier;
    return renderManifest(scope, 'Dashboard', {
      gvk: { apiVersion: 'v1', kind: 'ConfigMap' },
      labels: { ...labels, ...(options.labels ?? { grafana_dashboard: '1' }) },
      annotations: options.folder === undefined ? undefined : { grafana_folder: options.folder },
      fields: { data: () => ({ [fileName(cluster)]: json() }) },
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
        json: json(),
      }),
    },
  });
}

/** The sidecar of Grafana writes the files of all namespaces into one folder: a name that another cluster has too would overwrite its dashboard. */
function fileName({ workload }: IMqttCluster): string {
  return ['mqtt', workload.metadata.namespace, workload.name].filter((part) => part !== undefined).join('-') + '.json';
}

/** Validation and synth both ask for every object, some several times: the dashboard is made again only when what it shows has changed. */
function dashboardOf(cluster: IMqttCluster): () => string {
  let shown: string | undefined;
  let json = '';
  return () => {
    const { namespace, podNames, variable } = seriesOf(cluster);
    const subject = { cluster: cluster.name, namespace, podNames, series: variable };
    const shows = JSON.stringify(subject);
    if (shows !== shown) {
      // Loading Grafana's builders takes longer than synthesizing a cluster: only apps with a dashboard pay for it.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { dashboardJson } = require('./dashboard/dashboard-json') as typeof import('./dashboard/dashboard-json');
      json = dashboardJson(subject);
      shown = shows;
    }
    return json;
  };
}
