import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { letsAnonymousIn } from './anonymous-clients';
import type { ClusterIntent } from './cluster-intent';
import { containerResources } from './container-resources';
import { claims, DATA_VOLUME, ephemeralVolume, withNewerClaimFields } from './data-volume';
import { podPlacement } from './placement';
import { containerSecurityContext, podSecurityContext } from './pod-security';
import { Annotations } from '../manifest/annotations';
import { ArgumentErrors } from '../manifest/arguments';
import { renderManifest } from '../manifest/render-manifest';

/** What the rules have to know of a broker strategy. */
export interface BrokerTraits {
  /** Name of the broker, for example `companion`. */
  readonly broker: string;
  /** Whether the pods share sessions, or each has its own. */
  readonly sessionStore: 'embedded' | 'replicated';
}

/** What a broker strategy adds to the StatefulSet that every broker without an operator gets. */
export interface BrokerPod {
  /** Name of the container. */
  readonly broker: string;
  readonly container: Omit<k8s.Container, 'name' | 'ports' | 'resources' | 'securityContext'>;
  /** Ports besides the listeners'. */
  readonly ports: k8s.ContainerPort[];
  readonly volumes: k8s.Volume[];
  /** User and group that the broker runs as, where the platform does not assign them. */
  readonly userId: number;
  /** Where the container sees the data volume. */
  readonly dataPath: string;
  readonly imagePullSecrets?: k8s.LocalObjectReference[];
  readonly podAnnotations: { [key: string]: string };
}

/**
 * https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-types-of-pods-can-prevent-ca-from-removing-a-node and
 * https://karpenter.sh/docs/concepts/disruption/#pod-level-controls
 */
const KEEP_ON_NODE = { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false', 'karpenter.sh/do-not-disrupt': 'true' };

/** The longest name made of the workload's has 14 characters more: `<name>-configuration`. */
export const MAX_NAME_LENGTH = 49;

/** The StatefulSet of a broker. The pod is computed when the object is synthesized. */
export function renderStatefulSet(scope: Construct, intent: ClusterIntent, pod: () => BrokerPod, traits: BrokerTraits): ApiObject {
  const statefulSet: ApiObject = renderManifest(scope, 'Resource', {
    gvk: k8s.KubeStatefulSet.GVK,
    name: intent.name,
    labels: intent.labels,
    annotations: workloadAnnotations(intent, traits),
    fields: {
      spec: () => withNewerClaimFields(k8s.KubeStatefulSet.manifest({ spec: spec(statefulSet.name, intent, pod()) }).spec, intent),
    },
  });
  const errors = new ArgumentErrors(scope, 'MqttCluster');
  errors.dnsLabel('name', statefulSet.name, MAX_NAME_LENGTH, 'the names of Services and pods are made of it; set a shorter name');
  errors.throwIfAny();
  return statefulSet;
}

/** Name of the Service that gives each pod a DNS name of its own. */
export function headlessServiceName(workloadName: string): string {
  return `${workloadName}-headless`;
}

function spec(name: string, intent: ClusterIntent, pod: BrokerPod): k8s.StatefulSetSpec {
  const { rollout } = intent;
  return {
    serviceName: headlessServiceName(name),
    replicas: intent.replicas,
    // Brokers do not wait for each other: a cluster that was switched off comes back at once.
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: intent.selectorLabels },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: rollout.partition === undefined ? undefined : { partition: rollout.partition } },
    minReadySeconds: rollout.minReadySeconds,
    revisionHistoryLimit: rollout.revisionHistoryLimit,
    template: {
      metadata: { labels: intent.labels, annotations: { ...pod.podAnnotations, ...(intent.nodeConsolidation ? {} : KEEP_ON_NODE) } },
      spec: podSpec(name, intent, pod),
    },
    ...claims(intent, intent.selectorLabels),
  };
}

function podSpec(name: string, intent: ClusterIntent, pod: BrokerPod): k8s.PodSpec {
  return {
    serviceAccountName: name,
    // The broker never talks to the API server.
    automountServiceAccountToken: false,
    // Service environment variables grow with the namespace and can even keep a pod from starting.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: intent.shutdown.graceSeconds,
    ...podPlacement(intent.placement, intent.selectorLabels, intent.replication?.peers),
    imagePullSecrets: pod.imagePullSecrets,
    securityContext: podSecurityContext(intent.podUser, pod.userId, intent.tcpKeepalive),
    containers: [{
      ...pod.container,
      name: pod.broker,
      ports: [...[...intent.listeners, ...intent.proxyPorts].map((listener) => ({ name: listener.name, containerPort: listener.port, protocol: 'TCP' })), ...pod.ports],
      resources: containerResources(intent),
      securityContext: containerSecurityContext(),
      volumeMounts: [{ name: DATA_VOLUME, mountPath: pod.dataPath }, ...(pod.container.volumeMounts ?? [])],
    }],
    volumes: [...ephemeralVolume(intent), ...pod.volumes],
  };
}

function workloadAnnotations(intent: ClusterIntent, traits: BrokerTraits): { [key: string]: string } {
  const entries: [string, string | number | undefined][] = [
    [Annotations.BROKER, traits.broker],
    [Annotations.PROFILE, intent.profileName],
    [Annotations.SESSION_STORE, traits.sessionStore],
    [Annotations.MESSAGE_LOG, intent.replication?.workloadName],
    [Annotations.ANONYMOUS_CLIENTS, letsAnonymousIn(intent) ? 'allowed' : 'refused'],
    [Annotations.KEEPALIVE_MAX_SECONDS, intent.keepalive.maxSeconds],
    [Annotations.TLS_LISTENERS, intent.listeners.filter(({ encrypted }) => encrypted).map(({ name }) => name).join(',') || undefined],
    [Annotations.NODE_COUNT, intent.placement.nodeCount],
    [Annotations.CONNECTIONS_PER_POD, intent.shutdown.connectionsPerPod],
    [Annotations.DRAIN_CONNECTIONS_PER_SECOND, intent.shutdown.connectionsPerSecond],
    [Annotations.SHUTDOWN_DELAY_SECONDS, intent.shutdown.delaySeconds],
  ];
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
}
