import { Severity } from '../finding';
import type { Fields } from '../model/fields';
import type { ManifestObject } from '../model/manifest-object';
import { type Rule, workloadRule } from '../rule';

const SOURCE = 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/';
const EXAMPLE = `kind: PodDisruptionBudget
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector: { matchLabels: { app.kubernetes.io/instance: broker } }`;

export const disruptionRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-DISRUPTION-001',
    severity: Severity.ERROR,
    title: 'Production gives up some brokers at a time, not none and not all',
    why: 'Without a PodDisruptionBudget, or with one that allows all, a drain of nodes may stop every broker at once. With one that allows none, no node with a broker can ever be drained, and upgrades of the nodes hang.',
    source: SOURCE,
    remedy: 'Write a budget with maxUnavailable 1.',
    example: EXAMPLE,
  }, (broker) => {
    if (!broker.isProduction || broker.replicas <= 1) return [];
    if (broker.disruptionBudgets.length === 0) {
      return [{ found: `spec.replicas: ${broker.replicas}, and no PodDisruptionBudget selects the pods`, breaks: 'A drain of several nodes stops all brokers at once.' }];
    }
    return broker.disruptionBudgets.flatMap((budget) => {
      const allowed = allowedDisruptions(budget, broker.replicas);
      if (allowed > 0 && allowed < broker.replicas) return [];
      return [{
        object: budget.reference,
        found: `${terms(budget)}, with ${broker.replicas} replicas of ${broker.object.kind} ${broker.object.name}`,
        breaks: allowed <= 0 ? 'No pod may be evicted: nodes cannot be drained.' : 'All pods may be evicted at once.',
      }];
    });
  }),

  workloadRule({
    id: 'MQTT-DISRUPTION-002',
    severity: Severity.WARNING,
    title: 'A broker that is broken may be evicted',
    why: 'By default, pods that run but are not ready are only evicted while enough others are healthy. A cluster with a broken broker then blocks the drain of its node, until somebody deletes the pod by hand.',
    source: 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy',
    remedy: 'Set unhealthyPodEvictionPolicy to AlwaysAllow.',
    example: EXAMPLE,
  }, ({ disruptionBudgets }) => disruptionBudgets
    .filter((budget) => budget.spec.at('unhealthyPodEvictionPolicy').text !== 'AlwaysAllow')
    .map((budget) => ({
      object: budget.reference,
      found: `spec.unhealthyPodEvictionPolicy: ${budget.spec.at('unhealthyPodEvictionPolicy')}`,
      breaks: 'A broker that cannot become ready blocks the drain of its node.',
    }))),

  workloadRule({
    id: 'MQTT-DISRUPTION-003',
    severity: Severity.ERROR,
    title: 'One PodDisruptionBudget selects the pods',
    why: 'The eviction API supports one budget per pod. With several it answers every eviction with an error, and no node with such a pod can be drained.',
    source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/',
    remedy: 'Keep one of them.',
    example: EXAMPLE,
  }, ({ disruptionBudgets }) => disruptionBudgets.length < 2 ? [] : [{
    found: `PodDisruptionBudgets ${disruptionBudgets.map(({ name }) => name).join(', ')} all select the pods`,
    breaks: 'Every eviction fails: nodes cannot be drained.',
  }]),

  workloadRule({
    id: 'MQTT-DISRUPTION-004',
    severity: Severity.WARNING,
    title: 'A single broker does not block the drain of its node',
    why: 'A budget cannot keep a single pod available. It only forbids to evict it, and the upgrade of the node waits until somebody deletes the pod by hand.',
    source: SOURCE,
    remedy: 'Leave the budget out, or allow one pod to be unavailable.',
    example: EXAMPLE,
  }, ({ disruptionBudgets, replicas }) => disruptionBudgets
    .filter((budget) => replicas === 1 && allowedDisruptions(budget, replicas) <= 0)
    .map((budget) => ({ object: budget.reference, found: `${terms(budget)}, with one replica`, breaks: 'The node of the broker cannot be drained.' }))),
];

/** As the disruption controller counts them: a share is rounded up, https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages */
export function allowedDisruptions({ spec }: ManifestObject, replicas: number): number {
  const unavailable = amount(spec.at('maxUnavailable'), replicas);
  const available = amount(spec.at('minAvailable'), replicas);
  return unavailable ?? (available === undefined ? replicas : replicas - available);
}

function amount(field: Fields, replicas: number): number | undefined {
  const share = /^(\d+)%$/.exec(field.text ?? '')?.[1];
  return share === undefined ? field.number : Math.ceil(replicas * Number(share) / 100);
}

function terms({ spec }: ManifestObject): string {
  const written = ['maxUnavailable', 'minAvailable'].filter((term) => spec.at(term).exists).map((term) => `spec.${term}: ${spec.at(term)}`);
  return written.join(', ') || 'neither spec.maxUnavailable nor spec.minAvailable';
}
