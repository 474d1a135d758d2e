import { Chart, JsonPatch, Testing } from 'cdk8s';
import { Secret } from 'cdk8s-plus-27';
import { chart, cluster, loadBalancer, manifest, refusals } from './fixtures';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import { ExternalTrafficPolicy } from '../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../lib/network/load-balancer-provider';
import { LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck } from '../../lib/network/load-balancer-traits';
import { MqttListener } from '../../lib/network/mqtt-listener';
import { MqttLoadBalancer } from '../../lib/network/mqtt-load-balancer';
import { AwsNlbScheme, AwsNlbTargetType } from '../../lib/network/providers/aws-nlb-options';
import { MqttTls } from '../../lib/security/mqtt-tls';
import { MqttSpread } from '../../lib/workload/mqtt-spread';

const provider = LoadBalancerProvider.custom({
  kind: LoadBalancerKind.PROXY,
  exposure: LoadBalancerExposure.INTERNET,
  localHealthCheck: LocalHealthCheck.AUTOMATIC,
});

test('the whole Service, with every property', () => {
  const balancer = loadBalancer(provider, {
    listeners: ['mqtts', 'mqtt'],
    ports: { mqtts: 443 },
    trafficPolicy: ExternalTrafficPolicy.LOCAL,
    sourceRanges: ['203.0.113.0/24', '2001:db8::/32'],
    healthCheckNodePort: 30100,
    name: 'mqtt-public',
    annotations: { 'example.com/team': 'iot' },
    labels: { 'example.com/stage': 'test' },
  });

  expect(balancer.serviceName).toBe('mqtt-public');
  expect(manifest(balancer)).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'mqtt-public',
      labels: {
        'app.kubernetes.io/component': 'load-balancer',
        'app.kubernetes.io/instance': 'iot-broker',
        'app.kubernetes.io/managed-by': 'cdk8s-mqtt',
        'app.kubernetes.io/name': 'mqtt-broker',
        'app.kubernetes.io/part-of': 'mqtt',
        'example.com/stage': 'test',
      },
      annotations: {
        'cdk8s-mqtt/load-balancer-class': 'proxy',
        'cdk8s-mqtt/load-balancer-exposure': 'internet',
        'cdk8s-mqtt/load-balancer-idle-timeout-seconds': 'unknown',
        'cdk8s-mqtt/load-balancer-local-health-check': 'automatic',
        'cdk8s-mqtt/load-balancer-provider': 'custom',
        'example.com/team': 'iot',
      },
    },
    spec: {
      type: 'LoadBalancer',
      selector: { 'app.kubernetes.io/instance': 'iot-broker', 'app.kubernetes.io/name': 'mqtt-broker' },
      ports: [
        { name: 'mqtt', port: 1883, protocol: 'TCP', targetPort: 'mqtt' },
        { name: 'mqtts', port: 443, protocol: 'TCP', targetPort: 'mqtts' },
      ],
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 30100,
      loadBalancerSourceRanges: ['203.0.113.0/24', '2001:db8::/32'],
    },
  });
});

test('construct ids and names are a contract', () => {
  const balancer = loadBalancer(provider);
  expect(balancer.service.node.path).toBe('iot/LoadBalancer/Resource');
  expect(balancer.serviceName).toBe('iot-loadbalancer');
  expect(manifest(balancer).metadata.name).toBe('iot-loadbalancer');
});

test('overrides work on the final manifest', () => {
  const balancer = loadBalancer(provider);
  balancer.service.addJsonPatch(JsonPatch.add('/spec/trafficDistribution', 'PreferClose'));
  expect(manifest(balancer).spec.trafficDistribution).toBe('PreferClose');
});

test('an acknowledgement is kept on the Service', () => {
  const balancer = loadBalancer(provider);
  balancer.acknowledge('MQTT-TRAFFIC-005', 'The brokers log device names, not addresses.');
  expect(manifest(balancer).metadata.annotations['acknowledge.cdk8s-mqtt/MQTT-TRAFFIC-005']).toBe('The brokers log device names, not addresses.');
  expect(() => balancer.acknowledge('MQTT-TRAFFIC-999', 'why')).toThrow('[iot/LoadBalancer/Resource] acknowledge("MQTT-TRAFFIC-999", …) names no rule');
});

