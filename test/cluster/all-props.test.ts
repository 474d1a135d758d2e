import { App, Chart, Duration, Size, Testing } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-27';
import {
  KubernetesVersion, MqttCompanionOptions, MqttAuthentication, MqttAuthorization, MqttBroker, MqttCluster, MqttClusterProps, MqttDisruptionBudget, MqttImagePullPolicy, MqttKeepaliveLimit,
  MqttListener, MqttListenerOptions, MqttLogLevel, MqttNetworkPeer, MqttNodeQuery, MqttPodUser, MqttProfile, MqttSpread, MqttStorage, MqttTcpKeepalive, MqttTrafficDistribution, MqttWebSocketOptions,
} from '../../lib';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { MqttAuthenticationMethod } from '../../lib/security/mqtt-authentication';
import { MqttFile } from '../../lib/security/mqtt-file';
import { messageOf, newChart } from '../support/synth';

// Every prop by itself ends up in a manifest. A new prop does not compile here until it says where.

interface Manifests {
  readonly statefulSet: any;
  readonly pod: any;
  readonly podTemplate: any;
  readonly container: any;
  readonly service: any;
  readonly budget: any;
  readonly policy: any;
  readonly configuration: string;
}

function manifests(props: MqttClusterProps): Manifests {
  const chart = newChart();
  new MqttCluster(chart, 'Broker', props).acknowledge('MQTT-SESSION-001', 'separate brokers, in this test');
  const objects = Testing.synth(chart);
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  const statefulSet = find('StatefulSet');
  const podTemplate = statefulSet.spec.template;
  return {
    statefulSet,
    podTemplate,
    pod: podTemplate.spec,
    container: podTemplate.spec.containers[0],
    service: objects.find(({ kind, spec }) => kind === 'Service' && spec.clusterIP === undefined).spec,
    budget: find('PodDisruptionBudget')?.spec,
    policy: find('NetworkPolicy')?.spec,
    configuration: find('ConfigMap').data['broker.yaml'],
  };
}

type Table<Props> = { [prop in keyof Required<Props>]: [value: Required<Props>[prop], where: (objects: Manifests) => unknown, expected: unknown] };

const secret = (name: string) => Secret.fromSecretName(newChart(), 'Secret', name);
const WITH_MUCH_SPACE = MqttProfile.production({ sessionStore: MqttSessionStore.embedded(), storage: MqttStorage.persistentVolume({ size: Size.gibibytes(500) }) });

