import { Duration } from 'cdk8s';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import type { AzureLoadBalancerOptions } from '../../../lib/network/providers/azure';
import { declarations, refusals, serviceOf } from '../fixtures';

const AZURE = 'service.beta.kubernetes.io/azure-';

test('a public load balancer with the four minutes of Azure is the default', () => {
  expect(serviceOf(LoadBalancerProvider.azure())).toEqual({
    annotations: declarations('azure', 'passthrough', '240', 'internet', 'automatic'),
    externalTrafficPolicy: 'Cluster',
  });
});

test('a public load balancer with every option', () => {
  const options: Required<Omit<AzureLoadBalancerOptions, 'internal' | 'subnet'>> = {
    idleTimeout: Duration.seconds(1800),
    tcpReset: false,
    ipv4Address: '203.0.113.7',
    ipv6Address: '2001:db8::7',
    publicIpName: 'mqtt-ip',
    resourceGroup: 'iot',
    dnsLabel: 'mqtt',
  };
  expect(serviceOf(LoadBalancerProvider.azure(options)).annotations).toEqual({
    ...declarations('azure', 'passthrough', '1800', 'internet', 'automatic'),
    [`${AZURE}dns-label-name`]: 'mqtt',
    [`${AZURE}load-balancer-disable-tcp-reset`]: 'true',
    [`${AZURE}load-balancer-ipv4`]: '203.0.113.7',
    [`${AZURE}load-balancer-ipv6`]: '2001:db8::7',
    [`${AZURE}load-balancer-resource-group`]: 'iot',
    [`${AZURE}load-balancer-tcp-idle-timeout`]: '30',
    [`${AZURE}pip-name`]: 'mqtt-ip',
  });
});

test('an internal load balancer in a subnet', () => {
  expect(serviceOf(LoadBalancerProvider.azure({ internal: true, subnet: 'mqtt' })).annotations).toEqual({
    ...declarations('azure', 'passthrough', '240', 'internal', 'automatic'),
    [`${AZURE}load-balancer-internal`]: 'true',
    [`${AZURE}load-balancer-internal-subnet`]: 'mqtt',
  });
});

const range = 'Azure takes whole minutes from 4 to 100, see https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/';
test.each<[AzureLoadBalancerOptions, string]>([
  [{ idleTimeout: Duration.seconds(350) }, `provider.idleTimeout is 350 s, but can only be expressed in whole minutes: ${range}`],
  [{ idleTimeout: Duration.seconds(200) }, `provider.idleTimeout is 200 s, but must be from 240 s to 6000 s: ${range}`],
  [{ idleTimeout: Duration.minutes(101) }, `provider.idleTimeout is 6060 s, but must be from 240 s to 6000 s: ${range}`],
  [{ idleTimeout: Duration.millis(300_500) }, `provider.idleTimeout is 300.5 s, but can only be expressed in whole seconds: ${range}`],
  [{ idleTimeout: 4 as any }, 'provider.idleTimeout is 4, but must be a Duration, for example Duration.seconds(240)'],
  [{ internal: 'yes' as any }, "provider.internal is 'yes', but must be true or false"],
  [{ tcpReset: 0 as any }, 'provider.tcpReset is 0, but must be true or false'],
  [{ ipv4Address: '2001:db8::7' }, "provider.ipv4Address is '2001:db8::7', but must be an IPv4 address"],
  [{ ipv6Address: 'fe80::1%eth0' }, "provider.ipv6Address is 'fe80::1%eth0', but must be an IPv6 address"],
  [{ publicIpName: 'a b' }, "provider.publicIpName is 'a b', but must be a name in Azure"],
  [{ resourceGroup: '' }, "provider.resourceGroup is '', but must be a name in Azure"],
  [{ dnsLabel: 'mqtt.example' },
    "provider.dnsLabel is 'mqtt.example', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label): it becomes part of a DNS name"],
  [{ subnet: 'mqtt' }, 'provider.subnet is set, but only an internal load balancer is in a subnet: set provider.internal to true, or leave the subnet out'],
  [{ internal: true, publicIpName: 'ip' },
    'provider.publicIpName is set, but an internal load balancer has no public IP: leave one of provider.publicIpName and provider.internal out'],
  [{ internal: true, dnsLabel: 'mqtt' }, 'provider.dnsLabel is set, but an internal load balancer has no public IP: leave one of provider.dnsLabel and provider.internal out'],
])('%j is refused', (options, message) => {
  expect(refusals(LoadBalancerProvider.azure(options))).toEqual([message]);
});
