import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerExposure } from '../../../lib/network/load-balancer-traits';
import { MqttLoadBalancer } from '../../../lib/network/mqtt-load-balancer';
import { chart, cluster, declarations, manifest, refusals } from '../fixtures';

const exposure = LoadBalancerExposure.INTERNAL;

test('runs on a pool of nodes by a label of the Service', () => {
  const scope = chart();
  const provider = LoadBalancerProvider.k3sServiceLb({ pool: 'edge', exposure });
  const balancer = manifest(new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: cluster(scope), provider }));
  expect(balancer.metadata.labels['svccontroller.k3s.cattle.io/lbpool']).toBe('edge');
  expect(balancer.metadata.annotations).toEqual(declarations('k3s-servicelb', 'passthrough', 'none', 'internal', 'automatic'));
});

test('has a label that users cannot set beside it', () => {
  expect(refusals(LoadBalancerProvider.k3sServiceLb({ pool: 'edge' }), { labels: { 'svccontroller.k3s.cattle.io/lbpool': 'other' } }))
    .toEqual(["labels['svccontroller.k3s.cattle.io/lbpool'] is already written by this library: choose another key"]);
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.k3sServiceLb({ pool: 'a b' }), "provider.pool is 'a b', but must be a label value"],
  [LoadBalancerProvider.k3sServiceLb({ exposure: 1 as any }), 'provider.exposure is 1, but must be one of INTERNET, INTERNAL'],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
