import type { MqttNodeAffinity } from './mqtt-node-query';
import type { MqttSpread } from './mqtt-spread';
import type { MqttDedicatedNodes, MqttToleration } from './mqtt-toleration';

/** Which nodes take the pods of a cluster of brokers, or of the message log beside them. */
export interface MqttPlacementSettings {
  /**
   * Whether two pods of this cluster may share a node. Where they may not, losing a node loses one broker, and `externalTrafficPolicy: Local` is fair.
   * @default - MqttSpread.PREFERRED in development, MqttSpread.REQUIRED in production
   */
  readonly antiAffinity?: MqttSpread;

  /**
   * Whether pods of this cluster may share a node with pods of other MQTT clusters of this library. REQUIRED leaves out the message log that the brokers share their sessions by,
   * and for a message log the brokers that use it.
   * @default MqttSpread.PREFERRED
   */
  readonly antiAffinityToOtherClusters?: MqttSpread;

  /**
   * Whether the pods are spread evenly over zones.
   * @default MqttSpread.PREFERRED
   */
  readonly zoneSpread?: MqttSpread;

  /**
   * Zones that there are at least. Without it the scheduler counts only zones that have a node: while a zone has none, all pods may be put into the others.
   * With `zoneSpread: MqttSpread.REQUIRED` only.
   * @default - not emitted: the zones that have a node
   */
  readonly minZones?: number;

  /**
   * Labels of the nodes that may take a pod.
   * @default - any node
   */
  readonly nodeSelector?: { [key: string]: string };

  /**
   * Nodes that may take a pod, and those that are liked better, where `nodeSelector` says too little.
   * @default - any node
   */
  readonly nodeAffinity?: MqttNodeAffinity;

  /**
   * Nodes that take brokers and nothing else. Each connection costs its node a socket, kernel memory that no container's limit counts, and, where kube-proxy is in the way, an
   * entry in the connection tracking table (`nf_conntrack_max`, by kube-proxy's defaults 32,768 for each core and at least 131,072). A neighbour that fills the table cuts clients off, and the other way round.
   * See docs/placement.md.
   * @default - any node
   */
  readonly dedicatedNodes?: MqttDedicatedNodes;

  /**
   * Taints of nodes that the pods put up with.
   * @default - none, besides that of `dedicatedNodes`
   */
  readonly tolerations?: MqttToleration[];

  /**
   * Name of the PriorityClass. Pods of a higher one evict those of a lower one when there is no room.
   * @default - the Kubernetes cluster's default
   */
  readonly priorityClassName?: string;
}
