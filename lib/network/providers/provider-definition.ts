import type { AddressAnnouncement } from './address-announcement';
import type { ArgumentErrors } from '../../manifest/arguments';
import type { ExternalTrafficPolicy } from '../external-traffic-policy';
import type { LoadBalancerExposure, LoadBalancerTraits, LocalHealthCheck, ProxyProtocolVersion } from '../load-balancer-traits';

/** A port of the load balancer. */
export interface LoadBalancerPort {
  /** Name of the broker's listener behind it. */
  readonly listener: string;
  readonly port: number;
  /** Whether the broker's listener speaks TLS. */
  readonly encrypted: boolean;
}

/** What is asked of a provider. */
export interface ServiceRequest {
  readonly ports: LoadBalancerPort[];
  readonly trafficPolicy: ExternalTrafficPolicy;
  readonly sourceRanges?: string[];
  readonly healthCheckNodePort?: number;
}

/** What a provider wants to stand in the Service. */
export interface ServiceParts {
  readonly annotations: { [key: string]: string };
  readonly labels?: { [key: string]: string };
  readonly loadBalancerClass?: string;
  /** `false` where the load balancer does not go through node ports, which are then not opened on every node of the cluster. */
  readonly allocateLoadBalancerNodePorts?: false;
  readonly exposure: LoadBalancerExposure;
  /** The shortest of its listeners, in seconds. */
  readonly idleTimeout: number | 'none' | 'unknown';
  readonly localHealthCheck: LocalHealthCheck;
  readonly announcement?: AddressAnnouncement;
  /** How long it can go on sending new connections to a broker that is stopping. Not set: nobody knows, or the nodes hand them on to other brokers. */
  readonly targetRemovalSeconds?: number;
  /** The version of the PROXY protocol header that it is told to send; `any` where nobody says which. */
  readonly proxyProtocol?: ProxyProtocolVersion | 'any';
}

/** One load balancer with its options: data, and functions of them. */
export interface ProviderDefinition {
  readonly traits: LoadBalancerTraits;
  /** Reports options that cannot work. */
  check(request: ServiceRequest, errors: ArgumentErrors): void;
  /** Called only with options in which `check` found nothing. */
  service(request: ServiceRequest): ServiceParts;
}
