import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { ProxyProtocolVersion } from '../../../lib/network/load-balancer-traits';
import { type LinodeOptions, LinodeNodeBalancerType } from '../../../lib/network/providers/linode';
import { declarations, refusals, serviceOf } from '../fixtures';

const LINODE = 'service.beta.kubernetes.io/linode-loadbalancer-';

test('writes nothing that is not asked for', () => {
  expect(serviceOf(LoadBalancerProvider.linode())).toEqual({
    annotations: declarations('linode', 'proxy', 'unknown', 'internet', 'missing'),
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option', () => {
  const options: Required<Omit<LinodeOptions, 'measuredIdleTimeout'>> = {
    type: LinodeNodeBalancerType.PREMIUM, throttle: 20, firewallId: 12345, preserve: true, proxyProtocol: ProxyProtocolVersion.V2, reservedIpv4: '203.0.113.10',
  };
  expect(serviceOf(LoadBalancerProvider.linode(options)).annotations).toEqual({
    ...declarations('linode', 'proxy', 'unknown', 'internet', 'missing'),
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'v2',
    [`${LINODE}default-proxy-protocol`]: 'v2',
    [`${LINODE}reserved-ipv4`]: '203.0.113.10',
    [`${LINODE}firewall-id`]: '12345',
    [`${LINODE}nodebalancer-type`]: 'premium',
    [`${LINODE}preserve`]: 'true',
    [`${LINODE}throttle`]: '20',
  });
});

test.each([
  [['10.0.0.0/8', '2001:db8::/32'], '{"allowList":{"ipv4":["10.0.0.0/8"],"ipv6":["2001:db8::/32"]}}'],
  [['10.0.0.0/8'], '{"allowList":{"ipv4":["10.0.0.0/8"]}}'],
  [['2001:db8::/32'], '{"allowList":{"ipv6":["2001:db8::/32"]}}'],
])('source ranges %j become the rules of a firewall', (sourceRanges, acl) => {
  const service = serviceOf(LoadBalancerProvider.linode(), { sourceRanges });
  expect(service.annotations[`${LINODE}firewall-acl`]).toBe(acl);
  expect(service.loadBalancerSourceRanges).toEqual(sourceRanges);
});

test.each<[object, RegExp]>([
  [{ type: 'large' }, /^provider.type is 'large', but must be one of COMMON, PREMIUM$/],
  [{ throttle: 21 }, /^provider.throttle is 21, but must be a whole number from 0 to 20: the range of Linode, see https:/],
  [{ firewallId: 0 }, /^provider.firewallId is 0, but must be a whole number of at least 1: it is the number of a Cloud Firewall$/],
  [{ proxyProtocol: true }, /^provider.proxyProtocol is true, but must be one of V1, V2$/],
  [{ reservedIpv4: 'mqtt' }, /^provider.reservedIpv4 is 'mqtt', but must be an IPv4 address$/],
  [{ preserve: 'true' }, /^provider.preserve is 'true', but must be true or false$/],
])('%j is refused', (options, message) => {
  expect(refusals(LoadBalancerProvider.linode(options))).toEqual([expect.stringMatching(message)]);
});

test('two firewalls are refused', () => {
  expect(refusals(LoadBalancerProvider.linode({ firewallId: 1 }), { sourceRanges: ['10.0.0.0/8'] })).toEqual([
    'sourceRanges and provider.firewallId are both set, but a NodeBalancer has one firewall: write the ranges into that firewall, or leave provider.firewallId out',
  ]);
});
