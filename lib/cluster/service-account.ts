import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { renderManifest } from '../manifest/render-manifest';
import type { ClusterIntent } from '../workload/cluster-intent';

/** The pods' identity. Brokers do not talk to the API server, so it has no token. */
export function renderServiceAccount(scope: Construct, name: string, intent: ClusterIntent): ApiObject {
  return renderManifest(scope, 'ServiceAccount', {
    gvk: k8s.KubeServiceAccount.GVK,
    name,
    labels: intent.labels,
    fields: { automountServiceAccountToken: () => false },
  });
}
