import { Severity } from '../finding';
import type { BrokerWorkload } from '../model/broker-workload';
import type { Fields } from '../model/fields';
import type { ManifestObject } from '../model/manifest-object';
import { type Rule, workloadRule } from '../rule';

const SOURCE = 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/';
const EXAMPLE = `kind: PodDisruptionBudget
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector: { matchLabels: { app.kubernetes.io/instance: broker } }`;

/** Values of the terms of a budget by which no pod may be evicted, however many there are. */
export const FORBIDS_EVERY_EVICTION = { maxUnavailable: /^0+%?$/, minAvailable: /^0*100%$/ };

export const disruptionRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-DISRUPTION-001',
    severity: Severity.ERROR,
    title: 'Production gives up some brokers at a time, not none and not all',
    why: 'Without a PodDisruptionBudget, or with one that allows all, a drain of nodes may stop every broker at once. With one that allows none, no node with a broker can be drained, and upgrades of the nodes hang. Under an autoscaler that holds for the fewest brokers that it leaves.',
    source: SOURCE,
    remedy: 'Write a budget with maxUnavailable 1.',
    example: EXAMPLE,
  }, (broker) => {
    if (!broker.isProduction || broker.maximumReplicas <= 1) return [];
    if (broker.disruptionBudgets.length === 0) {
      return [{ found: `${broker.replicasFound}, and no PodDisruptionBudget selects the pods`, breaks: 'A drain of several nodes stops all brokers at once.' }];
    }
    // No budget keeps one of a single broker, see MQTT-DISRUPTION-004.
    const fewest = Math.max(broker.minimumReplicas, 2);
    return broker.disruptionBudgets.filter((budget) => !forbidsEveryEviction(budget)).flatMap((budget) => {
      const allowed = allowedDisruptions(budget, fewest);
      if (allowed > 0 && allowed < fewest) return [];
      return [{
        object: budget.reference,
        found: `${terms(budget)}, with ${counted(broker)}`,
        breaks: `With ${fewest} brokers, ${allowed <= 0 ? 'no pod may be evicted: nodes cannot be drained.' : 'all pods may be evicted at once.'}`,
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
  }, (broker) => broker.minimumReplicas > 1 || broker.maximumReplicas < 1 ? [] : broker.disruptionBudgets
    .filter((budget) => !forbidsEveryEviction(budget) && allowedDisruptions(budget, 1) <= 0)
    .map((budget) => ({
      object: budget.reference,
      found: `${terms(budget)}, with ${counted(broker)}`,
      breaks: 'With one broker, its node cannot be drained.',
    }))),

  workloadRule({
    id: 'MQTT-DISRUPTION-005',
    severity: Severity.ERROR,
    title: 'A budget does not forbid every eviction',
    why: 'With maxUnavailable 0 or 0%, or minAvailable 100%, no pod may be evicted, however many there are. No node with a broker can be drained then, and upgrades of the nodes hang until somebody deletes the pods by hand.',
    source: SOURCE,
    remedy: 'Write a budget with maxUnavailable 1; or none where there is one broker.',
    example: EXAMPLE,
  }, ({ disruptionBudgets }) => disruptionBudgets.filter(forbidsEveryEviction).map((budget) => ({
    object: budget.reference,
    found: terms(budget),
    breaks: 'No pod may be evicted: nodes cannot be drained.',
  }))),
];

function forbidsEveryEviction({ spec }: ManifestObject): boolean {
  return Object.entries(FORBIDS_EVERY_EVICTION).some(([term, values]) => values.test(spec.at(term).toString()));
}

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

/** `3 replicas of StatefulSet broker`, or `3 to 6 replicas of StatefulSet broker by HorizontalPodAutoscaler broker`. */
function counted({ autoscalers, maximumReplicas, minimumReplicas, object }: BrokerWorkload): string {
  const name = `${object.kind} ${object.name}`;
  if (autoscalers.length === 0) return `${minimumReplicas === 1 ? 'one replica' : `${minimumReplicas} replicas`} of ${name}`;
  return `${minimumReplicas} to ${maximumReplicas} replicas of ${name} by ${autoscalers.map((autoscaler) => `${autoscaler.object.kind} ${autoscaler.object.name}`).join(', ')}`;
}

function terms({ spec }: ManifestObject): string {
  const written = ['maxUnavailable', 'minAvailable'].filter((term) => spec.at(term).exists).map((term) => `spec.${term}: ${spec.at(term)}`);
  return written.join(', ') || 'neither spec.maxUnavailable nor spec.minAvailable';
}
