import { Duration } from 'cdk8s';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import type { ScalewayOptions } from '../../../lib/network/providers/scaleway';
import { declarations, refusals, serviceOf } from '../fixtures';

const SCALEWAY = 'service.beta.kubernetes.io/scw-loadbalancer-';

test('the three timeouts that make up the idle timeout are always written', () => {
  expect(serviceOf(LoadBalancerProvider.scaleway())).toEqual({
    annotations: {
      ...declarations('scaleway', 'proxy', '600', 'internet', 'missing'),
      [`${SCALEWAY}timeout-client`]: '600s',
      [`${SCALEWAY}timeout-server`]: '600s',
      [`${SCALEWAY}timeout-tunnel`]: '600s',
    },
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option, and the health check that Local needs', () => {
  const options: Required<ScalewayOptions> = {
    idleTimeout: Duration.hours(1),
    internal: true,
    type: 'LB-S',
    connectionRateLimit: 100,
    maxConnections: 5000,
    shutdownSessionsOfDownNodes: true,
    useHostname: true,
  };
  expect(serviceOf(LoadBalancerProvider.scaleway(options), { trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual({
    annotations: {
      ...declarations('scaleway', 'proxy', '3600', 'internal', 'configured'),
      [`${SCALEWAY}connection-rate-limit`]: '100',
      [`${SCALEWAY}health-check-from-service`]: '*',
      [`${SCALEWAY}max-connections`]: '5000',
      [`${SCALEWAY}on-marked-down-action`]: 'shutdown_sessions',
      [`${SCALEWAY}private`]: 'true',
      [`${SCALEWAY}timeout-client`]: '3600s',
      [`${SCALEWAY}timeout-server`]: '3600s',
      [`${SCALEWAY}timeout-tunnel`]: '3600s',
      [`${SCALEWAY}type`]: 'LB-S',
      [`${SCALEWAY}use-hostname`]: 'true',
    },
    externalTrafficPolicy: 'Local',
  });
});

test.each<[object, string]>([
  [{ idleTimeout: Duration.seconds(0) }, 'provider.idleTimeout is 0 s, but must be at least 1 s: Scaleway takes a duration above zero'],
  [{ internal: 'true' }, "provider.internal is 'true', but must be true or false"],
  [{ type: 'LB S' }, "provider.type is 'LB S', but must be a load balancer type, for example LB-S"],
  [{ connectionRateLimit: 0 }, 'provider.connectionRateLimit is 0, but must be a whole number of at least 1: leave it out for no limit'],
  [{ maxConnections: 1.5 }, 'provider.maxConnections is 1.5, but must be a whole number of at least 1: leave it out for no limit'],
  [{ shutdownSessionsOfDownNodes: 1 }, 'provider.shutdownSessionsOfDownNodes is 1, but must be true or false'],
  [{ useHostname: 1 }, 'provider.useHostname is 1, but must be true or false'],
])('%j is refused', (options, message) => {
  expect(refusals(LoadBalancerProvider.scaleway(options))).toEqual([message]);
});
