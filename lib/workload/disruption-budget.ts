import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { ClusterIntent } from './cluster-intent';
import { renderManifest } from '../manifest/render-manifest';

/** Undefined where no budget is wanted. The policy for unhealthy pods is on by default since Kubernetes 1.27. */
export function renderDisruptionBudget(scope: Construct, name: string, intent: Pick<ClusterIntent, 'disruptionBudget' | 'labels' | 'selectorLabels'>): ApiObject | undefined {
  const { disruptionBudget, labels, selectorLabels } = intent;
  const { pods, percent, unhealthyPodEviction } = disruptionBudget;
  if (pods === undefined && percent === undefined) return undefined;
  return renderManifest(scope, 'DisruptionBudget', {
    gvk: k8s.KubePodDisruptionBudget.GVK,
    name,
    labels,
    fields: {
      spec: () => k8s.KubePodDisruptionBudget.manifest({
        spec: {
          maxUnavailable: pods === undefined ? k8s.IntOrString.fromString(`${percent}%`) : k8s.IntOrString.fromNumber(pods),
          unhealthyPodEvictionPolicy: unhealthyPodEviction,
          selector: { matchLabels: selectorLabels },
        },
      }).spec,
    },
  });
}
