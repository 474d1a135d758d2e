import { JsonPatch } from 'cdk8s';
import { MqttCluster, MqttDnsAccess, MqttListener, MqttMessageLog, MqttNetworkAccess, MqttNetworkEgress, MqttNetworkPeer, MqttProfile, MqttReplicatedStoreOptions, MqttSessionStore } from '../../lib';
import { findObject, messageOf, newChart } from '../support/synth';

const LISTENERS = [MqttListener.tcp(), MqttListener.websocket()];

function policy(networkAccess: MqttNetworkAccess): any {
  const chart = newChart();
  new MqttCluster(chart, 'Broker', { listeners: LISTENERS, networkAccess });
  return findObject(chart, 'NetworkPolicy').spec;
}

const udp = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'UDP' }));
const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'TCP' }));
const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });

test('who may connect switches the policy on', () => {
  expect(policy({})).toEqual({
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'test-broker' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ ports: tcp(1883, 8083, 8080) }],
  });
});

test('everything set', () => {
  const egress: Required<MqttNetworkEgress> = { peers: [MqttNetworkPeer.cidr('203.0.113.0/24')], ports: [443, 8443], udpPorts: [8125] };
  const access: Required<MqttNetworkAccess> = {
    clients: [
      MqttNetworkPeer.namespace('gateways'), MqttNetworkPeer.namespaces({ team: 'iot' }), MqttNetworkPeer.pods({ app: 'bridge' }),
      MqttNetworkPeer.podsOf('ingest', { app: 'reader' }), MqttNetworkPeer.cidr('2001:db8::/32'),
    ],
    listenerClients: { ws: [MqttNetworkPeer.namespace('web')] },
    metricsReaders: [MqttNetworkPeer.namespace('monitoring')],
    egress: [egress],
    dns: MqttDnsAccess.of([MqttNetworkPeer.pods({ app: 'resolver' })], [1053]),
  };
  const { ingress, egress: rules } = policy(access);
  expect(ingress).toEqual([
    {
      from: [
        namespace('gateways'), { namespaceSelector: { matchLabels: { team: 'iot' } } }, { podSelector: { matchLabels: { app: 'bridge' } } },
        { ...namespace('ingest'), podSelector: { matchLabels: { app: 'reader' } } }, { ipBlock: { cidr: '2001:db8::/32' } },
      ],
      ports: tcp(1883),
    },
    { from: [namespace('web')], ports: tcp(8083) },
    { from: [namespace('monitoring')], ports: tcp(8080) },
  ]);
  expect(rules).toEqual([
    { to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [...tcp(443, 8443), ...udp(8125)] },
    { to: [{ podSelector: { matchLabels: { app: 'resolver' } } }], ports: [...udp(1053), ...tcp(1053)] },
  ]);
});

