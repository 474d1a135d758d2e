import { Duration, JsonPatch, Size, Testing } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-27';
import { KubernetesVersion, MqttImagePullPolicy, MqttNetworkPeer, MqttNodeQuery, MqttPodUser, MqttProfile, MqttSpread, MqttStorage, MqttTls } from '../../lib';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttMessageLogCredentials } from '../../lib/message-log/mqtt-message-log-credentials';
import type { MqttMessageLogProps } from '../../lib/message-log/mqtt-message-log-props';
import { findObject, messageOf, newChart } from '../support/synth';

const secret = (name: string) => Secret.fromSecretName(newChart(), 'Secret', name);

function make(props: MqttMessageLogProps = {}) {
  const chart = newChart();
  return { chart, log: new MqttMessageLog(chart, 'Log', props) };
}

function produce(props: MqttMessageLogProps = {}) {
  return make({ profile: MqttProfile.production(), ...props });
}

const configuration = (props: MqttMessageLogProps) => findObject(make(props).chart, 'ConfigMap').data['nats.conf'] as string;
const podOf = (props: MqttMessageLogProps) => findObject(make(props).chart, 'StatefulSet').spec.template.spec;

describe('contracts', () => {
  test('the constructs and the objects have these paths and names', () => {
    const objects = produce().chart.node.findAll().filter((construct: any) => construct.kind).map((object: any) => `${object.node.path} ${object.kind} ${object.name}`);
    expect(objects).toEqual([
      'test/Log/Resource StatefulSet test-log',
      'test/Log/Configuration ConfigMap test-log-configuration',
      'test/Log/ServiceAccount ServiceAccount test-log',
      'test/Log/Headless Service test-log-headless',
      'test/Log/Service Service test-log',
      'test/Log/DisruptionBudget PodDisruptionBudget test-log',
      'test/Log/NetworkPolicy NetworkPolicy test-log',
    ]);
  });

  test('a name replaces the generated one everywhere', () => {
    expect(Testing.synth(produce({ name: 'plant-log' }).chart).map(({ metadata }) => metadata.name))
      .toEqual(['plant-log', 'plant-log-configuration', 'plant-log', 'plant-log-headless', 'plant-log', 'plant-log', 'plant-log']);
  });

  test('no selector carries the hash of the path', () => {
    const log = new MqttMessageLog(newChart({ disableResourceNameHashes: false }), 'Log');
    expect(log.name).toMatch(/^test-log-c8[0-9a-f]{6}$/);
    expect(log.selectorLabels).toEqual({ 'app.kubernetes.io/name': 'mqtt-message-log', 'app.kubernetes.io/instance': 'test-log' });
  });

  test('what the rules need to know stands on the StatefulSet', () => {
    expect(findObject(produce().chart, 'StatefulSet').metadata.annotations).toEqual({ 'cdk8s-mqtt/message-log-engine': 'nats', 'cdk8s-mqtt/profile': 'production' });
  });

  test('what brokers need to know of it', () => {
    const { log } = produce({ name: 'log', tls: MqttTls.fromSecret(secret('certificate')) });
    expect(log.servers).toEqual([0, 1, 2].map((node) => `tls://log-${node}.log-headless.mqtt.svc:4222`));
    expect(log.credentials).toMatchObject({ secretName: 'log-credentials', usernameKey: 'username', passwordKey: 'password' });
    expect(log.certificateAuthority).toMatchObject({ secretName: 'certificate', key: 'ca.crt' });
    expect([log.copies, log.maxSizeOf('mqtt_plant')!.toGibibytes(), log.namespace, log.workloadName]).toEqual([3, 25, 'mqtt', 'log']);
    expect(log.peers).toEqual([MqttNetworkPeer.podsOf('mqtt', log.selectorLabels)]);
  });

  test('without a namespace, the names are those within it', () => {
    const log = new MqttMessageLog(newChart({ namespace: undefined }), 'Log');
    expect(log.servers).toEqual(['nats://test-log-0.test-log-headless:4222']);
    expect(log.peers).toEqual([MqttNetworkPeer.pods(log.selectorLabels)]);
  });
});

