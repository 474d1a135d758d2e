import { Duration } from 'cdk8s';
import { checkWord } from './option-checks';
import type { ProviderDefinition, ServiceParts, ServiceRequest } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import type { ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, type LoadBalancerTraits, LocalHealthCheck, ProxyProtocolSupport, ProxyProtocolVersion } from '../load-balancer-traits';

const OPENSTACK = 'loadbalancer.openstack.org/';
const OVH = 'loadbalancer.ovhcloud.com/';
const SOURCE = 'https://github.com/kubernetes/cloud-provider-openstack/blob/master/docs/openstack-cloud-controller-manager/expose-applications-using-loadbalancer-type-service.md';

/** Octavia's own, below the 60 seconds that many MQTT clients take for a keepalive: https://github.com/openstack/octavia/blob/master/octavia/common/constants.py */
const OCTAVIA_IDLE = Duration.seconds(50);

const IDLE_DEFAULT = Duration.minutes(10);

/** How Octavia picks a node. */
export enum OctaviaAlgorithm {
  /** One after the other. */
  ROUND_ROBIN = 'ROUND_ROBIN',
  /** The one with the fewest connections, which suits connections that live long. */
  LEAST_CONNECTIONS = 'LEAST_CONNECTIONS',
  /** Always the same for one client address. */
  SOURCE_IP = 'SOURCE_IP',
}

/** Options of a load balancer of OpenStack Octavia, whoever runs it. */
export interface OctaviaCommonOptions {
  /**
   * How long a connection may carry nothing before it is cut, in whole seconds. Always written, for the client's side and the broker's: Octavia's own
   * 50 seconds are less than the keepalive of many MQTT clients.
   * @default Duration.minutes(10)
   */
  readonly idleTimeout?: Duration;

  /**
   * Whether it has no floating IP, so that only the private network reaches it.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * How it picks a node.
   * @default - the cloud's own default
   */
  readonly algorithm?: OctaviaAlgorithm;

  /**
   * Connections that each listener takes.
   * @default - no limit
   */
  readonly connectionLimit?: number;

  /**
   * Whether the floating IP outlives the Service.
   * @default false
   */
  readonly keepFloatingIp?: boolean;

  /**
   * The version of the PROXY protocol header by which the broker is told the client's address. Switches the header on in the broker too, on a port of its own. Not with Octavia's driver `ovn`.
   * Source: https://github.com/kubernetes/cloud-provider-openstack/blob/master/docs/openstack-cloud-controller-manager/expose-applications-using-loadbalancer-type-service.md
   * @default - no header
   */
  readonly proxyProtocol?: ProxyProtocolVersion;
}

/** Options of a load balancer of OpenStack Octavia. */
export interface OctaviaOptions extends OctaviaCommonOptions {
  /**
   * ID of the flavor.
   * @default - the cloud's own default
   */
  readonly flavorId?: string;

  /**
   * ID of the network that the floating IP is taken from. Not with `internal`.
   * @default - the one in the configuration of the cloud controller manager
   */
  readonly floatingNetworkId?: string;

  /**
   * ID of the subnet that the private address is taken from.
   * @default - the one in the configuration of the cloud controller manager
   */
  readonly subnetId?: string;

  /**
   * ID of the port (OpenStack Networking) whose address becomes the private one. Not with `subnetId`.
   * Source: https://github.com/kubernetes/cloud-provider-openstack/blob/master/docs/openstack-cloud-controller-manager/expose-applications-using-loadbalancer-type-service.md
   * @default - the cloud assigns an address
   */
  readonly portId?: string;
}

/** Size of a load balancer of OVHcloud. */
export enum OvhFlavor {
  /** Small. */
  SMALL = 'small',
  /** Medium. */
  MEDIUM = 'medium',
  /** Large. */
  LARGE = 'large',
}

/** Options of a load balancer of OVHcloud Managed Kubernetes. */
export interface OvhOptions extends OctaviaCommonOptions {
  /**
   * Size.
   * @default - OVHcloud's own default
   */
  readonly flavor?: OvhFlavor;
}