const PROPS: Table<MqttClusterProps> = {
  profile: [WITH_MUCH_SPACE, ({ statefulSet }) => statefulSet.spec.volumeClaimTemplates[0].spec.resources.requests.storage, '500Gi'],
  broker: [MqttBroker.companion({ image: 'example.com/x:1' }), ({ container }) => container.image, 'example.com/x:1'],
  name: ['plant', ({ statefulSet }) => statefulSet.metadata.name, 'plant'],
  kubernetesVersion: [KubernetesVersion.V1_28, ({ pod }) => pod.securityContext.sysctls, undefined],
  labels: [{ team: 'iot' }, ({ podTemplate }) => podTemplate.metadata.labels.team, 'iot'],
  replicas: [4, ({ statefulSet }) => statefulSet.spec.replicas, 4],
  sessionStore: [MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['nats://nats:4222'])), ({ configuration }) => /servers:\n +- nats:\/\/nats:4222/.test(configuration), true],
  storage: [MqttStorage.ephemeral(), ({ statefulSet }) => statefulSet.spec.volumeClaimTemplates, undefined],
  listeners: [[MqttListener.tcp({ port: 1884 })], ({ service }) => service.ports[0].port, 1884],
  authentication: [MqttAuthentication.passwordFile(secret('users')), ({ pod }) => pod.volumes[1].secret.secretName, 'users'],
  authorization: [MqttAuthorization.aclFromSecret(secret('rules')), ({ pod }) => pod.volumes[1].secret.secretName, 'rules'],
  keepaliveLimit: [MqttKeepaliveLimit.of(Duration.seconds(77)), ({ configuration }) => /maxSeconds: 77/.test(configuration), true],
  tcpKeepalive: [MqttTcpKeepalive.of({ probes: 7 }), ({ pod }) => pod.securityContext.sysctls[2].value, '7'],
  sessionExpiry: [Duration.seconds(78), ({ configuration }) => /expirySeconds: 78/.test(configuration), true],
  antiAffinity: [MqttSpread.REQUIRED, ({ pod }) => pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.length, 1],
  antiAffinityToOtherClusters: [MqttSpread.REQUIRED, ({ pod }) => pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaceSelector, {}],
  zoneSpread: [MqttSpread.REQUIRED, ({ pod }) => pod.topologySpreadConstraints[0].whenUnsatisfiable, 'DoNotSchedule'],
  minZones: [2, ({ pod }) => pod.topologySpreadConstraints[0].minDomains, 2],
  nodeSelector: [{ pool: 'mqtt' }, ({ pod }) => pod.nodeSelector, { pool: 'mqtt' }],
  nodeAffinity: [{ required: [MqttNodeQuery.exists('fast')] }, ({ pod }) => pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.length, 1],
  dedicatedNodes: [{ value: 'mqtt' }, ({ pod }) => pod.tolerations[0].value, 'mqtt'],
  tolerations: [[{ key: 'spot' }], ({ pod }) => pod.tolerations, [{ key: 'spot', operator: 'Exists' }]],
  priorityClassName: ['brokers', ({ pod }) => pod.priorityClassName, 'brokers'],
  trafficDistribution: [MqttTrafficDistribution.PREFER_SAME_NODE, ({ service }) => service.trafficDistribution, 'PreferSameNode'],
  nodeCount: [9, ({ statefulSet }) => statefulSet.metadata.annotations['cdk8s-mqtt/node-count'], '9'],
  resources: [{ cpuLimit: Cpu.units(3) }, ({ container }) => container.resources.limits.cpu, '3'],
  podUser: [MqttPodUser.ASSIGNED_BY_PLATFORM, ({ pod }) => 'runAsUser' in pod.securityContext, false],
  connectionsPerPod: [11, ({ statefulSet }) => statefulSet.metadata.annotations['cdk8s-mqtt/connections-per-pod'], '11'],
  drainConnectionsPerSecond: [12, ({ configuration }) => /connectionsPerSecond: 12/.test(configuration), true],
  shutdownDelay: [Duration.seconds(13), ({ configuration }) => /delaySeconds: 13/.test(configuration), true],
  terminationGracePeriod: [Duration.seconds(99), ({ pod }) => pod.terminationGracePeriodSeconds, 99],
  minReadyTime: [Duration.seconds(14), ({ statefulSet }) => statefulSet.spec.minReadySeconds, 14],
  rollingUpdatePartition: [1, ({ statefulSet }) => statefulSet.spec.updateStrategy.rollingUpdate.partition, 1],
  revisionHistoryLimit: [3, ({ statefulSet }) => statefulSet.spec.revisionHistoryLimit, 3],
  disruptionBudget: [MqttDisruptionBudget.maxUnavailablePods(2), ({ budget }) => budget.maxUnavailable, 2],
  nodeConsolidation: [false, ({ podTemplate }) => podTemplate.metadata.annotations['karpenter.sh/do-not-disrupt'], 'true'],
  networkPolicy: [true, ({ policy }) => policy.policyTypes, ['Ingress', 'Egress']],
  networkAccess: [{ metricsReaders: [MqttNetworkPeer.namespace('monitoring')] }, ({ policy }) => policy.ingress[1].ports[0].port, 8080],
};

/** What a prop cannot go without. */
const COMPANIONS: { [prop in keyof MqttClusterProps]: MqttClusterProps } = {
  minZones: { zoneSpread: MqttSpread.REQUIRED },
  disruptionBudget: { replicas: 3 },
};

test.each(Object.entries(PROPS))('%s', (prop, [value, where, expected]) => {
  const companions = COMPANIONS[prop as keyof MqttClusterProps];
  const read = (objects: Manifests) => {
    try {
      return where(objects);
    } catch {
      return 'not there';
    }
  };
  expect(where(manifests({ ...companions, [prop]: value }))).toEqual(expected);
  // Otherwise the prop would not be what brought it there.
  expect(read(manifests({ ...companions }))).not.toEqual(expected);
});