test('the selector is the one of the StatefulSet', () => {
  const scope = chart();
  const brokers = cluster(scope);
  const balancer = new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider });
  expect(manifest(balancer).spec.selector).toEqual(brokers.workload.toJson().spec.selector.matchLabels);
});

test('two load balancers of one cluster are two Services', () => {
  const scope = chart();
  const brokers = cluster(scope);
  const inside = new MqttLoadBalancer(scope, 'Inside', { cluster: brokers, provider, listeners: ['mqtt'] });
  const outside = new MqttLoadBalancer(scope, 'Outside', { cluster: brokers, provider, listeners: ['mqtts'] });
  expect([inside.serviceName, outside.serviceName]).toEqual(['iot-inside', 'iot-outside']);
});

describe('listeners', () => {
  test('only the encrypted ones are opened when there are any', () => {
    expect(manifest(loadBalancer(provider)).spec.ports.map(({ name }: { name: string }) => name)).toEqual(['mqtts']);
  });

  test('all are opened when none is encrypted', () => {
    const scope = chart();
    const brokers = new MqttCluster(scope, 'Broker', { listeners: [MqttListener.tcp(), MqttListener.websocket()] });
    const balancer = new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider });
    expect(manifest(balancer).spec.ports.map(({ name }: { name: string }) => name)).toEqual(['mqtt', 'ws']);
  });

  test.each<[unknown, string]>([
    [[], 'listeners is empty: leave it out, or name at least one listener'],
    ['mqtt', "listeners is 'mqtt', but must be an array"],
    [['mqttt'], "listeners[0] is 'mqttt', but the cluster has 'mqtt', 'mqtts'"],
    [[8883], "listeners[0] is 8883, but the cluster has 'mqtt', 'mqtts'"],
    [['mqtt', 'mqtt'], "listeners[1] is 'mqtt' a second time: name each listener once"],
  ])('%p is refused', (listeners, message) => {
    expect(refusals(provider, { listeners: listeners as string[] })).toEqual([message]);
  });
});

describe('ports', () => {
  test.each<[unknown, string]>([
    [443, 'ports is 443, but must be an object with a port for each listener\'s name, for example { mqtts: 443 }'],
    [null, 'ports is null, but must be an object with a port for each listener\'s name, for example { mqtts: 443 }'],
    [[443], 'ports is an array, but must be an object with a port for each listener\'s name, for example { mqtts: 443 }'],
    [{ mqttt: 443 }, "ports has 'mqttt', which is no listener of this load balancer: it has mqtts"],
    [{ mqtt: 443 }, "ports has 'mqtt', which is no listener of this load balancer: it has mqtts"],
    [{ mqtts: 0 }, "ports['mqtts'] is 0, but must be a whole number from 1 to 65535: it is a TCP port"],
    [{ mqtts: NaN }, "ports['mqtts'] is NaN, but must be a whole number from 1 to 65535: it is a TCP port"],
    [{ mqtts: '443' }, "ports['mqtts'] is '443', but must be a whole number from 1 to 65535: it is a TCP port"],
  ])('%p is refused', (ports, message) => {
    expect(refusals(provider, { ports: ports as { [listener: string]: number } })).toEqual([message]);
  });

  test('two listeners cannot share one', () => {
    expect(refusals(provider, { listeners: ['mqtt', 'mqtts'], ports: { mqtts: 1883 } }))
      .toEqual(["the listeners 'mqtt' and 'mqtts' would share port 1883: give one of them another in ports"]);
  });
});

