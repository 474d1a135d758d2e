import type { Chart } from 'cdk8s';
import { Duration, Size } from 'cdk8s';
import { ConfigMap, Cpu, Secret } from 'cdk8s-plus-27';
import { providerSpecimens } from './provider-specimens';
import { newChart } from './synth';
import {
  ExternalTrafficPolicy, KubernetesVersion, LoadBalancerExposure, LoadBalancerKind, LoadBalancerProvider, MqttAccessMode, MqttAlert, MqttAlerts, MqttAuthentication, MqttAuthorization,
  MqttAutoscaler, MqttAutoscalerKind, MqttAwsEbsType, MqttBroker, MqttCapacity, MqttCertificateKey, MqttClaimRetention, MqttClientCa, MqttClientCertificate, MqttCluster, MqttDashboard,
  MqttDisruptionBudget, MqttDnsAccess, MqttExternalSecret, MqttFile, MqttGateway, MqttGatewayRoute, MqttGuardRails, MqttGuardRailsAction, MqttImagePullPolicy, MqttJwtAlgorithm, MqttJwtKeys,
  MqttKeepaliveLimit, MqttListener, MqttLoadBalancer, MqttLogLevel, MqttMessageLog, MqttMessageLogCredentials, MqttMonitoring, MqttNetworkPeer, MqttNodeQuery, MqttPodUser, MqttProfile,
  MqttScalingMetric, MqttScrape, MqttSessionStore, MqttSpread, MqttStorage, MqttTaintEffect, MqttTcpKeepalive, MqttTls, MqttTrafficDistribution, MqttUnhealthyPodEviction,
  MqttVolumeAttributes, MqttVolumeAttributesClass,
} from '../../lib';

/** Something that users make, with arguments that work. The arguments are of any type: a test puts wrong ones in their place. */
export interface Specimen {
  readonly args: { readonly [name: string]: any };
  readonly make: (chart: Chart, args: any) => unknown;
}

const secret = Secret.fromSecretName(newChart(), 'Secret', 'secret');
const configMap = ConfigMap.fromConfigMapName(newChart(), 'ConfigMap', 'config');
const tls = () => MqttTls.fromSecret(secret);
const ofCluster = (props: (args: any) => any, args: Specimen['args']): Specimen => ({
  args,
  make: (chart, given) => new MqttCluster(chart, 'Subject', props(given)).acknowledge('MQTT-SESSION-001', 'separate brokers, in this test'),
});
const inFront = (chart: Chart) => new MqttCluster(chart, 'Broker', { keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(30)) });
/** Props with a cluster beside; what is no object stays what it is. */
const withCluster = (chart: Chart, props: any) => Object.getPrototypeOf(props ?? 0) === Object.prototype ? { cluster: inFront(chart), ...props } : props;
const provider = LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(350) });
const gateway = () => MqttGateway.fromName('edge', { exposure: LoadBalancerExposure.INTERNAL, idleTimeout: Duration.seconds(300) });
const monitored = (props: (args: any) => any, args: Specimen['args']): Specimen => ({ args, make: (chart, given) => new MqttMonitoring(chart, 'Subject', { cluster: inFront(chart), ...props(given) }) });

const ofClass = (factory: 'awsEbs' | 'azureDisk' | 'googleHyperdisk' | 'ofDriver', args: Specimen['args']): Specimen => ({
  args,
  make: (chart, given) => new MqttVolumeAttributesClass(chart, 'Subject', { attributes: (MqttVolumeAttributes as any)[factory](...Object.values(given)) }),
});

