import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { connectionsMetric } from './connections-metric';
import { type Scaling, ScalingTargets } from './scaling';
import { renderManifest } from '../../manifest/render-manifest';
import type { MqttKedaOptions } from '../mqtt-autoscaler-kind';

/** https://keda.sh/docs/latest/reference/scaledobject-spec/ */
export function renderScaledObject(scope: Construct, scaling: Scaling, options: MqttKedaOptions, labels: { [key: string]: string }): ApiObject {
  return renderManifest(scope, 'Resource', {
    gvk: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
    labels,
    fields: { spec: () => spec(scaling, options) },
  });
}

function spec(scaling: Scaling, options: MqttKedaOptions): object {
  const { apiVersion, kind, name } = scaling.cluster.workload;
  const targets = new ScalingTargets(scaling);
  return {
    scaleTargetRef: { apiVersion, kind, name },
    ...(options.pollingInterval && { pollingInterval: options.pollingInterval.toSeconds() }),
    // KEDA's own default is 0: without a broker nobody can connect, and the number of connections never rises again.
    minReplicaCount: scaling.minReplicas,
    maxReplicaCount: scaling.maxReplicas,
    advanced: { horizontalPodAutoscalerConfig: { behavior: targets.behavior } },
    triggers: [...connections(scaling, options, targets), ...cpu(targets)],
  };
}

/** https://keda.sh/docs/latest/scalers/prometheus/ */
function connections({ cluster }: Scaling, { prometheusUrl, triggerAuthentication }: MqttKedaOptions, targets: ScalingTargets): object[] {
  if (targets.connections === undefined) return [];
  const { name, namespace } = cluster.workload.metadata;
  const inNamespace = namespace === undefined ? '' : `namespace="${namespace}",`;
  return [{
    type: 'prometheus',
    metricType: 'AverageValue',
    metadata: {
      serverAddress: prometheusUrl,
      query: `sum(${connectionsMetric(cluster.brokerName)}{${inNamespace}pod=~"${name}-[0-9]+"})`,
      threshold: String(targets.connections),
    },
    ...(triggerAuthentication && { authenticationRef: { name: triggerAuthentication } }),
  }];
}

/** https://keda.sh/docs/latest/scalers/cpu/ */
function cpu({ cpuUtilization, cpuContainer }: ScalingTargets): object[] {
  return cpuUtilization === undefined ? [] : [{
    type: 'cpu',
    metricType: 'Utilization',
    metadata: { value: String(cpuUtilization), ...(cpuContainer && { containerName: cpuContainer }) },
  }];
}
