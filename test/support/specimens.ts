import type { Chart } from 'cdk8s';
import { Duration, Size } from 'cdk8s';
import { ConfigMap, Cpu, Secret } from 'cdk8s-plus-27';
import { newChart } from './synth';
import {
  AwsNlbScheme, AwsNlbTargetType, ExternalTrafficPolicy, KubernetesVersion, LoadBalancerExposure, LoadBalancerKind, LoadBalancerProvider, MqttAccessMode, MqttAlert, MqttAlerts, MqttAuthentication,
  MqttAuthorization, MqttAutoscaler, MqttAutoscalerKind, MqttBroker, MqttCertificateKey, MqttClaimRetention, MqttClientCa, MqttClientCertificate, MqttCluster, MqttDashboard, MqttDisruptionBudget,
  MqttExternalSecret, MqttGateway, MqttGatewayRoute, MqttGuardRails, MqttGuardRailsAction, MqttImagePullPolicy, MqttKeepaliveLimit, MqttListener, MqttLoadBalancer, MqttLogLevel, MqttMonitoring,
  MqttNetworkPeer, MqttNodeQuery, MqttProfile, MqttScalingMetric, MqttScrape, MqttSpread, MqttStorage, MqttTaintEffect, MqttTcpKeepalive, MqttTls, MqttTrafficDistribution, MqttUnhealthyPodEviction,
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
  networkAccess: { metricsReaders: [MqttNetworkPeer.namespace('monitoring')] },
};

const CERT_MANAGER = {
  issuer: { name: 'ca', kind: 'ClusterIssuer', group: 'cert-manager.io' },
  dnsNames: ['mqtt.example.com'],
  privateKey: MqttCertificateKey.ECDSA_P256,
  duration: Duration.days(90),
  renewBefore: Duration.days(30),
  secretName: 'tls',
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
  'LoadBalancerProvider.awsNlb': {
    args: { options: { idleTimeout: Duration.seconds(350), scheme: AwsNlbScheme.INTERNAL, targetType: AwsNlbTargetType.IP } },
    make: (chart, { options }) => new MqttLoadBalancer(chart, 'Subject', { cluster: inFront(chart), provider: LoadBalancerProvider.awsNlb(options) }),
  },
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
    args: { props: { scrape: MqttScrape.podMonitor(), alerts: MqttAlerts.prometheusRule(), dashboard: MqttDashboard.configMap(), labels: { team: 'iot' } } },
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
