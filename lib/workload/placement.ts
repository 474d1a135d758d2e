import { k8s } from 'cdk8s-plus-27';
import type { PlacementIntent } from './cluster-intent';
import { MqttSpread } from './mqtt-spread';
import { Labels, PART_OF } from '../manifest/labels';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/**
 * Weights of preferred terms, from 1 to 100: the own cluster's pods matter most.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
const OWN_WEIGHT = 100;
const OTHERS_WEIGHT = 20;

/** Keeps pods of the cluster apart, and away from other MQTT clusters' pods: they would compete for sockets, conntrack entries and disk. */
export function podAntiAffinity(placement: PlacementIntent, selectorLabels: { [key: string]: string }): k8s.PodAntiAffinity | undefined {
  const own: k8s.PodAffinityTerm = { topologyKey: HOSTNAME, labelSelector: { matchLabels: selectorLabels } };
  const others: k8s.PodAffinityTerm = {
    topologyKey: HOSTNAME,
    labelSelector: {
      matchLabels: { [Labels.PART_OF]: PART_OF },
      matchExpressions: [{ key: Labels.INSTANCE, operator: 'NotIn', values: [selectorLabels[Labels.INSTANCE]] }],
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

/** Spreads the pods evenly over zones. */
export function zoneSpread(placement: PlacementIntent, selectorLabels: { [key: string]: string }): k8s.TopologySpreadConstraint[] | undefined {
  if (placement.zoneSpread === MqttSpread.NONE) return undefined;
  return [{
    topologyKey: ZONE,
    maxSkew: 1,
    whenUnsatisfiable: placement.zoneSpread === MqttSpread.REQUIRED ? 'DoNotSchedule' : 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels },
  }];
}