/** Load balancer of OpenStack Octavia. */
export function octavia(options: OctaviaOptions): ProviderDefinition {
  return {
    traits: traits('octavia', 'OpenStack Octavia', ''),
    check: (_request, errors) => {
      checkCommon(options, errors);
      for (const name of ['flavorId', 'floatingNetworkId', 'subnetId', 'portId'] as const) checkWord(errors, `provider.${name}`, options[name], 'ID in OpenStack');
      if (options.portId !== undefined && options.subnetId !== undefined) {
        errors.add('provider.portId and provider.subnetId are both set, but a port is in a subnet already: leave provider.subnetId out');
      }
      if (options.floatingNetworkId !== undefined && options.internal) {
        errors.add('provider.floatingNetworkId is set, but an internal load balancer has no floating IP: leave one of provider.floatingNetworkId and provider.internal out');
      }
    },
    service: (request) => commonParts(options, request, {
      [`${OPENSTACK}flavor-id`]: options.flavorId,
      [`${OPENSTACK}floating-network-id`]: options.floatingNetworkId,
      [`${OPENSTACK}subnet-id`]: options.subnetId,
      [`${OPENSTACK}port-id`]: options.portId,
    }),
  };
}

/** Load balancer of OVHcloud Managed Kubernetes, which is one of Octavia. */
export function ovh(options: OvhOptions): ProviderDefinition {
  return {
    traits: traits('ovh', 'OVHcloud (Octavia)', '; the default that OVHcloud deploys could not be confirmed'),
    check: (_request, errors) => {
      checkCommon(options, errors);
      errors.member('provider.flavor', options.flavor, OvhFlavor);
    },
    service: (request) => commonParts(options, request, {
      // The default since Kubernetes 1.31; older clusters would make a load balancer of the former kind.
      [`${OVH}class`]: 'octavia',
      [`${OVH}flavor`]: options.flavor,
    }),
  };
}

function traits(name: string, title: string, doubt: string): LoadBalancerTraits {
  return {
    name,
    title,
    kind: LoadBalancerKind.PROXY,
    idleTimeout: {
      kind: IdleTimeoutKind.KNOWN,
      defaultValue: OCTAVIA_IDLE,
      settable: true,
      source: `https://github.com/openstack/octavia/blob/master/octavia/common/constants.py (no bounds are documented${doubt})`,
    },
    proxyProtocol: ProxyProtocolSupport.V1_OR_V2,
    localHealthCheck: LocalHealthCheck.CONFIGURED,
    localPreferred: true,
    sourceRanges: sourceRangesOf(name),
    source: SOURCE,
  };
}

function commonParts(
  options: OctaviaCommonOptions,
  { trafficPolicy }: ServiceRequest,
  annotations: { [key: string]: string | undefined },
): ServiceParts {
  const idleTimeout = options.idleTimeout ?? IDLE_DEFAULT;
  const milliseconds = idleTimeout.toMilliseconds().toString();
  const isLocal = trafficPolicy === ExternalTrafficPolicy.LOCAL;
  return {
    annotations: defined({
      [`${OPENSTACK}timeout-client-data`]: milliseconds,
      [`${OPENSTACK}timeout-member-data`]: milliseconds,
      'service.beta.kubernetes.io/openstack-internal-load-balancer': options.internal ? 'true' : undefined,
      [`${OPENSTACK}lb-method`]: options.algorithm,
      [`${OPENSTACK}connection-limit`]: options.connectionLimit?.toString(),
      [`${OPENSTACK}keep-floatingip`]: options.keepFloatingIp ? 'true' : undefined,
      [`${OPENSTACK}proxy-protocol`]: options.proxyProtocol,
      [`${OPENSTACK}enable-health-monitor`]: isLocal ? 'true' : undefined,
      ...annotations,
    }),
    exposure: options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET,
    idleTimeout: idleTimeout.toSeconds(),
    localHealthCheck: isLocal ? LocalHealthCheck.CONFIGURED : LocalHealthCheck.MISSING,
    proxyProtocol: options.proxyProtocol,
  };
}

function checkCommon(options: OctaviaCommonOptions, errors: ArgumentErrors): void {
  errors.duration('provider.idleTimeout', options.idleTimeout, { min: Duration.seconds(1) }, 'the rules count idle timeouts in seconds');
  errors.boolean('provider.internal', options.internal);
  errors.member('provider.algorithm', options.algorithm, OctaviaAlgorithm);
  errors.wholeNumber('provider.connectionLimit', options.connectionLimit, { min: 1 }, 'leave it out for no limit');
  errors.boolean('provider.keepFloatingIp', options.keepFloatingIp);
  errors.member('provider.proxyProtocol', options.proxyProtocol, ProxyProtocolVersion);
}
