import { Duration } from 'cdk8s';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { declarations, refusals, serviceOf } from '../fixtures';

const IBM = 'service.kubernetes.io/ibm-load-balancer-cloud-provider-';

test('application load balancer: the 50 seconds of the account are never left in place', () => {
  expect(serviceOf(LoadBalancerProvider.ibmVpcAlb())).toEqual({
    annotations: {
      ...declarations('ibm-vpc-alb', 'proxy', '600', 'internet', 'automatic'),
      [`${IBM}ip-type`]: 'public',
      [`${IBM}vpc-idle-connection-timeout`]: '600',
    },
    externalTrafficPolicy: 'Cluster',
  });
});

test('application load balancer with every option', () => {
  const provider = LoadBalancerProvider.ibmVpcAlb({
    internal: true, subnets: ['a', '10.0.0.0/24'], loadBalancerName: 'mqtt', securityGroup: 'r006-1', idleTimeout: Duration.hours(2), proxyProtocol: true,
  });
  expect(serviceOf(provider).annotations).toEqual({
    ...declarations('ibm-vpc-alb', 'proxy', '7200', 'internal', 'automatic'),
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'any',
    [`${IBM}enable-features`]: 'proxy-protocol',
    [`${IBM}ip-type`]: 'private',
    [`${IBM}vpc-idle-connection-timeout`]: '7200',
    [`${IBM}vpc-lb-name`]: 'mqtt',
    [`${IBM}vpc-security-group`]: 'r006-1',
    [`${IBM}vpc-subnets`]: 'a,10.0.0.0/24',
  });
});

test('network load balancer', () => {
  expect(serviceOf(LoadBalancerProvider.ibmVpcNlb({ zone: 'us-south-1' })).annotations).toEqual({
    ...declarations('ibm-vpc-nlb', 'passthrough', 'unknown', 'internet', 'automatic'),
    [`${IBM}enable-features`]: 'nlb',
    [`${IBM}ip-type`]: 'public',
    [`${IBM}zone`]: 'us-south-1',
  });
});

const range = 'the range of IBM Cloud, see https://cloud.ibm.com/docs/vpc?topic=vpc-advanced-traffic-management';
test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.ibmVpcAlb({ idleTimeout: Duration.seconds(49) }), `provider.idleTimeout is 49 s, but must be from 50 s to 7200 s: ${range}`],
  [LoadBalancerProvider.ibmVpcAlb({ idleTimeout: Duration.seconds(7201) }), `provider.idleTimeout is 7201 s, but must be from 50 s to 7200 s: ${range}`],
  [LoadBalancerProvider.ibmVpcAlb({ internal: 1 as any }), 'provider.internal is 1, but must be true or false'],
  [LoadBalancerProvider.ibmVpcAlb({ proxyProtocol: 'v2' as any }), "provider.proxyProtocol is 'v2', but must be true or false"],
  [LoadBalancerProvider.ibmVpcAlb({ subnets: [] }), "provider.subnets is empty: leave it out, or name at least one subnet's ID, name or CIDR block"],
  [LoadBalancerProvider.ibmVpcAlb({ securityGroup: '' }), "provider.securityGroup is '', but must be a security group's ID"],
  [LoadBalancerProvider.ibmVpcNlb({ zone: 'US South' }), "provider.zone is 'US South', but must be a zone, for example us-south-1"],
  [LoadBalancerProvider.ibmVpcNlb({ loadBalancerName: 'My' }),
    "provider.loadBalancerName is 'My', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label): IBM Cloud refuses the load balancer otherwise"],
])('case %# is refused', (provider, message) => {
  expect(refusals(provider)).toEqual([message]);
});
