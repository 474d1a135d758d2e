import { JsonPatch, Size, Testing, Yaml } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-27';
import {
  KubernetesVersion, MqttBroker, MqttCluster, MqttClusterProps, MqttDisruptionBudget, MqttDisruptionBudgetOptions, MqttListener, MqttLogLevel, MqttProfile, MqttResources, MqttSessionStore, MqttSpread,
  MqttStorage, MqttTls, MqttTrafficDistribution, MqttUnhealthyPodEviction,
} from '../../lib';
import { findObject, newChart } from '../support/synth';

function develop(props: MqttClusterProps = {}) {
  const chart = newChart();
  return { chart, cluster: new MqttCluster(chart, 'Broker', props) };
}

function produce(props: MqttClusterProps = {}) {
  const made = develop({ profile: MqttProfile.production(), sessionStore: MqttSessionStore.embedded(), ...props });
  made.cluster.acknowledge('MQTT-SESSION-001', 'separate brokers, in this test');
  return made;
}

describe('contracts', () => {
  test('the constructs and the objects have these paths and names', () => {
    const { chart } = produce();
    const objects = chart.node.findAll().filter((construct: any) => construct.kind).map((object: any) => `${object.node.path} ${object.kind} ${object.name}`);
    expect(objects).toEqual([
      'test/Broker/Resource StatefulSet test-broker',
      'test/Broker/Configuration ConfigMap test-broker-configuration',
      'test/Broker/ServiceAccount ServiceAccount test-broker',
      'test/Broker/Headless Service test-broker-headless',
      'test/Broker/Service Service test-broker',
      'test/Broker/DisruptionBudget PodDisruptionBudget test-broker',
      'test/Broker/NetworkPolicy NetworkPolicy test-broker',
    ]);
  });

  test('a name replaces the generated one everywhere', () => {
    const { chart } = produce({ name: 'plant' });
    expect(Testing.synth(chart).map((object) => object.metadata.name)).toEqual(
      ['plant', 'plant-configuration', 'plant', 'plant-headless', 'plant', 'plant', 'plant'],
    );
    expect(findObject(chart, 'StatefulSet').spec.serviceName).toBe('plant-headless');
    expect(findObject(chart, 'StatefulSet').spec.template.spec.serviceAccountName).toBe('plant');
  });

  test('the names of objects carry the hash of the path where the chart wants hashes, but no selector does', () => {
    const chart = newChart({ disableResourceNameHashes: false });
    const cluster = new MqttCluster(chart, 'Broker');
    expect(cluster.name).toMatch(/^test-broker-c8[0-9a-f]{6}$/);
    expect(cluster.selectorLabels).toEqual({ 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'test-broker' });
    expect(findObject(chart, 'StatefulSet').spec.serviceName).toBe(`${cluster.name}-headless`);
  });

  test('the labels of every object and of the pods', () => {
    const { chart } = produce({ labels: { team: 'iot' } });
    const labels = {
      'app.kubernetes.io/name': 'mqtt-broker',
      'app.kubernetes.io/instance': 'test-broker',
      'app.kubernetes.io/component': 'broker',
      'app.kubernetes.io/part-of': 'mqtt',
      'app.kubernetes.io/managed-by': 'cdk8s-mqtt',
      'team': 'iot',
    };
    for (const object of Testing.synth(chart)) expect(object.metadata.labels).toEqual(labels);
    const { spec } = findObject(chart, 'StatefulSet');
    expect(spec.template.metadata.labels).toEqual(labels);
    const selector = { 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'test-broker' };
    expect(spec.selector.matchLabels).toEqual(selector);
    expect(findObject(chart, 'Service', 'test-broker').spec.selector).toEqual(selector);
    expect(findObject(chart, 'PodDisruptionBudget').spec.selector.matchLabels).toEqual(selector);
    expect(findObject(chart, 'NetworkPolicy').spec.podSelector.matchLabels).toEqual(selector);
  });

  test('what the rules need to know stands on the StatefulSet', () => {
    expect(findObject(produce({ nodeCount: 5 }).chart, 'StatefulSet').metadata.annotations).toEqual({
      'cdk8s-mqtt/broker': 'companion',
      'cdk8s-mqtt/profile': 'production',
      'cdk8s-mqtt/session-store': 'embedded',
      'cdk8s-mqtt/anonymous-clients': 'refused',
      'cdk8s-mqtt/keepalive-max-seconds': '180',
      'cdk8s-mqtt/tls-listeners': 'mqtts',
      'cdk8s-mqtt/node-count': '5',
      'cdk8s-mqtt/connections-per-pod': '10000',
      'cdk8s-mqtt/drain-connections-per-second': '500',
      'cdk8s-mqtt/shutdown-delay-seconds': '15',
      'acknowledge.cdk8s-mqtt/MQTT-SESSION-001': 'separate brokers, in this test',
    });
  });

  test('the host of the client Service', () => {
    expect(develop().cluster.serviceHost).toBe('test-broker.mqtt.svc');
    expect(new MqttCluster(newChart({ namespace: undefined }), 'Broker').serviceHost).toBe('test-broker');
  });
});

