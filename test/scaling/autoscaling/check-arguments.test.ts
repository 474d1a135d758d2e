import { App, Chart, Duration, JsonPatch } from 'cdk8s';
import { autoscaled } from './autoscaled';
import { MqttCluster } from '../../../lib/cluster/mqtt-cluster';
import type { MqttClusterProps } from '../../../lib/cluster/mqtt-cluster-props';
import { MqttAutoscaler } from '../../../lib/scaling/mqtt-autoscaler';
import { MqttAutoscalerKind } from '../../../lib/scaling/mqtt-autoscaler-kind';
import { MqttScaleDown } from '../../../lib/scaling/mqtt-autoscaler-props';
import { MqttScalingMetric } from '../../../lib/scaling/mqtt-scaling-metric';
import { messageOf, newChart } from '../../support/synth';

const refusal = (props: any, settings?: MqttClusterProps) => messageOf(() => autoscaled(props, settings));
const keda = (options: any) => ({ kind: MqttAutoscalerKind.keda(options) });
const URL = 'http://prometheus:9090';

test.each<[string, object, string]>([
  ['no end', { maxReplicas: undefined }, 'maxReplicas is undefined, but must be a whole number: without an end, a storm of clients starts brokers until the nodes are full'],
  ['one broker', { maxReplicas: 1 }, 'maxReplicas is 1, but must be a whole number of at least 2: there is nothing to scale with one broker'],
  ['text for a number', { maxReplicas: '9' }, "maxReplicas is '9', but must be a whole number of at least 2: there is nothing to scale with one broker"],
  ['no broker', { minReplicas: 0 }, 'minReplicas is 0, but must be a whole number of at least 1: without a broker nobody can connect, and the metrics never rise again'],
  ['NaN', { minReplicas: NaN }, 'minReplicas is NaN, but must be a whole number of at least 1: without a broker nobody can connect, and the metrics never rise again'],
  ['nothing between', { minReplicas: 9 }, 'maxReplicas is 9, but must be above minReplicas, 9: there is nothing to scale otherwise'],
  ['text for a kind', { kind: 'keda' }, "kind is 'keda', but must be made like this: MqttAutoscalerKind.horizontalPodAutoscaler()"],
  ['text for scaling down', { scaleDown: 'fast' }, "scaleDown is 'fast', but must be one of DISABLED, ONE_POD_PER_DRAIN"],
  ['no metrics', { metrics: [] }, 'metrics is empty: leave it out to scale on connections and CPU'],
  ['no array', { metrics: MqttScalingMetric.cpu() }, 'metrics is a MqttScalingMetric, but must be an array'],
  ['text for a metric', { metrics: ['cpu'] }, "metrics[0] is 'cpu', but must be made like this: MqttScalingMetric.connections()"],
  ['no metric', { metrics: [undefined] }, 'metrics[0] is undefined, but must be made like this: MqttScalingMetric.connections()'],
  ['a metric twice', { metrics: [MqttScalingMetric.cpu(50), MqttScalingMetric.cpu(60)] }, "metrics[1] is 'cpu' once more: write each metric once"],
  ['no CPU', { metrics: [MqttScalingMetric.cpu(0)] }, 'metrics[0] utilization is 0, but must be a whole number from 1 to 100: it is a percentage of the CPU request'],
  ['too much CPU', { metrics: [MqttScalingMetric.cpu(101)] }, 'metrics[0] utilization is 101, but must be a whole number from 1 to 100: it is a percentage of the CPU request'],
  ['a share for a percentage', { metrics: [MqttScalingMetric.cpu(0.7)] }, 'metrics[0] utilization is 0.7, but must be a whole number from 1 to 100: it is a percentage of the CPU request'],
  ['no connections', { metrics: [MqttScalingMetric.connections(0)] }, 'metrics[0] perPod is 0, but must be a whole number of at least 1: it is the number of clients of each pod'],
  ['no options of KEDA', keda(null), "kind is null, but must be made like this: MqttAutoscalerKind.keda({ prometheusUrl: 'http://prometheus-operated.monitoring.svc:9090' })"],
  ['no URL', keda({}), "kind prometheusUrl is undefined, but must be an http(s) URL, for example 'http://prometheus-operated.monitoring.svc:9090'"],
  ['a host for a URL', keda({ prometheusUrl: 'prometheus:9090' }), "kind prometheusUrl is 'prometheus:9090', but must be an http(s) URL, for example 'http://prometheus-operated.monitoring.svc:9090'"],
  ['a password in the URL', keda({ prometheusUrl: 'http://user:secret@prometheus:9090' }), 'kind prometheusUrl carries credentials, which everybody who reads the manifest would see: put them into a Secret and name a triggerAuthentication'],
  ['no pause', keda({ prometheusUrl: URL, pollingInterval: Duration.seconds(0) }), 'kind pollingInterval is 0 s, but must be at least 1 s: KEDA counts it in seconds'],
  ['half a second', keda({ prometheusUrl: URL, pollingInterval: Duration.millis(500) }), 'kind pollingInterval is 0.5 s, but can only be expressed in whole seconds: KEDA counts it in seconds'],
  ['a name that is none', keda({ prometheusUrl: URL, triggerAuthentication: 'Prometheus' }), "kind triggerAuthentication is 'Prometheus', but must be lower-case letters, digits, dashes and dots, at most 253 (a DNS-1123 subdomain): Kubernetes refuses the object otherwise"],
])('%s', (_, props, message) => {
  expect(refusal(props)).toBe(`[test/Autoscaler] MqttAutoscaler: an argument cannot work:\n  - ${message}`);
});

