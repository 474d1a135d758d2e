import { Duration } from 'cdk8s';
import { checkWord, defined } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolVersion } from '../load-balancer-traits';

const PREFIX = 'service.beta.kubernetes.io/scw-loadbalancer-';
const SOURCE = 'https://github.com/scaleway/scaleway-cloud-controller-manager/blob/master/docs/loadbalancer-annotations.md';
const IDLE_DEFAULT = Duration.minutes(10);

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
      proxyProtocol: [ProxyProtocolVersion.V1, ProxyProtocolVersion.V2],
      localHealthCheck: LocalHealthCheck.CONFIGURED,
      localPreferred: true,
      source: SOURCE,
    },
    check: (_request, errors) => {
      errors.duration('provider.idleTimeout', options.idleTimeout, { min: Duration.seconds(1) }, 'Scaleway takes a duration above zero');
      errors.boolean('provider.internal', options.internal);
      checkWord(errors, 'provider.type', options.type, 'load balancer type, for example LB-S');
      errors.wholeNumber('provider.connectionRateLimit', options.connectionRateLimit, { min: 1 }, 'leave it out for no limit');
      errors.wholeNumber('provider.maxConnections', options.maxConnections, { min: 1 }, 'leave it out for no limit');
      errors.boolean('provider.shutdownSessionsOfDownNodes', options.shutdownSessionsOfDownNodes);
      errors.boolean('provider.useHostname', options.useHostname);
    },
    service: ({ trafficPolicy }) => {
      const isLocal = trafficPolicy === ExternalTrafficPolicy.LOCAL;
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
          [`${PREFIX}health-check-from-service`]: isLocal ? '*' : undefined,
        }),
        exposure: options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET,
        idleTimeout: idleTimeout.toSeconds(),
        localHealthCheck: isLocal ? LocalHealthCheck.CONFIGURED : LocalHealthCheck.MISSING,
      };
    },
  };
}
