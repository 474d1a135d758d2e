import type { Size } from 'cdk8s';
import type { MqttDisruptionBudget } from './mqtt-disruption-budget';
import type { MqttNodeAffinity } from './mqtt-node-query';
import type { MqttPodUser } from './mqtt-pod-user';
import type { MqttResources } from './mqtt-resources';
import type { MqttSpread } from './mqtt-spread';
import type { MqttStorage } from './mqtt-storage';
import type { MqttTcpKeepalive } from './mqtt-tcp-keepalive';
import type { MqttDedicatedNodes, MqttToleration } from './mqtt-toleration';
import type { MqttTrafficDistribution } from './mqtt-traffic-distribution';
import type { KubernetesVersion } from '../manifest/kubernetes-version';
import type { MqttListener } from '../network/mqtt-listener';
import type { MqttAuthentication } from '../security/mqtt-authentication';
import type { MqttAuthorization } from '../security/mqtt-authorization';
import type { MqttClientCa } from '../security/mqtt-client-ca';
import type { MqttFile } from '../security/mqtt-file';
import type { MqttNetworkAccess } from '../security/mqtt-network-access';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';
import type { MqttClientCertificate } from '../security/mqtt-tls';

/**
 * What the props of a cluster mean, with every default resolved: all that a broker strategy gets to see.
 * Durations are whole seconds from here on.
 */
export interface ClusterIntent {
  readonly profileName: string;
  readonly kubernetesVersion: KubernetesVersion;
  /** Name of the workload; the chart generates one where it is not given. */
  readonly name?: string;
  readonly selectorLabels: { [key: string]: string };
  readonly labels: { [key: string]: string };
  readonly replicas: number;
  readonly listeners: MqttListener[];
  /** Ports for load balancers that send a PROXY protocol header. They are opened while the app is constructed: read them when something is synthesized. */
  readonly proxyPorts: ProxyPortIntent[];
  /** Certificates of the encrypted listeners, by the listener's name. */
  readonly certificates: { readonly [listener: string]: CertificateIntent };
  readonly authentication: MqttAuthentication;
  readonly authorization: MqttAuthorization;
  readonly keepalive: { readonly maxSeconds?: number };
  readonly tcpKeepalive: MqttTcpKeepalive;
  readonly sessionExpirySeconds: number;
  readonly storage: MqttStorage;
  readonly storageSize: Size;
  readonly placement: PlacementIntent;
  readonly resources: MqttResources;
  readonly podUser: MqttPodUser;
  readonly shutdown: ShutdownIntent;
  readonly rollout: RolloutIntent;
  readonly disruptionBudget: MqttDisruptionBudget;
  /** Whether node autoscalers may evict pods to use fewer nodes. */
  readonly nodeConsolidation: boolean;
  readonly trafficDistribution: MqttTrafficDistribution;
  /** Who may connect to whom; without it there is no NetworkPolicy. */
  readonly networkAccess?: MqttNetworkAccess;
  /** How the brokers share what they store; without it each has a store of its own. */
  readonly replication?: ReplicationIntent;
}

/** A second port of a listener, on which every connection begins with a PROXY protocol header. */
export interface ProxyPortIntent {
  /** Name of the container port. */
  readonly name: string;
  readonly port: number;
  /** What is spoken behind the header. */
  readonly listener: MqttListener;
  /** The versions of the header that are taken. */
  readonly version: 'v1' | 'v2' | 'any';
  /** CIDR blocks whose header is believed; without them everybody's is. */
  readonly sources?: string[];
}

/** The message log that the brokers share their sessions by. */
export interface ReplicationIntent {
  /** Name of the cluster in the log. */
  readonly clusterName: string;
  readonly servers: string[];
  /** Copies of everything; not set where the log decides. */
  readonly copies?: number;
  /** Size at which the cluster's log counts as full; not set for the broker's default. Known once every cluster on the log is constructed: ask when something is synthesized. */
  readonly maxSize: () => Size | undefined;
  /** Most that the brokers may store, so that the log has room for snapshots of it; not set where only their volumes limit it. Known as late as `maxSize`. */
  readonly maxStoreSize: () => Size | undefined;
  readonly credentials: LogCredentialsIntent;
  readonly certificateAuthority?: MqttFile;
  readonly clientCertificateSecretName?: string;
  /** The log's StatefulSet, where it is in the namespace of the brokers. */
  readonly workloadName?: string;
  /** Where its nodes are; not set: any address. */
  readonly peers?: MqttNetworkPeer[];
  readonly ports: number[];
  readonly rebalance: { readonly enabled?: boolean; readonly connectionsPerSecond?: number; readonly tolerancePercent?: number };
}

/** A Secret, and which of its keys hold what; no Secret: everybody is let in. */
export interface LogCredentialsIntent {
  readonly secretName?: string;
  readonly usernameKey?: string;
  readonly passwordKey?: string;
  readonly credentialsKey?: string;
}

export interface CertificateIntent {
  readonly secretName: string;
  readonly clientCertificate: MqttClientCertificate;
  /** Without it, the key `ca.crt` of the certificate's own Secret. */
  readonly clientCa?: MqttClientCa;
  readonly revocationList?: MqttFile;
}

export interface PlacementIntent {
  readonly antiAffinity: MqttSpread;
  readonly antiAffinityToOtherClusters: MqttSpread;
  readonly zoneSpread: MqttSpread;
  /** Zones that count as empty until they have a pod, so that the first pods are not all put into one. */
  readonly minZones?: number;
  readonly nodeSelector?: { [key: string]: string };
  readonly nodeAffinity?: MqttNodeAffinity;
  readonly dedicatedNodes?: MqttDedicatedNodes;
  readonly tolerations?: MqttToleration[];
  readonly priorityClassName?: string;
  readonly nodeCount?: number;
}

/** How a change of the pods is rolled out. */
export interface RolloutIntent {
  readonly minReadySeconds?: number;
  /** Pods with a smaller ordinal keep what they have. */
  readonly partition?: number;
  readonly revisionHistoryLimit?: number;
}

export interface ShutdownIntent {
  readonly delaySeconds: number;
  readonly connectionsPerPod: number;
  readonly connectionsPerSecond: number;
  readonly graceSeconds: number;
}