const CLUSTER = {
  name: 'plant',
  labels: { team: 'iot' },
  replicas: 1,
  listeners: [MqttListener.tcp()],
  kubernetesVersion: KubernetesVersion.V1_35,
  profile: MqttProfile.development(),
  broker: MqttBroker.companion(),
  storage: MqttStorage.persistentVolume(),
  authentication: MqttAuthentication.anonymous(),
  authorization: MqttAuthorization.allTopics(),
  keepaliveLimit: MqttKeepaliveLimit.none(),
  tcpKeepalive: MqttTcpKeepalive.of(),
  sessionExpiry: Duration.days(1),
  antiAffinity: MqttSpread.REQUIRED,
  antiAffinityToOtherClusters: MqttSpread.PREFERRED,
  zoneSpread: MqttSpread.REQUIRED,
  minZones: 2,
  nodeSelector: { pool: 'mqtt' },
  nodeAffinity: { required: [MqttNodeQuery.exists('fast')], preferred: [{ queries: [MqttNodeQuery.exists('fast')], weight: 3 }] },
  dedicatedNodes: { key: 'dedicated', value: 'mqtt' },
  tolerations: [{ key: 'spot', value: 'yes', effect: MqttTaintEffect.NO_SCHEDULE }],
  priorityClassName: 'brokers',
  trafficDistribution: MqttTrafficDistribution.PREFER_SAME_ZONE,
  nodeCount: 5,
  resources: { cpuRequest: Cpu.units(1), cpuLimit: Cpu.units(3), memoryRequest: Size.gibibytes(1), memoryLimit: Size.gibibytes(1) },
  podUser: MqttPodUser.ASSIGNED_BY_PLATFORM,
  connectionsPerPod: 100,
  drainConnectionsPerSecond: 100,
  shutdownDelay: Duration.seconds(10),
  terminationGracePeriod: Duration.seconds(99),
  minReadyTime: Duration.seconds(3),
  rollingUpdatePartition: 0,
  revisionHistoryLimit: 3,
  disruptionBudget: MqttDisruptionBudget.none(),
  nodeConsolidation: false,
  networkPolicy: true,
  networkAccess: {
    metricsReaders: [MqttNetworkPeer.namespace('monitoring')],
    dns: MqttDnsAccess.clusterPods(),
    egress: [{ peers: [MqttNetworkPeer.namespace('statsd')], ports: [8126], udpPorts: [8125] }],
  },
};

const JWT = {
  issuer: 'https://issuer.example.com',
  audience: 'mqtt',
  algorithms: [MqttJwtAlgorithm.RS256],
  usernameClaim: 'sub',
  aclClaim: 'acl',
  disconnectOnExpiry: true,
  clockTolerance: Duration.seconds(30),
};

const MESSAGE_LOG = {
  nodes: 1,
  storage: MqttStorage.persistentVolume({ size: Size.gibibytes(20) }),
  resources: { cpuRequest: Cpu.units(1), memoryRequest: Size.gibibytes(1), memoryLimit: Size.gibibytes(1) },
  podUser: MqttPodUser.ASSIGNED_BY_PLATFORM,
  credentials: MqttMessageLogCredentials.fromSecret(secret),
  tls: tls(),
  image: 'example.com/nats:2.12.3',
  imagePullPolicy: MqttImagePullPolicy.ALWAYS,
  imagePullSecrets: [secret],
  exporter: true,
  exporterImage: 'example.com/exporter:1',
  reloader: true,
  reloaderImage: 'example.com/reloader:1',
  networkPolicy: true,
  metricsReaders: [MqttNetworkPeer.namespace('monitoring')],
  dns: MqttDnsAccess.clusterPods(),
  antiAffinity: MqttSpread.REQUIRED,
  zoneSpread: MqttSpread.REQUIRED,
  minZones: 2,
  nodeSelector: { pool: 'mqtt' },
  tolerations: [{ key: 'spot', value: 'yes', effect: MqttTaintEffect.NO_SCHEDULE }],
  priorityClassName: 'brokers',
};

const CERT_MANAGER = {
  issuer: { name: 'ca', kind: 'ClusterIssuer', group: 'cert-manager.io' },
  dnsNames: ['mqtt.example.com'],
  privateKey: MqttCertificateKey.ECDSA_P256,
  duration: Duration.days(90),
  renewBefore: Duration.days(30),
  secretName: 'tls',
};

const CAPACITY = {
  clients: 1000,
  publishesPerSecond: 10.5,
  fanOut: 1.5,
  messageSize: Size.kibibytes(1),
  qos1Share: 0.5,
  qos2Share: 0.1,
  persistentShare: 0.5,
  absentShare: 0.1,
  retention: Duration.hours(1),
  retainedMessages: 10,
  tlsShare: 0.5,
  trafficPolicy: ExternalTrafficPolicy.CLUSTER,
  nodeCores: 4,
  replicas: 1,
  profile: MqttProfile.development(),
};