describe('profiles', () => {
  test('development: one small node that asks nobody', () => {
    const { chart, log } = make();
    const { spec } = findObject(chart, 'StatefulSet');
    expect(spec.replicas).toBe(1);
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('15Gi');
    expect(spec.template.spec.affinity.podAntiAffinity).not.toHaveProperty('requiredDuringSchedulingIgnoredDuringExecution');
    expect([log.podDisruptionBudget, log.networkPolicy, log.certificate]).toEqual([undefined, undefined, undefined]);
    expect(log.findings.map(({ id }) => id)).toEqual(['MQTT-LOG-002']);
  });

  test('production: three nodes apart, that ask for a password', () => {
    const { chart, log } = produce();
    const { spec } = findObject(chart, 'StatefulSet');
    expect(spec).toMatchObject({ replicas: 3, podManagementPolicy: 'Parallel', serviceName: 'test-log-headless' });
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('100Gi');
    expect(spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels).toEqual(log.selectorLabels);
    expect(spec.template.spec.topologySpreadConstraints[0]).toMatchObject({ topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' });
    expect(findObject(chart, 'PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(log.findings.map(({ id }) => id)).toEqual(['MQTT-LOG-005']);
  });

  test('with TLS, nothing is found about production', () => {
    expect(produce({ tls: MqttTls.fromCertManager({ issuer: { name: 'ca' } }) }).log.findings).toEqual([]);
  });

  test('what is found can be acknowledged', () => {
    const { log } = produce();
    log.acknowledge('MQTT-LOG-005', 'the network encrypts');
    expect(log.findings.map(({ acknowledged }) => acknowledged)).toEqual(['the network encrypts']);
  });
});

describe('the pods', () => {
  test('run NATS without rights, and stop it by lame duck mode within their grace period', () => {
    const pod = podOf({});
    const [nats] = pod.containers;
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 60 });
    expect(nats).toMatchObject({
      name: 'nats',
      image: 'nats:2.12.3',
      args: ['--config', '/etc/nats/nats.conf'],
      lifecycle: { preStop: { exec: { command: ['nats-server', '-sl=ldm=/var/run/nats/nats.pid'] } } },
      startupProbe: { httpGet: { path: '/healthz', port: 'monitor' }, periodSeconds: 10, failureThreshold: 90 },
      readinessProbe: { httpGet: { path: '/healthz?js-server-only=true', port: 'monitor' } },
      livenessProbe: { httpGet: { path: '/healthz?js-enabled-only=true', port: 'monitor' } },
    });
    expect(nats.ports.map(({ name, containerPort }: any) => `${name} ${containerPort}`)).toEqual(['nats 4222', 'cluster 6222', 'monitor 8222']);
  });

  test('tell Go how much memory there is', () => {
    expect(podOf({}).containers[0].env).toContainEqual({ name: 'GOMEMLIMIT', value: '230MiB' });
    expect(podOf({ resources: { cpuRequest: Cpu.units(1) } }).containers[0].env.map(({ name }: any) => name)).not.toContain('GOMEMLIMIT');
  });

  test('take user name and password from the Secret, in quotes: a password of digits stays a text', () => {
    const credentials = MqttMessageLogCredentials.fromSecret(secret('log-users'), { usernameKey: 'user', passwordKey: 'pass' });
    expect(podOf({ credentials }).containers[0].env).toEqual(expect.arrayContaining([
      { name: 'LOG_USER_VALUE', valueFrom: { secretKeyRef: { name: 'log-users', key: 'user' } } },
      { name: 'LOG_USER', value: "'$(LOG_USER_VALUE)'" },
      { name: 'LOG_PASS_VALUE', valueFrom: { secretKeyRef: { name: 'log-users', key: 'pass' } } },
      { name: 'LOG_PASS', value: "'$(LOG_PASS_VALUE)'" },
    ]));
    expect(podOf({}).containers[0].env.map(({ name }: any) => name)).toEqual(['POD_NAME', 'NODE_NAME', 'GOMEMLIMIT']);
  });

  test('serve metrics beside it, or do not', () => {
    const [, exporter] = podOf({ exporterImage: 'example.com/exporter@sha256:0' }).containers;
    expect(exporter).toMatchObject({
      name: 'exporter',
      image: 'example.com/exporter@sha256:0',
      args: ['-port=7777', '-varz', '-healthz', '-jsz=streams', '-prefix=nats', '-use_internal_server_name', 'http://localhost:8222'],
      ports: [{ name: 'metrics', containerPort: 7777 }],
    });
    const { chart } = make({ exporter: false });
    expect(findObject(chart, 'StatefulSet').spec.template.spec.containers).toHaveLength(1);
    expect(findObject(chart, 'Service', 'test-log-headless').spec.ports.map(({ name }: any) => name)).toEqual(['nats', 'cluster']);
  });

  test('take up a renewed certificate, or do not', () => {
    const tls = MqttTls.fromSecret(secret('log-tls'));
    const pod = podOf({ tls, exporter: false, reloaderImage: 'example.com/reloader@sha256:0' });
    expect(pod.shareProcessNamespace).toBe(true);
    expect(pod.containers[1]).toMatchObject({
      name: 'reloader',
      image: 'example.com/reloader@sha256:0',
      // What https://github.com/nats-io/nack/blob/main/cmd/nats-server-config-reloader/main.go takes.
      args: [
        '-pid', '/var/run/nats/nats.pid',
        '-config', '/etc/nats-certificate/tls.crt', '-config', '/etc/nats-certificate/tls.key', '-config', '/etc/nats-certificate/ca.crt',
      ],
    });
    // Both see the same two folders, and the same user may signal.
    const [nats, reloader] = pod.containers;
    for (const { name, mountPath } of reloader.volumeMounts) expect(nats.volumeMounts).toContainEqual(expect.objectContaining({ name, mountPath }));
    expect(reloader.securityContext).toEqual(nats.securityContext);

    for (const props of [{}, { tls, reloader: false }]) {
      const without = podOf(props);
      expect(without).not.toHaveProperty('shareProcessNamespace');
      expect(without.containers.map(({ name }: any) => name)).toEqual(['nats', 'exporter']);
    }
  });

  test('run as user and group 1000, or as whom the platform assigns, and are as restricted either way', () => {
    const fixed = podOf({}).securityContext;
    expect(fixed).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 });
    const { runAsUser, runAsGroup, fsGroup, ...rest } = fixed;
    expect(podOf({ podUser: MqttPodUser.ASSIGNED_BY_PLATFORM }).securityContext).toEqual(rest);
    expect(rest).toEqual({ runAsNonRoot: true, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } });
    expect(() => make({ podUser: 'openshift' as any })).toThrow("podUser is 'openshift', but must be one of FIXED, ASSIGNED_BY_PLATFORM");
  });

  test('are rolled by a change of the configuration, whoever made it', () => {
    const checksum = ({ chart }: ReturnType<typeof make>) => findObject(chart, 'StatefulSet').spec.template.metadata.annotations['cdk8s-mqtt/configuration-checksum'];
    const patched = make();
    patched.log.configuration.addJsonPatch(JsonPatch.add('/data/extra', 'x'));
    expect(checksum(make())).toBe(checksum(make()));
    expect(checksum(patched)).not.toBe(checksum(make()));
  });

  test('with everything else that can be set', () => {
    const { chart } = make({
      storage: MqttStorage.ephemeral({ sizeLimit: Size.gibibytes(2) }),
      resources: { memoryLimit: Size.gibibytes(4), cpuLimit: Cpu.units(2) },
      image: 'example.com/nats@sha256:0',
      imagePullPolicy: MqttImagePullPolicy.ALWAYS,
      imagePullSecrets: [secret('registry')],
      antiAffinity: MqttSpread.NONE,
      antiAffinityToOtherClusters: MqttSpread.NONE,
      zoneSpread: MqttSpread.REQUIRED,
      minZones: 3,
      nodeSelector: { pool: 'fast' },
      nodeAffinity: { required: [MqttNodeQuery.exists('nvme')] },
      dedicatedNodes: { value: 'log' },
      tolerations: [{ key: 'spot' }],
      priorityClassName: 'logs',
      labels: { team: 'iot' },
    });
    const { spec } = findObject(chart, 'StatefulSet');
    expect(spec).not.toHaveProperty('volumeClaimTemplates');
    expect(spec.template.metadata.labels.team).toBe('iot');
    expect(spec.template.spec).toMatchObject({
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { pool: 'fast', dedicated: 'log' },
      priorityClassName: 'logs',
      topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule', minDomains: 3 }],
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'log' }, { key: 'spot', operator: 'Exists' }],
      affinity: { nodeAffinity: expect.anything() },
      containers: [{ image: 'example.com/nats@sha256:0', imagePullPolicy: 'Always', resources: { limits: { memory: '4Gi', cpu: '2' } } }, { imagePullPolicy: 'Always' }],
    });
    expect(spec.template.spec.affinity).not.toHaveProperty('podAntiAffinity');
    expect(spec.template.spec.volumes[0]).toEqual({ name: 'data', emptyDir: { sizeLimit: '2Gi' } });
  });
});

