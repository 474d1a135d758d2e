import type { ExternalTrafficPolicy } from './external-traffic-policy';
import type { LoadBalancerProvider } from './load-balancer-provider';
import type { IMqttCluster } from './mqtt-cluster-reference';

/** Properties of an MqttLoadBalancer. */
export interface MqttLoadBalancerProps {
  /** The brokers behind it. Must be in the same namespace. */
  readonly cluster: IMqttCluster;

  /** What makes the load balancer, with its options. */
  readonly provider: LoadBalancerProvider;

  /**
   * Names of the listeners that it opens.
   * @default - the encrypted ones when the cluster has any, else all
   */
  readonly listeners?: string[];

  /**
   * Ports of the load balancer by the name of the listener, where they differ from the listener's own. For example 443, which most
   * firewalls let out.
   * @default - the listeners' own ports
   */
  readonly ports?: { [listener: string]: number };

  /**
   * What a node does with connections that come through the load balancer.
   * @default - Local where no two broker pods share a node and the provider makes good use of it (`LoadBalancerTraits.localPreferred`), else Cluster
   */
  readonly trafficPolicy?: ExternalTrafficPolicy;

  /**
   * CIDR blocks, IPv4 or IPv6, from which clients may connect: `spec.loadBalancerSourceRanges`. Hetzner has no filter: they are refused. [U] Whether IBM Cloud and the network load balancer of OCI honour them could not be
   * confirmed: there a rule warns (MQTT-TRAFFIC-008). `LoadBalancerTraits.sourceRanges` has the source for each provider.
   * @default - from everywhere
   */
  readonly sourceRanges?: string[];

  /**
   * CIDR blocks from which the load balancer reaches the brokers, where the provider sends a PROXY protocol header. The broker believes headers from there only and turns others away,
   * and the NetworkPolicy keeps others out. Under `externalTrafficPolicy: Cluster` these are the addresses of the nodes; under `Local`, and for AWS with IP targets, those of the load balancer in its
   * subnets (docs/load-balancers.md). Without it, whoever reaches the port can claim any address (MQTT-PROXY-006 in production).
   * Needed where `networkAccess` of the cluster limits who may connect to the listener.
   * @default - everybody's header is believed
   */
  readonly proxySources?: string[];

  /**
   * Port on every node at which kube-proxy tells the load balancer whether the node has a ready broker pod: 1 to 65535, and for
   * the API server to accept it within its node port range, 30000 to 32767 by default. Only with `Local`; it cannot be changed later.
   * Source: https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip
   * @default - Kubernetes picks a free one under `Local`
   */
  readonly healthCheckNodePort?: number;

  /**
   * Name of the Service: a DNS-1035 label.
   * @default - the chart generates one from the construct path
   */
  readonly name?: string;

  /**
   * Annotations for the Service, besides those of the provider.
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Labels for the Service, besides those that every object gets.
   * @default - none
   */
  readonly labels?: { [key: string]: string };
}
