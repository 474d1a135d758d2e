import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { type HetznerOptions, HetznerAlgorithm } from '../../../lib/network/providers/hetzner';
import { declarations, refusals, serviceOf } from '../fixtures';

const HETZNER = 'load-balancer.hetzner.cloud/';

test('writes nothing that is not asked for', () => {
  expect(serviceOf(LoadBalancerProvider.hetzner())).toEqual({
    annotations: declarations('hetzner', 'proxy', 'unknown', 'internet', 'missing'),
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option', () => {
  const options: Required<Omit<HetznerOptions, 'networkZone' | 'measuredIdleTimeout'>> = {
    location: 'fsn1',
    type: 'lb21',
    algorithm: HetznerAlgorithm.LEAST_CONNECTIONS,
    usePrivateIp: true,
    internal: true,
    loadBalancerName: 'mqtt',
    hostname: 'mqtt.example.com',
  };
  expect(serviceOf(LoadBalancerProvider.hetzner(options)).annotations).toEqual({
    ...declarations('hetzner', 'proxy', 'unknown', 'internal', 'missing'),
    [`${HETZNER}algorithm-type`]: 'least_connections',
    [`${HETZNER}disable-public-network`]: 'true',
    [`${HETZNER}hostname`]: 'mqtt.example.com',
    [`${HETZNER}location`]: 'fsn1',
    [`${HETZNER}name`]: 'mqtt',
    [`${HETZNER}type`]: 'lb21',
    [`${HETZNER}use-private-ip`]: 'true',
  });
});

test('a network zone in place of a location', () => {
  expect(serviceOf(LoadBalancerProvider.hetzner({ networkZone: 'eu-central' })).annotations[`${HETZNER}network-zone`]).toBe('eu-central');
});

test('asks kube-proxy under Local when the port to ask is known', () => {
  expect(serviceOf(LoadBalancerProvider.hetzner(), { trafficPolicy: ExternalTrafficPolicy.LOCAL, healthCheckNodePort: 30100 })).toEqual({
    annotations: {
      ...declarations('hetzner', 'proxy', 'unknown', 'internet', 'configured'),
      [`${HETZNER}health-check-http-path`]: '/healthz',
      [`${HETZNER}health-check-port`]: '30100',
      [`${HETZNER}health-check-protocol`]: 'http',
    },
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30100,
  });
  expect(serviceOf(LoadBalancerProvider.hetzner(), { trafficPolicy: ExternalTrafficPolicy.LOCAL }).annotations)
    .toEqual(declarations('hetzner', 'proxy', 'unknown', 'internet', 'missing'));
});

test.each<[object, string]>([
  [{ location: 'fsn1', networkZone: 'eu-central' }, 'provider.location and provider.networkZone are both set, but exclude each other: leave one out'],
  [{ location: 'FSN1' }, "provider.location is 'FSN1', but must be a location, for example fsn1"],
  [{ networkZone: '' }, "provider.networkZone is '', but must be a network zone, for example eu-central"],
  [{ type: 11 }, 'provider.type is 11, but must be a load balancer type, for example lb11'],
  [{ algorithm: 'random' }, "provider.algorithm is 'random', but must be one of ROUND_ROBIN, LEAST_CONNECTIONS"],
  [{ usePrivateIp: 'true' }, "provider.usePrivateIp is 'true', but must be true or false"],
  [{ internal: 'true' }, "provider.internal is 'true', but must be true or false"],
  [{ loadBalancerName: 'a b' }, "provider.loadBalancerName is 'a b', but must be a name without spaces"],
  [{ hostname: 'a b' }, "provider.hostname is 'a b', but must be a DNS name"],
])('%j is refused', (options, message) => {
  expect(refusals(LoadBalancerProvider.hetzner(options))).toEqual([message]);
});

test('source ranges that nobody would enforce are refused', () => {
  expect(refusals(LoadBalancerProvider.hetzner(), { sourceRanges: ['10.0.0.0/8'] })).toEqual([
    'sourceRanges is set, but a Hetzner load balancer does not filter its clients, and everybody could connect: leave it out, and filter elsewhere',
  ]);
});