describe('nats.conf', () => {
  test('of one node', () => {
    expect(configuration({ name: 'log' })).toBe(`server_name: $NODE_NAME
port: 4222
http_port: 8222
pid_file: "/var/run/nats/nats.pid"
max_payload: 8MiB
lame_duck_grace_period: "3s"
lame_duck_duration: "30s"

jetstream {
  store_dir: "/data/one-node"
  domain: "log"
  # Acknowledge what is on the disk: with less, a power cut of all nodes loses acknowledged messages.
  sync_interval: always
  max_memory_store: 64MiB
  max_file_store: 12288MiB
}

accounts {
  MQTT { jetstream: enabled, users: [{ user: broker }] }
  SYS {}
}
system_account: SYS
no_auth_user: broker
`);
  });

  test('names the peers, the users and the certificate', () => {
    const text = configuration({ name: 'log', nodes: 3, credentials: MqttMessageLogCredentials.fromSecret(secret('users')), tls: MqttTls.fromSecret(secret('tls')) });
    expect(text).toContain('  MQTT { jetstream: enabled, users: [{ user: $LOG_USER, pass: $LOG_PASS }] }\n');
    expect(text).not.toContain('no_auth_user');
    expect(text).toContain('  store_dir: "/data"\n');
    for (const node of [0, 1, 2]) expect(text).toContain(`    "nats-route://log-${node}.log-headless.mqtt.svc:6222"\n`);
    expect(text).toContain('\ntls {\n  cert_file: "/etc/nats-certificate/tls.crt"\n  key_file: "/etc/nats-certificate/tls.key"\n}\n');
    expect(text).toContain('  tls {\n    cert_file: "/etc/nats-certificate/tls.crt"\n    key_file: "/etc/nats-certificate/tls.key"\n    ca_file: "/etc/nats-certificate/ca.crt"\n  }\n');
  });

  test('keeps a fifth of the volume free', () => {
    expect(configuration({ storage: MqttStorage.persistentVolume({ size: Size.gibibytes(100) }) })).toContain('max_file_store: 81920MiB');
  });
});

