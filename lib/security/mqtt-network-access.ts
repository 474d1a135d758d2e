import type { MqttNetworkPeer } from './mqtt-network-peer';

/** Connections that the pods may open. */
export interface MqttNetworkEgress {
  /** Where to. */
  readonly peers: MqttNetworkPeer[];

  /** TCP ports. */
  readonly ports: number[];
}

/** Who may connect to the brokers, and where they may connect to. The kubelet's probes always pass: the traffic between a pod and its own node is never closed. */
export interface MqttNetworkAccess {
  /**
   * Who may connect to the listeners.
   * @default - everybody
   */
  readonly clients?: MqttNetworkPeer[];

  /**
   * Who may connect to a single listener, by the listener's name, in place of `clients`.
   * @default - `clients` for each listener
   */
  readonly listenerClients?: { [listener: string]: MqttNetworkPeer[] };

  /**
   * Who may read the metrics.
   * @default - everybody
   */
  readonly metricsReaders?: MqttNetworkPeer[];

  /**
   * Connections that the pods may open, for example those of a sidecar. Names are resolved then, so that the cluster's DNS is opened too
   * (port 53 of the pods `k8s-app: kube-dns` in the namespace `kube-system`).
   * @default - none: the companion broker calls nobody
   */
  readonly egress?: MqttNetworkEgress[];
}
