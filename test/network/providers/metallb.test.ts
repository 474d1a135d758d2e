import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerExposure } from '../../../lib/network/load-balancer-traits';
import { AddressAnnouncement } from '../../../lib/network/providers/address-announcement';
import { declarations, defaultPolicy, refusals, serviceOf } from '../fixtures';

const addresses = ['192.0.2.10', '2001:db8::10'];
const exposure = LoadBalancerExposure.INTERNAL;

test('is taken for reachable from the internet unless somebody says otherwise', () => {
  expect(serviceOf(LoadBalancerProvider.metalLb())).toEqual({
    annotations: declarations('metallb', 'passthrough', 'none', 'internet', 'automatic', { announcement: 'layer-2' }),
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option', () => {
  const provider = LoadBalancerProvider.metalLb({
    addresses, exposure, announcement: AddressAnnouncement.BGP, addressPool: 'iot', loadBalancerClass: 'metallb.io/metallb',
  });
  expect(serviceOf(provider)).toEqual({
    annotations: {
      ...declarations('metallb', 'passthrough', 'none', 'internal', 'automatic', { announcement: 'bgp' }),
      'metallb.io/address-pool': 'iot',
      'metallb.io/loadBalancerIPs': '192.0.2.10,2001:db8::10',
    },
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
    loadBalancerClass: 'metallb.io/metallb',
  });
});

test('takes Local where routers spread the connections, and not where one node takes them all', () => {
  expect(defaultPolicy(LoadBalancerProvider.metalLb({ announcement: AddressAnnouncement.BGP }))).toBe('Local');
  expect(defaultPolicy(LoadBalancerProvider.metalLb({ announcement: AddressAnnouncement.LAYER_2 }))).toBe('Cluster');
  expect(defaultPolicy(LoadBalancerProvider.metalLb())).toBe('Cluster');
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.metalLb({ exposure: 'public' as any }), "provider.exposure is 'public', but must be one of INTERNET, INTERNAL"],
  [LoadBalancerProvider.metalLb({ addresses: [] }), 'provider.addresses is empty: leave it out, or name at least one IP address'],
  [LoadBalancerProvider.metalLb({ addresses: ['192.0.2.256'] }), "provider.addresses[0] is '192.0.2.256', but must be an IP address"],
  [LoadBalancerProvider.metalLb({ addresses: [undefined as any] }), 'provider.addresses[0] is null, but must be an IP address'],
  [LoadBalancerProvider.metalLb({ addresses: ['192.0.2.1', '192.0.2.1'] }), "provider.addresses[1] is '192.0.2.1' a second time: name each IP address once"],
  [LoadBalancerProvider.metalLb({ announcement: 'arp' as any }), "provider.announcement is 'arp', but must be one of LAYER_2, BGP"],
  [LoadBalancerProvider.metalLb({ addressPool: 'A' }),
    "provider.addressPool is 'A', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label): Kubernetes refuses the object otherwise"],
  [LoadBalancerProvider.metalLb({ loadBalancerClass: 'a b' }), "provider.loadBalancerClass is 'a b', but must be a load balancer class"],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