describe('Services', () => {
  test('the headless one finds nodes before they are ready', () => {
    expect(findObject(make().chart, 'Service', 'test-log-headless').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [
        { name: 'nats', port: 4222, targetPort: 'nats', appProtocol: 'tcp' },
        { name: 'cluster', port: 6222, appProtocol: 'tcp' },
        { name: 'metrics', port: 7777, appProtocol: 'http' },
      ],
    });
  });

  test('tools get the clients\' port and nothing else', () => {
    expect(findObject(make().chart, 'Service', 'test-log').spec).toMatchObject({ type: 'ClusterIP', ports: [{ name: 'nats', port: 4222, targetPort: 'nats' }] });
  });
});

describe('the NetworkPolicy', () => {
  const nodes = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'mqtt-message-log', 'app.kubernetes.io/instance': 'test-log' } } };

  test('opens the clients\' port to those that are let in, the routes between nodes, and the metrics', () => {
    const { chart, log } = produce({ metricsReaders: [MqttNetworkPeer.namespace('monitoring')] });
    log.allowClients(MqttNetworkPeer.pods({ app: 'tool' }));
    log.allowClients(MqttNetworkPeer.podsOf('other', { app: 'broker' }));
    const { spec } = findObject(chart, 'NetworkPolicy');
    expect(spec.ingress).toEqual([
      {
        from: [
          { podSelector: { matchLabels: { app: 'tool' } } },
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } }, podSelector: { matchLabels: { app: 'broker' } } },
        ],
        ports: [{ port: 4222, protocol: 'TCP' }],
      },
      { from: [nodes], ports: [{ port: 6222, protocol: 'TCP' }] },
      { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }], ports: [{ port: 7777, protocol: 'TCP' }] },
    ]);
    expect(spec.egress[0]).toEqual({ to: [nodes], ports: [{ port: 6222, protocol: 'TCP' }] });
    expect(spec.egress[1].ports.map(({ port }: any) => port)).toEqual([53, 53]);
  });

  test('lets nobody in before a client is known', () => {
    expect(findObject(produce().chart, 'NetworkPolicy').spec.ingress.flatMap(({ ports }: any) => ports.map(({ port }: any) => port))).toEqual([6222, 7777]);
  });

  test('is there on request, and not there on request', () => {
    expect(make({ networkPolicy: true }).log.networkPolicy?.kind).toBe('NetworkPolicy');
    expect(produce({ networkPolicy: false }).log.networkPolicy).toBeUndefined();
  });
});

