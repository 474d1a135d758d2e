import type { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { ClusterIntent } from './cluster-intent';
import { renderManifest } from '../manifest/render-manifest';

/** A policy that closes everything, in both directions, but what its rules open. They are computed when the object is synthesized. */
export function renderPodNetworkPolicy(
  scope: Construct, name: string, { labels, selectorLabels }: Pick<ClusterIntent, 'labels' | 'selectorLabels'>, rules: () => Pick<k8s.NetworkPolicySpec, 'ingress' | 'egress'>,
): ApiObject {
  return renderManifest(scope, 'NetworkPolicy', {
    gvk: k8s.KubeNetworkPolicy.GVK,
    name,
    labels,
    fields: {
      spec: () => k8s.KubeNetworkPolicy.manifest({ spec: { podSelector: { matchLabels: selectorLabels }, policyTypes: ['Ingress', 'Egress'], ...rules() } }).spec,
    },
  });
}
