import { ApiObject, Duration, JsonPatch, Testing, Yaml } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-27';
import { autoscaled } from './autoscaling/autoscaled';
import { MqttProfile } from '../../lib/cluster/mqtt-profile';
import { KubernetesVersion } from '../../lib/manifest/kubernetes-version';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { BROKERS_WITH_METRICS } from '../../lib/monitoring/metrics/broker-metrics';
import { COMPANION_METRICS } from '../../lib/monitoring/metrics/companion';
import { BROKERS_WITH_CONNECTIONS, connectionsMetric } from '../../lib/scaling/autoscaling/connections-metric';
import { MqttAutoscalerKind } from '../../lib/scaling/mqtt-autoscaler-kind';
import { MqttScaleDown } from '../../lib/scaling/mqtt-autoscaler-props';
import { MqttScalingMetric } from '../../lib/scaling/mqtt-scaling-metric';
import { MqttAuthorization } from '../../lib/security/mqtt-authorization';
import { MqttTls } from '../../lib/security/mqtt-tls';
import { MqttDisruptionBudget } from '../../lib/workload/mqtt-disruption-budget';
import { describeWithDefinitions, problemsOf } from '../monitoring/custom-resources';
import { KNOWN_MINORS, StrictSchema } from '../support/strict-schema';
import { findObject, messageOf, newChart } from '../support/synth';

const SEPARATE_BROKERS: [string, string] = ['MQTT-SESSION-001', 'separate brokers, in this test'];
const KEDA = MqttAutoscalerKind.keda({ prometheusUrl: 'http://prometheus:9090' });
const EVERY_KEDA_OPTION = MqttAutoscalerKind.keda({
  prometheusUrl: 'https://prometheus.example.com/prometheus', pollingInterval: Duration.seconds(15), triggerAuthentication: 'prometheus',
});

test('a HorizontalPodAutoscaler of a production cluster', () => {
  const { chart } = autoscaled({}, { profile: MqttProfile.production() });
  const autoscaler = findObjectUnchecked(chart, 'HorizontalPodAutoscaler');
  expect(autoscaler).toEqual({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: 'test-autoscaler',
      namespace: 'mqtt',
      labels: {
        'app.kubernetes.io/name': 'mqtt-broker',
        'app.kubernetes.io/instance': 'broker',
        'app.kubernetes.io/component': 'autoscaler',
        'app.kubernetes.io/part-of': 'mqtt',
        'app.kubernetes.io/managed-by': 'cdk8s-mqtt',
      },
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' },
      minReplicas: 3,
      maxReplicas: 9,
      metrics: [
        // Four fifths of 10,000
        { type: 'Pods', pods: { metric: { name: 'mqtt_connections' }, target: { type: 'AverageValue', averageValue: '8000' } } },
        { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'companion', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
      behavior: { scaleDown: { selectPolicy: 'Disabled' } },
    },
  });
});

test('a ScaledObject of a production cluster', () => {
  const { chart } = autoscaled({ kind: KEDA }, { profile: MqttProfile.production() });
  const { apiVersion, spec } = findObjectUnchecked(chart, 'ScaledObject');
  expect(apiVersion).toBe('keda.sh/v1alpha1');
  expect(spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' },
    minReplicaCount: 3,
    maxReplicaCount: 9,
    advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { selectPolicy: 'Disabled' } } } },
    triggers: [
      {
        type: 'prometheus',
        metricType: 'AverageValue',
        metadata: { serverAddress: 'http://prometheus:9090', query: 'sum(mqtt_connections{namespace="mqtt",pod=~"broker-[0-9]+"})', threshold: '8000' },
      },
      { type: 'cpu', metricType: 'Utilization', metadata: { value: '70', containerName: 'companion' } },
    ],
  });
});

test('every option of KEDA', () => {
  const { spec } = findObjectUnchecked(autoscaled({ kind: EVERY_KEDA_OPTION }).chart, 'ScaledObject');
  expect(spec.pollingInterval).toBe(15);
  expect(spec.triggers[0]).toMatchObject({ metadata: { serverAddress: 'https://prometheus.example.com/prometheus' }, authenticationRef: { name: 'prometheus' } });
  expect(spec.triggers[1].authenticationRef).toBeUndefined();
});

test.each([
  ['HorizontalPodAutoscaler', undefined],
  ['ScaledObject', KEDA],
])('a %s looks at what it is told to', (kind, props) => {
  const metrics = (...given: MqttScalingMetric[]) => {
    const { spec } = findObjectUnchecked(autoscaled({ kind: props, metrics: given }).chart, kind);
    return (spec.metrics ?? spec.triggers).map((metric: any) => [
      metric.type,
      metric.pods?.target.averageValue ?? metric.metadata?.threshold ?? metric.metadata?.value ?? metric.containerResource.target.averageUtilization,
    ]);
  };
  const [connections, cpu] = kind === 'ScaledObject' ? ['prometheus', 'cpu'] : ['Pods', 'ContainerResource'];
  expect(metrics(MqttScalingMetric.connections(500))).toEqual([[connections, '500']]);
  expect(metrics(MqttScalingMetric.cpu(55)).map(([type, value]: [string, unknown]) => [type, Number(value)])).toEqual([[cpu, 55]]);
  expect(metrics(MqttScalingMetric.connections())).toEqual([[connections, '800']]);
});

