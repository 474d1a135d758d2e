import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { ProxyProtocolVersion } from './load-balancer-traits';
import type { MqttListener } from './mqtt-listener';
import type { KubernetesVersion } from '../manifest/kubernetes-version';

/** Options of a port for load balancers that send a PROXY protocol header. */
export interface MqttProxyPortOptions {
  /**
   * The version of the header that the load balancer sends.
   * @default - either is taken
   */
  readonly version?: ProxyProtocolVersion;

  /**
   * CIDR blocks, IPv4 or IPv6, from which the load balancer reaches the pods. The broker turns every other peer of this port away, and the NetworkPolicy keeps it out.
   * Needed where `networkAccess` of the cluster limits who may connect to the listener.
   * @default - everybody who reaches the port is believed
   */
  readonly sources?: string[];
}

/** Pods beside the brokers that serve metrics of their own. */
export interface MqttScrapeTarget {
  /** The StatefulSet of the pods. */
  readonly workload: ApiObject;

  /** Labels that select the pods. */
  readonly selectorLabels: { [key: string]: string };

  /** Name of the container port that serves metrics at `/metrics`. */
  readonly metricsPortName: string;
}

/** What other constructs know of a cluster: enough to send it traffic and to watch it. */
export interface IMqttCluster extends IConstruct {
  /** Name of the StatefulSet; the other objects' names begin with it. */
  readonly name: string;

  /** Which broker runs in the pods, for example `companion`. */
  readonly brokerName: string;

  /** Labels that select the pods. They never change during the life of the cluster. */
  readonly selectorLabels: { [key: string]: string };

  /** What the brokers listen on. */
  readonly listeners: MqttListener[];

  /** The workload that runs the brokers. */
  readonly workload: ApiObject;

  /** The Service for clients inside the Kubernetes cluster. */
  readonly clientService: ApiObject;

  /** Name of the container port that serves metrics. */
  readonly metricsPortName: string;

  /** HTTP path of the metrics. */
  readonly metricsPath: string;

  /** The nodes of the message log that the brokers share their sessions by; not set where they are not of this app, or serve no metrics. */
  readonly messageLogTarget?: MqttScrapeTarget;

  /** Whether no two pods share a node. */
  readonly onePodPerNode: boolean;

  /** The Kubernetes version that the manifests are written for. */
  readonly kubernetesVersion: KubernetesVersion;

  /**
   * Opens a second port for a listener, on which every connection must begin with a PROXY protocol header (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt).
   * The listener's own port stays as it is, without the header, for clients inside the Kubernetes cluster. `maxConnections` counts for each port. An
   * MqttLoadBalancer whose provider sends the header calls this by itself; call it for other proxies, and lead them to the port. Asking again for the same gives the same port.
   *
   * @param listener name of the listener, for example `mqtts`
   * @returns name of the container port
   * @throws if there is no such listener, an option cannot work, or the listener has such a port with other options.
   */
  openProxyPort(listener: string, options?: MqttProxyPortOptions): string;

  /**
   * Says that something in front of the brokers goes on sending new connections for so many seconds to one that is stopping.
   *
   * @internal
   */
  _serveOnFor?(seconds: number): void;
}