describe('profiles', () => {
  test('development', () => {
    const { chart, cluster } = develop();
    const { spec } = findObject(chart, 'StatefulSet');
    expect(spec.replicas).toBe(1);
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('15Gi');
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(30);
    expect(cluster.listeners.map(({ name, port, transport }) => ({ name, port, transport }))).toEqual([{ name: 'mqtt', port: 1883, transport: 'tcp' }]);
    expect(cluster.podDisruptionBudget).toBeUndefined();
    expect(cluster.networkPolicy).toBeUndefined();
    expect(cluster.onePodPerNode).toBe(false);
  });

  test('production', () => {
    const { chart, cluster } = produce();
    const { spec } = findObject(chart, 'StatefulSet');
    expect(spec.replicas).toBe(3);
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('100Gi');
    // (15 s delay + 10,000 connections at 500 a second + 10 s flush) × 1.25, rounded up
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(57);
    expect(cluster.listeners.map(({ name, port, transport, certificate }) => ({ name, port, transport, secret: certificate?.secretName }))).toEqual(
      [{ name: 'mqtts', port: 8883, transport: 'tls', secret: 'test-broker-tls' }],
    );
    expect(cluster.onePodPerNode).toBe(true);
    expect(findObject(chart, 'PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(findObject(chart, 'NetworkPolicy').spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 8883, protocol: 'TCP' }, { port: 8080, protocol: 'TCP' }] }],
    });
    expect(findObject(chart, 'NetworkPolicy').spec).not.toHaveProperty('egress');
  });

  test('a profile of your own is a value; what the cluster sets itself wins', () => {
    const profile = MqttProfile.production({ replicas: 5, networkPolicy: false });
    expect(findObject(produce({ profile }).chart, 'StatefulSet').spec.replicas).toBe(5);
    expect(findObject(produce({ profile, replicas: 7 }).chart, 'StatefulSet').spec.replicas).toBe(7);
    expect(produce({ profile, replicas: undefined }).cluster.networkPolicy).toBeUndefined();
  });

  test('what a profile switches on can be switched off, and the other way round', () => {
    const off = produce({ disruptionBudget: MqttDisruptionBudget.none(), networkPolicy: false, replicas: 1 }).chart;
    expect(Testing.synth(off).map(({ kind }) => kind)).toEqual(['StatefulSet', 'ConfigMap', 'ServiceAccount', 'Service', 'Service']);
    const on = develop({ disruptionBudget: MqttDisruptionBudget.maxUnavailablePods(1), networkPolicy: true }).cluster;
    expect([on.podDisruptionBudget?.kind, on.networkPolicy?.kind]).toEqual(['PodDisruptionBudget', 'NetworkPolicy']);
  });

  test('a disruption budget of your own', () => {
    const options: Required<MqttDisruptionBudgetOptions> = { unhealthyPodEviction: MqttUnhealthyPodEviction.IF_HEALTHY_BUDGET };
    const budget = (disruptionBudget: MqttDisruptionBudget) => findObject(produce({ replicas: 5, disruptionBudget }).chart, 'PodDisruptionBudget').spec;
    expect(budget(MqttDisruptionBudget.maxUnavailablePods(2))).toMatchObject({ maxUnavailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(budget(MqttDisruptionBudget.maxUnavailablePercent(40, options))).toMatchObject({ maxUnavailable: '40%', unhealthyPodEvictionPolicy: 'IfHealthyBudget' });
  });
});

describe('Services', () => {
  test('clients inside the Kubernetes cluster get the listeners and nothing else', () => {
    const listeners = [MqttListener.tcp(), MqttListener.websocket({ port: 9001 })];
    expect(findObject(develop({ listeners }).chart, 'Service', 'test-broker').spec).toMatchObject({
      type: 'ClusterIP',
      ports: [{ name: 'mqtt', port: 1883, targetPort: 'mqtt', protocol: 'TCP' }, { name: 'ws', port: 9001, targetPort: 'ws', protocol: 'TCP' }],
    });
  });

  test.each([
    [KubernetesVersion.V1_27, MqttTrafficDistribution.ANY, undefined],
    [KubernetesVersion.V1_31, MqttTrafficDistribution.PREFER_SAME_ZONE, 'PreferClose'],
    [KubernetesVersion.V1_33, MqttTrafficDistribution.PREFER_SAME_ZONE, 'PreferClose'],
    [KubernetesVersion.V1_34, MqttTrafficDistribution.PREFER_SAME_ZONE, 'PreferSameZone'],
    [KubernetesVersion.V1_34, MqttTrafficDistribution.PREFER_SAME_NODE, 'PreferSameNode'],
  ])('Kubernetes %s gives clients a broker by %s with %s', (kubernetesVersion, trafficDistribution, expected) => {
    expect(findObject(develop({ kubernetesVersion, trafficDistribution }).chart, 'Service', 'test-broker').spec.trafficDistribution).toBe(expected);
  });

  test('the headless Service finds pods before they are ready, and carries the metrics', () => {
    expect(findObject(develop().chart, 'Service', 'test-broker-headless').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [{ name: 'mqtt', port: 1883, targetPort: 'mqtt' }, { name: 'http', port: 8080, targetPort: 'http' }],
    });
  });
});

test('the pods have an identity without a token', () => {
  const { chart } = develop();
  expect(findObject(chart, 'ServiceAccount')).toMatchObject({ metadata: { name: 'test-broker' }, automountServiceAccountToken: false });
  expect(findObject(chart, 'StatefulSet').spec.template.spec).toMatchObject({ serviceAccountName: 'test-broker', automountServiceAccountToken: false });
});

describe('all the settings', () => {
  const resources: Required<MqttResources> = {
    cpuRequest: Cpu.millis(500),
    cpuLimit: Cpu.units(2),
    memoryRequest: Size.gibibytes(1),
    memoryLimit: Size.gibibytes(2),
    ephemeralStorageRequest: Size.gibibytes(1),
    ephemeralStorageLimit: Size.gibibytes(2),
  };

  test('resources', () => {
    expect(findObject(develop({ resources }).chart, 'StatefulSet').spec.template.spec.containers[0].resources).toEqual({
      requests: { 'cpu': '500m', 'memory': '1Gi', 'ephemeral-storage': '1Gi' },
      limits: { 'cpu': '2', 'memory': '2Gi', 'ephemeral-storage': '2Gi' },
    });
    expect(findObject(develop({ resources: {} }).chart, 'StatefulSet').spec.template.spec.containers[0]).not.toHaveProperty('resources');
  });

  test('node selector and spread', () => {
    const { chart } = produce({ nodeSelector: { pool: 'mqtt' }, zoneSpread: MqttSpread.REQUIRED, antiAffinityToOtherClusters: MqttSpread.NONE });
    expect(findObject(chart, 'StatefulSet').spec.template.spec).toMatchObject({
      nodeSelector: { pool: 'mqtt' },
      topologySpreadConstraints: [{ topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
    });
  });

  test('the broker', () => {
    const chart = newChart();
    const pull = Secret.fromSecretName(chart, 'Pull', 'registry');
    const broker = MqttBroker.companion({ image: 'example.com/broker@sha256:0', imagePullSecrets: [pull], logLevel: MqttLogLevel.DEBUG, maxQueuedMessages: 5 });
    new MqttCluster(chart, 'Broker', { broker });
    const { spec } = findObject(chart, 'StatefulSet').spec.template;
    expect(spec).toMatchObject({ imagePullSecrets: [{ name: 'registry' }], containers: [{ name: 'companion', image: 'example.com/broker@sha256:0', imagePullPolicy: 'IfNotPresent' }] });
    expect(findObject(chart, 'ConfigMap').data['broker.yaml']).toContain('maxQueuedMessages: 5');
  });
});

describe('overrides', () => {
  test('a change of the configuration rolls the pods, whoever made it', () => {
    const checksum = (made: ReturnType<typeof develop>) => (
      findObject(made.chart, 'StatefulSet').spec.template.metadata.annotations['cdk8s-mqtt/configuration-checksum']
    );
    const plain = checksum(develop());
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum(develop())).toBe(plain);
    expect(checksum(develop({ listeners: [MqttListener.tcp({ port: 1884 })] }))).not.toBe(plain);
    const patched = develop();
    patched.cluster.configuration.addJsonPatch(JsonPatch.add('/data/extra', 'x'));
    expect(checksum(patched)).not.toBe(plain);
  });

  test('a sidecar, an annotation and a volume can be added', () => {
    const { chart, cluster } = develop();
    cluster.workload.addJsonPatch(
      JsonPatch.add('/spec/template/spec/containers/-', {
        name: 'sidecar',
        image: 'example.com/sidecar:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      }),
      JsonPatch.add('/spec/template/metadata/annotations/example.com~1note', 'yes'),
      JsonPatch.add('/spec/template/spec/volumes/-', { name: 'scratch', emptyDir: {} }),
    );
    const { template } = findObject(chart, 'StatefulSet').spec;
    expect(template.spec.containers.map(({ name }: any) => name)).toEqual(['companion', 'sidecar']);
    expect(template.metadata.annotations['example.com/note']).toBe('yes');
    expect(template.spec.volumes.map(({ name }: any) => name)).toEqual(['configuration', 'scratch']);
  });

  test('a rule sees what an override did', () => {
    const { chart, cluster } = develop();
    cluster.workload.addJsonPatch(JsonPatch.add('/spec/template/spec/hostNetwork', true));
    expect(() => Testing.synth(chart)).toThrow(/\[test\/Broker\/Resource\] error MQTT-KEEPALIVE-003/);
  });

  test('an override that leads nowhere fails the synth with the path of the construct', () => {
    const { chart, cluster } = develop();
    cluster.workload.addJsonPatch(JsonPatch.replace('/spec/template/spec/hostNetwrk', true));
    expect(() => Testing.synth(chart)).toThrow("[test/Broker/Resource] the override of StatefulSet 'test-broker' (replace '/spec/template/spec/hostNetwrk') leads nowhere");
  });
});

test('the keepalive report is about this cluster', () => {
  const report = produce().cluster.keepaliveReport();
  expect(report.workload).toBe('StatefulSet mqtt/test-broker');
  expect(report.paths.map(({ verdict }) => verdict)).toEqual(['survives']);
});

test('no secret stands in a manifest: names of Secrets only', () => {
  const text = Yaml.stringify(...Testing.synth(produce().chart));
  expect(text).not.toMatch(/kind: Secret$/m);
  expect(text).toContain('secretName: test-broker-tls');
  expect(text).toContain('secretName: test-broker-passwords');
});

test('two synths of the same app are equal to the byte', () => {
  const synth = () => Yaml.stringify(...Testing.synth(produce().chart));
  expect(synth()).toBe(synth());
});

test('storage and certificates of your own', () => {
  const chart = newChart();
  const certificate = MqttTls.fromSecret(Secret.fromSecretName(chart, 'Tls', 'mine'));
  new MqttCluster(chart, 'Broker', { listeners: [MqttListener.tls(certificate)], storage: MqttStorage.persistentVolume({ size: Size.gibibytes(20) }) });
  expect(findObject(chart, 'StatefulSet').spec).toMatchObject({
    template: { spec: { volumes: [{}, { name: 'certificate-mqtts', secret: { secretName: 'mine', defaultMode: 0o440 } }] } },
    volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '20Gi' } } } }],
  });
});