describe('replicas', () => {
  test('are taken out of the workload', () => {
    expect(findObjectUnchecked(autoscaled().chart, 'StatefulSet').spec).not.toHaveProperty('replicas');
  });

  test('are the minimum unless another is given', () => {
    expect(findObjectUnchecked(autoscaled({}, { replicas: 4 }).chart, 'HorizontalPodAutoscaler').spec.minReplicas).toBe(4);
    expect(findObjectUnchecked(autoscaled({ minReplicas: 2 }, { replicas: 4 }).chart, 'HorizontalPodAutoscaler').spec.minReplicas).toBe(2);
  });

  test('that began with one have a disruption budget, for when they are more', () => {
    const { cluster } = autoscaled({}, { profile: MqttProfile.production(), replicas: 1 });
    expect(cluster.podDisruptionBudget?.toJson().spec.maxUnavailable).toBe(1);
    expect(cluster.findings.filter(({ id }) => id.startsWith('MQTT-DISRUPTION-'))).toEqual([]);
  });

  test('that began with one, and may have no disruption budget, are found by the rule', () => {
    const { cluster } = autoscaled({}, { profile: MqttProfile.production(), replicas: 1, disruptionBudget: MqttDisruptionBudget.none() });
    expect(cluster.findings.filter(({ id }) => id.startsWith('MQTT-DISRUPTION-')).map(({ id, found }) => [id, found])).toEqual([
      ['MQTT-DISRUPTION-001', 'up to 9 replicas by HorizontalPodAutoscaler test-autoscaler, and no PodDisruptionBudget selects the pods'],
    ]);
  });

  test('that an override brings back are found by the rule', () => {
    const { cluster } = autoscaled();
    cluster.workload.addJsonPatch(JsonPatch.add('/spec/replicas', 3));
    expect(cluster.findings.map(({ id }) => id)).toContain('MQTT-AUTOSCALING-001');
  });
});

describe('scaling down one pod per drain', () => {
  const scaleDown = (settings = {}, kind?: MqttAutoscalerKind) => {
    const { spec } = autoscaled({ scaleDown: MqttScaleDown.ONE_POD_PER_DRAIN, kind }, settings).autoscaler.autoscaler.toJson();
    return (spec.behavior ?? spec.advanced.horizontalPodAutoscalerConfig.behavior).scaleDown;
  };

  test('waits a minute at least', () => {
    expect(scaleDown()).toEqual({ stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] });
  });

  test('waits as long as a pod may take to stop', () => {
    // (5 + 100,000 ÷ 500 + 10) × 1.25
    expect(scaleDown({ connectionsPerPod: 100_000 })).toEqual({ stabilizationWindowSeconds: 538, policies: [{ type: 'Pods', value: 1, periodSeconds: 269 }] });
  });

  test('waits for the drain where the grace period is shorter', () => {
    expect(scaleDown({ connectionsPerPod: 100_000, terminationGracePeriod: Duration.seconds(30) }).policies[0].periodSeconds).toBe(200);
  });

  test('waits no longer than the API can express', () => {
    expect(scaleDown({ terminationGracePeriod: Duration.seconds(1800) }))
      .toEqual({ stabilizationWindowSeconds: 3600, policies: [{ type: 'Pods', value: 1, periodSeconds: 1800 }] });
  });

  test('is the same with KEDA', () => {
    expect(scaleDown({ connectionsPerPod: 100_000 }, KEDA)).toEqual(scaleDown({ connectionsPerPod: 100_000 }));
  });

  test('follows an override of the grace period', () => {
    const { cluster, autoscaler } = autoscaled({ scaleDown: MqttScaleDown.ONE_POD_PER_DRAIN });
    cluster.workload.addJsonPatch(JsonPatch.replace('/spec/template/spec/terminationGracePeriodSeconds', 400));
    expect(autoscaler.autoscaler.toJson().spec.behavior.scaleDown.policies[0].periodSeconds).toBe(400);
  });
});

