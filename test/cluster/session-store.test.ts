import { Chart, Duration, Size, Testing } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import { MqttCluster, type MqttClusterProps, MqttListener, MqttNetworkPeer, MqttPodUser, MqttProfile, MqttSpread, MqttStorage, MqttTls } from '../../lib';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttMessageLogCredentials } from '../../lib/message-log/mqtt-message-log-credentials';
import type { MqttMessageLogServersOptions } from '../../lib/message-log/mqtt-message-log-reference';
import { type MqttReplicationOptions, MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { MqttFile } from '../../lib/security/mqtt-file';
import { complaints } from '../support/complaints';
import { findObject, messageOf, newChart } from '../support/synth';

const secret = (name: string) => Secret.fromSecretName(newChart(), 'Secret', name);

function make(props: MqttClusterProps, chart = newChart()) {
  const cluster = new MqttCluster(chart, 'Broker', props);
  return { chart, cluster };
}

function brokerOf(chart: Chart, name = 'test-broker') {
  const { spec, metadata } = findObject(chart, 'StatefulSet', name);
  return {
    file: parse(findObject(chart, 'ConfigMap', `${name}-configuration`).data['broker.yaml']).cluster,
    annotations: metadata.annotations,
    volumes: spec.template.spec.volumes as any[],
    container: spec.template.spec.containers[0],
  };
}

const storeLimitOf = (chart: Chart, name: string): number => parse(findObject(chart, 'ConfigMap', `${name}-configuration`).data['broker.yaml']).store.maxBytes;

describe('embedded', () => {
  test('by default in development, and in production where it is said', () => {
    for (const profile of [MqttProfile.development(), MqttProfile.production({ replicas: 1, sessionStore: MqttSessionStore.embedded() })]) {
      const { chart, cluster } = make({ profile });
      const { file, annotations } = brokerOf(chart);
      expect([file, cluster.messageLog, cluster.ownMessageLog, annotations['cdk8s-mqtt/session-store'], annotations['cdk8s-mqtt/message-log']]).toEqual([undefined, undefined, undefined, 'embedded', undefined]);
    }
  });

  test('the brokers call nobody', () => {
    expect(findObject(make({ networkPolicy: true, sessionStore: MqttSessionStore.embedded() }).chart, 'NetworkPolicy').spec).not.toHaveProperty('egress');
  });
});

describe('replicated, by a message log of its own', () => {
  test('which stands beside the brokers, named after them', () => {
    const { chart, cluster } = make({ name: 'plant', replicas: 3, sessionStore: MqttSessionStore.replicated() });
    expect(chart.node.findAll().filter((construct: any) => construct.kind === 'StatefulSet').map((object: any) => `${object.node.path} ${object.name}`)).toEqual([
      'test/Broker/Log/Resource plant-log', 'test/Broker/Resource plant',
    ]);
    expect(cluster.ownMessageLog?.name).toBe('plant-log');
    expect(cluster.messageLog).toBe(cluster.ownMessageLog);
    const { file, annotations, container, volumes } = brokerOf(chart, 'plant');
    expect(file).toEqual({ name: 'mqtt_plant', firstBroker: 'plant-0', log: { servers: ['nats://plant-log-0.plant-log-headless.mqtt.svc:4222'], replicas: 1, maxBytes: 15 * 1024 ** 3 / 4 } });
    expect(annotations).toMatchObject({ 'cdk8s-mqtt/session-store': 'replicated', 'cdk8s-mqtt/message-log': 'plant-log' });
    // The brokers wait for the log, and then catch up.
    expect(container.startupProbe).toMatchObject({ periodSeconds: 5, failureThreshold: 180 });
    expect(volumes.map(({ name }) => name)).toEqual(['configuration']);
  });

  test('whose pods are of the user that the brokers are, unless it says otherwise', () => {
    const userOfLog = (podUser?: MqttPodUser) => {
      const { chart, cluster } = make({ podUser: MqttPodUser.ASSIGNED_BY_PLATFORM, sessionStore: MqttSessionStore.replicated({ podUser }) });
      return findObject(chart, 'StatefulSet', cluster.ownMessageLog!.name).spec.template.spec.securityContext.runAsUser;
    };
    expect(userOfLog()).toBeUndefined();
    expect(userOfLog(MqttPodUser.FIXED)).toBe(1000);
  });

  test('is named like any other object without a name', () => {
    const { cluster } = make({ sessionStore: MqttSessionStore.replicated() });
    expect(cluster.ownMessageLog?.name).toBe('test-broker-log');
  });

  test('in production asks for a password, which the brokers have, and of the certificate\'s Secret nothing but the authority', () => {
    const { chart, cluster } = make({
      profile: MqttProfile.production({ sessionStore: MqttSessionStore.replicated({ tls: MqttTls.fromCertManager({ issuer: { name: 'ca' } }) }) }), name: 'plant', labels: { team: 'iot' },
    });
    expect(cluster.findings.map(({ id }) => id)).toEqual(['MQTT-SECURITY-010']);
    const { file, volumes, container } = brokerOf(chart, 'plant');
    expect(file.log).toEqual({
      servers: [0, 1, 2].map((node) => `tls://plant-log-${node}.plant-log-headless.mqtt.svc:4222`),
      replicas: 3,
      maxBytes: 25 * 1024 ** 3,
      usernameFile: '/etc/mqtt-broker/message-log/credentials/username',
      passwordFile: '/etc/mqtt-broker/message-log/credentials/password',
      tls: { caFile: '/etc/mqtt-broker/message-log/authority/ca.crt' },
    });
    const items = (...keys: string[]) => keys.map((key) => ({ key, path: key }));
    expect(volumes).toContainEqual({ name: 'log-credentials', secret: { secretName: 'plant-log-credentials', defaultMode: 0o440, items: items('username', 'password') } });
    expect(volumes).toContainEqual({ name: 'log-authority', secret: { secretName: 'plant-log-tls', defaultMode: 0o440, items: items('ca.crt') } });
    expect(container.volumeMounts).toContainEqual({ name: 'log-authority', mountPath: '/etc/mqtt-broker/message-log/authority', readOnly: true });
    expect(findObject(chart, 'StatefulSet', 'plant-log').metadata.labels.team).toBe('iot');
  });

  test.each([[100, 100], [500, 500]])('with volumes of the brokers of %d GiB, those of the nodes have %d', (brokers, expected) => {
    const storage = MqttStorage.persistentVolume({ size: Size.gibibytes(brokers), storageClassName: 'fast' });
    const { chart } = make({ profile: MqttProfile.production({ storage }), name: 'plant' });
    const { storageClassName, resources } = findObject(chart, 'StatefulSet', 'plant-log').spec.volumeClaimTemplates[0].spec;
    expect([storageClassName, resources.requests.storage]).toEqual([undefined, `${expected}Gi`]);
    const own = MqttSessionStore.replicated({ storage: MqttStorage.persistentVolume({ size: Size.gibibytes(200) }) });
    expect(findObject(make({ name: 'plant', storage, sessionStore: own }).chart, 'StatefulSet', 'plant-log').spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('200Gi');
  });

  test('each lets the other through, and nobody else', () => {
    const { chart, cluster } = make({ name: 'plant', networkPolicy: true, sessionStore: MqttSessionStore.replicated({ networkPolicy: true }) });
    const log = { 'app.kubernetes.io/name': 'mqtt-message-log', 'app.kubernetes.io/instance': 'plant-log' };
    expect(findObject(chart, 'NetworkPolicy', 'plant').spec.egress[0]).toEqual({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'mqtt' } }, podSelector: { matchLabels: log } }], ports: [{ port: 4222, protocol: 'TCP' }],
    });
    expect(findObject(chart, 'NetworkPolicy', 'plant').spec.egress[1].ports.map(({ port }: any) => port)).toEqual([53, 53]);
    expect(findObject(chart, 'NetworkPolicy', 'plant-log').spec.ingress[0]).toEqual({
      from: [{ podSelector: { matchLabels: cluster.selectorLabels } }], ports: [{ port: 4222, protocol: 'TCP' }],
    });
  });

  test('ends the rule on separate brokers', () => {
    const replicas = 3;
    expect(make({ replicas }).cluster.findings.map(({ id }) => id)).toContain('MQTT-SESSION-001');
    expect(make({ replicas, sessionStore: MqttSessionStore.replicated() }).cluster.findings.map(({ id }) => id)).toEqual(['MQTT-LOG-002', 'MQTT-SECURITY-002']);
  });

  test('what is found about it can be accepted for the cluster', () => {
    const { cluster } = make({ sessionStore: MqttSessionStore.replicated() });
    cluster.acknowledge('MQTT-LOG-002', 'a test environment');
    expect(cluster.findings.find(({ id }) => id === 'MQTT-LOG-002')).toMatchObject({ acknowledged: 'a test environment' });
  });

  test.each([1, 3])('by default in production, whatever the number of brokers: %d', (replicas) => {
    const { chart, cluster } = make({ profile: MqttProfile.production({ replicas }), name: 'plant' });
    expect(cluster.findings.map(({ id }) => id)).toEqual(['MQTT-LOG-005', 'MQTT-SECURITY-010']);
    const { file, volumes } = brokerOf(chart, 'plant');
    expect(file.log).toMatchObject({ replicas: 3, maxBytes: 25 * 1024 ** 3 });
    expect(volumes.find(({ name }) => name === 'log-credentials').secret.secretName).toBe('plant-log-credentials');
  });
});

