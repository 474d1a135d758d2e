import { type Chart, Duration, Testing } from 'cdk8s';
import { LoadBalancerProvider, MqttAutoscaler, MqttCluster, MqttKeepaliveLimit, MqttListener, MqttLoadBalancer, MqttMonitoring, MqttScalingMetric } from '../lib';
import { type Specimen, specimens } from './support/specimens';
import { messageOf, newChart } from './support/synth';

// JavaScript users have no compiler: whatever they pass in the place of an argument, they are told what is wrong and where.

/** What may stand there by mistake instead of a value of this kind. */
function wrongValues(right: unknown): unknown[] {
  if (Array.isArray(right)) return ['text', 7, {}, [null], [NaN]];
  if (isStruct(right)) return ['text', 7, true, []];
  switch (typeof right) {
    case 'string': return [7, NaN, true, [], {}, () => 'text'];
    case 'number': return ['7', NaN, Infinity, -Infinity, true, [], {}];
    case 'boolean': return ['true', 1, [], {}];
    default: return ['10', 7, NaN, {}, [], () => right];
  }
}

function isStruct(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function pathsIn(value: unknown, path: string[] = []): string[][] {
  const inside = isStruct(value) || Array.isArray(value) ? Object.entries(value).flatMap(([key, entry]) => pathsIn(entry, [...path, key])) : [];
  return path.length === 0 ? inside : [path, ...inside];
}

const valueAt = (value: any, path: readonly string[]): unknown => path.reduce((entry, key) => entry[key], value);

/** A copy with another value at this path. */
function withValue(value: any, [key, ...rest]: readonly string[], other: unknown): any {
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = rest.length === 0 ? other : withValue(value[key], rest, other);
  return copy;
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : typeof value === 'object' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : String(value);
}

/** What is wrong with how the arguments are answered; nothing where they are refused with an explanation. */
function complaint({ make }: Specimen, args: unknown): string | undefined {
  try {
    const chart = newChart();
    make(chart, args);
    Testing.synth(chart);
    return 'is accepted';
  } catch (error) {
    const { message } = error as Error;
    const isExplained = /^\[(test(\/\w+)+|MqttCapacity)\] \w+: (an argument cannot work|\d+ arguments cannot work):\n {2}- /.test(message) || /^Mqtt\w+\.\w+: the options are /.test(message);
    return isExplained && !message.includes('[object') ? undefined : `is answered by: ${message.split('\n', 1)}`;
  }
}

beforeAll(() => { process.env.CDK8S_MQTT_QUIET = '1'; });
afterAll(() => { delete process.env.CDK8S_MQTT_QUIET; });

describe.each(Object.entries(specimens))('%s', (_, specimen) => {
  test('is made of right arguments', () => {
    const chart = newChart();
    specimen.make(chart, specimen.args);
    expect(() => Testing.synth(chart)).not.toThrow();
  });

  test('refuses every wrong type in the place of every argument, with an explanation', () => {
    const answers = pathsIn(specimen.args).flatMap((path) => wrongValues(valueAt(specimen.args, path)).flatMap((wrong) => {
      const found = complaint(specimen, withValue(specimen.args, path, wrong));
      return found === undefined ? [] : [`${path.join('.')} = ${nameOf(wrong)} ${found}`];
    }));
    expect(answers).toEqual([]);
  });

  test('does not stumble over null in the place of any argument', () => {
    // Many who write JavaScript mean by it that there is none, and it may count as that.
    const answers = pathsIn(specimen.args).flatMap((path) => {
      const found = complaint(specimen, withValue(specimen.args, path, null));
      return found === undefined || found === 'is accepted' ? [] : [`${path.join('.')} = null ${found}`];
    });
    expect(answers).toEqual([]);
  });
});

test('every load balancer provider is among them', () => {
  const factories = Object.getOwnPropertyNames(LoadBalancerProvider).filter((name) => typeof (LoadBalancerProvider as any)[name] === 'function');
  const tried = Object.keys(specimens).flatMap((name) => /^LoadBalancerProvider\.(\w+)/.exec(name)?.[1] ?? []);
  expect([...new Set(tried)].sort()).toEqual(factories.sort());
});

describe('the same construct twice', () => {
  test('with one id is refused with the path', () => {
    const chart = newChart();
    new MqttCluster(chart, 'Broker');
    expect(() => new MqttCluster(chart, 'Broker')).toThrow("There is already a Construct with name 'Broker' in Chart [test]");
  });

  test('with one name is refused with both paths', () => {
    const chart = newChart();
    new MqttCluster(chart, 'One', { name: 'plant' });
    new MqttCluster(chart, 'Two', { name: 'plant' });
    expect(messageOf(() => Testing.synth(chart))).toMatch(/\[test\/Two\/Resource\] error MQTT-OBJECT-001: [^]*a second StatefulSet mqtt\/plant; the first is at test\/One\/Resource/);
  });

  test('two autoscalers of one cluster are refused', () => {
    const chart = newChart();
    const cluster = new MqttCluster(chart, 'Broker', { keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(30)) });
    const props = { cluster, metrics: [MqttScalingMetric.cpu(70)], maxReplicas: 5 };
    new MqttAutoscaler(chart, 'One', props);
    expect(() => new MqttAutoscaler(chart, 'Two', props)).toThrow("[test/Two] MqttAutoscaler: an argument cannot work:\n  - StatefulSet 'test-broker' has no spec.replicas: another autoscaler took it away");
  });

  test('two monitorings of one cluster are warned of', () => {
    const chart = newChart();
    const cluster = new MqttCluster(chart, 'Broker');
    ['One', 'Two'].forEach((id) => new MqttMonitoring(chart, id, { cluster }));
    expect(cluster.findings.filter(({ id }) => id === 'MQTT-MONITORING-001').map(({ path, found }) => [path, found])).toEqual([
      ['test/Broker/Resource', expect.stringMatching(/^port 8080 \/metrics is fetched by PodMonitor test-one-podmonitor, PodMonitor test-two-podmonitor$/)],
    ]);
  });

  test('one listener twice is refused', () => {
    const listener = MqttListener.tcp();
    expect(() => new MqttCluster(newChart(), 'Broker', { listeners: [listener, listener] })).toThrow('[test/Broker] MqttCluster: 2 arguments cannot work:\n  - listeners[1] port 1883 is taken already, by listeners[0]: choose another');
  });
});

