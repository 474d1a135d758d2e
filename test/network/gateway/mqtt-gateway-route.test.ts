import { Chart, Duration, JsonPatch, Testing } from 'cdk8s';
import { chart, cluster, gatewayRoute, INTERNET, manifests, refusals } from './fixtures';
import { MqttCluster } from '../../../lib/cluster/mqtt-cluster';
import { KubernetesVersion } from '../../../lib/manifest/kubernetes-version';
import { ExternalDnsPrefix } from '../../../lib/network/dns/external-dns-prefix';
import { MqttGateway } from '../../../lib/network/gateway/mqtt-gateway';
import type { MqttGatewayOptions } from '../../../lib/network/gateway/mqtt-gateway-options';
import { MqttGatewayRoute } from '../../../lib/network/gateway/mqtt-gateway-route';
import { type MqttGatewayRouteProps, MqttTcpRouteVersion } from '../../../lib/network/gateway/mqtt-gateway-route-props';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind } from '../../../lib/network/load-balancer-traits';
import { MqttLoadBalancer } from '../../../lib/network/mqtt-load-balancer';
import { messageOf } from '../../support/synth';

const LABELS = {
  'app.kubernetes.io/instance': 'iot-broker',
  'app.kubernetes.io/managed-by': 'cdk8s-mqtt',
  'app.kubernetes.io/name': 'mqtt-broker',
  'app.kubernetes.io/part-of': 'mqtt',
};

