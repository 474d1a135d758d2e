import type { Duration } from 'cdk8s';
import type { AddressAnnouncement } from './providers/address-announcement';

/** How a load balancer treats a TCP connection. It decides whether TCP keepalive probes keep an idle client alive. */
export enum LoadBalancerKind {
  /** Forwards packets and tracks the flow: any packet, an empty TCP keepalive probe too, resets its idle timer. */
  PASSTHROUGH = 'passthrough',
  /** Ends the client's connection and opens its own: only bytes that the application sends reset its idle timer. */
  PROXY = 'proxy',
}

/** Who can reach a load balancer. */
export enum LoadBalancerExposure {
  /** Everybody on the internet. */
  INTERNET = 'internet',
  /** The private network only. */
  INTERNAL = 'internal',
}

/** What is known of a load balancer's idle timeout. */
export enum IdleTimeoutKind {
  /** It has one, of a known length. */
  KNOWN = 'known',
  /** It has none; what remains is the nodes' connection tracking. */
  NONE = 'none',
  /** It may have one; its documentation does not say. Rules count it as 60 seconds. */
  UNKNOWN = 'unknown',
}

/** Version of the PROXY protocol (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt), which carries the client's address through a proxy. */
export enum ProxyProtocolVersion {
  /** The text header. */
  V1 = 'v1',
  /** The binary header. */
  V2 = 'v2',
}

/** Whether a load balancer can send a PROXY protocol header, and in which version. */
export enum ProxyProtocolSupport {
  /** It cannot. */
  NONE = 'none',
  /** Version 1. */
  V1 = 'v1',
  /** Version 2. */
  V2 = 'v2',
  /** Version 1 or version 2, as its option says. */
  V1_OR_V2 = 'v1-or-v2',
  /** It can, and its documentation does not say in which version: the broker takes either. */
  UNDOCUMENTED_VERSION = 'undocumented-version',
}

/** How a load balancer learns which nodes have a ready broker pod, which it must under `externalTrafficPolicy: Local`. */
export enum LocalHealthCheck {
  /** Its controller asks each node's `healthCheckNodePort` by itself, or announces the address from nodes with a ready pod only. */
  AUTOMATIC = 'automatic',
  /** It asks because the Service tells it to; this library writes what that takes. */
  CONFIGURED = 'configured',
  /** It does not ask. At best it opens a TCP connection to the node port. */
  MISSING = 'missing',
  /** It sends to the pods and not to nodes: the traffic policy has no part in it. */
  NOT_NEEDED = 'not-needed',
}

/** The idle timeout of a load balancer: how long a connection may carry nothing before it is cut. */
export interface LoadBalancerIdleTimeout {
  /** What is known of it. */
  readonly kind: IdleTimeoutKind;

  /**
   * How long it is when nothing sets it.
   * @default - not known, or there is none
   */
  readonly defaultValue?: Duration;

  /**
   * The shortest that can be set.
   * @default - it cannot be set, or its bounds are not documented
   */
  readonly min?: Duration;

  /**
   * The longest that can be set.
   * @default - it cannot be set, or its bounds are not documented
   */
  readonly max?: Duration;

  /** Whether the Service can set it. */
  readonly settable: boolean;

  /** Where these numbers are written, and how sure they are. */
  readonly source: string;
}

/** What a load balancer makes of `spec.loadBalancerSourceRanges`. */
export enum SourceRangesSupport {
  /** It lets clients of these ranges in and no others. */
  HONOURED = 'honoured',
  /** The field is not documented; this library writes the annotation that filters in its place. */
  TRANSLATED = 'translated',
  /** It lets everybody in. */
  IGNORED = 'ignored',
  /** Neither documentation nor source that could be found says it: try it, and see MQTT-TRAFFIC-008. */
  UNCONFIRMED = 'unconfirmed',
}

/** What is known of a load balancer and `spec.loadBalancerSourceRanges`. */
export interface LoadBalancerSourceRanges {
  /** What it makes of them. */
  readonly support: SourceRangesSupport;

  /** Where that is written, and what it depends on. */
  readonly source: string;
}

/** The health check of a load balancer, as its controller configures it. */
export interface LoadBalancerHealthCheck {
  /** Time between two checks. */
  readonly interval: Duration;

  /** Checks in a row that must fail before a target gets no more new connections. */
  readonly unhealthyThreshold: number;

  /** Where these numbers are written, and how sure they are. */
  readonly source: string;
}

/** What is known of a load balancer, as it is configured. */
export interface LoadBalancerTraits {
  /** Short name, for example `aws-nlb`: the value of the annotation `cdk8s-mqtt/load-balancer-provider`. */
  readonly name: string;

  /** Name as people know it. */
  readonly title: string;

  /** How it treats a TCP connection. */
  readonly kind: LoadBalancerKind;

  /** Its idle timeout. */
  readonly idleTimeout: LoadBalancerIdleTimeout;

  /** Whether it can send a PROXY protocol header. */
  readonly proxyProtocol: ProxyProtocolSupport;

  /** How it learns, under `externalTrafficPolicy: Local`, which nodes have a ready pod. */
  readonly localHealthCheck: LocalHealthCheck;

  /** Whether `externalTrafficPolicy: Local` is the better choice where no two broker pods share a node. */
  readonly localPreferred: boolean;

  /** What it makes of source ranges. */
  readonly sourceRanges: LoadBalancerSourceRanges;

  /**
   * Its health check.
   * @default - not known, or it has none
   */
  readonly healthCheck?: LoadBalancerHealthCheck;

  /**
   * How the nodes announce its addresses.
   * @default - they do not, or it is not known
   */
  readonly announcement?: AddressAnnouncement;

  /** Where the controller that reads the Service documents its fields and annotations. */
  readonly source: string;
}
