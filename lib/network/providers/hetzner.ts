import { checkMeasuredIdleTimeout, type MeasuredIdleTimeoutOptions, measuredIdleSeconds, measuredIdleTimeout } from './measured-idle-timeout';
import { checkWord, defined } from './option-checks';
import type { ProviderDefinition, ServiceRequest } from './provider-definition';
import type { ArgumentErrors } from '../../manifest/arguments';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolVersion } from '../load-balancer-traits';

const PREFIX = 'load-balancer.hetzner.cloud/';
const SOURCE = 'https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/main/docs/reference/load_balancer_annotations.md';

/** How a Hetzner load balancer picks a node. */
export enum HetznerAlgorithm {
  /** One after the other. */
  ROUND_ROBIN = 'round_robin',
  /** The one with the fewest connections, which suits connections that live long. */
  LEAST_CONNECTIONS = 'least_connections',
}

/** Options of a Hetzner Cloud load balancer. */
export interface HetznerOptions extends MeasuredIdleTimeoutOptions {
  /**
   * Location, for example `fsn1`. Cannot be changed later. Not with `networkZone`.
   * @default - the default of the cloud controller manager; without one there it refuses the Service
   */
  readonly location?: string;

  /**
   * Network zone, for example `eu-central`. Cannot be changed later. Not with `location`.
   * @default - the default of the cloud controller manager; without one there it refuses the Service
   */
  readonly networkZone?: string;

  /**
   * Type: `lb11`, `lb21`, `lb31`. It decides how many connections it takes.
   * @default lb11 (Hetzner's own default)
   */
  readonly type?: string;

  /**
   * How it picks a node.
   * @default HetznerAlgorithm.ROUND_ROBIN (Hetzner's own default)
   */
  readonly algorithm?: HetznerAlgorithm;

  /**
   * Whether it reaches the nodes over the private network.
   * @default false
   */
  readonly usePrivateIp?: boolean;

  /**
   * Whether only the private network reaches it.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * Name in Hetzner Cloud.
   * @default - the cloud controller manager makes one up
   */
  readonly loadBalancerName?: string;

  /**
   * DNS name that stands in the Service's status in place of the addresses.
   * @default - the addresses
   */
  readonly hostname?: string;
}

/** Hetzner Cloud load balancer. */
export function hetzner(options: HetznerOptions): ProviderDefinition {
  return {
    traits: {
      name: 'hetzner',
      title: 'Hetzner Cloud load balancer',
      kind: LoadBalancerKind.PROXY,
      idleTimeout: measuredIdleTimeout(options, `${SOURCE} (says nothing of TCP; that it is a proxy is inferred from its HTTP and PROXY protocol modes)`),
      proxyProtocol: [ProxyProtocolVersion.UNKNOWN],
      localHealthCheck: LocalHealthCheck.CONFIGURED,
      // Takes a healthCheckNodePort of one's own choice: the controller cannot tell the load balancer which one Kubernetes picked.
      localPreferred: false,
      source: SOURCE,
    },
    check: (request, errors) => check(options, request, errors),
    service: (request) => ({
      annotations: defined({
        [`${PREFIX}location`]: options.location,
        [`${PREFIX}network-zone`]: options.networkZone,
        [`${PREFIX}type`]: options.type,
        [`${PREFIX}algorithm-type`]: options.algorithm,
        [`${PREFIX}use-private-ip`]: options.usePrivateIp ? 'true' : undefined,
        [`${PREFIX}disable-public-network`]: options.internal ? 'true' : undefined,
        [`${PREFIX}name`]: options.loadBalancerName,
        [`${PREFIX}hostname`]: options.hostname,
        ...(asksKubeProxy(request) && {
          [`${PREFIX}health-check-protocol`]: 'http',
          [`${PREFIX}health-check-port`]: String(request.healthCheckNodePort),
          [`${PREFIX}health-check-http-path`]: '/healthz',
        }),
      }),
      exposure: options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET,
      idleTimeout: measuredIdleSeconds(options),
      localHealthCheck: asksKubeProxy(request) ? LocalHealthCheck.CONFIGURED : LocalHealthCheck.MISSING,
    }),
  };
}

function asksKubeProxy(request: ServiceRequest): boolean {
  return request.trafficPolicy === ExternalTrafficPolicy.LOCAL && request.healthCheckNodePort !== undefined;
}

function check(options: HetznerOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  checkMeasuredIdleTimeout(options, errors);
  const word = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
  checkWord(errors, 'provider.location', options.location, 'location, for example fsn1', word);
  checkWord(errors, 'provider.networkZone', options.networkZone, 'network zone, for example eu-central', word);
  if (options.location !== undefined && options.networkZone !== undefined) {
    errors.add('provider.location and provider.networkZone are both set, but exclude each other: leave one out');
  }
  checkWord(errors, 'provider.type', options.type, 'load balancer type, for example lb11', word);
  errors.member('provider.algorithm', options.algorithm, HetznerAlgorithm);
  errors.boolean('provider.usePrivateIp', options.usePrivateIp);
  errors.boolean('provider.internal', options.internal);
  checkWord(errors, 'provider.loadBalancerName', options.loadBalancerName, 'name without spaces');
  checkWord(errors, 'provider.hostname', options.hostname, 'DNS name', /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
  if (request.sourceRanges !== undefined) {
    errors.add('sourceRanges is set, but a Hetzner load balancer does not filter its clients, and everybody could connect: leave it out, and filter elsewhere');
  }
}
