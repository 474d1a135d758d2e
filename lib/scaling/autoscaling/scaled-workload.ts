import type { IMqttCluster } from '../../network/mqtt-cluster-reference';
import { Fields } from '../../rules/model/fields';
import { ManifestModel } from '../../rules/model/manifest-model';

/** What an autoscaler has to know of the workload. */
export interface ScaledWorkload {
  /** `spec.replicas`, which an autoscaler takes away. */
  readonly replicas?: number;
  readonly connectionsPerPod?: number;
  /** When a pod that is told to stop is certainly gone. */
  readonly stopSeconds: number;
  readonly containerName?: string;
  readonly requestsCpu: boolean;
}

/** Read from the manifest as it will be applied, overrides included, and in the words of the rules that look at the result. */
export function scaledWorkload(cluster: IMqttCluster): ScaledWorkload {
  const manifest = cluster.workload.toJson();
  const [broker] = ManifestModel.of([{ manifest, origin: cluster.workload.node.path }]).brokers;
  return {
    replicas: new Fields(manifest).at('spec', 'replicas').number,
    connectionsPerPod: broker?.connectionsPerPod,
    stopSeconds: Math.max(broker?.drainSeconds ?? 0, broker?.pods.graceSeconds ?? 0),
    containerName: broker?.container?.fields.at('name').text,
    requestsCpu: broker?.container?.fields.at('resources', 'requests', 'cpu').exists ?? false,
  };
}
