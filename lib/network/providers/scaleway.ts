import { Duration } from 'cdk8s';
import { checkNames, checkWord } from './option-checks';
import type { ProviderDefinition, ServiceRequest } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { nodeRemovalSeconds } from './target-removal';
import { checkPlainBehindTls, checkTlsListeners, type TlsTermination, tlsPorts } from './tls-termination';
import { type ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport, ProxyProtocolVersion } from '../load-balancer-traits';

const PREFIX = 'service.beta.kubernetes.io/scw-loadbalancer-';
const SOURCE = 'https://github.com/scaleway/scaleway-cloud-controller-manager/blob/master/docs/loadbalancer-annotations.md';
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const IDLE_DEFAULT = Duration.minutes(10);
const HEALTH_CHECK = { interval: Duration.seconds(5), unhealthyThreshold: 5, source: `${SOURCE} (at most: newer controllers check faster once a check has failed)` };

/** Options of a Scaleway load balancer. */
export interface ScalewayOptions {
  /**
   * How long a connection may carry nothing before it is cut, in whole seconds. Written as the client, server and tunnel timeout together: the
   * server's own default of 10 seconds would otherwise apply wherever the tunnel's does not.
   * @default Duration.minutes(10) (Scaleway's own default for the tunnel)
   */
  readonly idleTimeout?: Duration;

  /**
   * Whether only the private network reaches it.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * Offer type, for example `LB-S`.
   * @default - Scaleway's own default
   */
  readonly type?: string;

  /**
   * New connections a second that one client address may open.
   * @default - no limit
   */
  readonly connectionRateLimit?: number;

  /**
   * Simultaneous connections that the load balancer sends to each node.
   * @default - no limit
   */
  readonly maxConnections?: number;

  /**
   * Whether the clients of a node that fails its health check are disconnected, rather than left to find out.
   * @default false
   */
  readonly shutdownSessionsOfDownNodes?: boolean;

  /**
   * Whether the Service's status has the load balancer's DNS name in place of its address.
   * @default false
   */
  readonly useHostname?: boolean;

  /**
   * The version of the PROXY protocol header by which the broker is told the client's address. Switches the header on in the broker too, on a port of its own. Health checks come without it.
   * Source: https://github.com/scaleway/scaleway-cloud-controller-manager/blob/master/docs/loadbalancer-annotations.md
   * @default - no header
   */
  readonly proxyProtocol?: ProxyProtocolVersion;

  /**
   * IDs of flexible IP addresses of the load balancer: one for IPv4, and one for IPv6 where there is one. Changing them makes another load balancer. Not with `internal`.
   * Source: https://github.com/scaleway/scaleway-cloud-controller-manager/blob/master/docs/loadbalancer-annotations.md
   * @default - Scaleway assigns addresses
   */
  readonly ipIds?: string[];

  /**
   * IDs of certificates with which the load balancer ends TLS. What is behind it is plain, so that the listeners must be: name those with `listeners`. The broker does not see the clients' certificates.
   * Source: https://github.com/scaleway/scaleway-cloud-controller-manager/blob/master/docs/loadbalancer-annotations.md
   * @default - TLS passes through and ends in the broker
   */
  readonly certificateIds?: string[];

  /**
   * Names of the listeners for which the load balancer ends TLS.
   * @default - all of them, when there are certificates
   */
  readonly tlsListeners?: string[];
}

