import { type ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { MqttScrape } from './mqtt-scrape';
import { renderManifest } from '../manifest/render-manifest';
import type { IMqttCluster } from '../network/mqtt-cluster-reference';

/** The PodMonitor or ServiceMonitor of a cluster. */
export function renderMonitor(scope: Construct, cluster: IMqttCluster, scrape: MqttScrape, labels: { [key: string]: string }): ApiObject | undefined {
  const kind = scrape._kind;
  if (kind === undefined) return undefined;
  const { interval } = scrape._options;
  const endpoint = {
    port: cluster.metricsPortName,
    path: cluster.metricsPath,
    ...(interval && { interval: `${interval.toSeconds()}s` }),
  };
  return renderManifest(scope, kind, {
    gvk: { apiVersion: 'monitoring.coreos.com/v1', kind },
    labels: { ...labels, ...scrape._options.labels },
    fields: {
      spec: () => ({
        ...namespaceSelector(scope, cluster),
        // Only the headless Service has the metrics port, so a ServiceMonitor finds each pod once although the client Service has these labels too.
        selector: { matchLabels: cluster.selectorLabels },
        ...(kind === 'PodMonitor' ? { podMetricsEndpoints: [endpoint] } : { endpoints: [endpoint] }),
      }),
    },
  });
}

/** Monitors look into their own namespace, unless they name another. */
function namespaceSelector(scope: Construct, cluster: IMqttCluster): object {
  const { namespace } = cluster.workload.metadata;
  return namespace === undefined || namespace === Chart.of(scope).namespace ? {} : { namespaceSelector: { matchNames: [namespace] } };
}
