import { checkMeasuredIdleTimeout, type MeasuredIdleTimeoutOptions, measuredIdleSeconds, measuredIdleTimeout } from './measured-idle-timeout';
import { checkIpAddress, checkWord } from './option-checks';
import type { ProviderDefinition, ServiceRequest } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import type { ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

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

  /**
   * Whether the broker is told the client's address by a PROXY protocol header. Switches the header on in the broker too, on a port of its own. Which version it sends is not documented,
   * so that the broker takes either.
   * Source: https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/main/docs/reference/load_balancer_annotations.md
   * @default false
   */
  readonly proxyProtocol?: boolean;

  /**
   * ID of the Primary IP that becomes its public IPv4 address, in the same location. Counts when the load balancer is created; older cloud controller managers do not know it. Not with `internal`.
   * Source: https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/main/docs/guides/load-balancer/primary-ips.md (October 2026)
   * @default - Hetzner assigns an address
   */
  readonly primaryIpv4Id?: number;

  /**
   * ID of the Primary IP that becomes its public IPv6 address, as `primaryIpv4Id`.
   * @default - Hetzner assigns an address
   */
  readonly primaryIpv6Id?: number;

  /**
   * IPv4 address in the private network.
   * @default - Hetzner assigns one
   */
  readonly privateIpv4?: string;
}

/** Hetzner Cloud load balancer. */
export function hetzner(options: HetznerOptions): ProviderDefinition {
  return {
    traits: {
      name: 'hetzner',
      title: 'Hetzner Cloud load balancer',
      kind: LoadBalancerKind.PROXY,
      idleTimeout: measuredIdleTimeout(options, `${SOURCE} (says nothing of TCP; that it is a proxy is inferred from its HTTP and PROXY protocol modes)`),
      proxyProtocol: ProxyProtocolSupport.UNDOCUMENTED_VERSION,
      localHealthCheck: LocalHealthCheck.CONFIGURED,
      // Takes a healthCheckNodePort of one's own choice: the controller cannot tell the load balancer which one Kubernetes picked.
      localPreferred: false,
      sourceRanges: sourceRangesOf('hetzner'),
      source: SOURCE,
    },
    check: (request, errors) => check(options, request, errors),
    service: (request) => ({
      proxyProtocol: options.proxyProtocol ? 'any' : undefined,
      annotations: defined({
        [`${PREFIX}location`]: options.location,
        [`${PREFIX}network-zone`]: options.networkZone,
        [`${PREFIX}type`]: options.type,
        [`${PREFIX}algorithm-type`]: options.algorithm,
        [`${PREFIX}use-private-ip`]: options.usePrivateIp ? 'true' : undefined,
        [`${PREFIX}disable-public-network`]: options.internal ? 'true' : undefined,
        [`${PREFIX}name`]: options.loadBalancerName,
        [`${PREFIX}hostname`]: options.hostname,
        [`${PREFIX}uses-proxyprotocol`]: options.proxyProtocol ? 'true' : undefined,
        [`${PREFIX}public-net-ipv4`]: options.primaryIpv4Id?.toString(),
        [`${PREFIX}public-net-ipv6`]: options.primaryIpv6Id?.toString(),
        [`${PREFIX}private-ipv4`]: options.privateIpv4,
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
  errors.boolean('provider.proxyProtocol', options.proxyProtocol);
  checkIpAddress(errors, 'provider.privateIpv4', options.privateIpv4, 4);
  for (const name of ['primaryIpv4Id', 'primaryIpv6Id'] as const) {
    errors.wholeNumber(`provider.${name}`, options[name], { min: 1 }, 'it is the number of a Primary IP');
    if (options[name] !== undefined && options.internal) {
      errors.add(`provider.${name} is set, but an internal load balancer has no public address: leave one of provider.${name} and provider.internal out`);
    }
  }
  if (request.sourceRanges !== undefined) {
    errors.add('sourceRanges is set, but a Hetzner load balancer does not filter its clients, and everybody could connect: leave it out, and filter elsewhere');
  }
}