/** Scaleway load balancer. */
export function scaleway(options: ScalewayOptions): ProviderDefinition {
  const idleTimeout = options.idleTimeout ?? IDLE_DEFAULT;
  return {
    traits: {
      name: 'scaleway',
      title: 'Scaleway load balancer',
      kind: LoadBalancerKind.PROXY,
      idleTimeout: { kind: IdleTimeoutKind.KNOWN, defaultValue: IDLE_DEFAULT, settable: true, source: `${SOURCE} (no bounds are documented)` },
      proxyProtocol: ProxyProtocolSupport.V1_OR_V2,
      localHealthCheck: LocalHealthCheck.CONFIGURED,
      localPreferred: true,
      sourceRanges: sourceRangesOf('scaleway'),
      healthCheck: HEALTH_CHECK,
      source: SOURCE,
    },
    check: (request, errors) => {
      errors.duration('provider.idleTimeout', options.idleTimeout, { min: Duration.seconds(1) }, 'Scaleway takes a duration above zero');
      errors.boolean('provider.internal', options.internal);
      checkWord(errors, 'provider.type', options.type, 'load balancer type, for example LB-S');
      errors.wholeNumber('provider.connectionRateLimit', options.connectionRateLimit, { min: 1 }, 'leave it out for no limit');
      errors.wholeNumber('provider.maxConnections', options.maxConnections, { min: 1 }, 'leave it out for no limit');
      errors.boolean('provider.shutdownSessionsOfDownNodes', options.shutdownSessionsOfDownNodes);
      errors.boolean('provider.useHostname', options.useHostname);
      errors.member('provider.proxyProtocol', options.proxyProtocol, ProxyProtocolVersion);
      checkIpIds(options, errors);
      checkTls(options, request, errors);
    },
    service: (request) => {
      const isLocal = request.trafficPolicy === ExternalTrafficPolicy.LOCAL;
      const idle = `${idleTimeout.toSeconds()}s`;
      return {
        annotations: defined({
          [`${PREFIX}timeout-client`]: idle,
          [`${PREFIX}timeout-server`]: idle,
          [`${PREFIX}timeout-tunnel`]: idle,
          [`${PREFIX}private`]: options.internal ? 'true' : undefined,
          [`${PREFIX}type`]: options.type,
          [`${PREFIX}connection-rate-limit`]: options.connectionRateLimit?.toString(),
          [`${PREFIX}max-connections`]: options.maxConnections?.toString(),
          [`${PREFIX}on-marked-down-action`]: options.shutdownSessionsOfDownNodes ? 'shutdown_sessions' : undefined,
          [`${PREFIX}use-hostname`]: options.useHostname ? 'true' : undefined,
          [`${PREFIX}proxy-protocol-v1`]: options.proxyProtocol === ProxyProtocolVersion.V1 ? 'true' : undefined,
          [`${PREFIX}proxy-protocol-v2`]: options.proxyProtocol === ProxyProtocolVersion.V2 ? 'true' : undefined,
          [`${PREFIX}ip-ids`]: options.ipIds?.join(','),
          [`${PREFIX}certificate-ids`]: certificateIds(options, request),
          [`${PREFIX}health-check-from-service`]: isLocal ? '*' : undefined,
        }),
        exposure: options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET,
        idleTimeout: idleTimeout.toSeconds(),
        proxyProtocol: options.proxyProtocol,
        localHealthCheck: isLocal ? LocalHealthCheck.CONFIGURED : LocalHealthCheck.MISSING,
        targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
      };
    },
  };
}

function terminationOf({ certificateIds: ids, tlsListeners }: ScalewayOptions): TlsTermination {
  return { hasCertificate: ids !== undefined, certificateOption: 'certificateIds', tlsListeners };
}

/** `<port>,<port>:<certificate>,<certificate>`: a port that is not named passes TLS through. */
function certificateIds(options: ScalewayOptions, request: ServiceRequest): string | undefined {
  const ports = tlsPorts(terminationOf(options), request);
  return ports.length === 0 ? undefined : `${ports.map(({ port }) => port).join(',')}:${options.certificateIds!.join(',')}`;
}

function checkTls(options: ScalewayOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  checkNames(errors, 'provider.certificateIds', options.certificateIds, "certificate's ID, a UUID", ID);
  checkTlsListeners(terminationOf(options), request, errors);
  checkPlainBehindTls(terminationOf(options), request, errors);
}

function checkIpIds({ ipIds, internal }: ScalewayOptions, errors: ArgumentErrors): void {
  checkNames(errors, 'provider.ipIds', ipIds, "IP address's ID, a UUID", ID);
  if (ipIds === undefined) return;
  if (Array.isArray(ipIds) && ipIds.length > 2) errors.add(`provider.ipIds has ${ipIds.length} of them, but a load balancer takes one for IPv4 and one for IPv6`);
  if (internal) errors.add('provider.ipIds is set, but an internal load balancer has no public address: leave one of provider.ipIds and provider.internal out');
}
