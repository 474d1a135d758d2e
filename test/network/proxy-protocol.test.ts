import { Chart, Duration } from 'cdk8s';
import { Secret } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import { chart, cluster, loadBalancer, manifest, refusals, serviceOf } from './fixtures';
import { providers } from './providers/all';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import { MqttProfile } from '../../lib/cluster/mqtt-profile';
import { LoadBalancerProvider } from '../../lib/network/load-balancer-provider';
import { LoadBalancerExposure, LoadBalancerKind, ProxyProtocolSupport, ProxyProtocolVersion } from '../../lib/network/load-balancer-traits';
import { MqttListener } from '../../lib/network/mqtt-listener';
import { MqttLoadBalancer, type MqttLoadBalancerProps } from '../../lib/network/mqtt-load-balancer';
import { DigitalOceanLoadBalancerType } from '../../lib/network/providers/digital-ocean';
import { MqttTls } from '../../lib/security/mqtt-tls';
import { MqttKeepaliveLimit } from '../../lib/workload/mqtt-keepalive-limit';

const SOURCES = ['10.0.0.0/16'];

/** Every provider that can send the header, told to. */
const senders: [string, LoadBalancerProvider, 'v1' | 'v2' | 'any'][] = [
  ['awsNlb', LoadBalancerProvider.awsNlb({ proxyProtocol: true }), 'v2'],
  ['eksAutoMode', LoadBalancerProvider.eksAutoMode({ proxyProtocol: true }), 'v2'],
  ['digitalOcean', LoadBalancerProvider.digitalOcean({ proxyProtocol: true, type: DigitalOceanLoadBalancerType.REGIONAL }), 'v1'],
  ['hetzner', LoadBalancerProvider.hetzner({ proxyProtocol: true }), 'any'],
  ['ociLoadBalancer', LoadBalancerProvider.ociLoadBalancer({ proxyProtocol: ProxyProtocolVersion.V2 }), 'v2'],
  ['ociNetworkLoadBalancer', LoadBalancerProvider.ociNetworkLoadBalancer({ proxyProtocol: true }), 'v2'],
  ['linode', LoadBalancerProvider.linode({ proxyProtocol: ProxyProtocolVersion.V1 }), 'v1'],
  ['scaleway', LoadBalancerProvider.scaleway({ proxyProtocol: ProxyProtocolVersion.V2 }), 'v2'],
  ['octavia', LoadBalancerProvider.octavia({ proxyProtocol: ProxyProtocolVersion.V2 }), 'v2'],
  ['ovh', LoadBalancerProvider.ovh({ proxyProtocol: ProxyProtocolVersion.V1 }), 'v1'],
  ['ibmVpcAlb', LoadBalancerProvider.ibmVpcAlb({ proxyProtocol: true }), 'any'],
  ['custom', LoadBalancerProvider.custom({ kind: LoadBalancerKind.PROXY, exposure: LoadBalancerExposure.INTERNAL, proxyProtocol: ProxyProtocolVersion.V2 }), 'v2'],
];

test('every provider that can send the header has an option for it, and no other', () => {
  const able = providers.filter(([, { traits }]) => traits.proxyProtocol !== ProxyProtocolSupport.NONE || traits.name === 'digital-ocean').map(([factory]) => factory);
  expect(senders.map(([factory]) => factory)).toEqual(able);
});

describe.each(senders)('%s', (_factory, provider, version) => {
  function production(): { brokers: MqttCluster; balancer: MqttLoadBalancer } {
    const scope = chart();
    const brokers = new MqttCluster(scope, 'Broker', { profile: MqttProfile.production(), keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(45)) });
    return { brokers, balancer: new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider, proxySources: SOURCES }) };
  }

  test('leads to a port of the broker that expects the header in that version', () => {
    const { brokers, balancer } = production();
    const { metadata, spec } = manifest(balancer);
    expect(spec.ports).toEqual([{ name: 'mqtts', port: 8883, protocol: 'TCP', targetPort: 'mqtts-proxy' }]);
    expect(metadata.annotations['cdk8s-mqtt/load-balancer-proxy-protocol']).toBe(version);
    const { listeners } = parse((brokers.configuration.toJson() as any).data['broker.yaml']);
    expect(listeners[1]).toMatchObject({ name: 'mqtts-proxy', port: 18883, proxyProtocol: version, trustedProxies: SOURCES });
  });

  test('satisfies every rule about PROXY protocol', () => {
    const { brokers } = production();
    expect(brokers.findings.filter(({ id }) => id.startsWith('MQTT-PROXY') || id === 'MQTT-SERVICE-010' || id === 'MQTT-TRAFFIC-004')).toEqual([]);
  });

  test('warns where everybody would be believed', () => {
    const scope = chart();
    const brokers = new MqttCluster(scope, 'Broker', { profile: MqttProfile.production() });
    new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider });
    expect(brokers.findings.map(({ id }) => id)).toContain('MQTT-PROXY-006');
  });
});

