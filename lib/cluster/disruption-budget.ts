import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { renderManifest } from '../manifest/render-manifest';
import type { ClusterIntent } from '../workload/cluster-intent';

/**
 * One pod at a time, so that a drain of nodes never takes two brokers' clients at once. Unhealthy pods may always be evicted (the field is on by default
 * since Kubernetes 1.27): a broker that is broken anyway must not block the drain of its node.
 */
export function renderDisruptionBudget(scope: Construct, name: string, intent: ClusterIntent): ApiObject {
  return renderManifest(scope, 'DisruptionBudget', {
    gvk: k8s.KubePodDisruptionBudget.GVK,
    name,
    labels: intent.labels,
    fields: {
      spec: () => k8s.KubePodDisruptionBudget.manifest({
        spec: {
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
          selector: { matchLabels: intent.selectorLabels },
        },
      }).spec,
    },
  });
}