test('a route by SNI through a Gateway of its own, with every property', () => {
  const route = gatewayRoute({
    gateway: MqttGateway.ofClass('envoy', {
      exposure: LoadBalancerExposure.INTERNAL,
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: Duration.seconds(350),
      implementation: 'envoy-gateway',
      ports: { mqtts: 443 },
      name: 'mqtt-edge',
      annotations: { 'example.com/size': 'small' },
    }),
    listeners: ['mqtts'],
    hostnames: ['mqtt.example.com', '*.tenants.example.com'],
    annotations: { 'example.com/team': 'iot' },
    labels: { 'example.com/stage': 'test' },
  });

  expect(route.gatewayName).toBe('mqtt-edge');
  expect(manifests(route)).toEqual([
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: {
        name: 'mqtt-edge',
        labels: { ...LABELS, 'app.kubernetes.io/component': 'gateway', 'example.com/stage': 'test' },
        annotations: { 'example.com/size': 'small' },
      },
      spec: {
        gatewayClassName: 'envoy',
        listeners: [{ name: 'mqtts', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' }, allowedRoutes: { kinds: [{ kind: 'TLSRoute' }] } }],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'TLSRoute',
      metadata: {
        name: 'iot-route-mqtts-route',
        labels: { ...LABELS, 'app.kubernetes.io/component': 'route', 'example.com/stage': 'test' },
        annotations: {
          'cdk8s-mqtt/load-balancer-provider': 'envoy-gateway',
          'cdk8s-mqtt/load-balancer-class': 'passthrough',
          'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '350',
          'cdk8s-mqtt/load-balancer-exposure': 'internal',
          'cdk8s-mqtt/load-balancer-local-health-check': 'not-needed',
          'example.com/team': 'iot',
        },
      },
      spec: {
        parentRefs: [{ name: 'mqtt-edge', sectionName: 'mqtts' }],
        hostnames: ['mqtt.example.com', '*.tenants.example.com'],
        rules: [{ backendRefs: [{ name: 'iot-broker', port: 8883 }] }],
      },
    },
  ]);
});

test('routes by port through a Gateway that exists', () => {
  const route = gatewayRoute({
    gateway: MqttGateway.fromName('edge', { ...INTERNET, namespace: 'infra', sectionNames: { mqtt: 'plain' } }),
    listeners: ['mqtts', 'mqtt'],
  });
  expect(route.gateway).toBeUndefined();
  expect(route.gatewayName).toBe('edge');
  expect(manifests(route).map(({ kind, spec }) => ({ kind, ...spec }))).toEqual([
    { kind: 'TCPRoute', parentRefs: [{ name: 'edge', namespace: 'infra', sectionName: 'plain' }], rules: [{ backendRefs: [{ name: 'iot-broker', port: 1883 }] }] },
    { kind: 'TCPRoute', parentRefs: [{ name: 'edge', namespace: 'infra', sectionName: 'mqtts' }], rules: [{ backendRefs: [{ name: 'iot-broker', port: 8883 }] }] },
  ]);
});

test('what is not said about the gateway is counted as the worst', () => {
  expect(manifests(gatewayRoute())[0].metadata.annotations).toEqual({
    'cdk8s-mqtt/load-balancer-provider': 'gateway',
    'cdk8s-mqtt/load-balancer-class': 'proxy',
    'cdk8s-mqtt/load-balancer-idle-timeout-seconds': 'unknown',
    'cdk8s-mqtt/load-balancer-exposure': 'internet',
    'cdk8s-mqtt/load-balancer-local-health-check': 'not-needed',
  });
});

test('a gateway without an idle timeout', () => {
  const [route] = manifests(gatewayRoute({ gateway: MqttGateway.fromName('edge', { ...INTERNET, idleTimeoutKind: IdleTimeoutKind.NONE }) }));
  expect(route.metadata.annotations['cdk8s-mqtt/load-balancer-idle-timeout-seconds']).toBe('none');
});

test('a Gateway of its own has a TCP listener for TLS without hostnames: TCPRoutes cannot attach to TLS listeners', () => {
  const [gateway, ...routes] = manifests(gatewayRoute({ gateway: MqttGateway.ofClass('envoy', INTERNET), listeners: ['mqtt', 'mqtts'] }));
  expect(gateway.spec.listeners).toEqual([
    { name: 'mqtt', port: 1883, protocol: 'TCP', allowedRoutes: { kinds: [{ kind: 'TCPRoute' }] } },
    { name: 'mqtts', port: 8883, protocol: 'TCP', allowedRoutes: { kinds: [{ kind: 'TCPRoute' }] } },
  ]);
  expect(routes.map(({ spec }) => spec.parentRefs)).toEqual([[{ name: 'iot-route-gateway', sectionName: 'mqtt' }], [{ name: 'iot-route-gateway', sectionName: 'mqtts' }]]);
});

test('an older Gateway API differs in the version of TCPRoute only', () => {
  const [[now], [before]] = [MqttTcpRouteVersion.V1, MqttTcpRouteVersion.V1ALPHA2].map((tcpRouteVersion) => manifests(gatewayRoute({ tcpRouteVersion })));
  expect(before).toEqual({ ...now, apiVersion: 'gateway.networking.k8s.io/v1alpha2' });
});

test('only the encrypted listeners are opened when there are any', () => {
  expect(manifests(gatewayRoute()).map(({ spec }) => spec.parentRefs[0].sectionName)).toEqual(['mqtts']);
});

test('two clusters share the port of one Gateway by SNI', () => {
  const scope = chart();
  const [north, south] = ['North', 'South'].map((id) => new MqttCluster(scope, id, { listeners: cluster(new Chart(scope, `${id}Certificate`)).listeners }));
  const first = new MqttGatewayRoute(scope, 'NorthRoute', { cluster: north, hostnames: ['north.example.com'], gateway: MqttGateway.ofClass('envoy', INTERNET) });
  const second = new MqttGatewayRoute(scope, 'SouthRoute', { cluster: south, hostnames: ['south.example.com'], gateway: MqttGateway.fromName(first.gatewayName, INTERNET) });
  expect([first, second].map(({ routes }) => routes[0].toJson().spec)).toEqual([
    { parentRefs: [{ name: 'iot-northroute-gateway', sectionName: 'mqtts' }], hostnames: ['north.example.com'], rules: [{ backendRefs: [{ name: 'iot-north', port: 8883 }] }] },
    { parentRefs: [{ name: 'iot-northroute-gateway', sectionName: 'mqtts' }], hostnames: ['south.example.com'], rules: [{ backendRefs: [{ name: 'iot-south', port: 8883 }] }] },
  ]);
});

test('beside a load balancer, in one app that the rules accept', () => {
  const scope = new Chart(Testing.app(), 'iot', { disableResourceNameHashes: true });
  const brokers = new MqttCluster(scope, 'Broker');
  new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider: LoadBalancerProvider.metalLb({ exposure: LoadBalancerExposure.INTERNAL }) });
  new MqttGatewayRoute(scope, 'Route', { cluster: brokers, gateway: MqttGateway.ofClass('envoy', { exposure: LoadBalancerExposure.INTERNAL, idleTimeoutKind: IdleTimeoutKind.NONE }) });
  expect(Testing.synth(scope).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Service', 'Gateway', 'TCPRoute']));
});

test('overrides work on the final manifests', () => {
  const route = gatewayRoute({ gateway: MqttGateway.ofClass('envoy', INTERNET) });
  route.gateway!.addJsonPatch(JsonPatch.add('/spec/infrastructure', { annotations: { 'example.com/idle': '350' } }));
  route.routes[0].addJsonPatch(JsonPatch.replace('/spec/rules/0/backendRefs/0/port', 1));
  const [gateway, first] = manifests(route);
  expect([gateway.spec.infrastructure.annotations, first.spec.rules[0].backendRefs[0].port]).toEqual([{ 'example.com/idle': '350' }, 1]);
});

test('an acknowledgement is kept on every route', () => {
  const route = gatewayRoute({ listeners: ['mqtt', 'mqtts'] });
  route.acknowledge('MQTT-KEEPALIVE-001', 'Clients reconnect cheaply.');
  expect(manifests(route).map(({ metadata }) => metadata.annotations['acknowledge.cdk8s-mqtt/MQTT-KEEPALIVE-001'])).toEqual(['Clients reconnect cheaply.', 'Clients reconnect cheaply.']);
});

describe('names in DNS', () => {
  test('stand on one TCPRoute', () => {
    const route = gatewayRoute({ listeners: ['mqtt', 'mqtts'] });
    route.addDnsName('mqtt.example.com', { ttl: Duration.minutes(1), prefix: ExternalDnsPrefix.CURRENT });
    const [first, second] = manifests(route).map(({ metadata }) => metadata.annotations);
    expect([first['external-dns.kubernetes.io/hostname'], first['external-dns.kubernetes.io/ttl']]).toEqual(['mqtt.example.com', '60']);
    expect(Object.keys(second).filter((key) => key.startsWith('external-dns'))).toEqual([]);
  });

  test('cannot be the ones of a Service', () => {
    const scope = chart();
    const route = gatewayRoute({}, scope);
    const balancer = new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: new MqttCluster(scope, 'Other'), provider: LoadBalancerProvider.metalLb() });
    balancer.addDnsName('mqtt.example.com');
    expect(messageOf(() => route.addDnsName('mqtt.example.com'))).toContain("hostname is 'mqtt.example.com', which Service 'iot-loadbalancer' (iot/LoadBalancer/Resource) has already");
  });

  test('with targets are refused', () => {
    expect(messageOf(() => gatewayRoute().addDnsName('mqtt.example.com', { targets: ['192.0.2.1'] }))).toBe(
      '[iot/Route/mqtts-route] DNS name: an argument cannot work:\n  - targets is set, but ExternalDNS reads targets from the Gateway, not from its routes: annotate the Gateway');
  });

  test('on TLSRoutes are refused', () => {
    expect(messageOf(() => gatewayRoute({ hostnames: ['mqtt.example.com'] }).addDnsName('mqtt.example.com'))).toBe(
      '[iot/Route] addDnsName: every route is a TLSRoute, whose names ExternalDNS takes from its hostnames: write the name into hostnames');
  });
});