describe('replicated, by a message log that is made elsewhere', () => {
  test('two clusters share one, each under its name', () => {
    const chart = newChart();
    const log = new MqttMessageLog(chart, 'Log', { networkPolicy: true });
    const store = MqttSessionStore.replicatedBy(log);
    new MqttCluster(chart, 'One', { sessionStore: store });
    new MqttCluster(chart, 'Two', { sessionStore: store });
    expect([brokerOf(chart, 'test-one').file.name, brokerOf(chart, 'test-two').file.name]).toEqual(['mqtt_test-one', 'mqtt_test-two']);
    expect(findObject(chart, 'NetworkPolicy', 'test-log').spec.ingress[0].from.map(({ podSelector }: any) => podSelector.matchLabels['app.kubernetes.io/instance'])).toEqual(['test-one', 'test-two']);
  });

  describe('shares out a quarter of a node\'s volume', () => {
    const sizes = (gibibytes: number, maxLogSizes: (number | undefined)[]) => {
      const chart = newChart();
      const log = new MqttMessageLog(chart, 'Log', { storage: MqttStorage.persistentVolume({ size: Size.gibibytes(gibibytes) }) });
      maxLogSizes.forEach((size, index) => new MqttCluster(chart, `C${index}`, {
        sessionStore: MqttSessionStore.replicatedBy(log, { maxLogSize: size === undefined ? undefined : Size.gibibytes(size) }),
      }));
      return maxLogSizes.map((_, index) => brokerOf(chart, `test-c${index}`).file.log.maxBytes / 1024 ** 3);
    };

    test.each<[string, number, (number | undefined)[], number[]]>([
      ['all of it to one cluster', 100, [undefined], [25]],
      ['equally, also to those that were there before', 96, [undefined, undefined, undefined], [8, 8, 8]],
      ['what a cluster asks for to it, and what is left to the others', 100, [5, undefined, undefined], [5, 10, 10]],
      ['not more than a cluster asks for', 100, [3], [3]],
      ['in whole MiB', 13, [undefined, undefined, undefined], [1109 / 1024, 1109 / 1024, 1109 / 1024]],
    ])('%s', (_, gibibytes, maxLogSizes, expected) => {
      expect(sizes(gibibytes, maxLogSizes)).toEqual(expected);
    });

    test.each<[string, number, (number | undefined)[], string]>([
      ['a volume that is too small for any', 3, [undefined], "3Gi for each node, and a quarter of it for the logs of all clusters, but these need more: 'mqtt_test-c0' at least 1Gi"],
      ['more clusters than the volume has room for', 8, [undefined, undefined, undefined], "'mqtt_test-c0' at least 1Gi, 'mqtt_test-c1' at least 1Gi, 'mqtt_test-c2' at least 1Gi. The rest is for snapshots, without which no log can be trimmed: give each node 12Gi, "],
      ['a cluster that leaves too little to another', 40, [undefined, 10], "'mqtt_test-c0' at least 1Gi, 'mqtt_test-c1' 10Gi. The rest is for snapshots, without which no log can be trimmed: give each node 44Gi, or fewer clusters, or a smaller maxLogSize"],
    ])('%s is an error', (_, gibibytes, maxLogSizes, message) => {
      expect(messageOf(() => sizes(gibibytes, maxLogSizes))).toContain(message);
    });
  });

  test('limits what the brokers store to what two snapshots have room for, and their volumes do, too', () => {
    const limits = (gibibytes: number, store: MqttReplicationOptions, ...clusters: string[]) => {
      const chart = newChart();
      const log = new MqttMessageLog(chart, 'Log', { storage: MqttStorage.persistentVolume({ size: Size.gibibytes(gibibytes) }) });
      for (const id of clusters) {
        new MqttCluster(chart, id, { storage: MqttStorage.persistentVolume({ size: Size.gibibytes(100) }), sessionStore: MqttSessionStore.replicatedBy(log, id === 'A' ? store : {}) });
      }
      return clusters.map((id) => storeLimitOf(chart, `test-${id.toLowerCase()}`) / 1024 ** 3);
    };
    expect(limits(100, {}, 'A')).toEqual([27.5]);
    expect(limits(400, {}, 'A')).toEqual([90]);
    expect(limits(100, {}, 'A', 'B')).toEqual([13.75, 13.75]);
    expect(limits(100, { maxStoreSize: Size.gibibytes(7.5) }, 'A', 'B')).toEqual([7.5, 20]);
    expect(messageOf(() => limits(100, { maxStoreSize: Size.gibibytes(28) }, 'A'))).toContain("0.275 of it for what the brokers of each cluster store, but these need more: 'mqtt_test-a' 28Gi.");
  });

  test('in another namespace', () => {
    const logs = newChart({ namespace: 'logs' });
    const log = new MqttMessageLog(logs, 'Log', { networkPolicy: true });
    const { chart, cluster } = make({ networkPolicy: true, sessionStore: MqttSessionStore.replicatedBy(log) });
    expect([cluster.messageLog, cluster.ownMessageLog]).toEqual([log, undefined]);
    const inNamespace = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
    expect(findObject(chart, 'NetworkPolicy').spec.egress[0].to).toEqual([{ namespaceSelector: inNamespace('logs'), podSelector: { matchLabels: log.selectorLabels } }]);
    expect(findObject(logs, 'NetworkPolicy').spec.ingress[0].from).toEqual([{ namespaceSelector: inNamespace('mqtt'), podSelector: { matchLabels: cluster.selectorLabels } }]);
    expect(brokerOf(chart).annotations).not.toHaveProperty('cdk8s-mqtt/message-log');
  });
});

