import { Duration } from 'cdk8s';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { declarations, refusals, serviceOf } from '../fixtures';

const LB = 'service.beta.kubernetes.io/oci-load-balancer-';
const NLB = 'oci-network-load-balancer.oraclecloud.com/';
const SUBNET = 'ocid1.subnet.oc1.eu-frankfurt-1.aaaa';

test('load balancer: the idle timeout is always written', () => {
  expect(serviceOf(LoadBalancerProvider.ociLoadBalancer())).toEqual({
    annotations: {
      ...declarations('oci-lb', 'proxy', '300', 'internet', 'automatic'),
      'oci.oraclecloud.com/load-balancer-type': 'lb',
      [`${LB}connection-idle-timeout`]: '300',
    },
    externalTrafficPolicy: 'Cluster',
  });
});

test('load balancer with every option', () => {
  const provider = LoadBalancerProvider.ociLoadBalancer({
    internal: true, idleTimeout: Duration.minutes(20), subnetId: SUBNET, minBandwidthMbps: 10, maxBandwidthMbps: 100,
  });
  expect(serviceOf(provider).annotations).toEqual({
    ...declarations('oci-lb', 'proxy', '1200', 'internal', 'automatic'),
    'oci.oraclecloud.com/load-balancer-type': 'lb',
    [`${LB}connection-idle-timeout`]: '1200',
    [`${LB}internal`]: 'true',
    [`${LB}shape`]: 'flexible',
    [`${LB}shape-flex-max`]: '100',
    [`${LB}shape-flex-min`]: '10',
    [`${LB}subnet1`]: SUBNET,
  });
});

test('network load balancer: no annotation for the idle timeout', () => {
  expect(serviceOf(LoadBalancerProvider.ociNetworkLoadBalancer())).toEqual({
    annotations: { ...declarations('oci-nlb', 'passthrough', '360', 'internet', 'automatic'), 'oci.oraclecloud.com/load-balancer-type': 'nlb' },
    externalTrafficPolicy: 'Cluster',
  });
});

test('network load balancer with every option', () => {
  const provider = LoadBalancerProvider.ociNetworkLoadBalancer({ internal: true, subnetId: SUBNET, preserveSource: true });
  expect(serviceOf(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL }).annotations).toEqual({
    ...declarations('oci-nlb', 'passthrough', '360', 'internal', 'automatic'),
    'oci.oraclecloud.com/load-balancer-type': 'nlb',
    [`${NLB}internal`]: 'true',
    [`${NLB}is-preserve-source`]: 'true',
    [`${NLB}subnet`]: SUBNET,
  });
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.ociLoadBalancer({ internal: 1 as any }), 'provider.internal is 1, but must be true or false'],
  [LoadBalancerProvider.ociLoadBalancer({ idleTimeout: Duration.millis(500) }), 'provider.idleTimeout is 0.5 s, but can only be expressed in whole seconds: Oracle takes whole seconds above zero'],
  [LoadBalancerProvider.ociLoadBalancer({ subnetId: 'subnet-1' }), "provider.subnetId is 'subnet-1', but must be a subnet's OCID"],
  [LoadBalancerProvider.ociLoadBalancer({ minBandwidthMbps: 10 }),
    'only one of provider.minBandwidthMbps and provider.maxBandwidthMbps is set, but a flexible shape has both: set both, or neither'],
  [LoadBalancerProvider.ociLoadBalancer({ minBandwidthMbps: 100, maxBandwidthMbps: 10 }),
    'provider.minBandwidthMbps is 100, which is more than provider.maxBandwidthMbps, 10: exchange them'],
  [LoadBalancerProvider.ociLoadBalancer({ minBandwidthMbps: 0, maxBandwidthMbps: 10 }),
    'provider.minBandwidthMbps is 0, but must be a whole number of at least 1: it is a number of Mbit/s'],
  [LoadBalancerProvider.ociNetworkLoadBalancer({ preserveSource: false }),
    'provider.preserveSource is set, but works with externalTrafficPolicy Local only: set trafficPolicy to ExternalTrafficPolicy.LOCAL, or leave it out'],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
