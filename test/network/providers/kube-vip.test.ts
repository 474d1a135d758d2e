import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerExposure } from '../../../lib/network/load-balancer-traits';
import { declarations, defaultPolicy, refusals, serviceOf } from '../fixtures';

const addresses = ['192.0.2.10', '2001:db8::10'];
const exposure = LoadBalancerExposure.INTERNAL;

test('writes nothing that is not asked for', () => {
  expect(serviceOf(LoadBalancerProvider.kubeVip())).toEqual({
    annotations: declarations('kube-vip', 'passthrough', 'none', 'internet', 'missing'),
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option', () => {
  const provider = LoadBalancerProvider.kubeVip({ addresses, exposure, serviceElection: true, useLoadBalancerClass: true, hostname: 'mqtt.example.com' });
  expect(serviceOf(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual({
    annotations: {
      ...declarations('kube-vip', 'passthrough', 'none', 'internal', 'automatic'),
      'kube-vip.io/loadbalancerHostname': 'mqtt.example.com',
      'kube-vip.io/loadbalancerIPs': '192.0.2.10,2001:db8::10',
    },
    externalTrafficPolicy: 'Local',
    loadBalancerClass: 'kube-vip.io/kube-vip-class',
  });
  expect(defaultPolicy(provider)).toBe('Cluster');
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.kubeVip({ serviceElection: 1 as any }), 'provider.serviceElection is 1, but must be true or false'],
  [LoadBalancerProvider.kubeVip({ useLoadBalancerClass: 1 as any }), 'provider.useLoadBalancerClass is 1, but must be true or false'],
  [LoadBalancerProvider.kubeVip({ hostname: 'A' }), "provider.hostname is 'A', but must be a DNS name"],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
