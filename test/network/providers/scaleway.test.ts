import { Duration } from 'cdk8s';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { ProxyProtocolVersion } from '../../../lib/network/load-balancer-traits';
import type { ScalewayOptions } from '../../../lib/network/providers/scaleway';
import { declarations, refusals, serviceOf } from '../fixtures';

const ID = '11111111-1111-1111-1111-111111111111';
const OTHER_ID = '22222222-2222-2222-2222-222222222222';
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
  const options: Required<Omit<ScalewayOptions, 'internal' | 'tlsListeners'>> = {
    idleTimeout: Duration.hours(1),
    type: 'LB-S',
    connectionRateLimit: 100,
    maxConnections: 5000,
    shutdownSessionsOfDownNodes: true,
    useHostname: true,
    proxyProtocol: ProxyProtocolVersion.V2,
    ipIds: [ID, OTHER_ID],
    certificateIds: [ID, OTHER_ID],
  };
  expect(serviceOf(LoadBalancerProvider.scaleway(options), { trafficPolicy: ExternalTrafficPolicy.LOCAL, listeners: ['mqtt'], ports: { mqtt: 8883 } })).toEqual({
    annotations: {
      ...declarations('scaleway', 'proxy', '3600', 'internet', 'configured', { 'target-removal-seconds': '25' }),
      'cdk8s-mqtt/load-balancer-proxy-protocol': 'v2',
      [`${SCALEWAY}certificate-ids`]: `8883:${ID},${OTHER_ID}`,
      [`${SCALEWAY}ip-ids`]: `${ID},${OTHER_ID}`,
      [`${SCALEWAY}proxy-protocol-v2`]: 'true',
      [`${SCALEWAY}connection-rate-limit`]: '100',
      [`${SCALEWAY}health-check-from-service`]: '*',
      [`${SCALEWAY}max-connections`]: '5000',
      [`${SCALEWAY}on-marked-down-action`]: 'shutdown_sessions',
      [`${SCALEWAY}timeout-client`]: '3600s',
      [`${SCALEWAY}timeout-server`]: '3600s',
      [`${SCALEWAY}timeout-tunnel`]: '3600s',
      [`${SCALEWAY}type`]: 'LB-S',
      [`${SCALEWAY}use-hostname`]: 'true',
    },
    externalTrafficPolicy: 'Local',
  });
});

test('internal, with the first version of PROXY protocol', () => {
  expect(serviceOf(LoadBalancerProvider.scaleway({ internal: true, proxyProtocol: ProxyProtocolVersion.V1 })).annotations).toMatchObject({
    'cdk8s-mqtt/load-balancer-exposure': 'internal',
    [`${SCALEWAY}private`]: 'true',
    [`${SCALEWAY}proxy-protocol-v1`]: 'true',
  });
});

test('TLS ends for the listeners that are named, and passes through for others', () => {
  const provider = LoadBalancerProvider.scaleway({ certificateIds: [ID], tlsListeners: ['mqtt'] });
  expect(serviceOf(provider, { listeners: ['mqtt', 'mqtts'] }).annotations[`${SCALEWAY}certificate-ids`]).toBe(`1883:${ID}`);
});

test('what is behind TLS that ended is plain', () => {
  expect(refusals(LoadBalancerProvider.scaleway({ certificateIds: [ID] }), { listeners: ['mqtts'] })).toEqual([
    "provider.certificateIds ends TLS for the listener 'mqtts', which expects TLS in the broker, and what is behind this load balancer is plain: "
    + 'name the plain listeners in provider.tlsListeners, or leave provider.certificateIds out and let TLS end in the broker',
  ]);
});

test.each<[object, string]>([
  [{ proxyProtocol: 'any' }, "provider.proxyProtocol is 'any', but must be one of V1, V2"],
  [{ ipIds: ['203.0.113.10'] }, "provider.ipIds[0] is '203.0.113.10', but must be an IP address's ID, a UUID"],
  [{ ipIds: [ID, OTHER_ID, ID.replace(/1/g, '3')] }, 'provider.ipIds has 3 of them, but a load balancer takes one for IPv4 and one for IPv6'],
  [{ ipIds: [ID], internal: true }, 'provider.ipIds is set, but an internal load balancer has no public address: leave one of provider.ipIds and provider.internal out'],
  [{ certificateIds: [ID], tlsListeners: ['mqtt'] }, "provider.tlsListeners has 'mqtt', which is no listener of this load balancer: it has mqtts"],
  [{ tlsListeners: ['mqtts'] }, 'provider.tlsListeners is set, but there is no certificate to end TLS with: set provider.certificateIds, or leave provider.tlsListeners out'],
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
