import type { MqttAutoscalerKind } from './mqtt-autoscaler-kind';
import type { MqttScalingMetric } from './mqtt-scaling-metric';
import type { IMqttCluster } from '../network/mqtt-cluster-reference';

/** How an autoscaler takes brokers away. */
export enum MqttScaleDown {
  /** Not at all: brokers come with the load, and somebody takes them away at a time that suits the clients. */
  DISABLED = 'disabled',
  /**
   * One broker at a time, the newest first, and the next one not before that one has had the time to drain. Its clients reconnect to the others.
   * Safe with a session store that is replicated. Sessions in an embedded store stay behind in its volume.
   */
  ONE_POD_PER_DRAIN = 'one-pod-per-drain',
}

/** Properties of an MqttAutoscaler. */
export interface MqttAutoscalerProps {
  /** The brokers to scale. The autoscaler must be in the same namespace. */
  readonly cluster: IMqttCluster;

  /** As many brokers as there may ever be. With required anti-affinity each needs a node. */
  readonly maxReplicas: number;

  /**
   * As many brokers as there always are, at least 1.
   * @default - the replicas of the cluster
   */
  readonly minReplicas?: number;

  /**
   * Which controller scales.
   * @default MqttAutoscalerKind.horizontalPodAutoscaler()
   */
  readonly kind?: MqttAutoscalerKind;

  /**
   * What it looks at, each metric once. The one that wants the most brokers decides.
   * @default [MqttScalingMetric.connections(), MqttScalingMetric.cpu()]
   */
  readonly metrics?: MqttScalingMetric[];

  /**
   * How brokers are taken away.
   * @default MqttScaleDown.DISABLED
   */
  readonly scaleDown?: MqttScaleDown;
}
