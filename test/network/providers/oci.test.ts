import { App, Chart, Duration } from 'cdk8s';
import { type ISecret, Secret } from 'cdk8s-plus-27';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { ProxyProtocolVersion } from '../../../lib/network/load-balancer-traits';
import { declarations, refusals, serviceOf } from '../fixtures';

const LB = 'service.beta.kubernetes.io/oci-load-balancer-';
const NLB = 'oci-network-load-balancer.oraclecloud.com/';
const CERTIFICATE = Secret.fromSecretName(new Chart(new App(), 'secrets'), 'Tls', 'balancer-tls');
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

test('load balancer that ends TLS and tells the client\'s address', () => {
  const provider = LoadBalancerProvider.ociLoadBalancer({ tlsSecret: CERTIFICATE, proxyProtocol: ProxyProtocolVersion.V2 });
  expect(serviceOf(provider, { listeners: ['mqtt'], ports: { mqtt: 8883 } }).annotations).toEqual({
    ...declarations('oci-lb', 'proxy', '300', 'internet', 'automatic'),
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'v2',
    'oci.oraclecloud.com/load-balancer-type': 'lb',
    [`${LB}connection-idle-timeout`]: '300',
    [`${LB}connection-proxy-protocol-version`]: '2',
    [`${LB}ssl-ports`]: '8883',
    [`${LB}tls-secret`]: 'balancer-tls',
  });
  expect(serviceOf(LoadBalancerProvider.ociLoadBalancer({ proxyProtocol: ProxyProtocolVersion.V1 })).annotations[`${LB}connection-proxy-protocol-version`]).toBe('1');
});

test('load balancer that ends TLS for the listeners that are named', () => {
  const provider = LoadBalancerProvider.ociLoadBalancer({ tlsSecret: CERTIFICATE, tlsListeners: ['mqtt'] });
  expect(serviceOf(provider, { listeners: ['mqtt', 'mqtts'] }).annotations[`${LB}ssl-ports`]).toBe('1883');
});

test('network load balancer with PROXY protocol preserves no address beside it', () => {
  const provider = LoadBalancerProvider.ociNetworkLoadBalancer({ proxyProtocol: true });
  expect(serviceOf(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL }).annotations).toMatchObject({
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'v2',
    [`${NLB}is-ppv2-enabled`]: 'true',
    [`${NLB}is-preserve-source`]: 'false',
  });
  expect(serviceOf(provider).annotations).not.toHaveProperty([`${NLB}is-preserve-source`]);
});

test('network load balancer whose PROXY protocol is switched off says so', () => {
  const { annotations } = serviceOf(LoadBalancerProvider.ociNetworkLoadBalancer({ proxyProtocol: false }));
  expect(annotations[`${NLB}is-ppv2-enabled`]).toBe('false');
  expect(annotations).not.toHaveProperty(['cdk8s-mqtt/load-balancer-proxy-protocol']);
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
    ...declarations('oci-nlb', 'passthrough', '360', 'internal', 'automatic', { 'target-removal-seconds': '30' }),
    'oci.oraclecloud.com/load-balancer-type': 'nlb',
    [`${NLB}internal`]: 'true',
    [`${NLB}is-preserve-source`]: 'true',
    [`${NLB}subnet`]: SUBNET,
  });
});

test.each<[LoadBalancerProvider, string]>([
  [LoadBalancerProvider.ociLoadBalancer({ internal: 1 as any }), 'provider.internal is 1, but must be true or false'],
  [LoadBalancerProvider.ociLoadBalancer({ idleTimeout: Duration.millis(500) }), 'provider.idleTimeout is 0.5 s, but can only be expressed in whole seconds: Oracle takes whole seconds above zero'],
  [LoadBalancerProvider.ociLoadBalancer({ proxyProtocol: true as any }), 'provider.proxyProtocol is true, but must be one of V1, V2'],
  [LoadBalancerProvider.ociLoadBalancer({ tlsSecret: CERTIFICATE, tlsListeners: ['ws'] }), "provider.tlsListeners has 'ws', which is no listener of this load balancer: it has mqtts"],
  [LoadBalancerProvider.ociLoadBalancer({ tlsSecret: CERTIFICATE }),
    "provider.tlsSecret ends TLS for the listener 'mqtts', which expects TLS in the broker, and what is behind this load balancer is plain: "
    + 'name the plain listeners in provider.tlsListeners, or leave provider.tlsSecret out and let TLS end in the broker'],
  [LoadBalancerProvider.ociNetworkLoadBalancer({ proxyProtocol: 'true' as any }), "provider.proxyProtocol is 'true', but must be true or false"],
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

test.each<[unknown, string]>([
  ['balancer-tls', "provider.tlsSecret is 'balancer-tls', but must be made like this: Secret.fromSecretName(this, 'Tls', 'balancer-tls')"],
  [{ name: '' }, "the name of provider.tlsSecret is '', but must name the Secret: write Secret.fromSecretName(this, 'Tls', 'balancer-tls')"],
])('a certificate of %j is refused', (tlsSecret, message) => {
  expect(refusals(LoadBalancerProvider.ociLoadBalancer({ tlsSecret: tlsSecret as ISecret }), { listeners: ['mqtt'] })).toEqual([message]);
});

test('a header and the client\'s own address cannot both be asked for', () => {
  const provider = LoadBalancerProvider.ociNetworkLoadBalancer({ proxyProtocol: true, preserveSource: true });
  expect(refusals(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual([
    "provider.proxyProtocol and provider.preserveSource are both set, but each tells the client's address, and with both the header comes from the client's own address, "
    + 'so that nobody can tell whose header to believe: leave one of them out',
  ]);
});
