import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { ClusterIntent } from './cluster-intent';
import { renderManifest } from '../manifest/render-manifest';

/** The pods' identity. Neither brokers nor the message log talk to the API server, so it has no token. */
export function renderServiceAccount(scope: Construct, name: string, intent: Pick<ClusterIntent, 'labels'>): ApiObject {
  return renderManifest(scope, 'ServiceAccount', {
    gvk: k8s.KubeServiceAccount.GVK,
    name,
    labels: intent.labels,
    fields: { automountServiceAccountToken: () => false },
  });
}