describe('the rules', () => {
  const findings = (props: Parameters<typeof autoscaled>[0]) => autoscaled(props, { profile: MqttProfile.production({ sessionStore: MqttSessionStore.embedded() }) }).cluster.findings;
  const everyKind = [undefined, KEDA].flatMap((kind) => Object.values(MqttScaleDown).map((scaleDown) => ({ kind, scaleDown })));

  test.each(everyKind)('refuse brokers with separate sessions, and nothing else: %j', (props) => {
    const errors = findings(props).filter(({ severity }) => severity === 'error');
    // What is taken away is worse than what is added: the sessions of that broker are out of reach.
    expect(errors.map(({ id }) => id)).toEqual(['MQTT-SESSION-001', ...props.scaleDown === MqttScaleDown.DISABLED ? [] : ['MQTT-AUTOSCALING-004']]);
    expect(errors[0].found).toMatch(/session-store: embedded', with up to 9 replicas by (HorizontalPodAutoscaler|ScaledObject) test-autoscaler$/);
    expect(findings(props).filter(({ id, severity }) => id.startsWith('MQTT-AUTOSCALING') && severity !== 'error')).toEqual([]);
  });

  test.each(everyKind)('find nothing about brokers that share their sessions: %j', (props) => {
    const sessionStore = MqttSessionStore.replicated({ tls: MqttTls.fromCertManager({ issuer: { name: 'ca' } }) });
    const authorization = MqttAuthorization.aclFromConfigMap(ConfigMap.fromConfigMapName(newChart(), 'Rules', 'broker-rules'));
    expect(autoscaled(props, { profile: MqttProfile.production(), sessionStore, authorization }).cluster.findings).toEqual([]);
  });

  test('stop the synth of a single broker with an autoscaler', () => {
    const { chart } = autoscaled();
    expect(messageOf(() => Testing.synth(chart))).toContain('MQTT-SESSION-001');
  });

  test('let separate brokers pass that are meant', () => {
    const { chart, cluster } = autoscaled();
    cluster.acknowledge(...SEPARATE_BROKERS);
    expect(findObject(chart, 'HorizontalPodAutoscaler').spec.maxReplicas).toBe(9);
  });

  test('look at overrides of the autoscaler, which can be acknowledged', () => {
    const { cluster, autoscaler } = autoscaled();
    autoscaler.autoscaler.addJsonPatch(JsonPatch.remove('/spec/behavior'));
    const found = () => cluster.findings.find(({ id }) => id === 'MQTT-AUTOSCALING-002');
    expect(found()?.acknowledged).toBeUndefined();
    expect(found()?.object).toBe('HorizontalPodAutoscaler mqtt/test-autoscaler');
    autoscaler.acknowledge('MQTT-AUTOSCALING-002', 'no client minds, in this test');
    expect(found()?.acknowledged).toBe('no client minds, in this test');
  });
});

describe('every Kubernetes version', () => {
  test.each(KNOWN_MINORS.flatMap((minor) => Object.values(MqttScaleDown).map((scaleDown) => [minor, scaleDown] as const)))('1.%i, scaling down: %s', (minor, scaleDown) => {
    const { autoscaler } = autoscaled({ scaleDown }, { kubernetesVersion: KubernetesVersion.of(`1.${minor}`) });
    expect(StrictSchema.of(minor).problems(autoscaler.autoscaler.toJson())).toEqual([]);
  });

  // On by default since 1.27: https://kubernetes.io/blog/2023/05/02/hpa-container-resource-metric/
  test.each(KNOWN_MINORS)('1.%i counts the CPU of the broker\'s container alone', (minor) => {
    const props = { metrics: [MqttScalingMetric.cpu()] };
    const settings = { kubernetesVersion: KubernetesVersion.of(`1.${minor}`) };
    expect(autoscaled(props, settings).autoscaler.autoscaler.toJson().spec.metrics[0]).toMatchObject({ type: 'ContainerResource', containerResource: { container: 'companion' } });
    expect(autoscaled({ ...props, kind: KEDA }, settings).autoscaler.autoscaler.toJson().spec.triggers[0].metadata).toEqual({ value: '70', containerName: 'companion' });
  });
});

describeWithDefinitions('against the definition of ScaledObject', () => {
  test.each([
    ['the defaults', { kind: KEDA }],
    ['every option', { kind: EVERY_KEDA_OPTION, scaleDown: MqttScaleDown.ONE_POD_PER_DRAIN, minReplicas: 1 }],
  ])('%s', (_, props) => {
    expect(problemsOf('keda.sh_scaledobjects', autoscaled(props).autoscaler.autoscaler.toJson())).toEqual([]);
  });
});

test('two synths are equal to the byte', () => {
  const synth = () => {
    const { chart } = autoscaled({ scaleDown: MqttScaleDown.ONE_POD_PER_DRAIN }, { sessionStore: MqttSessionStore.replicated() });
    return Yaml.stringify(...Testing.synth(chart));
  };
  expect(synth()).toBe(synth());
});

test('connections are counted by the metric that is monitored', () => {
  expect(connectionsMetric('companion')).toBe(COMPANION_METRICS.connections!.name);
  expect(BROKERS_WITH_CONNECTIONS).toEqual(BROKERS_WITH_METRICS);
});

/** The object as it will be applied, though rules have something to say about the app. */
function findObjectUnchecked(chart: ReturnType<typeof autoscaled>['chart'], kind: string): any {
  const found = chart.node.findAll().filter((construct) => ApiObject.isApiObject(construct) && construct.kind === kind) as ApiObject[];
  expect(found).toHaveLength(1);
  return found[0].toJson();
}
