import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerExposure } from '../../../lib/network/load-balancer-traits';
import { AddressAnnouncement } from '../../../lib/network/providers/address-announcement';
import { declarations, defaultPolicy, refusals, serviceOf } from '../fixtures';

const addresses = ['192.0.2.10', '2001:db8::10'];
const exposure = LoadBalancerExposure.INTERNAL;

test('writes nothing that is not asked for', () => {
  expect(serviceOf(LoadBalancerProvider.kubeVip())).toEqual({
    annotations: declarations('kube-vip', 'passthrough', 'none', 'internet', 'missing', { announcement: 'layer-2' }),
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option', () => {
  const provider = LoadBalancerProvider.kubeVip({ addresses, exposure, announcement: AddressAnnouncement.BGP, serviceElection: true, useLoadBalancerClass: true, hostname: 'mqtt.example.com' });
  expect(serviceOf(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual({
    annotations: {
      ...declarations('kube-vip', 'passthrough', 'none', 'internal', 'automatic', { announcement: 'bgp' }),
      'kube-vip.io/loadbalancerHostname': 'mqtt.example.com',
      'kube-vip.io/loadbalancerIPs': '192.0.2.10,2001:db8::10',
    },
    externalTrafficPolicy: 'Local',
    loadBalancerClass: 'kube-vip.io/kube-vip-class',
  });
  expect(defaultPolicy(provider)).toBe('Cluster');
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.kubeVip({ announcement: 'arp' as any }), "provider.announcement is 'arp', but must be one of LAYER_2, BGP"],
  [LoadBalancerProvider.kubeVip({ serviceElection: 1 as any }), 'provider.serviceElection is 1, but must be true or false'],
  [LoadBalancerProvider.kubeVip({ useLoadBalancerClass: 1 as any }), 'provider.useLoadBalancerClass is 1, but must be true or false'],
  [LoadBalancerProvider.kubeVip({ hostname: 'A' }), "provider.hostname is 'A', but must be a DNS name"],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
