import { type ApiObject, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { checkedScaling } from './autoscaling/check-arguments';
import { renderHorizontalPodAutoscaler } from './autoscaling/horizontal-pod-autoscaler';
import { renderScaledObject } from './autoscaling/scaled-object';
import type { MqttAutoscalerProps } from './mqtt-autoscaler-props';
import { Labels, PART_OF } from '../manifest/labels';
import { acknowledgeRule } from '../rules';

/**
 * Starts brokers when connections or CPU rise, and, if it is told so, takes them away one by one, slower than they drain.
 *
 * Renders one HorizontalPodAutoscaler or ScaledObject, and takes `spec.replicas` out of the cluster's workload, which would undo what the autoscaler did
 * each time the manifest is applied.
 *
 * It is for brokers that share their sessions (`MqttSessionStore.replicated()`): a new one serves every client at once, connections move to it at a bounded rate, and one
 * that is taken away leaves nothing behind. It does not make brokers with separate sessions one: MQTT-SESSION-001 stops the synth for those, and where that is
 * acknowledged, a new broker gets new clients only. See docs/scaling.md.
 */
export class MqttAutoscaler extends Construct {
  /** The HorizontalPodAutoscaler or ScaledObject. Its overrides work on the final manifest. */
  public readonly autoscaler: ApiObject;

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttAutoscalerProps) {
    super(scope, id);
    const scaling = checkedScaling(this, props);
    const { cluster, kind } = scaling;
    cluster.workload.addJsonPatch(JsonPatch.remove('/spec/replicas'));

    const labels = { ...cluster.selectorLabels, [Labels.COMPONENT]: 'autoscaler', [Labels.PART_OF]: PART_OF };
    this.autoscaler = kind.kedaOptions === undefined
      ? renderHorizontalPodAutoscaler(this, scaling, labels)
      : renderScaledObject(this, scaling, kind.kedaOptions, labels);
  }

  /**
   * Accepts what a rule finds about this autoscaler. The reason is kept as an annotation on it.
   *
   * @param ruleId for example `MQTT-AUTOSCALING-002`, see docs/rules.md
   * @param reason why this is right here, for whoever reads the manifest
   * @throws if there is no such rule, or the reason is empty.
   */
  public acknowledge(ruleId: string, reason: string): void {
    acknowledgeRule(this.autoscaler, ruleId, reason);
  }
}
