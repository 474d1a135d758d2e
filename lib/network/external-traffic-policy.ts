/** What a node does with traffic from outside: `spec.externalTrafficPolicy` of a Service. */
export enum ExternalTrafficPolicy {
  /**
   * Each node hands connections to the pods that it runs itself, and to no other. The client's address survives and there is no second hop;
   * a node without a pod drops the connection, so the load balancer must know which nodes have one (see `LocalHealthCheck`), and
   * the load is even only where no two broker pods share a node.
   */
  LOCAL = 'Local',
  /**
   * Each node hands connections to any pod of the cluster. Costs a second hop, a conntrack entry on two nodes, the client's address, and
   * one of about 64,000 source ports for each pair of node and broker listener.
   */
  CLUSTER = 'Cluster',
}
