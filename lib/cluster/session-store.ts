import { createHash } from 'node:crypto';
import { Chart, type Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterIdentity } from './resolve-intent';
import { defined } from '../manifest/defined';
import type { KubernetesVersion } from '../manifest/kubernetes-version';
import { LOG_DEFAULTS } from '../message-log/log-defaults';
import { MqttMessageLog } from '../message-log/mqtt-message-log';
import type { IMqttMessageLog } from '../message-log/mqtt-message-log-reference';
import type { MqttSessionStore } from '../message-log/mqtt-session-store';
import type { MqttDnsAccess } from '../security/mqtt-dns-access';
import { MqttNetworkPeer } from '../security/mqtt-network-peer';
import type { ReplicationIntent } from '../workload/cluster-intent';
import type { MqttPodUser } from '../workload/mqtt-pod-user';
import type { IMqttProfile } from '../workload/mqtt-profile-reference';
import { MqttStorage } from '../workload/mqtt-storage';

/** What the cluster knows about itself before it has a message log. */
interface LogOwner {
  readonly name?: string;
  readonly labels?: { [key: string]: string };
  readonly profile: IMqttProfile;
  readonly kubernetesVersion: KubernetesVersion;
  /** Size of the volume of each broker. */
  readonly storageSize: Size;
  /** Where the brokers resolve names. */
  readonly dns?: MqttDnsAccess;
  readonly podUser?: MqttPodUser;
}

/** Longest name that the broker takes for `cluster.name`, and what is left of it beside a hash. */
const LONGEST_NAME = 40;
const HASH_LENGTH = 8;

/** The message log that the cluster makes for itself. Undefined where each broker has a store of its own, and where a log was given. */
export function ownMessageLogOf(scope: Construct, store: MqttSessionStore, owner: LogOwner): MqttMessageLog | undefined {
  if (!store._ownLog) return undefined;
  const { name, profile, kubernetesVersion, labels, storageSize, dns, podUser } = owner;
  return new MqttMessageLog(scope, 'Log', {
    dns,
    podUser,
    ...defined(store._ownLog),
    name: name === undefined ? undefined : `${name}-log`,
    profile,
    kubernetesVersion,
    labels,
    // Snapshots of what the brokers store have to fit: those with larger volumes have more.
    storage: store._ownLog.storage ?? MqttStorage.persistentVolume({ size: larger(storageSize, LOG_DEFAULTS[profile.name].storageSize) }),
  });
}

/** Lets the brokers use the log, whoever made it, and says what they have to know of it. */
export function replicationOf(
  scope: Construct, store: MqttSessionStore, log: IMqttMessageLog, { instance, selectorLabels }: Pick<ClusterIdentity, 'instance' | 'selectorLabels'>,
): ReplicationIntent {
  const { namespace } = Chart.of(scope);
  const { rebalance, maxLogSize, maxStoreSize } = store._replication;
  const clusterName = store._replication.clusterName ?? uniqueName(namespace, instance);
  const isBeside = namespace === undefined || namespace === log.namespace;
  log.allowClients(isBeside ? MqttNetworkPeer.pods(selectorLabels) : MqttNetworkPeer.podsOf(namespace, selectorLabels));
  log.addCluster(clusterName, maxLogSize, maxStoreSize);
  return {
    clusterName,
    rebalance: rebalance ?? {},
    servers: log.servers,
    copies: log.copies,
    maxSize: () => log.maxSizeOf(clusterName),
    maxStoreSize: () => log.maxStoreSizeOf(clusterName),
    credentials: log.credentials,
    certificateAuthority: log.certificateAuthority,
    clientCertificateSecretName: log.clientCertificateSecretName,
    workloadName: log.namespace === namespace ? log.workloadName : undefined,
    peers: log.peers,
    ports: [...new Set(log.servers.map(portOf))],
  };
}

function larger(one: Size, other: Size): Size {
  return one.toKibibytes() > other.toKibibytes() ? one : other;
}

/** The port of `nats://host:port`; NATS' own where none is written. */
function portOf(server: string): number {
  return Number(/:(\d+)$/.exec(server)?.[1] ?? 4222);
}

/** `_` stands in no name of Kubernetes: a namespace `a-b` with a cluster `c` is not a namespace `a` with a cluster `b-c`. */
function uniqueName(namespace: string | undefined, instance: string): string {
  const name = namespace === undefined ? instance : `${namespace}_${instance}`;
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, LONGEST_NAME - HASH_LENGTH - 1)}_${hash}`;
}
