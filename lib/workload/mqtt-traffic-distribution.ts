/** Which broker a connection of a client inside the Kubernetes cluster is given to. A connection stays where it is; the choice is made once, when it is opened. */
export enum MqttTrafficDistribution {
  /** Any broker, evenly. */
  ANY = 'any',
  /** One in the zone of the client, where there is one: no traffic between zones is paid for. Kubernetes 1.31 and newer. */
  PREFER_SAME_ZONE = 'same-zone',
  /** One on the node of the client, where there is one. Kubernetes 1.34 and newer. */
  PREFER_SAME_NODE = 'same-node',
}