describe('refused', () => {
  const own = (options: object = {}) => MqttGateway.ofClass('envoy', { ...INTERNET, ...options } as never);
  const existing = (options: object = {}) => MqttGateway.fromName('edge', { ...INTERNET, ...options } as never);
  const label = 'lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label)';
  const subdomain = 'lower-case letters, digits, dashes and dots, at most 253 (a DNS-1123 subdomain): Kubernetes refuses the object otherwise';

  test.each<[string, object, string[]]>([
    ['no cluster', { cluster: undefined }, ['cluster is undefined, but must be an MqttCluster']],
    ['no gateway', { gateway: undefined }, ["gateway is null, but must be made like this: MqttGateway.ofClass('envoy', { exposure: LoadBalancerExposure.INTERNET })"]],
    ['text for a gateway', { gateway: 'edge' }, ["gateway is 'edge', but must be made like this: MqttGateway.ofClass('envoy', { exposure: LoadBalancerExposure.INTERNET })"]],
    ['no options', { gateway: MqttGateway.fromName('edge', undefined as never) }, ['the options of gateway is null, but must be made like this: { exposure: LoadBalancerExposure.INTERNET }']],
    ['unknown listener', { listeners: ['ws'] }, ["listeners[0] is 'ws', but the cluster has 'mqtt', 'mqtts'"]],
    ['no listener', { listeners: [] }, ['listeners is empty: leave it out, or name at least one listener']],
    ['text for hostnames', { hostnames: 'mqtt.example.com' }, ["hostnames is 'mqtt.example.com', but must be an array"]],
    ['no hostname', { hostnames: [] }, ['hostnames is empty: leave it out to take all connections of the port, or name at least one DNS name']],
    ['wrong hostname', { hostnames: ['192.0.2.1', null] }, [
      "hostnames[0] is '192.0.2.1', but must be a DNS name, not an IP address: a TLSRoute takes no other",
      "hostnames[1] is null, but must be a DNS name, for example 'mqtt.example.com': a TLSRoute takes no other",
    ]],
    ['hostname twice', { hostnames: ['a.example.com', 'a.example.com'] }, ["hostnames[1] is 'a.example.com' a second time: name each DNS name once"]],
    ['too many hostnames', { hostnames: Array.from({ length: 1025 }, (_, index) => `h${index}.example.com`) }, ['hostnames has 1025 names, but a TLSRoute takes 1024: use a wildcard, or make several routes']],
    ['hostnames without TLS', { hostnames: ['a.example.com'], listeners: ['mqtt', 'mqtts'] }, [
      "hostnames is set, but the listeners 'mqtt' have no TLS, and without a TLS handshake nobody says which name was meant: leave them out of listeners, or give them a route of their own without hostnames",
    ]],
    ['version of TCPRoute', { tcpRouteVersion: 'v2' }, ["tcpRouteVersion is 'v2', but must be one of V1, V1ALPHA2"]],
    ['label of the library', { labels: { 'app.kubernetes.io/name': 'x' } }, ["labels['app.kubernetes.io/name'] is already written by this library: choose another key"]],
    ['label that is none', { labels: { a: 'b c' } }, ["labels['a'] is 'b c', which is not a label value: at most 63 letters, digits, '-', '_', '.', beginning and ending with a letter or digit"]],
    ['annotation of the library', { annotations: { 'cdk8s-mqtt/load-balancer-class': 'proxy' } }, ["annotations['cdk8s-mqtt/load-balancer-class'] is what this library tells its rules: it cannot be set by hand"]],
    ['annotation that is none', { annotations: { a: 1 } }, ["annotations['a'] is 1, but must be a string"]],
    ['no exposure', { gateway: existing({ exposure: undefined }) }, ['gateway.exposure is missing: say whether LoadBalancerExposure.INTERNET or LoadBalancerExposure.INTERNAL can reach it']],
    ['unknown exposure', { gateway: existing({ exposure: 'public' }) }, ["gateway.exposure is 'public', but must be one of INTERNET, INTERNAL"]],
    ['unknown kind', { gateway: existing({ kind: 'envoy' }) }, ["gateway.kind is 'envoy', but must be one of PASSTHROUGH, PROXY"]],
    ['number for an idle timeout', { gateway: existing({ idleTimeout: 60 }) }, ['gateway.idleTimeout is 60, but must be a Duration, for example Duration.seconds(1)']],
    ['idle timeout of nothing', { gateway: existing({ idleTimeout: Duration.seconds(0) }) }, ['gateway.idleTimeout is 0 s, but must be at least 1 s: a gateway without one has IdleTimeoutKind.NONE']],
    ['known but missing', { gateway: existing({ idleTimeoutKind: IdleTimeoutKind.KNOWN }) }, ['gateway.idleTimeoutKind is KNOWN, but gateway.idleTimeout is missing: give it, or write IdleTimeoutKind.UNKNOWN']],
    ['none but given', { gateway: existing({ idleTimeoutKind: IdleTimeoutKind.NONE, idleTimeout: Duration.seconds(9) }) }, ['gateway.idleTimeoutKind is NONE, but gateway.idleTimeout is given: leave one of them out']],
    ['implementation', { gateway: existing({ implementation: 'Envoy Gateway' }) }, [`gateway.implementation is 'Envoy Gateway', but must be ${label}: it becomes the value of an annotation that rules read`]],
    ['gateway without a name', { gateway: MqttGateway.fromName(undefined as never, INTERNET) }, [`the name of the gateway is null, but must be ${subdomain}`]],
    ['namespace', { gateway: existing({ namespace: 'Infra' }) }, [`gateway.namespace is 'Infra', but must be ${label}: Kubernetes refuses the object otherwise`]],
    ['text for section names', { gateway: existing({ sectionNames: 'tls' }) }, ["gateway.sectionNames is 'tls', but must be made like this: { mqtts: 'tls-passthrough' }"]],
    ['section of no listener', { gateway: existing({ sectionNames: { mqtt: 'plain' } }) }, ["gateway.sectionNames has 'mqtt', which is no listener of this route: it has mqtts"]],
    ['wrong section', { gateway: existing({ sectionNames: { mqtts: 'TLS' } }) }, [`gateway.sectionNames['mqtts'] is 'TLS', but must be ${subdomain}`]],
    ['section twice', { listeners: ['mqtt', 'mqtts'], gateway: existing({ sectionNames: { mqtt: 'mqtts' } }) }, [
      "the listeners 'mqtt' and 'mqtts' would share the listener 'mqtts' of the Gateway, which can lead to one of them only: give each its own in gateway.sectionNames",
    ]],
    ['gateway without a class', { gateway: MqttGateway.ofClass('', INTERNET) }, [`the class of the gateway is '', but must be ${subdomain}`]],
    ['name of the gateway', { gateway: own({ name: 'Edge' }) }, [`gateway.name is 'Edge', but must be ${label}: Kubernetes refuses the object otherwise`]],
    ['port of no listener', { gateway: own({ ports: { ws: 443 } }) }, ["ports has 'ws', which is no listener of this route: it has mqtts"]],
    ['port out of range', { gateway: own({ ports: { mqtts: 70000 } }) }, ["ports['mqtts'] is 70000, but must be a whole number from 1 to 65535: it is a TCP port"]],
    ['port twice', { listeners: ['mqtt', 'mqtts'], gateway: own({ ports: { mqtt: 8883 } }) }, ["the listeners 'mqtt' and 'mqtts' would share port 8883: give one of them another in ports"]],
    ['annotation of the library on the gateway', { gateway: own({ annotations: { 'cdk8s-mqtt/broker': 'x' } }) }, ["gateway.annotations['cdk8s-mqtt/broker'] is what this library tells its rules: it cannot be set by hand"]],
  ])('%s', (_, props, messages) => {
    expect(refusals(props as Partial<MqttGatewayRouteProps>)).toEqual(messages);
  });

  test('everything at once, with the path of the construct', () => {
    expect(messageOf(() => gatewayRoute({ hostnames: [], gateway: MqttGateway.fromName('Edge', {} as MqttGatewayOptions) }))).toMatch(
      /^\[iot\/Route\] MqttGatewayRoute: 3 arguments cannot work:\n {2}- hostnames .*\n {2}- gateway\.exposure .*\n {2}- the name of the gateway .*$/);
  });

  test('TLSRoute before Kubernetes 1.31', () => {
    const scope = chart();
    const { listeners } = cluster(scope);
    const older = new MqttCluster(scope, 'Older', { listeners, kubernetesVersion: KubernetesVersion.V1_30 });
    expect(refusals({ cluster: older, hostnames: ['a.example.com'] })).toEqual([
      'hostnames needs TLSRoute, whose validation expressions are known since Kubernetes 1.31, but the target is 1.30: the API server refuses its definition. Leave hostnames out and get a TCPRoute, or raise kubernetesVersion',
    ]);
  });

  test('another namespace than that of the brokers', () => {
    const app = Testing.app();
    const brokers = new MqttCluster(new Chart(app, 'brokers', { namespace: 'mqtt' }), 'Broker');
    expect(refusals({ cluster: brokers }, new Chart(app, 'edge', { namespace: 'infra' }))).toEqual([
      "the chart's namespace is 'infra', but the brokers are in 'mqtt', and a route leads to Services of its own namespace only, unless a ReferenceGrant allows another: "
      + 'construct the route in a chart of the same namespace',
    ]);
  });
});