const ALERTS = {
  labels: { team: 'iot' },
  alertLabels: { team: 'iot' },
  without: [MqttAlert.CLUSTER_DOWN],
  runbookUrl: 'https://example.com',
  storeUsedRatio: 0.5,
  commitDuration: Duration.millis(100),
  queuedMessages: 10,
  authenticationFailuresPerSecond: 1,
  deniedPerSecond: 1,
  throttledClients: 0.5,
  logUsedRatio: 0.7,
  certificateWarning: Duration.days(7),
  certificateCritical: Duration.days(2),
  revocationListCritical: Duration.hours(2),
  logLagEntries: 100,
  appendDuration: Duration.millis(100),
  unbalancedRatio: 2,
  eventLoopLag: Duration.millis(100),
};

/** Every construct, and every value that a factory makes of arguments. */
export const specimens: { readonly [name: string]: Specimen } = {
  'MqttCluster': ofCluster(({ props }) => props, { props: CLUSTER }),
  'MqttProfile': ofCluster(({ settings }) => ({ profile: MqttProfile.development(settings) }), { settings: { replicas: 1, connectionsPerPod: 100 } }),
  'MqttBroker.companion': ofCluster(({ options }) => ({ broker: MqttBroker.companion(options) }), {
    options: {
      image: 'example.com/broker:1',
      imagePullPolicy: MqttImagePullPolicy.ALWAYS,
      imagePullSecrets: [secret],
      logLevel: MqttLogLevel.INFO,
      maxPacketSize: Size.mebibytes(1),
      maxQueuedMessages: 100,
      maxQueuedSize: Size.mebibytes(10),
    },
  }),
  'MqttStorage.persistentVolume': ofCluster(({ options }) => ({ storage: MqttStorage.persistentVolume(options) }), {
    options: {
      size: Size.gibibytes(100),
      storageClassName: 'fast',
      accessMode: MqttAccessMode.READ_WRITE_ONCE,
      volumeAttributesClassName: 'gold',
      whenDeleted: MqttClaimRetention.RETAIN,
      whenScaled: MqttClaimRetention.RETAIN,
    },
  }),
  'MqttStorage.ephemeral': ofCluster(({ options }) => ({ storage: MqttStorage.ephemeral(options) }), { options: { sizeLimit: Size.gibibytes(15) } }),
  'MqttListener.tcp': ofCluster(({ options }) => ({ listeners: [MqttListener.tcp(options)] }), { options: { name: 'plain', port: 1884, maxConnections: 10 } }),
  'MqttListener.tls': ofCluster(({ certificate, options }) => ({ listeners: [MqttListener.tls(certificate, options)] }), { certificate: tls(), options: { port: 8884 } }),
  'MqttListener.websocket': ofCluster(({ options }) => ({ listeners: [MqttListener.websocket(options)] }), { options: { path: '/mqtt', maxConnections: 10 } }),
  'MqttListener.secureWebsocket': ofCluster(({ certificate, options }) => ({ listeners: [MqttListener.secureWebsocket(certificate, options)] }), { certificate: tls(), options: { port: 8085 } }),
  'MqttTls.fromSecret': ofCluster((args) => ({ listeners: [MqttListener.tls(MqttTls.fromSecret(args.secret, args.options))] }), {
    secret, options: { clientCertificate: MqttClientCertificate.REQUIRE, clientCa: MqttClientCa.fromSecret(secret) },
  }),
  'MqttTls.fromCertManager': ofCluster(({ options }) => ({ listeners: [MqttListener.tls(MqttTls.fromCertManager(options))] }), { options: CERT_MANAGER }),
  ...Object.fromEntries((['fromSecret', 'fromConfigMap'] as const).map((factory) => [`MqttClientCa.${factory}`, ofCluster(({ from, options }) => ({
    listeners: [MqttListener.tls(MqttTls.fromSecret(secret, { clientCertificate: MqttClientCertificate.REQUIRE, clientCa: MqttClientCa[factory](from, options) }))],
  }), { from: factory === 'fromSecret' ? secret : configMap, options: { key: 'ca.crt' } })])),
  'MqttAuthentication.passwordFile': ofCluster(({ from, options }) => ({ authentication: MqttAuthentication.passwordFile(from, options) }), { from: secret, options: { key: 'users' } }),
  'MqttAuthentication.jwt, with keys of a URL': ofCluster(({ url, options, token }) => ({ authentication: MqttAuthentication.jwt(MqttJwtKeys.fromUrl(url, options), token) }), {
    url: 'https://issuer.example.com/jwks',
    options: { certificateAuthority: MqttFile.fromConfigMap(configMap, 'ca.crt'), refreshInterval: Duration.minutes(5), peers: [MqttNetworkPeer.cidr('10.0.0.0/8')] },
    token: JWT,
  }),
  'MqttAuthentication.jwt, with keys in a file': ofCluster(({ from, key }) => ({ authentication: MqttAuthentication.jwt(MqttJwtKeys.fromFile(MqttFile.fromSecret(from, key))) }), {
    from: secret, key: 'keys',
  }),
  'MqttAuthentication.jwt': ofCluster(({ keys }) => ({ authentication: MqttAuthentication.jwt(keys) }), {
    keys: MqttJwtKeys.fromUrl('https://issuer.example.com/jwks'),
  }),
  'MqttJwtKeys.fromFile': ofCluster(({ file }) => ({ authentication: MqttAuthentication.jwt(MqttJwtKeys.fromFile(file)) }), { file: MqttFile.fromSecret(secret, 'keys') }),
  'MqttAuthentication.anyOf': ofCluster(({ ways }) => ({ authentication: MqttAuthentication.anyOf(ways) }), { ways: [MqttAuthentication.anonymous(), MqttAuthentication.passwordFile(secret)] }),
  'MqttAuthorization.aclFromSecret': ofCluster(({ from, options }) => ({ authorization: MqttAuthorization.aclFromSecret(from, options) }), { from: secret, options: { key: 'acl' } }),
  'MqttAuthorization.aclFromConfigMap': ofCluster(({ from, options }) => ({ authorization: MqttAuthorization.aclFromConfigMap(from, options) }), { from: configMap, options: { key: 'acl' } }),
  'MqttNetworkPeer': ofCluster(({ cidr, labels, namespace }) => ({
    networkPolicy: true,
    networkAccess: {
      metricsReaders: [
        MqttNetworkPeer.namespace(namespace), MqttNetworkPeer.namespaces(labels), MqttNetworkPeer.pods(labels), MqttNetworkPeer.podsOf(namespace, labels), MqttNetworkPeer.cidr(cidr),
      ],
    },
  }), { namespace: 'monitoring', labels: { app: 'bridge' }, cidr: '10.0.0.0/8' }),
  'MqttDnsAccess.nodeLocal': ofCluster(({ addresses }) => ({ networkAccess: { dns: MqttDnsAccess.nodeLocal(addresses) } }), { addresses: ['169.254.20.10'] }),
  'MqttDnsAccess.of': ofCluster(({ peers, ports }) => ({ networkAccess: { dns: MqttDnsAccess.of(peers, ports) } }), { peers: [MqttNetworkPeer.cidr('10.0.0.0/8')], ports: [53] }),
  'MqttDisruptionBudget.maxUnavailablePods': ofCluster(({ options, pods }) => ({ replicas: 3, disruptionBudget: MqttDisruptionBudget.maxUnavailablePods(pods, options) }), {
    pods: 1, options: { unhealthyPodEviction: MqttUnhealthyPodEviction.ALWAYS_ALLOW },
  }),
  'MqttDisruptionBudget.maxUnavailablePercent': ofCluster(({ options, percent }) => ({ replicas: 3, disruptionBudget: MqttDisruptionBudget.maxUnavailablePercent(percent, options) }), { percent: 40, options: {} }),
  'MqttKeepaliveLimit.of': ofCluster(({ limit }) => ({ keepaliveLimit: MqttKeepaliveLimit.of(limit) }), { limit: Duration.seconds(60) }),
  'MqttTcpKeepalive.of': ofCluster(({ options }) => ({ tcpKeepalive: MqttTcpKeepalive.of(options) }), { options: { time: Duration.seconds(60), interval: Duration.seconds(10), probes: 3 } }),
  'MqttNodeQuery': ofCluster(({ key, values, value }) => ({
    nodeAffinity: {
      required: [
        MqttNodeQuery.is(key, value), MqttNodeQuery.isOneOf(key, values), MqttNodeQuery.isNoneOf(key, values), MqttNodeQuery.exists(key), MqttNodeQuery.doesNotExist(key),
      ],
    },
  }), { key: 'pool', value: 'mqtt', values: ['mqtt'] }),

  'MqttMessageLog': {
    args: { props: { ...MESSAGE_LOG, profile: MqttProfile.development(), name: 'log', kubernetesVersion: KubernetesVersion.V1_35, labels: { team: 'iot' } } },
    make: (chart, { props }) => new MqttMessageLog(chart, 'Subject', props),
  },
  'MqttMessageLog.fromServers': ofCluster(({ servers, options }) => ({ sessionStore: MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(servers, options)) }), {
    servers: ['tls://nats.example.com:4222'],
    options: {
      credentials: MqttMessageLogCredentials.fromSecret(secret),
      certificateAuthority: MqttFile.fromConfigMap(configMap, 'ca.crt'),
      clientCertificate: secret,
      copies: 3,
      maxSize: Size.gibibytes(10),
      peers: [MqttNetworkPeer.cidr('10.0.0.0/8')],
    },
  }),
  ...Object.fromEntries(Object.entries({ fromSecret: { usernameKey: 'user', passwordKey: 'secret' }, credentialsFile: { key: 'log.creds' } }).map(([factory, options]) => [
    `MqttMessageLogCredentials.${factory}`,
    ofCluster(({ from, options: given }) => ({
      sessionStore: MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['tls://nats.example.com:4222'], { credentials: (MqttMessageLogCredentials as any)[factory](from, given) })),
    }), { from: secret, options }),
  ])),
  'MqttSessionStore.replicated': ofCluster(({ options }) => ({ sessionStore: MqttSessionStore.replicated(options) }), {
    options: { ...MESSAGE_LOG, clusterName: 'plant', maxLogSize: Size.gibibytes(5), maxStoreSize: Size.gibibytes(4), rebalance: { enabled: true, connectionsPerSecond: 10, tolerancePercent: 20 } },
  }),
  'MqttSessionStore.replicatedBy': ofCluster(({ log, options }) => ({ sessionStore: MqttSessionStore.replicatedBy(log, options) }), {
    log: MqttMessageLog.fromServers(['tls://nats.example.com:4222']), options: { clusterName: 'plant', rebalance: { enabled: false } },
  }),
  'MqttVolumeAttributesClass': {
    args: { props: { attributes: MqttVolumeAttributes.awsEbs({ iops: 6000 }), name: 'gold', kubernetesVersion: KubernetesVersion.V1_35, betaApi: false, labels: { team: 'iot' } } },
    make: (chart, { props }) => new MqttVolumeAttributesClass(chart, 'Subject', props),
  },
  'MqttVolumeAttributes.awsEbs': ofClass('awsEbs', { options: { type: MqttAwsEbsType.GP3, iops: 6000, throughputMebibytesPerSecond: 250 } }),
  'MqttVolumeAttributes.azureDisk': ofClass('azureDisk', { options: { iops: 6000, throughputMegabytesPerSecond: 250 } }),
  'MqttVolumeAttributes.googleHyperdisk': ofClass('googleHyperdisk', { options: { iops: 6000, throughputMebibytesPerSecond: 250 } }),
  'MqttVolumeAttributes.ofDriver': ofClass('ofDriver', { driver: 'csi.example.com', options: { iops: '6000' } }),
  'MqttStorage.persistentVolume, with a class of the app': ofCluster(({ volumeAttributesClass }) => ({ storage: MqttStorage.persistentVolume({ volumeAttributesClass }) }), {
    volumeAttributesClass: new MqttVolumeAttributesClass(newChart(), 'Class', { attributes: MqttVolumeAttributes.awsEbs({ iops: 6000 }) }),
  }),
  'MqttCapacity.plan': {
    args: { options: CAPACITY },
    make: (chart, { options }) => {
      const { profile, settings } = MqttCapacity.plan(options);
      const cluster = new MqttCluster(chart, 'Subject', { profile, ...settings });
      ['MQTT-SESSION-001', 'MQTT-PLACEMENT-002'].forEach((id) => cluster.acknowledge(id, 'separate brokers, in this test'));
      return cluster;
    },
  },

  'MqttLoadBalancer': {
    args: {
      props: {
        provider,
        listeners: ['mqtt'],
        ports: { mqtt: 1884 },
        trafficPolicy: ExternalTrafficPolicy.CLUSTER,
        sourceRanges: ['10.0.0.0/8'],
        name: 'lb',
        annotations: { 'example.com/a': 'b' },
        labels: { team: 'iot' },
      },
    },
    make: (chart, { props }) => new MqttLoadBalancer(chart, 'Subject', withCluster(chart, props)),
  },
  ...providerSpecimens,
  'MqttGatewayRoute': {
    args: { props: { gateway: gateway(), listeners: ['mqtt'], annotations: { 'example.com/a': 'b' }, labels: { team: 'iot' } } },
    make: (chart, { props }) => new MqttGatewayRoute(chart, 'Subject', withCluster(chart, props)),
  },
  'MqttGateway.fromName': {
    args: {
      name: 'edge',
      options: { exposure: LoadBalancerExposure.INTERNAL, idleTimeout: Duration.seconds(300), kind: LoadBalancerKind.PROXY, implementation: 'envoy', namespace: 'infra', sectionNames: { mqtt: 'plain' } },
    },
    make: (chart, { name, options }) => new MqttGatewayRoute(chart, 'Subject', { cluster: inFront(chart), gateway: MqttGateway.fromName(name, options) }),
  },
  'MqttGateway.ofClass': {
    args: { name: 'envoy', options: { exposure: LoadBalancerExposure.INTERNAL, idleTimeout: Duration.seconds(300), ports: { mqtt: 1884 }, name: 'edge', annotations: { 'example.com/a': 'b' } } },
    make: (chart, { name, options }) => new MqttGatewayRoute(chart, 'Subject', { cluster: inFront(chart), gateway: MqttGateway.ofClass(name, options) }),
  },

  'MqttMonitoring': {
    args: { props: { clusterLabel: 'cluster', scrape: MqttScrape.podMonitor(), alerts: MqttAlerts.prometheusRule(), dashboard: MqttDashboard.configMap(), labels: { team: 'iot' } } },
    make: (chart, { props }) => new MqttMonitoring(chart, 'Subject', withCluster(chart, props)),
  },
  'MqttScrape.podMonitor': monitored(({ options }) => ({ scrape: MqttScrape.podMonitor(options) }), { options: { interval: Duration.seconds(15), labels: { team: 'iot' } } }),
  'MqttAlerts.prometheusRule': monitored(({ options }) => ({ alerts: MqttAlerts.prometheusRule(options) }), { options: ALERTS }),
  'MqttDashboard.configMap': monitored(({ options }) => ({ dashboard: MqttDashboard.configMap(options) }), { options: { labels: { team: 'iot' }, folder: 'MQTT' } }),
  'MqttDashboard.grafanaDashboard': monitored(({ options }) => ({ dashboard: MqttDashboard.grafanaDashboard(options) }), {
    options: { instanceLabels: { team: 'iot' }, labels: { team: 'iot' }, folder: 'MQTT', allowCrossNamespaceImport: true },
  }),

  'MqttAutoscaler': {
    args: { props: { maxReplicas: 5, minReplicas: 3, kind: MqttAutoscalerKind.horizontalPodAutoscaler(), metrics: [MqttScalingMetric.cpu(70)] } },
    make: (chart, { props }) => {
      const cluster = inFront(chart);
      ['MQTT-SESSION-001', 'MQTT-PLACEMENT-002'].forEach((id) => cluster.acknowledge(id, 'separate brokers, in this test'));
      return new MqttAutoscaler(chart, 'Subject', Object.getPrototypeOf(props ?? 0) === Object.prototype ? { cluster, ...props } : props);
    },
  },
  'MqttExternalSecret': {
    args: { props: { store: { name: 'vault', clusterWide: true }, entries: [{ secretKey: 'users', remoteKey: 'mqtt/users', property: 'file', version: '1' }], name: 'users', refreshInterval: Duration.hours(1) } },
    make: (chart, { props }) => new MqttExternalSecret(chart, 'Subject', props),
  },
  'MqttGuardRails': {
    args: { props: { action: MqttGuardRailsAction.WARN, objectLabels: { team: 'iot' }, namespaces: ['mqtt'], name: 'rails', labels: { team: 'iot' }, kubernetesVersion: KubernetesVersion.V1_35 } },
    make: (chart, { props }) => new MqttGuardRails(chart, 'Subject', props),
  },
};