describe('names are resolved', () => {
  const pods = (space: string, labels: object) => ({ ...namespace(space), podSelector: { matchLabels: labels } });
  const kubeDns = pods('kube-system', { 'k8s-app': 'kube-dns' });
  const nodeLocalDns = pods('kube-system', { 'k8s-app': 'node-local-dns' });
  const openshift = { to: [pods('openshift-dns', { 'dns.operator.openshift.io/daemonset-dns': 'default' })], ports: [...udp(5353), ...tcp(5353)] };
  const gardener = { to: [kubeDns], ports: [...udp(8053), ...tcp(8053)] };
  const dnsPods = [{ to: [kubeDns, nodeLocalDns], ports: [...udp(53), ...tcp(53)] }, gardener, openshift];
  const egress = [{ peers: [MqttNetworkPeer.namespace('statsd')], udpPorts: [8125] }];
  const toStatsd = { to: [namespace('statsd')], ports: udp(8125) };

  test.each<[string, MqttDnsAccess | undefined, object[]]>([
    ['by whoever has port 53, and by DNS pods that have another', undefined, [{ ports: [...udp(53), ...tcp(53)] }, gardener, openshift]],
    ['the same, written out', MqttDnsAccess.anyResolver(), [{ ports: [...udp(53), ...tcp(53)] }, gardener, openshift]],
    ['by DNS pods alone', MqttDnsAccess.clusterPods(), dnsPods],
    ['by the usual cache on the node', MqttDnsAccess.nodeLocal(), [...dnsPods, { to: [{ ipBlock: { cidr: '169.254.20.10/32' } }], ports: [...udp(53), ...tcp(53)] }]],
    ['by addresses of both families', MqttDnsAccess.nodeLocal(['172.20.0.10', 'fd00::a']), [
      ...dnsPods, { to: [{ ipBlock: { cidr: '172.20.0.10/32' } }, { ipBlock: { cidr: 'fd00::a/128' } }], ports: [...udp(53), ...tcp(53)] },
    ]],
    ['by a resolver of one\'s own', MqttDnsAccess.of([MqttNetworkPeer.namespace('dns')]), [{ to: [namespace('dns')], ports: [...udp(53), ...tcp(53)] }]],
  ])('%s', (_, dns, expected) => {
    expect(policy({ egress, dns }).egress).toEqual([toStatsd, ...expected]);
  });

  test('not by a broker that connects to nobody', () => {
    expect(policy({ dns: MqttDnsAccess.anyResolver() })).not.toHaveProperty('egress');
  });

  test('by the message log of the cluster\'s own as by the brokers, unless it says something else', () => {
    const dns = MqttDnsAccess.of([MqttNetworkPeer.namespace('dns')]);
    const logPolicy = (options: MqttReplicatedStoreOptions) => {
      const chart = newChart();
      new MqttCluster(chart, 'Broker', { networkAccess: { dns }, sessionStore: MqttSessionStore.replicated({ networkPolicy: true, ...options }) });
      return findObject(chart, 'NetworkPolicy', 'test-broker-log').spec.egress.slice(1);
    };
    const byNamespace = [{ to: [namespace('dns')], ports: [...udp(53), ...tcp(53)] }];
    expect(logPolicy({})).toEqual(byNamespace);
    expect(logPolicy({ dns: undefined })).toEqual(byNamespace);
    expect(logPolicy({ dns: MqttDnsAccess.clusterPods() })).toEqual(dnsPods);
  });

  test('or a rule says that nobody answers', () => {
    const chart = newChart();
    const cluster = new MqttCluster(chart, 'Broker', { networkPolicy: true, sessionStore: MqttSessionStore.replicated({ nodes: 3, networkPolicy: true }) });
    const log = cluster.ownMessageLog!;
    const closed = () => cluster.findings.filter(({ id }) => id === 'MQTT-SECURITY-008').map(({ found }) => found);
    expect(closed()).toEqual([]);

    [cluster.networkPolicy, log.networkPolicy].forEach((object) => [3, 2, 1].forEach((index) => object!.addJsonPatch(JsonPatch.remove(`/spec/egress/${index}`))));
    const hosts = [0, 1, 2].map((node) => `test-broker-log-${node}.test-broker-log-headless.mqtt.svc`).join(', ');
    expect(closed().sort()).toEqual([
      `${hosts} in broker.yaml of ConfigMap test-broker-configuration, and no egress over UDP in NetworkPolicy test-broker`,
      `${hosts} in nats.conf of ConfigMap test-broker-log-configuration, and no egress over UDP in NetworkPolicy test-broker-log`,
    ]);
  });

  test('by a message log as it says itself', () => {
    const chart = newChart();
    new MqttMessageLog(chart, 'Log', { networkPolicy: true, dns: MqttDnsAccess.clusterPods() });
    expect(findObject(chart, 'NetworkPolicy').spec.egress.slice(1)).toEqual(dnsPods);
  });
});

test('listeners that a profile opens by itself are known by name', () => {
  const networkAccess = { listenerClients: { mqtts: [MqttNetworkPeer.namespace('plants')] } };
  const chart = newChart();
  new MqttCluster(chart, 'Broker', { profile: MqttProfile.production({ replicas: 1, sessionStore: MqttSessionStore.embedded() }), networkAccess });
  expect(findObject(chart, 'NetworkPolicy').spec.ingress).toEqual([{ from: [namespace('plants')], ports: tcp(8883) }, { ports: tcp(8080) }]);
});

