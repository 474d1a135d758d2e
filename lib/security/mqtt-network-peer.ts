/** Pods or addresses on the other side of a connection, as a NetworkPolicy names them. */
export class MqttNetworkPeer {
  /** Every pod of a namespace. */
  public static namespace(name: string): MqttNetworkPeer {
    return new MqttNetworkPeer({ [NAMESPACE_NAME]: name });
  }

  /** Every pod of the namespaces with these labels. */
  public static namespaces(labels: { [key: string]: string }): MqttNetworkPeer {
    return new MqttNetworkPeer(labels);
  }

  /** Pods with these labels, in the namespace of the cluster. */
  public static pods(labels: { [key: string]: string }): MqttNetworkPeer {
    return new MqttNetworkPeer(undefined, labels);
  }

  /** Pods with these labels, in one other namespace. */
  public static podsOf(namespace: string, labels: { [key: string]: string }): MqttNetworkPeer {
    return new MqttNetworkPeer({ [NAMESPACE_NAME]: namespace }, labels);
  }

  /**
   * Addresses outside the Kubernetes cluster, as a CIDR block: `203.0.113.0/24`, or `203.0.113.7/32` for a single one. A policy sees the address that a packet
   * comes from: behind a load balancer under `externalTrafficPolicy: Cluster`, or one that is a proxy, that is a node or the load balancer, not the client.
   */
  public static cidr(block: string): MqttNetworkPeer {
    return new MqttNetworkPeer(undefined, undefined, block);
  }

  private constructor(
    /** Labels of the peer's namespace; not set: the cluster's own. */
    public readonly namespaceLabels?: { [key: string]: string },
    /** Labels of the peer's pods; not set: all of the namespace. */
    public readonly podLabels?: { [key: string]: string },
    /** Block of addresses. */
    public readonly block?: string,
  ) {}
}

/** Every namespace has its name in this label (https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name). */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