test('the certificate names Services and nodes, and serves both ends of a route', () => {
  const { chart, log } = make({ name: 'log', tls: MqttTls.fromCertManager({ issuer: { name: 'ca' }, duration: Duration.days(30) }) });
  expect(findObject(chart, 'Certificate')).toMatchObject({
    metadata: { name: 'log-tls' },
    spec: {
      secretName: 'log-tls',
      dnsNames: ['log', 'log.mqtt', 'log.mqtt.svc', 'log.mqtt.svc.cluster.local', '*.log-headless.mqtt', '*.log-headless.mqtt.svc', '*.log-headless.mqtt.svc.cluster.local'],
      duration: '720h0m0s',
      usages: ['digital signature', 'server auth', 'client auth'],
    },
  });
  expect(log.certificate?.kind).toBe('Certificate');
  expect(findObject(chart, 'StatefulSet').spec.template.spec.volumes).toContainEqual({ name: 'certificate', secret: { secretName: 'log-tls', defaultMode: 0o440 } });
});

function complaints(props: MqttMessageLogProps | Record<string, unknown>): string[] {
  const [heading, ...lines] = messageOf(() => make(props)).split('\n');
  expect(heading).toMatch(/^\[test\/Log\] MqttMessageLog: (an argument cannot work|\d+ arguments cannot work):$/);
  return lines.map((line) => line.replace('  - ', ''));
}

const ODD = 'the log survives as long as more than half of its nodes do, so that an even number costs a node and gains nothing';

