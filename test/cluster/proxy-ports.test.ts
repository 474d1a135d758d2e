import { Secret } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import { MqttCluster, type MqttClusterProps, MqttListener, type MqttNetworkAccess, MqttNetworkPeer, MqttTls, ProxyProtocolVersion } from '../../lib';
import { messageOf, newChart } from '../support/synth';

const SOURCES = ['10.0.0.0/16', '2001:db8::/64'];

function cluster(listeners?: MqttListener[], props: MqttClusterProps = {}): MqttCluster {
  const chart = newChart();
  const tls = MqttTls.fromSecret(Secret.fromSecretName(chart, 'Tls', 'broker-tls'));
  return new MqttCluster(chart, 'Broker', { listeners: listeners ?? [MqttListener.tcp(), MqttListener.tls(tls)], ...props });
}

const annotations = ({ workload }: MqttCluster) => (workload.toJson() as any).metadata.annotations;
const containerPorts = ({ workload }: MqttCluster) => Object.fromEntries(
  (workload.toJson() as any).spec.template.spec.containers[0].ports.map((port: any) => [port.name, port.containerPort]));
const listeners = ({ configuration }: MqttCluster): any[] => parse((configuration.toJson() as any).data['broker.yaml']).listeners;
const serviceTargets = (brokers: MqttCluster) => [brokers.clientService, brokers.headlessService].map((service) => (service.toJson() as any).spec.ports.map((port: any) => port.targetPort));

test('without a PROXY port nothing speaks of PROXY protocol', () => {
  const brokers = cluster();
  expect(annotations(brokers)).not.toHaveProperty(['cdk8s-mqtt/proxy-listeners']);
  expect(listeners(brokers).flatMap((listener) => Object.keys(listener))).not.toContain('proxyProtocol');
});

test('a PROXY port is a second port of the pods, which speaks what the listener speaks behind the header', () => {
  const brokers = cluster();
  expect(brokers.openProxyPort('mqtts', { version: ProxyProtocolVersion.V2, sources: SOURCES })).toBe('mqtts-proxy');

  expect(containerPorts(brokers)).toEqual({ 'mqtt': 1883, 'mqtts': 8883, 'mqtts-proxy': 18883, 'http': 8080 });
  const [, plain, proxied] = listeners(brokers);
  expect(proxied).toEqual({ ...plain, name: 'mqtts-proxy', port: 18883, proxyProtocol: 'v2', trustedProxies: SOURCES });
  expect(plain).toEqual({ name: 'mqtts', protocol: 'tls', port: 8883, tls: expect.any(Object) });
  expect(annotations(brokers)).toMatchObject({ 'cdk8s-mqtt/proxy-listeners': 'mqtts-proxy', 'cdk8s-mqtt/tls-listeners': 'mqtts,mqtts-proxy' });
});

test('clients inside the Kubernetes cluster keep the listener without the header', () => {
  const brokers = cluster();
  const before = serviceTargets(brokers);
  brokers.openProxyPort('mqtts');
  expect(serviceTargets(brokers)).toEqual(before);
});

test('both versions are taken where none is named, from everybody where no sources are', () => {
  const brokers = cluster();
  brokers.openProxyPort('mqtt');
  expect(listeners(brokers)[2]).toEqual({ name: 'mqtt-proxy', protocol: 'tcp', port: 11883, proxyProtocol: 'any' });
  expect(annotations(brokers)['cdk8s-mqtt/tls-listeners']).toBe('mqtts');
});

test('a cluster without TLS declares none', () => {
  const brokers = cluster([MqttListener.tcp()]);
  brokers.openProxyPort('mqtt');
  expect(annotations(brokers)).not.toHaveProperty(['cdk8s-mqtt/tls-listeners']);
});

test('the NetworkPolicy lets only the sources to the PROXY port, whoever the clients are', () => {
  const brokers = cluster([MqttListener.tcp(), MqttListener.websocket()], { networkAccess: { listenerClients: { mqtt: [MqttNetworkPeer.namespace('gateways')] } } });
  brokers.openProxyPort('mqtt', { sources: SOURCES });
  brokers.openProxyPort('ws');
  const { ingress } = (brokers.networkPolicy!.toJson() as any).spec;
  expect(ingress).toEqual([
    { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateways' } } }], ports: [{ port: 1883, protocol: 'TCP' }] },
    { ports: [{ port: 8083, protocol: 'TCP' }, { port: 18083, protocol: 'TCP' }, { port: 8080, protocol: 'TCP' }] },
    { from: SOURCES.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ port: 11883, protocol: 'TCP' }] },
  ]);
});

