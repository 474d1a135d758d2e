import { Duration } from 'cdk8s';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { ProxyProtocolVersion } from '../../../lib/network/load-balancer-traits';
import { type OctaviaOptions, type OvhOptions, OctaviaAlgorithm, OvhFlavor } from '../../../lib/network/providers/octavia';
import { declarations, refusals, serviceOf } from '../fixtures';

const OPENSTACK = 'loadbalancer.openstack.org/';

test("Octavia's 50 seconds are never left in place", () => {
  expect(serviceOf(LoadBalancerProvider.octavia())).toEqual({
    annotations: {
      ...declarations('octavia', 'proxy', '600', 'internet', 'missing'),
      [`${OPENSTACK}timeout-client-data`]: '600000',
      [`${OPENSTACK}timeout-member-data`]: '600000',
    },
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option, and the health monitor that Local needs', () => {
  const options: Required<Omit<OctaviaOptions, 'internal' | 'portId'>> = {
    idleTimeout: Duration.seconds(350),
    algorithm: OctaviaAlgorithm.LEAST_CONNECTIONS,
    connectionLimit: 20_000,
    keepFloatingIp: true,
    proxyProtocol: ProxyProtocolVersion.V1,
    flavorId: 'f',
    floatingNetworkId: 'n',
    subnetId: 's',
  };
  expect(serviceOf(LoadBalancerProvider.octavia(options), { trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual({
    annotations: {
      ...declarations('octavia', 'proxy', '350', 'internet', 'configured'),
      'cdk8s-mqtt/load-balancer-proxy-protocol': 'v1',
      [`${OPENSTACK}proxy-protocol`]: 'v1',
      [`${OPENSTACK}connection-limit`]: '20000',
      [`${OPENSTACK}enable-health-monitor`]: 'true',
      [`${OPENSTACK}flavor-id`]: 'f',
      [`${OPENSTACK}floating-network-id`]: 'n',
      [`${OPENSTACK}keep-floatingip`]: 'true',
      [`${OPENSTACK}lb-method`]: 'LEAST_CONNECTIONS',
      [`${OPENSTACK}subnet-id`]: 's',
      [`${OPENSTACK}timeout-client-data`]: '350000',
      [`${OPENSTACK}timeout-member-data`]: '350000',
    },
    externalTrafficPolicy: 'Local',
  });
});

test('internal', () => {
  expect(serviceOf(LoadBalancerProvider.octavia({ internal: true })).annotations).toMatchObject({
    'cdk8s-mqtt/load-balancer-exposure': 'internal',
    'service.beta.kubernetes.io/openstack-internal-load-balancer': 'true',
  });
});

test('the address of a port', () => {
  expect(serviceOf(LoadBalancerProvider.octavia({ portId: 'p' })).annotations[`${OPENSTACK}port-id`]).toBe('p');
});

test('OVHcloud adds its class and flavor', () => {
  const options: OvhOptions = { flavor: OvhFlavor.MEDIUM, proxyProtocol: ProxyProtocolVersion.V2 };
  expect(serviceOf(LoadBalancerProvider.ovh(options)).annotations).toEqual({
    ...declarations('ovh', 'proxy', '600', 'internet', 'missing'),
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'v2',
    [`${OPENSTACK}proxy-protocol`]: 'v2',
    'loadbalancer.ovhcloud.com/class': 'octavia',
    'loadbalancer.ovhcloud.com/flavor': 'medium',
    [`${OPENSTACK}timeout-client-data`]: '600000',
    [`${OPENSTACK}timeout-member-data`]: '600000',
  });
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.octavia({ idleTimeout: Duration.millis(1500) }), 'provider.idleTimeout is 1.5 s, but can only be expressed in whole seconds: the rules count idle timeouts in seconds'],
  [LoadBalancerProvider.octavia({ internal: 1 as any }), 'provider.internal is 1, but must be true or false'],
  [LoadBalancerProvider.octavia({ algorithm: 'fair' as any }), "provider.algorithm is 'fair', but must be one of ROUND_ROBIN, LEAST_CONNECTIONS, SOURCE_IP"],
  [LoadBalancerProvider.octavia({ connectionLimit: -1 }), 'provider.connectionLimit is -1, but must be a whole number of at least 1: leave it out for no limit'],
  [LoadBalancerProvider.octavia({ keepFloatingIp: 1 as any }), 'provider.keepFloatingIp is 1, but must be true or false'],
  [LoadBalancerProvider.octavia({ proxyProtocol: 'true' as any }), "provider.proxyProtocol is 'true', but must be one of V1, V2"],
  [LoadBalancerProvider.octavia({ portId: 'p', subnetId: 's' }), 'provider.portId and provider.subnetId are both set, but a port is in a subnet already: leave provider.subnetId out'],
  [LoadBalancerProvider.octavia({ flavorId: 'a b' }), "provider.flavorId is 'a b', but must be an ID in OpenStack"],
  [LoadBalancerProvider.octavia({ internal: true, floatingNetworkId: 'n' }),
    'provider.floatingNetworkId is set, but an internal load balancer has no floating IP: leave one of provider.floatingNetworkId and provider.internal out'],
  [LoadBalancerProvider.ovh({ flavor: 'huge' as any }), "provider.flavor is 'huge', but must be one of SMALL, MEDIUM, LARGE"],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