test.each<[string, Record<string, unknown>, unknown[]]>([
  ['a profile as text', { profile: 'production' }, ["profile is 'production', but must be made like this: MqttProfile.production()"]],
  ['a profile that is none', { profile: { name: 'staging' } }, ["profile name is 'staging', but must be development or production: write MqttProfile.development() or MqttProfile.production()"]],
  ['a version as text', { kubernetesVersion: '1.35' }, ["kubernetesVersion is '1.35', but must be made like this: KubernetesVersion.of('1.35')"]],
  ['a name that is none', { name: 'Log' }, [expect.stringContaining("name is 'Log', but must be lower-case letters")]],
  ['a name that is too long', { name: 'a'.repeat(50) }, [expect.stringContaining('with 50 characters, but may have 49')]],
  ['a label of the library', { labels: { 'app.kubernetes.io/name': 'x' } }, ["labels has the key 'app.kubernetes.io/name', which the library sets itself: choose another"]],
  ['an even number of nodes', { nodes: 4 }, [`nodes is 4, but must be 1, 3 or 5: ${ODD}`]],
  ['nodes as text', { nodes: '3' }, [`nodes is '3', but must be 1, 3 or 5: ${ODD}`]],
  ['a volume that is none', { storage: '100Gi' }, [expect.stringContaining("storage is '100Gi', but must be made like this: MqttStorage.persistentVolume(")]],
  ['no memory', { resources: { memoryLimit: Size.mebibytes(1) } }, [expect.stringContaining('resources memoryLimit is 1Mi, but must be at least 64Mi')]],
  ['a spread that is none', { antiAffinity: 'always' }, ["antiAffinity is 'always', but must be one of REQUIRED, PREFERRED, NONE"]],
  ['credentials as text', { credentials: 'secret' }, [expect.stringContaining("credentials is 'secret', but must be made like this: MqttMessageLogCredentials.fromSecret(")]],
  ['credentials without a Secret', { credentials: MqttMessageLogCredentials.fromSecret(undefined as any) }, [expect.stringContaining('credentials secret is undefined, but must name the Secret')]],
  ['one key for both', { credentials: MqttMessageLogCredentials.fromSecret(secret('a'), { usernameKey: 'x', passwordKey: 'x' }) }, [
    "credentials usernameKey and passwordKey are both 'x': the user name and the password each have a key",
  ]],
  ['a credentials file', { credentials: MqttMessageLogCredentials.credentialsFile(secret('a')) }, [
    "credentials are a credentials file, which needs a NATS with an operator: write MqttMessageLogCredentials.fromSecret(Secret.fromSecretName(this, 'Log', 'message-log'))",
  ]],
  ['a certificate as text', { tls: 'tls' }, [expect.stringContaining("tls is 'tls', but must be made like this: MqttTls.fromCertManager(")]],
  ['certificates of brokers', { tls: MqttTls.fromSecret(secret('a'), { clientCertificate: 'require' as any }) }, [
    "tls clientCertificate is 'require', but brokers show the log no certificate: leave it out, and give the log credentials",
  ]],
  ['a certificate without the names of the nodes', { tls: MqttTls.fromCertManager({ issuer: { name: 'ca' }, serviceNames: false, dnsNames: ['a.example.com'] }) }, [
    'tls serviceNames is false, but brokers and nodes connect to the names of the Services: leave it out, and have a private authority sign the certificate',
  ]],
  ['images that are none', { image: '', exporterImage: 5, reloaderImage: '', tls: MqttTls.fromSecret(secret('a')) }, [
    "image is '', but must be an image reference, for example 'nats:2.12.3' or 'nats:2.12.3@sha256:…'",
    "exporterImage is 5, but must be an image reference, for example 'natsio/prometheus-nats-exporter:0.17.3' or 'natsio/prometheus-nats-exporter:0.17.3@sha256:…'",
    "reloaderImage is '', but must be an image reference, for example 'natsio/nats-server-config-reloader:0.23.0' or 'natsio/nats-server-config-reloader:0.23.0@sha256:…'",
  ]],
  ['a pull policy that is none', { imagePullPolicy: 'Often' }, ["imagePullPolicy is 'Often', but must be one of IF_NOT_PRESENT, ALWAYS, NEVER"]],
  ['pull secrets that are none', { imagePullSecrets: [{}] }, [expect.stringContaining('imagePullSecrets[0] is undefined, but must name the Secret')]],
  ['an exporter that is off and has an image', { exporter: false, exporterImage: 'a' }, ['exporterImage is given, but exporter is false: leave one of them out']],
  ['a reloader that is off and has an image', { reloader: false, reloaderImage: 'a' }, ['reloaderImage is given, but reloader is false: leave one of them out']],
  ['a reloader with nothing to reload', { reloader: true, reloaderImage: 'a' }, [
    'reloader is true, but there is no certificate to reload: set tls, or leave it out',
    'reloaderImage is given, but there is no certificate to reload: set tls, or leave it out',
  ]],
  ['switches as text', { exporter: 'yes', reloader: 0, networkPolicy: 1 }, [
    "exporter is 'yes', but must be true or false", 'reloader is 0, but must be true or false', 'networkPolicy is 1, but must be true or false',
  ]],
  ['readers that are everybody', { metricsReaders: [] }, ['metricsReaders is empty: everybody would be let in; leave it out if that is meant']],
])('%s', (_, props, expected) => {
  expect(complaints(props)).toEqual(expected);
});

test('a version that the volume needs', () => {
  const props = { kubernetesVersion: KubernetesVersion.V1_33, storage: MqttStorage.persistentVolume({ volumeAttributesClassName: 'gold' }) };
  expect(complaints(props)).toEqual([expect.stringContaining('storage volumeAttributesClassName needs')]);
});

test('a generated name that is too long', () => {
  expect(() => new MqttMessageLog(newChart(), 'A'.repeat(50))).toThrow(/MqttMessageLog: an argument cannot work:\n {2}- name is 'tes-a+'.*set a shorter name/);
});
