import type { Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-27';
import type { MqttMessageLogCredentials } from './mqtt-message-log-credentials';
import type { MqttScrapeTarget } from '../network/mqtt-cluster-reference';
import type { MqttFile } from '../security/mqtt-file';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';

/** What a cluster of brokers has to know of the message log that its sessions are replicated by. */
export interface IMqttMessageLog {
  /** Addresses of the nodes: all of them `nats://host:4222`, or all `tls://host:4222`. */
  readonly servers: string[];

  /** By what the brokers prove who they are. The Secret must be in their namespace. */
  readonly credentials: MqttMessageLogCredentials;

  /** The authorities that signed the certificates of the nodes, where the log speaks TLS and they are not public ones. */
  readonly certificateAuthority?: MqttFile;

  /** Name of the Secret (`kubernetes.io/tls`) with the certificate that the brokers show to the log, where it wants one. */
  readonly clientCertificateSecretName?: string;

  /** Copies of everything, each on a node of its own: 1, 3 or 5; not set where the log decides. */
  readonly copies?: number;

  /** Name of the StatefulSet of the nodes, where it belongs to this app. */
  readonly workloadName?: string;

  /** Namespace of the nodes, where it is known. */
  readonly namespace?: string;

  /** The nodes, for monitoring; not set where they are not of this app, or serve no metrics. */
  readonly scrapeTarget?: MqttScrapeTarget;

  /** Pods or addresses of the nodes, for NetworkPolicies; not set: any address on the ports of `servers`. */
  readonly peers?: MqttNetworkPeer[];

  /** Lets these pods connect, where the log has a NetworkPolicy of the library's own. */
  allowClients(peer: MqttNetworkPeer): void;

  /**
   * Makes room for one more cluster: for its log, and for two snapshots of what its brokers store. A cluster of brokers that is given this message log calls it by itself.
   *
   * @param clusterName name of the cluster in the log
   * @param maxSize size at which its log counts as full, in each copy; not set: the message log decides
   * @param maxStoreSize size at which the store of its brokers counts as full; not set: the message log decides
   * @throws if there is no room for it.
   */
  addCluster(clusterName: string, maxSize?: Size, maxStoreSize?: Size): void;

  /**
   * Size at which the log of this cluster counts as full, in each copy; not set where the broker's default (4 GiB) holds. It may become less while clusters are added:
   * ask when something is synthesized.
   */
  maxSizeOf(clusterName: string): Size | undefined;

  /**
   * Most that the brokers of this cluster may store, so that two snapshots of it fit beside the logs; not set where only their own volumes limit it. It may become less while
   * clusters are added: ask when something is synthesized.
   */
  maxStoreSizeOf(clusterName: string): Size | undefined;
}

/** How brokers reach a NATS that exists. */
export interface MqttMessageLogServersOptions {
  /**
   * By what the brokers prove who they are.
   * @default MqttMessageLogCredentials.none()
   */
  readonly credentials?: MqttMessageLogCredentials;

  /**
   * The authorities that signed the certificates of the servers; with `tls://` addresses only.
   * @default - the public authorities that the broker's image trusts
   */
  readonly certificateAuthority?: MqttFile;

  /**
   * A Secret of type `kubernetes.io/tls` with the certificate that the brokers show; with `tls://` addresses only.
   * @default - none
   */
  readonly clientCertificate?: ISecret;

  /**
   * Copies of everything that the log keeps, on as many servers: 1, 3 or 5.
   * @default - 3 where NATS is a cluster, 1 where it is a single server
   */
  readonly copies?: number;

  /**
   * Size at which the log of each cluster counts as full, in each copy, 1 GiB at least; `maxLogSize` of a cluster's session store goes before. The account must be allowed that
   * much for each, and twice what its brokers may store (`maxStoreSize`), for two snapshots.
   * @default - 4 GiB (broker-image/config.schema.json)
   */
  readonly maxSize?: Size;

  /**
   * Where the servers are, as a NetworkPolicy names them. It cannot name hosts.
   * @default - any address, on the ports of the servers
   */
  readonly peers?: MqttNetworkPeer[];
}
