import { antiAffinityExample } from './anti-affinity-example';
import { Severity } from '../finding';
import { type Rule, workloadRule } from '../rule';

const SPREAD_SOURCE = 'https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/';
const ANTI_AFFINITY_SOURCE = 'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity';
const ANTI_AFFINITY_EXAMPLE = antiAffinityExample('broker');
const ZONE_EXAMPLE = `spec:
  template:
    spec:
      topologySpreadConstraints:
        - topologyKey: topology.kubernetes.io/zone
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app.kubernetes.io/instance: broker } }`;

export const placementRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-PLACEMENT-001',
    severity: Severity.ERROR,
    title: 'There are as many nodes as brokers that refuse to share one',
    why: 'Under required anti-affinity on the host name each broker needs a node of its own. The brokers that find none stay Pending, and a rollout or a drained node stops there.',
    source: ANTI_AFFINITY_SOURCE,
    remedy: 'Run fewer replicas, add nodes (and correct nodeCount), or prefer the anti-affinity instead of requiring it.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/node-count: "3"
spec:
  replicas: 3`,
  }, ({ maximumReplicas, nodeCount, pods, replicasFound }) => {
    if (nodeCount === undefined || !pods.hasRequiredAntiAffinityOnHostname || maximumReplicas <= nodeCount) return [];
    return [{
      found: `${replicasFound}, metadata.annotations 'cdk8s-mqtt/node-count: ${nodeCount}', and required anti-affinity on kubernetes.io/hostname`,
      breaks: `${maximumReplicas - nodeCount} of ${maximumReplicas} pods stay Pending.`,
    }];
  }),

  workloadRule({
    id: 'MQTT-PLACEMENT-002',
    severity: Severity.ERROR,
    title: 'Production keeps brokers on different nodes',
    why: 'One node that fails takes every broker on it, and all their clients reconnect at once to those that are left. Preferred anti-affinity is given up exactly when nodes are short.',
    source: ANTI_AFFINITY_SOURCE,
    remedy: 'Require pod anti-affinity on kubernetes.io/hostname with the selector labels of the cluster (antiAffinity: MqttSpread.REQUIRED).',
    example: ANTI_AFFINITY_EXAMPLE,
  }, (broker) => !broker.isProduction || broker.maximumReplicas <= 1 || broker.pods.hasRequiredAntiAffinityOnHostname ? [] : [{
    found: `${broker.replicasFound}, and no required anti-affinity on kubernetes.io/hostname that selects these pods`,
    breaks: 'Several brokers may go down with one node.',
  }]),

  workloadRule({
    id: 'MQTT-PLACEMENT-003',
    severity: Severity.WARNING,
    title: 'Production spreads brokers over zones',
    why: 'Without a spread constraint all brokers may land in one zone, and go down with it.',
    source: SPREAD_SOURCE,
    remedy: 'Add a topology spread constraint on topology.kubernetes.io/zone (zoneSpread); acknowledge this rule where there is one zone.',
    example: ZONE_EXAMPLE,
  }, (broker) => !broker.isProduction || broker.maximumReplicas <= 1 || broker.pods.hasZoneSpread ? [] : [{
    found: 'no topology spread constraint on topology.kubernetes.io/zone that selects these pods',
    breaks: 'The loss of one zone may be the loss of every broker.',
  }]),

  workloadRule({
    id: 'MQTT-PLACEMENT-004',
    severity: Severity.ERROR,
    title: 'A topology spread constraint counts the pods that it stands in',
    why: 'A constraint spreads the pods that its labelSelector selects. If it selects others, or none, it does nothing for these, without a message.',
    source: SPREAD_SOURCE,
    remedy: 'Use the selector labels of the cluster.',
    example: ZONE_EXAMPLE,
  }, ({ pods }) => pods.spreadConstraints.filter((constraint) => !pods.isSelectedBySpread(constraint)).map((constraint) => ({
    found: `spec.template.spec.topologySpreadConstraints on ${constraint.at('topologyKey')}: labelSelector ${constraint.at('labelSelector')}; the pods have ${JSON.stringify(pods.labels)}`,
    breaks: 'The pods are not spread.',
  }))),

  workloadRule({
    id: 'MQTT-PLACEMENT-005',
    severity: Severity.ERROR,
    title: 'minDomains stands with DoNotSchedule only',
    why: 'minDomains says how many zones or nodes must be there before pods may be scheduled. A constraint that schedules anyway cannot ask for that, and the API server refuses it.',
    source: SPREAD_SOURCE,
    remedy: 'Set whenUnsatisfiable to DoNotSchedule, or leave minDomains out.',
    example: `spec:
  template:
    spec:
      topologySpreadConstraints:
        - topologyKey: topology.kubernetes.io/zone
          maxSkew: 1
          minDomains: 3
          whenUnsatisfiable: DoNotSchedule
          labelSelector: { matchLabels: { app.kubernetes.io/instance: broker } }`,
  }, ({ pods }) => pods.spreadConstraints
    .filter((constraint) => constraint.at('minDomains').exists && constraint.at('whenUnsatisfiable').text !== 'DoNotSchedule')
    .map((constraint) => ({
      found: `spec.template.spec.topologySpreadConstraints on ${constraint.at('topologyKey')}: minDomains ${constraint.at('minDomains')}, whenUnsatisfiable ${constraint.at('whenUnsatisfiable')}`,
      breaks: 'The API server refuses the pods.',
    }))),
];
