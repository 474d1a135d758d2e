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
  const options: Required<Omit<HetznerOptions, 'networkZone' | 'measuredIdleTimeout' | 'primaryIpv4Id' | 'primaryIpv6Id'>> = {
    location: 'fsn1',
    type: 'lb21',
    algorithm: HetznerAlgorithm.LEAST_CONNECTIONS,
    usePrivateIp: true,
    internal: true,
    loadBalancerName: 'mqtt',
    hostname: 'mqtt.example.com',
    proxyProtocol: true,
    privateIpv4: '10.0.0.5',
  };
  expect(serviceOf(LoadBalancerProvider.hetzner(options)).annotations).toEqual({
    ...declarations('hetzner', 'proxy', 'unknown', 'internal', 'missing'),
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'any',
    [`${HETZNER}private-ipv4`]: '10.0.0.5',
    [`${HETZNER}uses-proxyprotocol`]: 'true',
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

test('Primary IPs become its public addresses', () => {
  expect(serviceOf(LoadBalancerProvider.hetzner({ primaryIpv4Id: 4711, primaryIpv6Id: 4712 })).annotations).toMatchObject({
    [`${HETZNER}public-net-ipv4`]: '4711',
    [`${HETZNER}public-net-ipv6`]: '4712',
  });
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
  [{ proxyProtocol: 'v2' }, "provider.proxyProtocol is 'v2', but must be true or false"],
  [{ privateIpv4: '10.0.0' }, "provider.privateIpv4 is '10.0.0', but must be an IPv4 address"],
  [{ primaryIpv4Id: '4711' }, "provider.primaryIpv4Id is '4711', but must be a whole number of at least 1: it is the number of a Primary IP"],
  [{ primaryIpv6Id: 4712, internal: true }, 'provider.primaryIpv6Id is set, but an internal load balancer has no public address: leave one of provider.primaryIpv6Id and provider.internal out'],
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