describe('replicated, by a NATS that exists', () => {
  test('with everything set', () => {
    const options: Required<MqttMessageLogServersOptions> = {
      credentials: MqttMessageLogCredentials.credentialsFile(secret('creds'), { key: 'mqtt.creds' }),
      certificateAuthority: MqttFile.fromConfigMap(ConfigMap.fromConfigMapName(newChart(), 'Ca', 'nats-ca'), 'ca.pem'),
      clientCertificate: secret('nats-client'),
      copies: 5,
      maxSize: Size.gibibytes(1),
      peers: [MqttNetworkPeer.namespace('messaging')],
    };
    const replication: Required<MqttReplicationOptions> = { clusterName: 'plant-1', maxLogSize: Size.gibibytes(2), maxStoreSize: Size.gibibytes(3), rebalance: { enabled: false, connectionsPerSecond: 5, tolerancePercent: 20 } };
    const log = MqttMessageLog.fromServers(['tls://nats.messaging.svc:4222', 'tls://nats.example.com'], options);
    const { chart } = make({ networkPolicy: true, sessionStore: MqttSessionStore.replicatedBy(log, replication) });
    const { file, volumes } = brokerOf(chart);
    expect(file).toEqual({
      name: 'plant-1',
      firstBroker: 'test-broker-0',
      log: {
        servers: ['tls://nats.messaging.svc:4222', 'tls://nats.example.com'],
        replicas: 5,
        maxBytes: 2 * 1024 ** 3,
        credentialsFile: '/etc/mqtt-broker/message-log/credentials/mqtt.creds',
        tls: {
          caFile: '/etc/mqtt-broker/message-log/authority/ca.pem',
          certificateFile: '/etc/mqtt-broker/message-log/certificate/tls.crt',
          privateKeyFile: '/etc/mqtt-broker/message-log/certificate/tls.key',
        },
      },
      rebalance: { enabled: false, connectionsPerSecond: 5, tolerancePercent: 20 },
    });
    expect(storeLimitOf(chart, 'test-broker')).toBe(3 * 1024 ** 3);
    expect(volumes.map(({ name }) => name)).toEqual(['configuration', 'log-credentials', 'log-authority', 'log-certificate']);
    expect(findObject(chart, 'NetworkPolicy').spec.egress[0]).toEqual({ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'messaging' } } }], ports: [{ port: 4222, protocol: 'TCP' }] });
  });

  test('with nothing but addresses, of which a policy opens every port', () => {
    const { chart } = make({ networkPolicy: true, sessionStore: MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['nats://[2001:db8::1]:4223', 'nats://b'])) });
    expect(brokerOf(chart).file.log).toEqual({ servers: ['nats://[2001:db8::1]:4223', 'nats://b'] });
    expect(findObject(chart, 'NetworkPolicy').spec.egress[0]).toEqual({ ports: [{ port: 4223, protocol: 'TCP' }, { port: 4222, protocol: 'TCP' }] });
  });
});

