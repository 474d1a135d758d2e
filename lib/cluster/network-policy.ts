import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { renderManifest } from '../manifest/render-manifest';
import type { ClusterIntent } from '../workload/cluster-intent';

/** Everything is closed but the listeners, and the port of probes and metrics. A broker with an embedded store calls nobody. */
export function renderNetworkPolicy(scope: Construct, name: string, intent: ClusterIntent, ports: { readonly port: number }[]): ApiObject {
  return renderManifest(scope, 'NetworkPolicy', {
    gvk: k8s.KubeNetworkPolicy.GVK,
    name,
    labels: intent.labels,
    fields: {
      spec: () => k8s.KubeNetworkPolicy.manifest({
        spec: {
          podSelector: { matchLabels: intent.selectorLabels },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{ ports: [...intent.listeners, ...ports].map(({ port }) => ({ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' })) }],
          egress: [],
        },
      }).spec,
    },
  });
}