describe('errors', () => {
  const complaints = (networkAccess: unknown, networkPolicy?: boolean) => (
    messageOf(() => new MqttCluster(newChart(), 'Broker', { listeners: LISTENERS, networkAccess: networkAccess as MqttNetworkAccess, networkPolicy })).split('\n').slice(1).map((line) => line.replace('  - networkAccess', '…'))
  );
  const NO_PEER = "but must be an MqttNetworkPeer, for example MqttNetworkPeer.namespace('gateways')";

  test.each<[string, unknown, string[]]>([
    ['text', 'all', ["… is 'all', but must be made like this: { clients: [MqttNetworkPeer.namespace('gateways')] }"]],
    ['nobody, which would be everybody', { clients: [] }, ['… clients is empty: everybody would be let in; leave it out if that is meant']],
    ['names in the place of peers', { clients: ['gateways', null, {}] }, [`… clients[0] is 'gateways', ${NO_PEER}`, `… clients[1] is null, ${NO_PEER}`, `… clients[2] is an object, ${NO_PEER}`]],
    ['a namespace that is none', { metricsReaders: [MqttNetworkPeer.namespace('Not a namespace')] }, [
      "… metricsReaders[0] namespace labels['kubernetes.io/metadata.name'] is 'Not a namespace', which is not a label value: at most 63 letters, digits, '-', '_', '.', beginning and ending with a letter or digit",
    ]],
    ['labels that select all', { clients: [MqttNetworkPeer.pods({}), MqttNetworkPeer.namespaces({})] }, [
      '… clients[0] pod labels is empty, which selects all there are: write the labels of those that are meant',
      '… clients[1] namespace labels is empty, which selects all there are: write the labels of those that are meant',
    ]],
    ['a block with host bits', { clients: [MqttNetworkPeer.cidr('203.0.113.7/24')] }, ["… clients[0] is '203.0.113.7/24', whose host bits are set: the block is '203.0.113.0/24', the single address '203.0.113.7/32'"]],
    ['a listener that is not there', { listenerClients: { wss: [] } }, [
      "… listenerClients has 'wss', but the listeners are mqtt, ws", "… listenerClients['wss'] is empty: everybody would be let in; leave it out if that is meant",
    ]],
    ['egress to nobody', { egress: [] }, ['… egress is empty: leave it out: without it, the pods connect to nobody else']],
    ['egress without peers and ports', { egress: [{ peers: [], ports: [] }, null, { peers: [MqttNetworkPeer.namespace('a')], ports: [0] }] }, [
      '… egress[0] peers is empty: everything would be reachable; name what is needed',
      '… egress[0] ports is empty: write those that are needed, or leave it out where only UDP is',
      "… egress[1] is null, but must be made like this: { peers: [MqttNetworkPeer.namespace('gateways')], ports: [443] }",
      '… egress[2] ports[0] is 0, but must be a whole number from 1 to 65535: there are no other ports',
    ]],
    ['egress whose peers or ports are not there', { egress: [{ peers: undefined, udpPorts: [] }, { peers: [MqttNetworkPeer.namespace('a')] }] }, [
      '… egress[0] peers is null, but must be an array', '… egress[0] udpPorts is empty: write those that are needed, or leave it out',
      '… egress[1] has neither ports nor udpPorts: every port would be open; write those that are needed',
    ]],
    ['a word for DNS', { dns: 'cluster' }, ["… dns is 'cluster', but must be made like this: MqttDnsAccess.anyResolver()"]],
    ['a resolver that is nowhere', { dns: MqttDnsAccess.of([], []) }, [
      '… dns peers is empty: every address would be open; write MqttDnsAccess.anyResolver() if that is meant', '… dns ports is empty: every port would be open; leave it out for 53',
    ]],
    ['a resolver that is missing', { dns: MqttDnsAccess.of(undefined as any, [70_000]) }, [
      '… dns peers is null, but must be an array', '… dns ports[0] is 70000, but must be a whole number from 1 to 65535: there are no other ports',
    ]],
    ['a resolver on no address', { dns: MqttDnsAccess.nodeLocal([]) }, ["… dns addresses is empty: leave it out for '169.254.20.10', or write what stands in /etc/resolv.conf of a pod"]],
    ['addresses that are none', { dns: MqttDnsAccess.nodeLocal(['169.254.20.10/32', 'coredns', 53 as any]) }, [
      "… dns addresses[0] is '169.254.20.10/32', but must be an IP address without a prefix length, for example '169.254.20.10'",
      "… dns addresses[1] is 'coredns', but must be an IP address without a prefix length, for example '169.254.20.10'",
      "… dns addresses[2] is 53, but must be an IP address without a prefix length, for example '169.254.20.10'",
    ]],
    ['an address in the place of a list', { dns: MqttDnsAccess.nodeLocal('169.254.20.10' as any) }, ["… dns addresses is '169.254.20.10', but must be an array"]],
  ])('%s', (_, access, expected) => {
    expect(complaints(access)).toEqual(expected);
  });

  test('peers of a policy that is switched off', () => {
    expect(complaints({}, false)).toEqual(['… is given, but networkPolicy is false: leave one of them out']);
  });
});
