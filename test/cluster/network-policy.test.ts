import { MqttCluster, MqttListener, MqttNetworkAccess, MqttNetworkEgress, MqttNetworkPeer, MqttProfile, MqttSessionStore } from '../../lib';
import { findObject, messageOf, newChart } from '../support/synth';

const LISTENERS = [MqttListener.tcp(), MqttListener.websocket()];

function policy(networkAccess: MqttNetworkAccess): any {
  const chart = newChart();
  new MqttCluster(chart, 'Broker', { listeners: LISTENERS, networkAccess });
  return findObject(chart, 'NetworkPolicy').spec;
}

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
  const egress: Required<MqttNetworkEgress> = { peers: [MqttNetworkPeer.cidr('203.0.113.0/24')], ports: [443, 8443] };
  const access: Required<MqttNetworkAccess> = {
    clients: [
      MqttNetworkPeer.namespace('gateways'), MqttNetworkPeer.namespaces({ team: 'iot' }), MqttNetworkPeer.pods({ app: 'bridge' }),
      MqttNetworkPeer.podsOf('ingest', { app: 'reader' }), MqttNetworkPeer.cidr('2001:db8::/32'),
    ],
    listenerClients: { ws: [MqttNetworkPeer.namespace('web')] },
    metricsReaders: [MqttNetworkPeer.namespace('monitoring')],
    egress: [egress],
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
    { to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: tcp(443, 8443) },
    { to: [{ ...namespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }] },
  ]);
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
    ['egress to nobody', { egress: [] }, ['… egress is empty: leave it out: without it, the pods connect to nobody']],
    ['egress without peers and ports', { egress: [{ peers: [], ports: [] }, null, { peers: [MqttNetworkPeer.namespace('a')], ports: [0] }] }, [
      '… egress[0] peers is empty: everything would be reachable; name what is needed',
      '… egress[0] ports is empty: every port would be open; write those that are needed',
      "… egress[1] is null, but must be made like this: { peers: [MqttNetworkPeer.namespace('gateways')], ports: [443] }",
      '… egress[2] ports[0] is 0, but must be a whole number from 1 to 65535: there are no other TCP ports',
    ]],
  ])('%s', (_, access, expected) => {
    expect(complaints(access)).toEqual(expected);
  });

  test('peers of a policy that is switched off', () => {
    expect(complaints({}, false)).toEqual(['… is given, but networkPolicy is false: leave one of them out']);
  });
});