describe('constructs that need each other', () => {
  test('objects that are made of each other are refused with the circle', () => {
    const chart = newChart();
    const cluster = new MqttCluster(chart, 'Broker');
    // A value that is computed at the end, out of the object that it ends up in.
    jest.spyOn(cluster.configuration, 'toJson').mockImplementation(() => ({ data: cluster.workload.toJson().spec }));
    expect(messageOf(() => Testing.synth(chart))).toContain("[test/Broker/Resource] StatefulSet 'test-broker' is made of itself: test/Broker/Resource → test/Broker/Resource");
  });

  test('constructs that depend on each other are refused by cdk8s, with the circle', () => {
    const chart = newChart();
    const cluster = new MqttCluster(chart, 'Broker');
    const balancer = new MqttLoadBalancer(chart, 'LoadBalancer', { cluster, provider: LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(350) }) });
    cluster.node.addDependency(balancer);
    balancer.node.addDependency(cluster);
    expect(messageOf(() => Testing.synth(chart))).toMatch(/Dependency cycle detected: test\/\S+ => test\//);
  });

  test('a cluster of another app is watched and published all the same', () => {
    const cluster = new MqttCluster(newChart(), 'Broker');
    const chart = newChart();
    new MqttMonitoring(chart, 'Monitoring', { cluster });
    expect(Testing.synth(chart).map(({ kind }) => kind)).toContain('PodMonitor');
  });

  test('a construct outside of a chart is refused', () => {
    expect(() => new MqttCluster(Testing.app() as unknown as Chart, 'Broker')).toThrow(/chart/i);
  });
});