describe('the name of the cluster in the log', () => {
  const nameIn = (namespace: string | undefined, name: string) => {
    const chart = newChart({ namespace });
    make({ name, sessionStore: MqttSessionStore.replicated() }, chart);
    return brokerOf(chart, name).file.name as string;
  };

  test('tells namespaces apart', () => {
    expect([nameIn('a-b', 'c'), nameIn('a', 'b-c'), nameIn(undefined, 'c')]).toEqual(['a-b_c', 'a_b-c', 'c']);
  });

  test('is cut and told apart by a hash where it is too long for the broker', () => {
    const [one, other] = [nameIn('n'.repeat(40), 'one'), nameIn('n'.repeat(40), 'other')];
    expect(one).toMatch(/^n{31}_[0-9a-f]{8}$/);
    expect(other).not.toBe(one);
    expect(nameIn('n'.repeat(36), 'one')).toBe(`${'n'.repeat(36)}_one`);
  });
});

const LOG = { sessionStore: MqttSessionStore.replicatedBy(undefined as any) };
const by = (servers: any, options?: any, replication?: any) => ({ sessionStore: MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(servers, options), replication) });
const ADDRESS = "but must be an address like 'nats://nats.messaging.svc:4222', or 'tls://…' where NATS speaks TLS; user name and password stand in a Secret (credentials)";