describe('traffic policy', () => {
  const policyOf = (antiAffinity: MqttSpread, of: LoadBalancerProvider): string => {
    const scope = chart();
    return manifest(new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: cluster(scope, antiAffinity), provider: of })).spec.externalTrafficPolicy;
  };

  test('is Local where each node has one broker pod and the provider knows which nodes have one', () => {
    expect(policyOf(MqttSpread.REQUIRED, provider)).toBe('Local');
  });

  test('is Cluster where broker pods may share a node', () => {
    expect(policyOf(MqttSpread.PREFERRED, provider)).toBe('Cluster');
  });

  test('is Cluster where the provider does not ask which nodes have a broker pod', () => {
    const blind = LoadBalancerProvider.custom({ kind: LoadBalancerKind.PROXY, exposure: LoadBalancerExposure.INTERNET });
    expect(policyOf(MqttSpread.REQUIRED, blind)).toBe('Cluster');
  });

  test('is Cluster where the load balancer sends to the pods themselves', () => {
    expect(policyOf(MqttSpread.REQUIRED, LoadBalancerProvider.awsNlb({ targetType: AwsNlbTargetType.IP }))).toBe('Cluster');
    expect(policyOf(MqttSpread.REQUIRED, LoadBalancerProvider.awsNlb({ targetType: AwsNlbTargetType.INSTANCE }))).toBe('Local');
  });

  test('can be chosen against the default', () => {
    expect(manifest(loadBalancer(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL })).spec.externalTrafficPolicy).toBe('Local');
  });

  test('of another name is refused', () => {
    expect(refusals(provider, { trafficPolicy: 'local' as ExternalTrafficPolicy })).toEqual(["trafficPolicy is 'local', but must be one of LOCAL, CLUSTER"]);
  });
});

describe('source ranges', () => {
  test.each<[unknown, string]>([
    [[], 'sourceRanges is empty: leave it out to let clients connect from everywhere, or name at least one CIDR block'],
    ['10.0.0.0/8', "sourceRanges is '10.0.0.0/8', but must be an array"],
    [['10.1.0.0/8'], "sourceRanges[0] is '10.1.0.0/8', whose host bits are set: the block is '10.0.0.0/8', the single address '10.1.0.0/32'"],
    [['10.0.0.0/8', '10.0.0.0/8'], "sourceRanges[1] is '10.0.0.0/8' a second time: name each block once"],
    [['2001:db8::/32', '2001:DB8:0::/32'], "sourceRanges[1] is '2001:DB8:0::/32' a second time: name each block once"],
  ])('%p is refused', (sourceRanges, message) => {
    expect(refusals(provider, { sourceRanges: sourceRanges as string[] })).toEqual([message]);
  });
});

describe('health check node port', () => {
  test.each<[unknown, string]>([
    [0, 'healthCheckNodePort is 0, but must be a whole number from 1 to 65535: it is a port on every node'],
    [30100.5, 'healthCheckNodePort is 30100.5, but must be a whole number from 1 to 65535: it is a port on every node'],
    ['30100', "healthCheckNodePort is '30100', but must be a whole number from 1 to 65535: it is a port on every node"],
  ])('%p is refused', (healthCheckNodePort, message) => {
    expect(refusals(provider, { healthCheckNodePort: healthCheckNodePort as number, trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual([message]);
  });

  test('does not exist with Cluster', () => {
    const remedy = 'leave it out, or set trafficPolicy to ExternalTrafficPolicy.LOCAL';
    const fact = 'healthCheckNodePort is set, but exists with externalTrafficPolicy Local only, and this Service has Cluster';
    expect(refusals(provider, { healthCheckNodePort: 30100 })).toEqual([`${fact}, which is the default here (see trafficPolicy): ${remedy}`]);
    expect(refusals(provider, { healthCheckNodePort: 30100, trafficPolicy: ExternalTrafficPolicy.CLUSTER })).toEqual([`${fact}, as trafficPolicy says: ${remedy}`]);
  });
});

describe('metadata', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ name: 'MQTT' }, "name is 'MQTT', but must be lower-case letters"],
    [{ name: '1883-mqtt' }, "name is '1883-mqtt', but the name of a Service begins with a letter (a DNS-1035 label): Kubernetes refuses the Service otherwise"],
    [{ name: 'a'.repeat(64) }, "name is 'aaaa"],
    [{ labels: { 'a b': 'c' } }, "labels has the key 'a b'"],
    [{ labels: { a: 'b c' } }, "labels['a'] is 'b c'"],
    [{ annotations: { 'a b': 'c' } }, "annotations has the key 'a b'"],
    [{ annotations: { a: 1 } }, "annotations['a'] is 1, but must be a string"],
    [{ labels: { 'app.kubernetes.io/instance': 'x' } }, "labels['app.kubernetes.io/instance'] is already written by this library: choose another key"],
    [{ annotations: { 'cdk8s-mqtt/load-balancer-exposure': 'internal' } },
      "annotations['cdk8s-mqtt/load-balancer-exposure'] is what this library tells its rules: it cannot be set by hand"],
  ])('%p is refused', (props, message) => {
    const messages = refusals(provider, props);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(message);
  });

  test("an annotation that the provider writes is set with the provider's options", () => {
    const key = 'service.beta.kubernetes.io/aws-load-balancer-scheme';
    expect(refusals(LoadBalancerProvider.awsNlb(), { annotations: { [key]: 'internet-facing' } }))
      .toEqual([`annotations['${key}'] is already written by the provider: set it with the provider's options`]);
  });
});

