/**
 * What a manifest cannot say by itself, the constructs write down as annotations, so that a rule needs nothing but the objects.
 * They are a contract: docs/annotations.md describes each, and tests hold them literally.
 */
export const Annotations = {
  /** Workload: which broker runs in the pods, for example `companion`. */
  BROKER: 'cdk8s-mqtt/broker',
  /** Workload: `development` or `production`; the rules promise different things for each. */
  PROFILE: 'cdk8s-mqtt/profile',
  /** Workload: the longest keepalive that the broker accepts from clients, in seconds. Absent: no limit. */
  KEEPALIVE_MAX_SECONDS: 'cdk8s-mqtt/keepalive-max-seconds',
  /** Workload: `embedded` (each pod has its own sessions) or `replicated`. */
  SESSION_STORE: 'cdk8s-mqtt/session-store',
  /** Workload: `allowed` or `refused`. */
  ANONYMOUS_CLIENTS: 'cdk8s-mqtt/anonymous-clients',
  /** Workload: how many nodes can take a broker pod. Absent: unknown. */
  NODE_COUNT: 'cdk8s-mqtt/node-count',
  /** Workload: connections that one pod is planned for. */
  CONNECTIONS_PER_POD: 'cdk8s-mqtt/connections-per-pod',
  /** Workload: rate at which a stopping pod disconnects its clients, per second. */
  DRAIN_CONNECTIONS_PER_SECOND: 'cdk8s-mqtt/drain-connections-per-second',
  /** Workload: how long a stopping pod goes on serving before it drains, in seconds. */
  SHUTDOWN_DELAY_SECONDS: 'cdk8s-mqtt/shutdown-delay-seconds',
  /** Workload: names of the listeners that carry TLS, comma-separated, as the container ports are named. */
  TLS_LISTENERS: 'cdk8s-mqtt/tls-listeners',
  /** Workload: name of the StatefulSet of the message log that replicates the sessions, where that is in the same namespace. */
  MESSAGE_LOG: 'cdk8s-mqtt/message-log',
  /** Workload of a message log: what runs in its pods: `nats`. */
  MESSAGE_LOG_ENGINE: 'cdk8s-mqtt/message-log-engine',
  /** Workload: names of the listeners on which every connection begins with a PROXY protocol header, comma-separated, as the container ports are named. */
  PROXY_LISTENERS: 'cdk8s-mqtt/proxy-listeners',
  /** Service: load balancer provider, for example `aws-nlb`. */
  LOAD_BALANCER_PROVIDER: 'cdk8s-mqtt/load-balancer-provider',
  /** Service: `passthrough` (forwards packets: a TCP keepalive probe keeps the flow alive) or `proxy` (ends the connection: it does not). */
  LOAD_BALANCER_CLASS: 'cdk8s-mqtt/load-balancer-class',
  /** Service: idle timeout in seconds, `none` where there is none, or `unknown`. */
  LOAD_BALANCER_IDLE_TIMEOUT: 'cdk8s-mqtt/load-balancer-idle-timeout-seconds',
  /** Service: `internet` or `internal`. */
  LOAD_BALANCER_EXPOSURE: 'cdk8s-mqtt/load-balancer-exposure',
  /** Service: whether nodes without a ready pod are taken out under `externalTrafficPolicy: Local`: `automatic`, `configured`, `missing` or `not-needed`. */
  LOAD_BALANCER_LOCAL_HEALTH_CHECK: 'cdk8s-mqtt/load-balancer-local-health-check',
  /** Service: the version of the PROXY protocol header that the load balancer sends: `none`, `v1`, `v2`, or `any` where its provider does not say which. Absent: none is declared. */
  LOAD_BALANCER_PROXY_PROTOCOL: 'cdk8s-mqtt/load-balancer-proxy-protocol',
  /** Service: how the network learns of the address: `layer-2` (one node answers for it and takes all connections) or `bgp` (routers spread them over nodes). Absent: neither, or unknown. */
  LOAD_BALANCER_ANNOUNCEMENT: 'cdk8s-mqtt/load-balancer-announcement',
  /** Service: how long the load balancer can go on sending new connections to a broker that is stopping, in seconds. Absent: unknown. */
  LOAD_BALANCER_TARGET_REMOVAL: 'cdk8s-mqtt/load-balancer-target-removal-seconds',
} as const;

/** `acknowledge.cdk8s-mqtt/<rule id>: <reason>` on an object accepts what that rule finds about it. */
export const ACKNOWLEDGE_PREFIX = 'acknowledge.cdk8s-mqtt/';