test('the options of the companion broker', () => {
  const options: Required<MqttCompanionOptions> = {
    image: 'example.com/broker@sha256:0',
    imagePullPolicy: MqttImagePullPolicy.ALWAYS,
    imagePullSecrets: [secret('registry')],
    logLevel: MqttLogLevel.ERROR,
    maxPacketSize: Size.kibibytes(3),
    maxQueuedMessages: 4,
    maxQueuedSize: Size.kibibytes(5),
    maxConnections: 21,
    maxConnectionsPerAddress: 22,
    maxConnectionsPerUser: 23,
    messagesPerSecond: 24,
    sizePerSecond: Size.kibibytes(25),
    maxInFlight: 26,
    slowConsumerTimeout: Duration.seconds(27),
    maxOutboundSize: Size.kibibytes(128),
    maxBufferedSize: Size.kibibytes(256),
    maxRetainedSize: Size.kibibytes(512),
    maxTopicLevels: 28,
    maxSubscriptionsPerClient: 29,
    connectTimeout: Duration.seconds(30),
    admin: { token: MqttFile.fromSecret(secret('admin'), 'admin-token'), port: 31 },
  };
  const { container, pod, configuration } = manifests({ broker: MqttBroker.companion(options) });
  expect(container).toMatchObject({ image: 'example.com/broker@sha256:0', imagePullPolicy: 'Always' });
  expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]);
  for (const line of ['maxPacketBytes: 3072', 'maxQueuedMessages: 4', 'maxQueuedBytes: 5120', 'level: error', 'maxConnections: 21', 'maxConnectionsPerAddress: 22', 'maxConnectionsPerUser: 23',
    'messagesPerSecond: 24', 'bytesPerSecond: 25600', 'maxInFlight: 26', 'slowConsumerSeconds: 27', 'maxOutboundBytes: 131072', 'maxBufferedBytes: 262144', 'maxRetainedBytes: 524288', 'maxTopicLevels: 28',
    'maxSubscriptionsPerClient: 29', 'connectTimeoutSeconds: 30', 'tokenFile: /etc/mqtt-broker/admin-token/admin-token', 'port: 31']) {
    expect(configuration).toContain(line);
  }
  expect(pod.volumes.find((volume: any) => volume.name === 'admin-token').secret).toEqual({
    secretName: 'admin', defaultMode: 0o440, items: [{ key: 'admin-token', path: 'admin-token' }],
  });
});

test('the options of a listener', () => {
  const common: Required<MqttListenerOptions> = {
    port: 1885, name: 'one', maxConnections: 6, connectionsPerSecond: 7, authentication: [MqttAuthenticationMethod.ANONYMOUS],
  };
  const options: Required<MqttWebSocketOptions> = { ...common, path: '/two', allowedOrigins: ['https://app.example.com'] };
  const { configuration, container } = manifests({ listeners: [MqttListener.websocket(options)] });
  expect(container.ports[0]).toEqual({ name: 'one', containerPort: 1885, protocol: 'TCP' });
  for (const line of ['name: one', 'port: 1885', 'maxConnections: 6', 'path: /two', 'connectionsPerSecond: 7', '- anonymous', '- https://app.example.com']) expect(configuration).toContain(line);
});

describe('mistakes with the tree of constructs', () => {
  test('the same id twice names the id and the chart', () => {
    const chart = newChart();
    new MqttCluster(chart, 'Broker');
    expect(messageOf(() => new MqttCluster(chart, 'Broker'))).toBe("There is already a Construct with name 'Broker' in Chart [test]");
  });

  test('the same name twice in one namespace is found, whatever the ids are', () => {
    const chart = newChart();
    new MqttCluster(chart, 'One', { name: 'plant' });
    new MqttCluster(chart, 'Two', { name: 'plant' });
    expect(() => Testing.synth(chart)).toThrow(/\[test\/Two\/Resource\] error MQTT-OBJECT-001: Every object is there once/);
  });

  test('constructs that wait for each other are named', () => {
    const chart = newChart();
    const [one, two] = [new MqttCluster(chart, 'One'), new MqttCluster(chart, 'Two')];
    one.node.addDependency(two);
    two.node.addDependency(one);
    expect(messageOf(() => Testing.synth(chart))).toMatch(/cycle.*test\/One.*test\/Two|cycle.*test\/Two.*test\/One/i);
  });

  test('a cluster outside of a chart is told so', () => {
    expect(messageOf(() => new MqttCluster(new App(), 'Broker'))).toBe(
      '[Broker] MqttCluster: an argument cannot work:\n  - scope is an App, but must be a Chart or a construct inside of one: only charts are synthesized',
    );
  });

  test('clusters of several charts', () => {
    const app = new App();
    const charts = ['one', 'two'].map((id) => new Chart(app, id, { namespace: id }));
    for (const chart of charts) new MqttCluster(chart, 'Broker', { name: 'plant' });
    expect(charts.map((chart) => Testing.synth(chart).length)).toEqual([5, 5]);
  });
});
