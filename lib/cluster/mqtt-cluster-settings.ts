import type { Duration } from 'cdk8s';
import type { MqttSessionStore } from '../message-log/mqtt-session-store';
import type { MqttListener } from '../network/mqtt-listener';
import type { MqttAuthentication } from '../security/mqtt-authentication';
import type { MqttAuthorization } from '../security/mqtt-authorization';
import type { MqttNetworkAccess } from '../security/mqtt-network-access';
import type { MqttDisruptionBudget } from '../workload/mqtt-disruption-budget';
import type { MqttKeepaliveLimit } from '../workload/mqtt-keepalive-limit';
import type { MqttPlacementSettings } from '../workload/mqtt-placement-settings';
import type { MqttPodUser } from '../workload/mqtt-pod-user';
import type { MqttResources } from '../workload/mqtt-resources';
import type { MqttStorage } from '../workload/mqtt-storage';
import type { MqttTcpKeepalive } from '../workload/mqtt-tcp-keepalive';
import type { MqttTrafficDistribution } from '../workload/mqtt-traffic-distribution';

/** Everything about a cluster that a profile has a default for. */
export interface MqttClusterSettings extends MqttPlacementSettings {
  /**
   * Number of broker pods.
   * @default - 1 in development, 3 in production
   */
  readonly replicas?: number;

  /**
   * Where the brokers keep sessions, queues and retained messages.
   * @default - a persistent volume for each pod, of 15 GiB in development and 100 GiB in production, kept when the StatefulSet goes
   */
  readonly storage?: MqttStorage;

  /**
   * Where sessions live, and so whether several brokers are one.
   * @default - MqttSessionStore.embedded() in development; MqttSessionStore.replicated() in production, whatever the number of replicas, with a message log `<name>-log` whose
   * credentials have to exist: the keys `username` and `password` of the Secret `<name>-log-credentials` (docs/cluster-mode.md#the-credentials)
   */
  readonly sessionStore?: MqttSessionStore;

  /**
   * Ports on which the brokers accept clients.
   * @default - MQTT over TCP on 1883 in development; MQTT over TLS on 8883 in production, with the certificate in the Secret `<name>-tls`
   */
  readonly listeners?: MqttListener[];

  /**
   * Who may connect.
   * @default - everybody in development; in production the users in the key `passwords` of the Secret `<name>-passwords`
   */
  readonly authentication?: MqttAuthentication;

  /**
   * Who may publish and subscribe to what.
   * @default MqttAuthorization.allTopics(); in production that is a warning (MQTT-SECURITY-010)
   */
  readonly authorization?: MqttAuthorization;

  /**
   * Longest MQTT keepalive that clients may ask for. It must stay below the idle timeout of every load balancer in front.
   * @default - no limit in development; 180 seconds in production, which passes every large cloud's default but the 50 to 60 seconds of some proxies
   */
  readonly keepaliveLimit?: MqttKeepaliveLimit;

  /**
   * TCP keepalive in the pods.
   * @default - MqttTcpKeepalive.of() for Kubernetes 1.29 and newer, the kernel's constants for older ones
   */
  readonly tcpKeepalive?: MqttTcpKeepalive;

  /**
   * How long a persistent session outlives its connection, in whole seconds.
   * @default Duration.days(7)
   */
  readonly sessionExpiry?: Duration;

  /**
   * Which broker a client inside the Kubernetes cluster is given, by the client Service.
   * @default MqttTrafficDistribution.ANY
   */
  readonly trafficDistribution?: MqttTrafficDistribution;

  /**
   * How many nodes can take a pod. Given, it is compared with the replicas (MQTT-PLACEMENT-001).
   * @default - unknown
   */
  readonly nodeCount?: number;

  /**
   * CPU and memory of each pod.
   * @default - requests of 100m CPU and 256 MiB, limit of 512 MiB in development; requests of 1 CPU and 2 GiB, limit of 2 GiB in production
   */
  readonly resources?: MqttResources;

  /**
   * Who decides on the user and the group of the pods; for OpenShift the platform (docs/security.md#openshift).
   * @default MqttPodUser.FIXED
   */
  readonly podUser?: MqttPodUser;

  /**
   * Connections that each pod is planned for. The grace period is computed from it.
   * @default - 1,000 in development, 10,000 in production
   */
  readonly connectionsPerPod?: number;

  /**
   * Rate at which a stopping pod disconnects its clients, per second, so that they do not storm the others.
   * @default 500
   */
  readonly drainConnectionsPerSecond?: number;

  /**
   * How long a stopping pod goes on serving, ready, so that load balancers take it out first. Whole seconds, at most one hour. What each load balancer needs is in docs/load-balancers.md
   * ("Stopping brokers"); one that needs longer is reported in production (MQTT-SHUTDOWN-003).
   * @default - 5 seconds in development. In production 15, which kube-proxies need at most, or as long as an MqttLoadBalancer in front of the cluster goes on sending new connections where that is longer and known:
   * 120 for an AWS NLB with IP targets, interval × unhealthy threshold of the health check under `externalTrafficPolicy: Local` (30 for OCI); no more than a `terminationGracePeriod` of yours leaves room for
   */
  readonly shutdownDelay?: Duration;

  /**
   * Time that Kubernetes gives a stopping pod, in whole seconds.
   * @default - computed: (shutdown delay + connections ÷ drain rate + 10 s to flush) × 1.25, at least 30 seconds
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * How long a new pod must be ready before the next one is replaced, in whole seconds: time in which a canary shows what is wrong, and in which the clients of the last pod have settled.
   * @default - none: the next one is replaced as soon as it is ready
   */
  readonly minReadyTime?: Duration;

  /**
   * Canaries: a change of the pods reaches only those with this ordinal and higher. With 3 replicas, 2 changes one pod, 3 none, 0 all.
   * @default 0
   */
  readonly rollingUpdatePartition?: number;

  /**
   * Old versions of the StatefulSet that are kept for `kubectl rollout undo`.
   * @default - 10 (Kubernetes')
   */
  readonly revisionHistoryLimit?: number;

  /**
   * How many pods may be evicted at a time.
   * @default - one with more than one replica, or with a session store that is replicated, of which an autoscaler may make more; else no budget
   */
  readonly disruptionBudget?: MqttDisruptionBudget;

  /**
   * Whether Cluster Autoscaler and Karpenter may evict pods to use fewer or cheaper nodes. Each eviction disconnects the clients of a pod.
   * @default true
   */
  readonly nodeConsolidation?: boolean;

  /**
   * Whether a NetworkPolicy closes everything but the listeners and the metrics. Needs a network plugin that enforces it.
   * @default - true in production, and wherever `networkAccess` is given
   */
  readonly networkPolicy?: boolean;

  /**
   * Who may connect to the listeners and the metrics, and where the pods may connect to.
   * @default - everybody may connect to them, and the pods to nobody, where there is a NetworkPolicy
   */
  readonly networkAccess?: MqttNetworkAccess;
}