test('a password in the URL is not repeated in the error', () => {
  expect(refusal(keda({ prometheusUrl: 'http://user:secret@prometheus:9090' }))).not.toContain('secret');
});

test('more replicas than the autoscaler may have', () => {
  expect(refusal({ maxReplicas: 3 }, { replicas: 3 })).toContain('maxReplicas is 3, but must be above the replicas of the cluster, 3: there is nothing to scale otherwise');
});

test.each([
  ['no cluster', undefined, "cluster is undefined, but must be the cluster to scale: new MqttCluster(chart, 'Broker')"],
  ['text for a cluster', 'broker', "cluster is 'broker', but must be made like this: new MqttCluster(chart, 'Broker')"],
])('%s', (_, cluster, message) => {
  const make = () => new MqttAutoscaler(newChart(), 'Autoscaler', { cluster: cluster as never, maxReplicas: 3 });
  expect(messageOf(make)).toBe(`[test/Autoscaler] MqttAutoscaler: an argument cannot work:\n  - ${message}`);
});

test('no props at all', () => {
  expect(messageOf(() => new MqttAutoscaler(newChart(), 'Autoscaler', undefined as never))).toContain('cluster is undefined');
});

test('a cluster in another namespace', () => {
  const app = new App();
  const cluster = new MqttCluster(new Chart(app, 'brokers', { namespace: 'mqtt' }), 'Broker');
  const refused = (namespace?: string) => messageOf(() => new MqttAutoscaler(new Chart(app, `scaling-${namespace}`, { namespace }), 'Autoscaler', { cluster, maxReplicas: 3 }));
  expect(refused('other')).toContain("the chart of the autoscaler has the namespace 'other', but the cluster has the namespace 'mqtt': an autoscaler scales what is beside it");
  expect(refused()).toContain("the chart of the autoscaler has no namespace, but the cluster has the namespace 'mqtt'");
});

test('a second autoscaler', () => {
  const { chart, cluster } = autoscaled();
  expect(messageOf(() => new MqttAutoscaler(chart, 'Another', { cluster, maxReplicas: 3 }))).toBe(
    '[test/Another] MqttAutoscaler: an argument cannot work:\n'
    + "  - StatefulSet 'broker' has no spec.replicas: another autoscaler took it away, or an override did. "
    + 'A cluster has one autoscaler, with several metrics where one is not enough, and it is the autoscaler that removes spec.replicas',
  );
});

test('a broker that requests no CPU', () => {
  expect(refusal({}, { resources: {} })).toContain('metrics[1] is the CPU in percent of the request, but the broker requests none, so the autoscaler would do nothing: '
    + 'set resources.cpuRequest of the cluster, or metrics: [MqttScalingMetric.connections()]');
  expect(() => autoscaled({ metrics: [MqttScalingMetric.connections()] }, { resources: {} })).not.toThrow();
});

test('a workload that does not say how many connections it is planned for', () => {
  const chart = newChart();
  const cluster = new MqttCluster(chart, 'Broker');
  cluster.workload.addJsonPatch(JsonPatch.remove('/metadata/annotations/cdk8s-mqtt~1connections-per-pod'));
  expect(messageOf(() => new MqttAutoscaler(chart, 'Autoscaler', { cluster, maxReplicas: 3 }))).toContain(
    'metrics[0] has no number of connections, and the workload does not say how many it is planned for: write for example MqttScalingMetric.connections(8000)',
  );
});

test('a broker whose connections cannot be counted', () => {
  const chart = newChart();
  const cluster: any = Object.create(new MqttCluster(chart, 'Broker'), { brokerName: { value: 'mosquitto' } });
  expect(messageOf(() => new MqttAutoscaler(chart, 'Autoscaler', { cluster, maxReplicas: 3 }))).toContain(
    "metrics[0] are the connections, but how the broker 'mosquitto' counts them is not known (companion is): write metrics: [MqttScalingMetric.cpu()]",
  );
});

test('a drain that takes longer than any period of an autoscaler', () => {
  const settings = { terminationGracePeriod: Duration.seconds(1801) };
  expect(refusal({ scaleDown: MqttScaleDown.ONE_POD_PER_DRAIN }, settings)).toContain(
    'scaleDown takes a pod away every 1801 s, as long as one may take to stop, but an autoscaler knows no period above 1800 s: '
    + 'set fewer connectionsPerPod or a higher drainConnectionsPerSecond on the cluster, or write MqttScaleDown.DISABLED',
  );
  expect(() => autoscaled({}, settings)).not.toThrow();
});

test('everything at once', () => {
  expect(refusal({ maxReplicas: 0, minReplicas: 0, scaleDown: 'x' }).split('\n')[0]).toBe('[test/Autoscaler] MqttAutoscaler: 3 arguments cannot work:');
});