test('two load balancers with the same header share the port, beside one without it', () => {
  const scope = chart();
  const brokers = cluster(scope);
  const provider = LoadBalancerProvider.awsNlb({ proxyProtocol: true });
  const make = (id: string, props: Partial<MqttLoadBalancerProps>): string[] => {
    const { spec } = manifest(new MqttLoadBalancer(scope, id, { cluster: brokers, provider, ...props }));
    return spec.ports.map(({ targetPort }: { targetPort: string }) => targetPort);
  };
  expect(make('Inside', {})).toEqual(['mqtts-proxy']);
  expect(make('Outside', { listeners: ['mqtt', 'mqtts'] })).toEqual(['mqtt-proxy', 'mqtts-proxy']);
  expect(make('Plain', { provider: LoadBalancerProvider.awsNlb() })).toEqual(['mqtts']);
});

test('two load balancers that would be believed differently are told so', () => {
  const scope = chart();
  const brokers = cluster(scope);
  const provider = LoadBalancerProvider.awsNlb({ proxyProtocol: true });
  new MqttLoadBalancer(scope, 'Inside', { cluster: brokers, provider, proxySources: SOURCES });
  expect(() => new MqttLoadBalancer(scope, 'Outside', { cluster: brokers, provider }))
    .toThrow("[iot/Broker] openProxyPort: an argument cannot work:\n  - sources are everybody, but the port 'mqtts-proxy' of listener 'mqtts' is open for 10.0.0.0/16 already");
});

describe('proxySources', () => {
  const provider = LoadBalancerProvider.awsNlb({ proxyProtocol: true });

  test.each<[unknown, string]>([
    [[], 'proxySources is empty: leave it out to believe everybody, or name at least one CIDR block'],
    ['10.0.0.0/16', "proxySources is '10.0.0.0/16', but must be an array"],
    [['10.0.0.7'], "proxySources[0] is '10.0.0.7', but must be a CIDR block: a single address is '10.0.0.7/32'"],
  ])('%j is refused', (proxySources, message) => {
    expect(refusals(provider, { proxySources: proxySources as string[] })).toEqual([message]);
  });

  test('need a load balancer that sends the header', () => {
    expect(refusals(LoadBalancerProvider.azure(), { proxySources: SOURCES })).toEqual([
      "proxySources is set, but the load balancer sends no PROXY protocol header: switch it on in the provider's options where it has one (proxyProtocol), or leave proxySources out",
    ]);
  });
});

test('a load balancer that is refused opens no port', () => {
  const scope = chart();
  const brokers = cluster(scope);
  expect(() => new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider: LoadBalancerProvider.awsNlb({ proxyProtocol: true }), name: 'No' })).toThrow("name is 'No'");
  expect((brokers.workload.toJson() as any).metadata.annotations).not.toHaveProperty(['cdk8s-mqtt/proxy-listeners']);
});

describe('TLS that ends at the load balancer', () => {
  const secrets = new Chart(chart(), 'Secrets');
  const ends: [string, LoadBalancerProvider, LoadBalancerProvider][] = [
    ['ociLoadBalancer', LoadBalancerProvider.ociLoadBalancer({ tlsSecret: Secret.fromSecretName(secrets, 'Tls', 'tls') }), LoadBalancerProvider.ociLoadBalancer()],
    ['scaleway', LoadBalancerProvider.scaleway({ certificateIds: ['11111111-1111-1111-1111-111111111111'] }), LoadBalancerProvider.scaleway()],
  ];

  test.each(ends)('%s: a plain listener behind it does not face the internet in the clear', (_name, withTls, without) => {
    const facing = (provider: LoadBalancerProvider) => {
      const scope = chart();
      const brokers = new MqttCluster(scope, 'Broker', { listeners: [MqttListener.tcp()] });
      new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider });
      return brokers.findings.some(({ id }) => id === 'MQTT-SECURITY-004');
    };
    expect(facing(withTls)).toBe(false);
    expect(facing(without)).toBe(true);
  });

  test('only on the ports that are named', () => {
    const scope = chart();
    const tls = MqttTls.fromSecret(Secret.fromSecretName(scope, 'Tls', 'tls'));
    const brokers = new MqttCluster(scope, 'Broker', { listeners: [MqttListener.tcp(), MqttListener.websocket(), MqttListener.tls(tls)] });
    const provider = LoadBalancerProvider.scaleway({ certificateIds: ['11111111-1111-1111-1111-111111111111'], tlsListeners: ['mqtt'] });
    new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider, listeners: ['mqtt', 'ws', 'mqtts'] });
    expect(brokers.findings.filter(({ id }) => id === 'MQTT-SECURITY-004').map(({ found }) => found)).toEqual([expect.stringMatching(/^port 8083 \(ws\) of an internet-facing/)]);
  });
});

test('no Service of a provider without PROXY protocol speaks of it', () => {
  const { annotations } = serviceOf(LoadBalancerProvider.metalLb());
  expect(Object.keys(annotations).filter((key) => key.includes('proxy'))).toEqual([]);
  expect(manifest(loadBalancer(LoadBalancerProvider.metalLb())).spec.ports[0].targetPort).toBe('mqtts');
});
