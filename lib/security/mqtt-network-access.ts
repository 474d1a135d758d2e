import type { MqttDnsAccess } from './mqtt-dns-access';
import type { MqttNetworkPeer } from './mqtt-network-peer';

/** Connections that the pods may open. */
export interface MqttNetworkEgress {
  /** Where to. */
  readonly peers: MqttNetworkPeer[];

  /**
   * TCP ports.
   * @default - none; one of `ports` and `udpPorts` is needed
   */
  readonly ports?: number[];

  /**
   * UDP ports.
   * @default - none
   */
  readonly udpPorts?: number[];
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
   * Connections that the pods may open besides those to the message log and to whoever publishes the keys of tokens, for example those of a sidecar.
   * @default - none
   */
  readonly egress?: MqttNetworkEgress[];

  /**
   * Where the pods may ask for the addresses of names. Opened where they connect to anybody: to the message log, to whoever publishes the keys of tokens, or as `egress` says.
   * Counts for the message log of the cluster's own too, unless that has a `dns` itself.
   * @default MqttDnsAccess.anyResolver()
   */
  readonly dns?: MqttDnsAccess;
}