test('asking again for the same gives the same port', () => {
  const brokers = cluster();
  const options = { version: ProxyProtocolVersion.V1, sources: SOURCES };
  brokers.openProxyPort('mqtts', options);
  expect(brokers.openProxyPort('mqtts', { ...options, sources: [...SOURCES].reverse() })).toBe('mqtts-proxy');
  expect(listeners(brokers)).toHaveLength(3);
});

describe('names and numbers', () => {
  test('fit into the 15 characters of a port name, and differ', () => {
    const brokers = cluster([
      MqttListener.tcp({ name: 'plant-a1-b' }), MqttListener.tcp({ name: 'plant-a1-c', port: 1884 }), MqttListener.tcp({ name: 'mqtt-proxy', port: 1885 }), MqttListener.tcp({ port: 1886 }),
    ]);
    expect(['plant-a1-b', 'plant-a1-c', 'mqtt'].map((name) => brokers.openProxyPort(name))).toEqual(['plant-a1-proxy', 'plant-a1-proxy2', 'mqtt-proxy2']);
  });

  test('stay below the last port, and avoid those that are taken', () => {
    const brokers = cluster([
      MqttListener.tcp({ name: 'high', port: 60_000 }), MqttListener.tcp({ name: 'low', port: 50_001 }), MqttListener.tcp({ name: 'a', port: 1000 }), MqttListener.tcp({ name: 'b', port: 11_000 }),
    ]);
    ['high', 'low', 'a'].forEach((name) => brokers.openProxyPort(name));
    expect(containerPorts(brokers)).toMatchObject({ 'high-proxy': 50_000, 'low-proxy': 60_001, 'a-proxy': 11_001 });
  });
});

describe('errors', () => {
  const said = (open: () => unknown) => messageOf(open).split('\n').map((line) => line.replace('  - ', ''));

  test('name everything that cannot work', () => {
    expect(said(() => cluster().openProxyPort('ws', { version: 'v3' as any, sources: ['10.0.0.1', '10.0.0.0/8', '10.0.0.0/8'] }))).toEqual([
      '[test/Broker] openProxyPort: 4 arguments cannot work:',
      "listener is 'ws', but the cluster has 'mqtt', 'mqtts'",
      "version is 'v3', but must be one of V1, V2",
      "sources[0] is '10.0.0.1', but must be a CIDR block: a single address is '10.0.0.1/32'",
      "sources[2] is '10.0.0.0/8' a second time: name each block once",
    ]);
    expect(said(() => cluster().openProxyPort('mqtt', { sources: [] }))[1]).toBe('sources is empty: leave it out to believe everybody who reaches the port, or name at least one CIDR block');
  });

  test('a limit of the listener counts behind the header too', () => {
    const limited = (networkAccess: MqttNetworkAccess) => cluster([MqttListener.tcp(), MqttListener.websocket()], { networkAccess });
    const gateways = [MqttNetworkPeer.namespace('gateways')];
    const refused = (limit: string) => [
      '[test/Broker] openProxyPort: an argument cannot work:',
      `sources are left out, but ${limit} says who may connect to listener 'mqtt': the port for PROXY protocol would let everybody in, who could also claim any address. `
        + 'Name the CIDR blocks from which the load balancer reaches the pods (sources, or proxySources of MqttLoadBalancer)',
    ];
    expect(said(() => limited({ clients: gateways }).openProxyPort('mqtt'))).toEqual(refused('networkAccess clients'));
    expect(said(() => limited({ listenerClients: { mqtt: gateways } }).openProxyPort('mqtt'))).toEqual(refused("networkAccess listenerClients['mqtt']"));
    expect(() => limited({ listenerClients: { ws: gateways }, metricsReaders: gateways }).openProxyPort('mqtt')).not.toThrow();
    expect(said(() => limited({ clients: gateways }).openProxyPort('mqtts'))).toEqual(['[test/Broker] openProxyPort: an argument cannot work:', "listener is 'mqtts', but the cluster has 'mqtt', 'ws'"]);
  });

  test('a listener has one PROXY port', () => {
    const brokers = cluster();
    brokers.openProxyPort('mqtts', { version: ProxyProtocolVersion.V2 });
    const remedy = 'a listener has one port for PROXY protocol: ask for the same, or give the other load balancer a listener of its own';
    expect(said(() => brokers.openProxyPort('mqtts', { sources: ['10.0.0.0/8'] }))).toEqual([
      '[test/Broker] openProxyPort: 2 arguments cannot work:',
      `version is 'any', but the port 'mqtts-proxy' of listener 'mqtts' is open for 'v2' already, and ${remedy}`,
      `sources are 10.0.0.0/8, but the port 'mqtts-proxy' of listener 'mqtts' is open for everybody already, and ${remedy}`,
    ]);
  });
});
