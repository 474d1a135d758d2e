import { k8s } from 'cdk8s-plus-27';
import type { PlacementIntent } from './cluster-intent';
import type { MqttNodeQuery } from './mqtt-node-query';
import { MqttSpread } from './mqtt-spread';
import type { MqttDedicatedNodes } from './mqtt-toleration';
import { Labels, PART_OF } from '../manifest/labels';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/**
 * Weights of preferred terms, from 1 to 100: the own cluster's pods matter most.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
const OWN_WEIGHT = 100;
const OTHERS_WEIGHT = 20;
const NODE_WEIGHT = 50;

const DEDICATED_KEY = 'dedicated';

/**
 * Which nodes may take the pods of a cluster, and which should.
 *
 * @param partners pods that work together with these: the message log of brokers, or the brokers of a message log
 */
export function podPlacement(
  placement: PlacementIntent, selectorLabels: { [key: string]: string }, partners: MqttNetworkPeer[] = [],
): Partial<k8s.PodSpec> {
  const affinity = { nodeAffinity: nodeAffinity(placement), podAntiAffinity: podAntiAffinity(placement, selectorLabels, partners) };
  return {
    affinity: affinity.nodeAffinity || affinity.podAntiAffinity ? affinity : undefined,
    topologySpreadConstraints: zoneSpread(placement, selectorLabels),
    nodeSelector: nodeSelector(placement),
    tolerations: tolerations(placement),
    priorityClassName: placement.priorityClassName,
  };
}

/**
 * Keeps pods of the cluster apart, and away from other MQTT clusters' pods: they would compete for sockets, conntrack entries and disk. Partners are kept away like those
 * while nodes are left, and are no reason to leave a pod unscheduled: required, it would take a node for each broker and another for each node of the message log.
 */
export function podAntiAffinity(
  placement: PlacementIntent, selectorLabels: { [key: string]: string }, partners: MqttNetworkPeer[] = [],
): k8s.PodAntiAffinity | undefined {
  const isRequired = placement.antiAffinityToOtherClusters === MqttSpread.REQUIRED;
  const instances = new Set([selectorLabels[Labels.INSTANCE], ...(isRequired ? instancesOf(partners) : [])]);
  const own: k8s.PodAffinityTerm = { topologyKey: HOSTNAME, labelSelector: { matchLabels: selectorLabels } };
  const others: k8s.PodAffinityTerm = {
    topologyKey: HOSTNAME,
    labelSelector: {
      matchLabels: { [Labels.PART_OF]: PART_OF },
      matchExpressions: [{ key: Labels.INSTANCE, operator: 'NotIn', values: [...instances] }],
    },
    // An empty selector is every namespace; without one, only the pod's own is looked at.
    namespaceSelector: {},
  };
  const terms = [
    { strictness: placement.antiAffinity, term: own, weight: OWN_WEIGHT },
    { strictness: placement.antiAffinityToOtherClusters, term: others, weight: OTHERS_WEIGHT },
  ];
  const required = terms.filter(({ strictness }) => strictness === MqttSpread.REQUIRED).map(({ term }) => term);
  const preferred = terms
    .filter(({ strictness }) => strictness === MqttSpread.PREFERRED)
    .map(({ term, weight }) => ({ weight, podAffinityTerm: term }));
  if (required.length === 0 && preferred.length === 0) return undefined;
  return {
    requiredDuringSchedulingIgnoredDuringExecution: required.length > 0 ? required : undefined,
    preferredDuringSchedulingIgnoredDuringExecution: preferred.length > 0 ? preferred : undefined,
  };
}

/** Only pods are named by labels; what is named by its address is none of this library's. */
function instancesOf(peers: MqttNetworkPeer[]): string[] {
  return peers.flatMap(({ podLabels }) => podLabels?.[Labels.INSTANCE] ?? []);
}

/** Spreads the pods evenly over zones. */
export function zoneSpread(placement: PlacementIntent, selectorLabels: { [key: string]: string }): k8s.TopologySpreadConstraint[] | undefined {
  if (placement.zoneSpread === MqttSpread.NONE) return undefined;
  const isRequired = placement.zoneSpread === MqttSpread.REQUIRED;
  return [{
    topologyKey: ZONE,
    maxSkew: 1,
    minDomains: placement.minZones,
    whenUnsatisfiable: isRequired ? 'DoNotSchedule' : 'ScheduleAnyway',
    // A zone whose nodes all have taints that the pods do not tolerate would count as empty for ever, and no further pod would be scheduled.
    nodeTaintsPolicy: isRequired ? 'Honor' : undefined,
    labelSelector: { matchLabels: selectorLabels },
  }];
}

function nodeSelector({ nodeSelector: given, dedicatedNodes }: PlacementIntent): { [key: string]: string } | undefined {
  return dedicatedNodes ? { ...given, [dedicatedKey(dedicatedNodes)]: dedicatedNodes.value } : given;
}

export function dedicatedKey({ key = DEDICATED_KEY }: MqttDedicatedNodes): string {
  return key;
}

function tolerations({ tolerations: given = [], dedicatedNodes }: PlacementIntent): k8s.Toleration[] | undefined {
  const all = [
    // No effect is every effect: dedicated nodes may be tainted with NoSchedule or NoExecute.
    ...(dedicatedNodes ? [{ key: dedicatedKey(dedicatedNodes), operator: 'Equal', value: dedicatedNodes.value }] : []),
    ...given.map(({ key, value, effect, tolerateFor }) => ({
      key, operator: value === undefined ? 'Exists' : 'Equal', value, effect, tolerationSeconds: tolerateFor?.toSeconds(),
    })),
  ];
  return all.length > 0 ? all : undefined;
}

function nodeAffinity({ nodeAffinity: { required, preferred } = {} }: PlacementIntent): k8s.NodeAffinity | undefined {
  if (!required && !preferred) return undefined;
  return {
    requiredDuringSchedulingIgnoredDuringExecution: required && { nodeSelectorTerms: [nodeTerm(required)] },
    preferredDuringSchedulingIgnoredDuringExecution: preferred?.map(({ queries, weight = NODE_WEIGHT }) => (
      { weight, preference: nodeTerm(queries) }
    )),
  };
}

function nodeTerm(queries: MqttNodeQuery[]): k8s.NodeSelectorTerm {
  return { matchExpressions: queries.map(({ key, operator, values }) => ({ key, operator, values })) };
}
