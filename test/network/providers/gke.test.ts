import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { GkeNetworkTier } from '../../../lib/network/providers/gke';
import { declarations, refusals, serviceOf } from '../fixtures';

test('external: chosen by annotation, with the ten minutes of the VPC firewall', () => {
  expect(serviceOf(LoadBalancerProvider.gkeExternal())).toEqual({
    annotations: { ...declarations('gke-external', 'passthrough', '600', 'internet', 'automatic'), 'cloud.google.com/l4-rbs': 'enabled' },
    externalTrafficPolicy: 'Cluster',
  });
});

test('external with every option', () => {
  const provider = LoadBalancerProvider.gkeExternal({
    weightedByPods: true,
    networkTier: GkeNetworkTier.STANDARD,
    addressNames: ['mqtt-v4', 'mqtt-v6'],
    subnet: 'edge',
  });
  expect(serviceOf(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual({
    annotations: {
      ...declarations('gke-external', 'passthrough', '600', 'internet', 'automatic', { 'target-removal-seconds': '6' }),
      'cloud.google.com/l4-rbs': 'enabled',
      'cloud.google.com/network-tier': 'Standard',
      'networking.gke.io/load-balancer-ip-addresses': 'mqtt-v4,mqtt-v6',
      'networking.gke.io/load-balancer-subnet': 'edge',
      'networking.gke.io/weighted-load-balancing': 'pods-per-node',
    },
    externalTrafficPolicy: 'Local',
  });
});

test('internal with every option', () => {
  expect(serviceOf(LoadBalancerProvider.gkeInternal({ globalAccess: true, addressNames: ['mqtt'], subnet: 'edge' })).annotations).toEqual({
    ...declarations('gke-internal', 'passthrough', '600', 'internal', 'automatic'),
    'networking.gke.io/internal-load-balancer-allow-global-access': 'true',
    'networking.gke.io/load-balancer-ip-addresses': 'mqtt',
    'networking.gke.io/load-balancer-subnet': 'edge',
    'networking.gke.io/load-balancer-type': 'Internal',
  });
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.gkeExternal({ weightedByPods: true }),
    'provider.weightedByPods is set, but only externalTrafficPolicy Local has nodes with more or fewer pods to weigh: set trafficPolicy to ExternalTrafficPolicy.LOCAL'],
  [LoadBalancerProvider.gkeExternal({ weightedByPods: 'no' as any }), "provider.weightedByPods is 'no', but must be true or false"],
  [LoadBalancerProvider.gkeExternal({ networkTier: 'premium' as any }), "provider.networkTier is 'premium', but must be one of PREMIUM, STANDARD"],
  [LoadBalancerProvider.gkeExternal({ addressNames: [] }), 'provider.addressNames is empty: leave it out, or name at least one name of a reserved address'],
  [LoadBalancerProvider.gkeInternal({ addressNames: ['a', 'a'] }), "provider.addressNames[1] is 'a' a second time: name each name of a reserved address once"],
  [LoadBalancerProvider.gkeInternal({ subnet: 'a b' }), "provider.subnet is 'a b', but must be a subnet's name"],
  [LoadBalancerProvider.gkeInternal({ globalAccess: 1 as any }), 'provider.globalAccess is 1, but must be true or false'],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toContain(message);
});
