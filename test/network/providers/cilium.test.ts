import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerExposure } from '../../../lib/network/load-balancer-traits';
import { AddressAnnouncement } from '../../../lib/network/providers/address-announcement';
import { declarations, defaultPolicy, refusals, serviceOf } from '../fixtures';

const addresses = ['192.0.2.10', '2001:db8::10'];
const exposure = LoadBalancerExposure.INTERNAL;

test('leaves the class to the cluster, and does not count on nodes without a pod being left out', () => {
  expect(serviceOf(LoadBalancerProvider.cilium())).toEqual({
    annotations: declarations('cilium', 'passthrough', 'none', 'internet', 'missing'),
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
  });
});

test.each([
  [AddressAnnouncement.BGP, 'io.cilium/bgp-control-plane', 'automatic', 'Local'],
  [AddressAnnouncement.LAYER_2, 'io.cilium/l2-announcer', 'missing', 'Cluster'],
])('%s with every option', (announcement, loadBalancerClass, localHealthCheck, policy) => {
  const provider = LoadBalancerProvider.cilium({ addresses, exposure, announcement, sharingKey: 'mqtt' });
  expect(serviceOf(provider)).toEqual({
    annotations: {
      ...declarations('cilium', 'passthrough', 'none', 'internal', localHealthCheck, { announcement }),
      'lbipam.cilium.io/ips': '192.0.2.10,2001:db8::10',
      'lbipam.cilium.io/sharing-key': 'mqtt',
    },
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
    loadBalancerClass,
  });
  expect(defaultPolicy(provider)).toBe(policy);
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.cilium({ announcement: 'l2' as any }), "provider.announcement is 'l2', but must be one of LAYER_2, BGP"],
  [LoadBalancerProvider.cilium({ sharingKey: '' }), "provider.sharingKey is '', but must be a key without spaces"],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