test.each<[string, object, unknown[]]>([
  ['a store as text', { sessionStore: 'replicated' }, ["sessionStore is 'replicated', but must be made like this: MqttSessionStore.replicated()"]],
  ['no log', LOG, ["sessionStore log is null, but must be made like this: MqttMessageLog.fromServers(['nats://nats.messaging.svc:4222'])"]],
  ['no servers', by([]), ["sessionStore log servers is empty: write for example ['nats://nats.messaging.svc:4222']"]],
  ['servers as text', by('nats://a'), ["sessionStore log servers is 'nats://a', but must be an array"]],
  ['addresses that are none', by(['a:4222', 'nats://', 'http://a', 5, 'nats://a:0']), ["'a:4222'", "'nats://'", "'http://a'", '5', "'nats://a:0'"].map((found, index) => `sessionStore log servers[${index}] is ${found}, ${ADDRESS}`)],
  ['an address with a password, which is not repeated', by(['nats://me:hidden@a:4222']), [`sessionStore log servers[0] is an address with something before an @ (not shown here), ${ADDRESS}`]],
  ['some TLS', by(['nats://a', 'tls://b']), ["sessionStore log servers are partly 'nats://' and partly 'tls://': all of them speak TLS, or none"]],
  ['an authority without TLS', by(['nats://a'], { certificateAuthority: MqttFile.fromSecret(secret('a'), 'ca.crt'), clientCertificate: secret('b') }), [
    "sessionStore log certificateAuthority and clientCertificate would not be used: write 'tls://' addresses, or leave them out",
  ]],
  ['references to nothing', by(['tls://a'], { credentials: MqttMessageLogCredentials.credentialsFile(undefined as any, { key: 'a b' }), certificateAuthority: 'ca.crt' }), [
    expect.stringContaining('sessionStore log credentials secret is undefined, but must name the Secret'),
    "sessionStore log credentials key is 'a b', but must be a key: letters, digits, '-', '_' and '.', at most 253",
    expect.stringContaining("sessionStore log certificateAuthority is 'ca.crt', but must be made like this: MqttFile.fromConfigMap("),
  ]],
  ['copies that NATS does not keep', by(['nats://a'], { copies: 2, maxSize: Size.kibibytes(1), peers: [] }), [
    'sessionStore log copies is 2, but must be 1, 3 or 5: the log survives as long as more than half of them do',
    'sessionStore log maxSize is 1Ki, but must be at least 1Gi: a snapshot is made after 256 MiB, and the log has to hold two such parts and what comes meanwhile',
    'sessionStore log peers is empty: everybody would be let in; leave it out if that is meant',
  ]],
  ['a name that NATS does not take', by(['nats://a'], {}, { clusterName: 'plant.1' }), [
    "sessionStore clusterName is 'plant.1', but must be 1 to 40 letters, digits, '-' and '_': streams and subjects of the message log begin with it",
  ]],
  ['a log that is full before it can be trimmed', { sessionStore: MqttSessionStore.replicated({ maxLogSize: Size.mebibytes(1023) }) }, [
    'sessionStore maxLogSize is 1023Mi, but must be at least 1Gi: a snapshot is made after 256 MiB, and the log has to hold two such parts and what comes meanwhile',
  ]],
  ['a store that is smaller than the broker takes', by(['nats://a'], {}, { maxStoreSize: Size.mebibytes(15) }), [
    'sessionStore maxStoreSize is 15Mi, but must be at least 16Mi: the broker takes no less for store.maxBytes',
  ]],
  ['a rebalance out of range', by(['nats://a'], {}, { rebalance: { enabled: 'no', connectionsPerSecond: 0, tolerancePercent: 0 } }), [
    "sessionStore rebalance enabled is 'no', but must be true or false",
    'sessionStore rebalance connectionsPerSecond is 0, but must be a whole number of at least 1: to move none, write enabled: false',
    'sessionStore rebalance tolerancePercent is 0, but must be a whole number from 1 to 100: it is a share above or below the average',
  ]],
  ['mistakes in the options of its own log, all at once with those of the cluster', { replicas: 0, shutdownDelay: Duration.days(1), sessionStore: MqttSessionStore.replicated({ nodes: 2, storage: 'big' as any }) }, [
    expect.stringMatching(/^replicas is 0/),
    expect.stringMatching(/^shutdownDelay is/),
    expect.stringMatching(/^sessionStore nodes is 2, but must be 1, 3 or 5/),
    expect.stringMatching(/^sessionStore storage is 'big'/),
  ]],
  ['a name that the log\'s would not fit', { name: 'a'.repeat(46), sessionStore: MqttSessionStore.replicated() }, [expect.stringContaining('with 46 characters, but may have 45')]],
])('%s', (_, props, expected) => {
  expect(complaints({ listeners: [MqttListener.tcp()], storage: MqttStorage.persistentVolume(), ...props })).toEqual(expected);
});

