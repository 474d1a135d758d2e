import type { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { connectionsMetric } from './connections-metric';
import { type Scaling, ScalingTargets } from './scaling';
import { renderManifest } from '../../manifest/render-manifest';

export function renderHorizontalPodAutoscaler(scope: Construct, scaling: Scaling, labels: { [key: string]: string }): ApiObject {
  return renderManifest(scope, 'Resource', {
    gvk: k8s.KubeHorizontalPodAutoscalerV2.GVK,
    labels,
    fields: { spec: () => k8s.KubeHorizontalPodAutoscalerV2.manifest({ spec: spec(scaling) }).spec },
  });
}

function spec(scaling: Scaling): k8s.HorizontalPodAutoscalerSpecV2 {
  const { apiVersion, kind, name } = scaling.cluster.workload;
  const targets = new ScalingTargets(scaling);
  return {
    scaleTargetRef: { apiVersion, kind, name },
    minReplicas: scaling.minReplicas,
    maxReplicas: scaling.maxReplicas,
    metrics: [...connections(scaling, targets), ...cpu(targets)],
    behavior: targets.behavior,
  };
}

function connections({ cluster }: Scaling, targets: ScalingTargets): k8s.MetricSpecV2[] {
  return targets.connections === undefined ? [] : [{
    type: 'Pods',
    pods: {
      metric: { name: connectionsMetric(cluster.brokerName)! },
      target: { type: 'AverageValue', averageValue: k8s.Quantity.fromString(String(targets.connections)) },
    },
  }];
}

function cpu({ cpuUtilization, cpuContainer }: ScalingTargets): k8s.MetricSpecV2[] {
  if (cpuUtilization === undefined) return [];
  const target = { type: 'Utilization', averageUtilization: cpuUtilization };
  return cpuContainer === undefined
    ? [{ type: 'Resource', resource: { name: 'cpu', target } }]
    : [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: cpuContainer, target } }];
}
