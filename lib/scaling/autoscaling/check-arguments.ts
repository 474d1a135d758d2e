import { Chart, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { BROKERS_WITH_CONNECTIONS, connectionsMetric } from './connections-metric';
import { scaledWorkload, type ScaledWorkload } from './scaled-workload';
import { metricsOf, type Scaling } from './scaling';
import { LONGEST_PERIOD_SECONDS } from './scaling-behavior';
import { ArgumentErrors, show } from '../../manifest/arguments';
import type { IMqttCluster } from '../../network/mqtt-cluster-reference';
import { MqttAutoscalerKind, type MqttKedaOptions } from '../mqtt-autoscaler-kind';
import { type MqttAutoscalerProps, MqttScaleDown } from '../mqtt-autoscaler-props';
import type { MqttScalingMetric } from '../mqtt-scaling-metric';

/**
 * Refuses what cannot work, all of it at once, and resolves the rest.
 *
 * Whether this cluster should be scaled at all is not decided here: rules look at the manifests (MQTT-SESSION-001 for brokers with separate sessions), and
 * what they find can be acknowledged by whoever means it.
 */
export function checkedScaling(scope: Construct, props: MqttAutoscalerProps): Scaling {
  const errors = new ArgumentErrors(scope, 'MqttAutoscaler');
  const { cluster } = props ?? {};
  if (cluster === undefined) errors.add("cluster is undefined, but must be the cluster to scale: new MqttCluster(chart, 'Broker')");
  errors.like('cluster', cluster, ['workload', 'brokerName', 'selectorLabels', 'kubernetesVersion'], "new MqttCluster(chart, 'Broker')");
  errors.throwIfAny();

  const workload = scaledWorkload(cluster);
  checkNamespace(errors, scope, cluster);
  const isScaled = workload.replicas === undefined;
  if (isScaled) {
    errors.add(`${cluster.workload.kind} '${cluster.workload.name}' has no spec.replicas: another autoscaler took it away, or an override did. `
      + 'A cluster has one autoscaler, with several metrics where one is not enough, and it is the autoscaler that removes spec.replicas');
  }
  checkReplicas(errors, props, workload);
  if (errors.like('kind', props.kind, ['kedaOptions'], 'MqttAutoscalerKind.horizontalPodAutoscaler()') && props.kind.kedaOptions !== undefined) {
    checkKeda(errors, props.kind.kedaOptions);
  }
  checkMetrics(errors, props, workload);
  errors.member('scaleDown', props.scaleDown, MqttScaleDown);
  if (props.scaleDown === MqttScaleDown.ONE_POD_PER_DRAIN && workload.stopSeconds > LONGEST_PERIOD_SECONDS) {
    errors.add(`scaleDown takes a pod away every ${workload.stopSeconds} s, as long as one may take to stop, but an autoscaler knows no period above `
      + `${LONGEST_PERIOD_SECONDS} s: set fewer connectionsPerPod or a higher drainConnectionsPerSecond on the cluster, or write MqttScaleDown.DISABLED`);
  }
  errors.throwIfAny();
  return {
    cluster,
    kind: props.kind ?? MqttAutoscalerKind.horizontalPodAutoscaler(),
    metrics: metricsOf(props),
    minReplicas: props.minReplicas ?? workload.replicas!,
    maxReplicas: props.maxReplicas,
    scaleDown: props.scaleDown ?? MqttScaleDown.DISABLED,
  };
}

function checkNamespace(errors: ArgumentErrors, scope: Construct, { workload }: IMqttCluster): void {
  const { namespace } = Chart.of(scope);
  if (namespace === workload.metadata.namespace) return;
  const of = (name: string | undefined) => name === undefined ? 'no namespace' : `the namespace '${name}'`;
  errors.add(`the chart of the autoscaler has ${of(namespace)}, but the cluster has ${of(workload.metadata.namespace)}: `
    + 'an autoscaler scales what is beside it. Make it in the chart of the cluster');
}

function checkReplicas(errors: ArgumentErrors, { minReplicas, maxReplicas }: MqttAutoscalerProps, { replicas }: ScaledWorkload): void {
  if (maxReplicas === undefined) errors.add('maxReplicas is undefined, but must be a whole number: without an end, a storm of clients starts brokers until the nodes are full');
  errors.wholeNumber('maxReplicas', maxReplicas, { min: 2 }, 'there is nothing to scale with one broker');
  errors.wholeNumber('minReplicas', minReplicas, { min: 1 }, 'without a broker nobody can connect, and the metrics never rise again');
  const least = minReplicas ?? replicas;
  if (least !== undefined && Number.isInteger(maxReplicas) && maxReplicas >= 2 && least >= maxReplicas) {
    errors.add(`maxReplicas is ${maxReplicas}, but must be above ${minReplicas === undefined ? 'the replicas of the cluster' : 'minReplicas'}, ${least}: there is nothing to scale otherwise`);
  }
}

function checkMetrics(errors: ArgumentErrors, props: MqttAutoscalerProps, workload: ScaledWorkload): void {
  if (props.metrics !== undefined && !errors.filledArray('metrics', props.metrics, 'leave it out to scale on connections and CPU')) return;
  const seen = new Set<string>();
  for (const [index, metric] of metricsOf(props).entries()) {
    const at = `metrics[${index}]`;
    if (metric?.name !== 'connections' && metric?.name !== 'cpu') {
      errors.add(`${at} is ${show(metric)}, but must be made like this: MqttScalingMetric.connections()`);
      continue;
    }
    if (seen.has(metric.name)) errors.add(`${at} is '${metric.name}' once more: write each metric once`);
    seen.add(metric.name);
    if (metric.name === 'cpu') checkCpu(errors, at, metric, workload);
    else checkConnections(errors, at, metric, workload, props.cluster.brokerName);
  }
}

function checkCpu(errors: ArgumentErrors, at: string, { target }: MqttScalingMetric, { requestsCpu }: ScaledWorkload): void {
  errors.wholeNumber(`${at} utilization`, target, { min: 1, max: 100 }, 'it is a percentage of the CPU request');
  if (!requestsCpu) {
    errors.add(`${at} is the CPU in percent of the request, but the broker requests none, so the autoscaler would do nothing: `
      + 'set resources.cpuRequest of the cluster, or metrics: [MqttScalingMetric.connections()]');
  }
}

function checkConnections(
  errors: ArgumentErrors, at: string, { target }: MqttScalingMetric, { connectionsPerPod }: ScaledWorkload, broker: string,
): void {
  errors.wholeNumber(`${at} perPod`, target, { min: 1 }, 'it is the number of clients of each pod');
  if (target === undefined && connectionsPerPod === undefined) {
    errors.add(`${at} has no number of connections, and the workload does not say how many it is planned for: write for example MqttScalingMetric.connections(8000)`);
  }
  if (connectionsMetric(broker) === undefined) {
    errors.add(`${at} are the connections, but how the broker '${broker}' counts them is not known (${BROKERS_WITH_CONNECTIONS.join(', ')} is): `
      + 'write metrics: [MqttScalingMetric.cpu()]');
  }
}

function checkKeda(errors: ArgumentErrors, options: MqttKedaOptions): void {
  if (!errors.like('kind', options, [], "MqttAutoscalerKind.keda({ prometheusUrl: 'http://prometheus-operated.monitoring.svc:9090' })")) return;
  const { prometheusUrl, pollingInterval, triggerAuthentication } = options;
  if (typeof prometheusUrl !== 'string' || !/^https?:\/\/[^\s/]+/.test(prometheusUrl)) {
    errors.add(`kind prometheusUrl is ${show(prometheusUrl)}, but must be an http(s) URL, for example 'http://prometheus-operated.monitoring.svc:9090'`);
  } else if (/^https?:\/\/[^/]*@/.test(prometheusUrl)) {
    errors.add('kind prometheusUrl carries credentials, which everybody who reads the manifest would see: put them into a Secret and name a triggerAuthentication');
  }
  errors.duration('kind pollingInterval', pollingInterval, { min: Duration.seconds(1) }, 'KEDA counts it in seconds');
  errors.dnsSubdomain('kind triggerAuthentication', triggerAuthentication);
}
