import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerKind } from '../../../lib/network/load-balancer-traits';
import { type DigitalOceanOptions, DigitalOceanLoadBalancerType } from '../../../lib/network/providers/digital-ocean';
import { declarations, refusals, serviceOf } from '../fixtures';

const DO = 'service.beta.kubernetes.io/do-loadbalancer-';

test('forwards packets by default, and says so', () => {
  expect(serviceOf(LoadBalancerProvider.digitalOcean())).toEqual({
    annotations: { ...declarations('digital-ocean', 'passthrough', 'unknown', 'internet', 'automatic'), [`${DO}type`]: 'REGIONAL_NETWORK' },
    externalTrafficPolicy: 'Cluster',
  });
});

test('a proxy with every option', () => {
  const options: Required<Omit<DigitalOceanOptions, 'measuredIdleTimeout' | 'ipv4Address'>> = {
    type: DigitalOceanLoadBalancerType.REGIONAL,
    internal: true,
    sizeUnit: 3,
    hostname: 'mqtt.example.com',
    proxyProtocol: true,
  };
  const provider = LoadBalancerProvider.digitalOcean(options);
  expect(provider.traits.kind).toBe(LoadBalancerKind.PROXY);
  expect(serviceOf(provider).annotations).toEqual({
    ...declarations('digital-ocean', 'proxy', 'unknown', 'internal', 'automatic'),
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'v1',
    [`${DO}enable-proxy-protocol`]: 'true',
    [`${DO}hostname`]: 'mqtt.example.com',
    [`${DO}network`]: 'INTERNAL',
    [`${DO}size-unit`]: '3',
    [`${DO}type`]: 'REGIONAL',
  });
});

test('an address of one\'s own', () => {
  expect(serviceOf(LoadBalancerProvider.digitalOcean({ ipv4Address: '203.0.113.10' })).annotations[`${DO}ip`]).toBe('203.0.113.10');
});

test.each<[object, RegExp]>([
  [{ proxyProtocol: 'true', type: 'REGIONAL' }, /^provider.proxyProtocol is 'true', but must be true or false$/],
  [{ proxyProtocol: true }, /^provider.proxyProtocol is set, but a load balancer of type REGIONAL_NETWORK forwards packets and sends no header: set provider.type to DigitalOceanLoadBalancerType.REGIONAL, or .*Local/],
  [{ ipv4Address: '2001:db8::1' }, /^provider.ipv4Address is '2001:db8::1', but must be an IPv4 address$/],
  [{ ipv4Address: '203.0.113.10', internal: true }, /^provider.ipv4Address is set, but an internal load balancer has no public address: leave one of provider.ipv4Address and provider.internal out$/],
  [{ type: 'regional' }, /^provider.type is 'regional', but must be one of REGIONAL_NETWORK, REGIONAL$/],
  [{ internal: 1 }, /^provider.internal is 1, but must be true or false$/],
  [{ sizeUnit: 201 }, /^provider.sizeUnit is 201, but must be a whole number from 1 to 200: the range of DigitalOcean, see https:/],
  [{ hostname: 'MQTT' }, /^provider.hostname is 'MQTT', but must be a DNS name$/],
])('%j is refused', (options, message) => {
  expect(refusals(LoadBalancerProvider.digitalOcean(options))).toEqual([expect.stringMatching(message)]);
});
