import { Duration, Size } from 'cdk8s';
import { Cpu, Secret } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import * as fc from 'fast-check';
import {
  MqttAccessMode, MqttAuthentication, MqttAuthorization, MqttBroker, MqttCertificateKey, MqttClaimRetention, MqttClientCertificate, MqttClusterProps, MqttClusterSettings,
  MqttDisruptionBudget, MqttDnsAccess, MqttKeepaliveLimit, MqttListener, MqttLogLevel, MqttNetworkPeer, MqttNodeQuery, MqttPodUser, MqttProfile, MqttSpread, MqttStorage, MqttTaintEffect,
  MqttTcpKeepalive, MqttTls, MqttTrafficDistribution, MqttUnhealthyPodEviction,
} from '../../lib';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttMessageLogCredentials } from '../../lib/message-log/mqtt-message-log-credentials';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';

/** One of each, and sometimes what cannot work: an argument out of range, or a promise that the version cannot keep. */
const settings = (scope: Construct): { [setting in keyof Required<MqttClusterSettings>]: fc.Arbitrary<MqttClusterSettings[setting]> } => {
  const member = <T>(members: Record<string, T>) => fc.constantFrom(...Object.values(members));
  const seconds = (min: number, max: number) => fc.integer({ min, max }).map((value) => Duration.seconds(value));
  const gibibytes = (min: number, max: number) => fc.integer({ min, max }).map((value) => Size.gibibytes(value));
  const option = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const secret = fc.integer({ min: 1, max: 1000 }).map((number) => Secret.fromSecretName(scope, `Secret${number}-${scope.node.children.length}`, `secret-${number}`));
  const labels = fc.dictionary(fc.constantFrom('pool', 'example.com/tier'), fc.constantFrom('mqtt', 'a.b', ''));

  const clientCertificate = member(MqttClientCertificate);
  const certificate = fc.oneof(
    fc.tuple(secret, clientCertificate).map(([tls, clients]) => MqttTls.fromSecret(tls, { clientCertificate: clients })),
    fc.record({ clientCertificate, privateKey: member(MqttCertificateKey), dnsNames: fc.subarray(['mqtt.example.com', '*.example.com', 'a.b'], { minLength: 1 }) }, { requiredKeys: [] })
      .map((options) => MqttTls.fromCertManager({ issuer: { name: 'ca' }, ...options })),
  );
  const listener = fc.oneof(
    fc.constant(MqttListener.tcp()),
    fc.constant(MqttListener.websocket({ path: '/x', maxConnections: 10 })),
    certificate.map((tls) => MqttListener.tls(tls)),
    certificate.map((tls) => MqttListener.secureWebsocket(tls)),
  );
  const query = fc.constantFrom(MqttNodeQuery.is('pool', 'mqtt'), MqttNodeQuery.isNoneOf('pool', ['a', 'b']), MqttNodeQuery.exists('fast'), MqttNodeQuery.doesNotExist('spot'));
  const queries = fc.array(query, { minLength: 1, maxLength: 2 });
  const peer = fc.constantFrom(
    MqttNetworkPeer.namespace('gateways'), MqttNetworkPeer.pods({ app: 'bridge' }), MqttNetworkPeer.podsOf('web', { app: 'x' }), MqttNetworkPeer.cidr('203.0.113.0/24'),
  );
  const peers = fc.array(peer, { minLength: 1, maxLength: 3 });
  const dns = fc.oneof(
    fc.constantFrom(MqttDnsAccess.anyResolver(), MqttDnsAccess.clusterPods(), MqttDnsAccess.nodeLocal(['169.254.20.10', 'fd00::a'])),
    peers.map((resolvers) => MqttDnsAccess.of(resolvers, [53, 1053])),
  );

  return {
    replicas: fc.constantFrom(0, 1, 1, 2, 3, 3, 5, 7),
    storage: fc.oneof(
      fc.record({
        size: gibibytes(1, 200),
        storageClassName: fc.constant('fast'),
        accessMode: member(MqttAccessMode),
        volumeAttributesClassName: fc.constantFrom(undefined, undefined, 'gold'),
        whenDeleted: member(MqttClaimRetention),
        whenScaled: member(MqttClaimRetention),
      }, { requiredKeys: [] }).map((options) => MqttStorage.persistentVolume(options)),
      option(gibibytes(1, 200)).map((sizeLimit) => MqttStorage.ephemeral({ sizeLimit })),
    ),
    sessionStore: fc.oneof(
      fc.constant(MqttSessionStore.embedded()),
      fc.record({
        nodes: fc.constantFrom(1, 2, 3, 5),
        credentials: secret.map((credentials) => MqttMessageLogCredentials.fromSecret(credentials)),
        tls: fc.constant(MqttTls.fromCertManager({ issuer: { name: 'ca' } })),
        exporter: fc.boolean(),
        reloader: fc.boolean(),
        networkPolicy: fc.boolean(),
        antiAffinity: member(MqttSpread),
        rebalance: fc.record({ enabled: fc.boolean(), connectionsPerSecond: fc.integer({ min: 0, max: 500 }) }, { requiredKeys: [] }),
      }, { requiredKeys: [] }).map((options) => MqttSessionStore.replicated(options)),
      secret.map((credentials) => MqttSessionStore.replicatedBy(
        MqttMessageLog.fromServers(['tls://nats.messaging.svc:4222'], { credentials: MqttMessageLogCredentials.credentialsFile(credentials) }))),
    ),
    listeners: fc.uniqueArray(listener, { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
    authentication: fc.oneof(fc.constant(MqttAuthentication.anonymous()), secret.map((users) => MqttAuthentication.passwordFile(users))),
    authorization: fc.oneof(fc.constant(MqttAuthorization.allTopics()), secret.map((rules) => MqttAuthorization.aclFromSecret(rules))),
    keepaliveLimit: fc.oneof(fc.constant(MqttKeepaliveLimit.none()), seconds(0, 65_535).map((limit) => MqttKeepaliveLimit.of(limit))),
    tcpKeepalive: fc.constantFrom(MqttTcpKeepalive.of(), MqttTcpKeepalive.kernelDefaults()),
    sessionExpiry: seconds(1, 1_000_000),
    antiAffinity: member(MqttSpread),
    antiAffinityToOtherClusters: member(MqttSpread),
    zoneSpread: member(MqttSpread),
    minZones: fc.integer({ min: 1, max: 3 }),
    nodeSelector: labels,
    nodeAffinity: fc.record({ required: queries, preferred: fc.array(fc.record({ queries }), { minLength: 1, maxLength: 2 }) }),
    dedicatedNodes: fc.record({ key: fc.constant('role'), value: fc.constantFrom('mqtt', 'brokers') }, { requiredKeys: ['value'] }),
    tolerations: fc.array(fc.record({ key: fc.constant('spot'), value: fc.constant('yes'), effect: member(MqttTaintEffect) }, { requiredKeys: ['key'] }), { minLength: 1, maxLength: 2 }),
    priorityClassName: fc.constant('brokers'),
    trafficDistribution: member(MqttTrafficDistribution),
    nodeCount: fc.integer({ min: 1, max: 9 }),
    resources: fc.record({
      cpuRequest: fc.constant(Cpu.millis(500)),
      cpuLimit: fc.constant(Cpu.units(2)),
      memoryRequest: fc.constant(Size.gibibytes(1)),
      memoryLimit: fc.constant(Size.gibibytes(2)),
      ephemeralStorageRequest: fc.constant(Size.gibibytes(1)),
      ephemeralStorageLimit: fc.constant(Size.gibibytes(2)),
    }, { requiredKeys: [] }),
    podUser: member(MqttPodUser),
    connectionsPerPod: fc.integer({ min: 1, max: 100_000 }),
    drainConnectionsPerSecond: fc.integer({ min: 1, max: 5000 }),
    shutdownDelay: seconds(0, 60),
    terminationGracePeriod: seconds(1, 700),
    minReadyTime: seconds(0, 300),
    rollingUpdatePartition: fc.integer({ min: 0, max: 3 }),
    revisionHistoryLimit: fc.integer({ min: 0, max: 20 }),
    disruptionBudget: fc.oneof(
      fc.constant(MqttDisruptionBudget.none()),
      fc.tuple(fc.integer({ min: 1, max: 3 }), member(MqttUnhealthyPodEviction)).map(([pods, unhealthyPodEviction]) => MqttDisruptionBudget.maxUnavailablePods(pods, { unhealthyPodEviction })),
      fc.integer({ min: 1, max: 100 }).map((percent) => MqttDisruptionBudget.maxUnavailablePercent(percent)),
    ),
    nodeConsolidation: fc.boolean(),
    networkPolicy: fc.boolean(),
    networkAccess: fc.record({ clients: peers, metricsReaders: peers, egress: fc.constant([{ peers: [MqttNetworkPeer.namespace('vault')], ports: [8200], udpPorts: [8125] }]), dns }, { requiredKeys: [] }),
  };
};

/** Props of a cluster without its Kubernetes version, up to so many of them. The Secrets that they refer to are made in the scope. */
export function randomProps(scope: Construct, maxLength = 12): fc.Arbitrary<MqttClusterProps> {
  const props: { [prop in keyof Required<Omit<MqttClusterProps, 'kubernetesVersion'>>]: fc.Arbitrary<MqttClusterProps[prop]> } = {
    ...settings(scope),
    profile: fc.constantFrom(MqttProfile.development(), MqttProfile.production()),
    broker: fc.constantFrom(MqttBroker.companion(), MqttBroker.companion({ image: `example.com/broker@sha256:${'0'.repeat(64)}`, logLevel: MqttLogLevel.WARN, maxQueuedMessages: 7 })),
    name: fc.constantFrom('plant', 'a'.repeat(49)),
    labels: fc.constant({ team: 'iot' }),
  };
  // Few settings at a time: with all of them given, some mistake is always among them.
  const some = fc.subarray(Object.keys(props) as (keyof typeof props)[], { maxLength })
    .chain((given) => fc.record<any>(Object.fromEntries(given.map((prop) => [prop, props[prop]])))) as fc.Arbitrary<MqttClusterProps>;
  // Several zones go with a spread that is required; hardly ever would both be drawn.
  return some.map((given) => ((given.minZones ?? 1) > 1 ? { ...given, zoneSpread: MqttSpread.REQUIRED } : given));
}
