import type { Size } from 'cdk8s';
import type { MqttClusterProps } from './mqtt-cluster-props';
import type { MqttClusterSettings } from './mqtt-cluster-settings';
import { PROFILE_DEFAULTS } from './profile-defaults';
import { defined } from '../manifest/defined';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { VersionGates } from '../manifest/version-gates';
import type { MqttSessionStore } from '../message-log/mqtt-session-store';
import { MqttListener } from '../network/mqtt-listener';
import { MqttAuthentication } from '../security/mqtt-authentication';
import { MqttAuthorization } from '../security/mqtt-authorization';
import { MqttTls } from '../security/mqtt-tls';
import type { CertificateIntent, ClusterIntent, ReplicationIntent } from '../workload/cluster-intent';
import { MqttDisruptionBudget } from '../workload/mqtt-disruption-budget';
import { MqttPodUser } from '../workload/mqtt-pod-user';
import { MqttStorage } from '../workload/mqtt-storage';
import { MqttTcpKeepalive } from '../workload/mqtt-tcp-keepalive';
import { MqttTrafficDistribution } from '../workload/mqtt-traffic-distribution';
import { graceSeconds } from '../workload/shutdown';

/** Identity of a cluster: what its objects are called and labelled. */
export interface ClusterIdentity {
  readonly instance: string;
  readonly selectorLabels: { [key: string]: string };
  readonly labels: { [key: string]: string };
}

/** Props, then the profile's settings, then the profile's defaults: the first that says something decides. */
export function resolveIntent(props: MqttClusterProps, identity: ClusterIdentity, replication?: ReplicationIntent): ClusterIntent {
  const profileName = props.profile?.name ?? 'development';
  const defaults = PROFILE_DEFAULTS[profileName];
  const settings = { ...defaults, ...givenSettings(props) };
  const kubernetesVersion = props.kubernetesVersion ?? KubernetesVersion.V1_35;
  const storage = settings.storage ?? MqttStorage.persistentVolume();
  const shutdown = {
    delaySeconds: settings.shutdownDelay.toSeconds(),
    connectionsPerPod: settings.connectionsPerPod,
    connectionsPerSecond: settings.drainConnectionsPerSecond,
  };
  const listeners = settings.listeners ?? [defaultListener(profileName, identity.instance)];
  return {
    ...identity,
    profileName,
    kubernetesVersion,
    name: props.name,
    replicas: settings.replicas,
    listeners,
    proxyPorts: [],
    certificates: certificatesOf(listeners, identity.instance),
    authentication: settings.authentication ?? (profileName === 'production' ? MqttAuthentication._fromSecretName(`${identity.instance}-passwords`) : MqttAuthentication.anonymous()),
    authorization: settings.authorization ?? MqttAuthorization.allTopics(),
    keepalive: { maxSeconds: settings.keepaliveLimit.limit?.toSeconds() },
    tcpKeepalive: settings.tcpKeepalive
      ?? (kubernetesVersion.isAtLeast(VersionGates.SAFE_KEEPALIVE_SYSCTLS.since) ? MqttTcpKeepalive.of() : MqttTcpKeepalive.kernelDefaults()),
    sessionExpirySeconds: settings.sessionExpiry.toSeconds(),
    storage,
    storageSize: storageSizeOf(props),
    placement: {
      antiAffinity: settings.antiAffinity,
      antiAffinityToOtherClusters: settings.antiAffinityToOtherClusters,
      zoneSpread: settings.zoneSpread,
      minZones: settings.minZones,
      nodeSelector: settings.nodeSelector,
      nodeAffinity: settings.nodeAffinity,
      dedicatedNodes: settings.dedicatedNodes,
      tolerations: settings.tolerations,
      priorityClassName: settings.priorityClassName,
      nodeCount: settings.nodeCount,
    },
    resources: settings.resources,
    podUser: settings.podUser ?? MqttPodUser.FIXED,
    shutdown: { ...shutdown, graceSeconds: settings.terminationGracePeriod?.toSeconds() ?? graceSeconds(shutdown) },
    rollout: {
      minReadySeconds: settings.minReadyTime?.toSeconds(),
      partition: settings.rollingUpdatePartition,
      revisionHistoryLimit: settings.revisionHistoryLimit,
    },
    disruptionBudget: settings.disruptionBudget
      ?? (settings.replicas > 1 || replication ? MqttDisruptionBudget.maxUnavailablePods(1) : MqttDisruptionBudget.none()),
    nodeConsolidation: settings.nodeConsolidation ?? true,
    trafficDistribution: settings.trafficDistribution ?? MqttTrafficDistribution.ANY,
    networkAccess: settings.networkAccess ?? (settings.networkPolicy ? {} : undefined),
    replication,
  };
}

/** What a cluster listens on that says nothing about it. */
export function defaultListener(profileName: string, instance: string): MqttListener {
  return profileName === 'production' ? MqttListener.tls(MqttTls._fromSecretName(tlsSecretName(instance))) : MqttListener.tcp();
}

function tlsSecretName(instance: string): string {
  return `${instance}-tls`;
}

function certificatesOf(listeners: MqttListener[], instance: string): { [listener: string]: CertificateIntent } {
  return Object.fromEntries(listeners.flatMap(({ name, certificate }) => (certificate ? [[name, {
    secretName: certificate.secretName ?? tlsSecretName(instance),
    clientCertificate: certificate.clientCertificate,
    clientCa: certificate.clientCa,
    revocationList: certificate.revocationList,
  }]] : [])));
}

/** Where sessions live: what the props or the profile's settings say, else the profile's default. */
export function sessionStoreOf(props: MqttClusterProps): MqttSessionStore {
  return givenSettings(props).sessionStore ?? PROFILE_DEFAULTS[props.profile?.name ?? 'development'].sessionStore;
}

/** Size of the volume of each broker. */
export function storageSizeOf(props: MqttClusterProps): Size {
  return givenSettings(props).storage?.size ?? PROFILE_DEFAULTS[props.profile?.name ?? 'development'].storageSize;
}

/** What the profile and the props set, the props first. */
export function givenSettings(props: MqttClusterProps): MqttClusterSettings {
  return { ...defined(props.profile?.settings ?? {}), ...defined<MqttClusterSettings>(props) };
}