describe('arguments', () => {
  test('all that cannot work is in one error, with the construct path', () => {
    const scope = chart();
    expect(() => new MqttLoadBalancer(scope, 'LoadBalancer', {
      cluster: cluster(scope),
      provider: LoadBalancerProvider.awsNlb({ scheme: 'public' as AwsNlbScheme, subnets: [] }),
      listeners: ['mqttt'],
      sourceRanges: ['office'],
      name: 'Public',
    })).toThrow(/^\[iot\/LoadBalancer\] MqttLoadBalancer: 5 arguments cannot work:\n  - listeners\[0\] .*\n  - sourceRanges\[0\] .*\n  - name .*\n  - provider.scheme .*\n  - provider.subnets .*$/);
  });

  test.each([undefined, null, {}])('props of %p are refused', (props) => {
    expect(() => new MqttLoadBalancer(chart(), 'LoadBalancer', props as any))
      .toThrow('- cluster is undefined, but must be an MqttCluster\n  - provider is undefined, but must be a LoadBalancerProvider, for example LoadBalancerProvider.awsNlb()');
  });

  test('a provider by name is refused', () => {
    expect(refusals('aws' as any)).toEqual(["provider is 'aws', but must be a LoadBalancerProvider, for example LoadBalancerProvider.awsNlb()"]);
  });

  test.each([[null, 'null'], ['ip', "'ip'"], [[], 'an array']])('provider options of %p are refused', (options, shown) => {
    expect(refusals(LoadBalancerProvider.awsNlb(options as any))).toEqual([`the provider's options are ${shown}, but must be an object`]);
  });

  test('a chart of another namespace is refused', () => {
    const app = Testing.app();
    const brokers = cluster(new Chart(app, 'brokers', { namespace: 'mqtt' }));
    const scope = new Chart(app, 'edge', { namespace: 'edge' });
    expect(() => new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider })).toThrow(
      "the chart's namespace is 'edge', but the brokers are in 'mqtt', and a Service reaches pods of its own namespace only: construct the load balancer in a chart of the same namespace");
  });

  test('another chart of the same namespace is fine', () => {
    const app = Testing.app();
    const brokers = cluster(new Chart(app, 'brokers', { namespace: 'mqtt' }));
    const balancer = new MqttLoadBalancer(new Chart(app, 'edge', { namespace: 'mqtt' }), 'LoadBalancer', { cluster: brokers, provider });
    expect(manifest(balancer).metadata.namespace).toBe('mqtt');
  });
});

test('a secure WebSocket listener is opened beside MQTT over TLS', () => {
  const scope = chart();
  const tls = MqttTls.fromSecret(Secret.fromSecretName(scope, 'Certificate', 'broker-tls'));
  const brokers = new MqttCluster(scope, 'Broker', { listeners: [MqttListener.tls(tls), MqttListener.secureWebsocket(tls)] });
  const balancer = new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider, ports: { wss: 443 } });
  expect(manifest(balancer).spec.ports).toEqual([
    { name: 'mqtts', port: 8883, protocol: 'TCP', targetPort: 'mqtts' },
    { name: 'wss', port: 443, protocol: 'TCP', targetPort: 'wss' },
  ]);
});