describe('a cluster that shares no node with others', () => {
  const REQUIRED = { antiAffinityToOtherClusters: MqttSpread.REQUIRED };
  /** Instances beside which the pods of a workload may run. */
  const besides = (chart: Chart, name: string): string[] => {
    const { requiredDuringSchedulingIgnoredDuringExecution: terms } = findObject(chart, 'StatefulSet', name).spec.template.spec.affinity.podAntiAffinity;
    return terms.find(({ namespaceSelector }: any) => namespaceSelector).labelSelector.matchExpressions[0].values;
  };

  test('shares them with its own message log, and that with it', () => {
    const { chart } = make({ name: 'plant', ...REQUIRED, sessionStore: MqttSessionStore.replicated(REQUIRED) });
    expect([besides(chart, 'plant'), besides(chart, 'plant-log')]).toEqual([['plant', 'plant-log'], ['plant-log', 'plant']]);
  });

  test('shares them with a log that it shares, and that with every cluster of it', () => {
    const chart = newChart();
    const log = new MqttMessageLog(chart, 'Log', { name: 'shared', ...REQUIRED, storage: MqttStorage.persistentVolume({ size: Size.gibibytes(30) }) });
    log.allowClients(MqttNetworkPeer.pods({ app: 'tool' }));
    ['one', 'two'].forEach((name) => new MqttCluster(chart, name, { name, ...REQUIRED, sessionStore: MqttSessionStore.replicatedBy(log) }));
    expect(['one', 'two', 'shared'].map((name) => besides(chart, name))).toEqual([['one', 'shared'], ['two', 'shared'], ['shared', 'one', 'two']]);
  });

  test('shares them with a log of another app whose pods it is told', () => {
    const peers = [MqttNetworkPeer.podsOf('logs', { 'app.kubernetes.io/instance': 'shared' })];
    const { chart } = make({ name: 'plant', ...REQUIRED, sessionStore: MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['nats://shared.logs:4222'], { peers })) });
    expect(besides(chart, 'plant')).toEqual(['plant', 'shared']);
  });
});

test('two synths are equal', () => {
  const synth = () => JSON.stringify(Testing.synth(make({ sessionStore: MqttSessionStore.replicated({ nodes: 3 }) }).chart));
  expect(synth()).toBe(synth());
});
