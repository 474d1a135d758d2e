import { type ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { MqttScrape } from './mqtt-scrape';
import { renderManifest } from '../manifest/render-manifest';
import type { MqttScrapeTarget } from '../network/mqtt-cluster-reference';

/** What serves metrics. */
type Target = MqttScrapeTarget & { readonly metricsPath?: string };

/** The PodMonitor or ServiceMonitor of the brokers, or, with a prefix for its id, of the nodes of their message log. */
export function renderMonitor(
  scope: Construct, target: Target, scrape: MqttScrape, labels: { [key: string]: string }, idPrefix = '',
): ApiObject | undefined {
  const kind = scrape._kind;
  if (kind === undefined) return undefined;
  const { interval } = scrape._options;
  const endpoint = {
    port: target.metricsPortName,
    path: target.metricsPath ?? '/metrics',
    ...(interval && { interval: `${interval.toSeconds()}s` }),
  };
  return renderManifest(scope, `${idPrefix}${kind}`, {
    gvk: { apiVersion: 'monitoring.coreos.com/v1', kind },
    labels: { ...labels, ...scrape._options.labels },
    fields: {
      spec: () => ({
        ...namespaceSelector(scope, target),
        // Only the headless Service has the metrics port, so a ServiceMonitor finds each pod once although the client Service has these labels too.
        selector: { matchLabels: target.selectorLabels },
        ...(kind === 'PodMonitor' ? { podMetricsEndpoints: [endpoint] } : { endpoints: [endpoint] }),
      }),
    },
  });
}

/** Monitors look into their own namespace, unless they name another. */
function namespaceSelector(scope: Construct, { workload }: Target): object {
  const { namespace } = workload.metadata;
  return namespace === undefined || namespace === Chart.of(scope).namespace ? {} : { namespaceSelector: { matchNames: [namespace] } };
}
