import { k8s } from 'cdk8s-plus-27';
import type { ScaledWorkload } from './scaled-workload';
import { MqttScaleDown } from '../mqtt-autoscaler-props';

/** Bounds of the API: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/ (HPAScalingPolicy, HPAScalingRules). */
export const LONGEST_PERIOD_SECONDS = 1800;
const LONGEST_STABILIZATION_SECONDS = 3600;

/** Kubernetes' own default. */
const STABILIZATION_SECONDS = 300;
const SHORTEST_PERIOD_SECONDS = 60;

/**
 * How the autoscaler takes pods away. Scaling up is left to Kubernetes' defaults: a broker more hurts nobody.
 *
 * The numbers it decides by are stale while clients of the last pod still look for another, so it also waits that long before it believes them.
 */
export function scalingBehavior(scaleDown: MqttScaleDown, workload: ScaledWorkload): k8s.HorizontalPodAutoscalerBehaviorV2 {
  if (scaleDown === MqttScaleDown.DISABLED) return { scaleDown: { selectPolicy: 'Disabled' } };
  const periodSeconds = Math.max(SHORTEST_PERIOD_SECONDS, Math.min(workload.stopSeconds, LONGEST_PERIOD_SECONDS));
  return {
    scaleDown: {
      stabilizationWindowSeconds: Math.min(Math.max(STABILIZATION_SECONDS, 2 * periodSeconds), LONGEST_STABILIZATION_SECONDS),
      policies: [{ type: 'Pods', value: 1, periodSeconds }],
    },
  };
}
