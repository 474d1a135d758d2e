import { Chart, Duration, JsonPatch, Size } from 'cdk8s';
import {
  AddressAnnouncement, KubernetesVersion, LoadBalancerExposure, LoadBalancerProvider, MqttAuthentication, MqttAuthorization, MqttAutoscaler, MqttAutoscalerKind,
  MqttBroker, MqttCapacity, MqttCertificateUser, MqttClientCa, MqttClientCertificate, MqttCluster, MqttDisruptionBudget, MqttDnsAccess, MqttListener, MqttLoadBalancer,
  MqttMonitoring, MqttNetworkPeer, MqttNodeQuery, MqttProfile, MqttScalingMetric, MqttSessionStore, MqttSpread, MqttStorage, MqttTls, MqttTrafficDistribution,
} from 'cdk8s-mqtt';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import { Construct } from 'constructs';

/** The first rule that matches decides; what none matches is denied, `$SYS` to vehicles too. `%u` and `users` are common names of certificates. */
const ACCESS_RULES = `
- effect: allow
  actions: [subscribe]
  topics: ["vehicles/#", "$SYS/#"]
  users: [control-centre]
- effect: allow
  actions: [publish]
  topics: ["vehicles/+/commands/#"]
  users: [control-centre]
- effect: allow
  actions: [publish]
  topics: ["vehicles/%u/telemetry/#"]
- effect: allow
  actions: [subscribe]
  topics: ["vehicles/%u/commands/#"]
`.trimStart();

/** A fleet in a data centre of one's own: nodes for brokers alone, canaries, mutual TLS, MetalLB, and an autoscaler that adds brokers with the load. */
export class OnPremisesChart extends Chart {
  public readonly cluster: MqttCluster;

  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'mqtt', disableResourceNameHashes: true });

    const mirror = Secret.fromSecretName(this, 'Mirror', 'mirror');
    const capacity = MqttCapacity.plan({
      clients: 20_000,
      publishesPerSecond: 3000,
      messageSize: Size.kibibytes(1),
      qos1Share: 0.5,
      persistentShare: 0,
      retention: Duration.hours(1),
      profile: MqttProfile.production({
        sessionStore: MqttSessionStore.replicated({
          tls: MqttTls.fromSecret(Secret.fromSecretName(this, 'LogCertificate', 'fleet-log-tls')),
          storage: MqttStorage.persistentVolume({ size: Size.gibibytes(200), storageClassName: 'local-nvme' }),
          zoneSpread: MqttSpread.REQUIRED,
          dedicatedNodes: { key: 'dedicated', value: 'mqtt' },
          priorityClassName: 'messaging',
          image: `mirror.example.com/nats@sha256:${'1'.repeat(64)}`,
          exporterImage: `mirror.example.com/prometheus-nats-exporter@sha256:${'2'.repeat(64)}`,
          reloaderImage: `mirror.example.com/nats-server-config-reloader@sha256:${'3'.repeat(64)}`,
          imagePullSecrets: [mirror],
          metricsReaders: [MqttNetworkPeer.namespace('monitoring')],
        }),
      }),
    });

    this.cluster = new MqttCluster(this, 'Broker', {
      name: 'fleet',
      profile: capacity.profile,
      // What the data centre runs. A field that it does not know is never written, and what needs a newer one is an error.
      kubernetesVersion: KubernetesVersion.V1_36,
      broker: MqttBroker.companion({
        // Documentation: put the digests of your images here.
        image: `mirror.example.com/mqtt/broker@sha256:${'0'.repeat(64)}`,
        imagePullSecrets: [mirror],
      }),
      listeners: [MqttListener.tls(MqttTls.fromSecret(Secret.fromSecretName(this, 'Certificate', 'fleet-tls'), {
        clientCertificate: MqttClientCertificate.REQUIRE,
        clientCa: MqttClientCa.fromConfigMap(ConfigMap.fromConfigMapName(this, 'DeviceCa', 'device-ca')),
      }))],
      authentication: MqttAuthentication.clientCertificate(MqttCertificateUser.COMMON_NAME),
      authorization: MqttAuthorization.aclFromConfigMap(new ConfigMap(this, 'AccessRules', { metadata: { name: 'fleet-access-rules' }, data: { 'acl.yaml': ACCESS_RULES } })),

      // Racks are the zones of a data centre.
      zoneSpread: MqttSpread.REQUIRED,
      minZones: 3,
      dedicatedNodes: { key: 'dedicated', value: 'mqtt' },
      nodeAffinity: { preferred: [{ queries: [MqttNodeQuery.is('example.com/network', '25g')], weight: 50 }] },
      nodeCount: 6,
      priorityClassName: 'messaging',
      trafficDistribution: MqttTrafficDistribution.PREFER_SAME_ZONE,

      storage: MqttStorage.persistentVolume({ size: Size.gibibytes(200), storageClassName: 'local-nvme' }),

      // A change reaches the brokers with the highest numbers first, and stays there until somebody lowers this one.
      rollingUpdatePartition: capacity.replicas - 1,
      minReadyTime: Duration.minutes(2),
      disruptionBudget: MqttDisruptionBudget.maxUnavailablePods(1),
      nodeConsolidation: false,

      networkAccess: {
        clients: [MqttNetworkPeer.cidr('10.20.0.0/16')],
        metricsReaders: [MqttNetworkPeer.namespace('monitoring')],
        // CoreDNS answers by itself: no node of this Kubernetes cluster runs a cache. Counts for the message log too.
        dns: MqttDnsAccess.clusterPods(),
      },
    });
    this.cluster.acknowledge('MQTT-LOG-012', 'Canaries: the partition is lowered to 0 within a day.');

    // What no property covers: the annotation that the company's audit looks for.
    this.cluster.workload.addJsonPatch(JsonPatch.add('/spec/template/metadata/annotations/example.com~1audit', 'enabled'));

    new MqttLoadBalancer(this, 'LoadBalancer', {
      cluster: this.cluster,
      provider: LoadBalancerProvider.metalLb({
        announcement: AddressAnnouncement.BGP,
        exposure: LoadBalancerExposure.INTERNAL,
        addresses: ['10.20.0.10'],
      }),
      sourceRanges: ['10.20.0.0/16'],
    });

    new MqttAutoscaler(this, 'Autoscaler', {
      cluster: this.cluster,
      maxReplicas: 6,
      kind: MqttAutoscalerKind.keda({ prometheusUrl: 'http://prometheus-operated.monitoring.svc:9090' }),
      metrics: [MqttScalingMetric.connections(), MqttScalingMetric.cpu()],
    });

    new MqttMonitoring(this, 'Monitoring', { cluster: this.cluster });
  }
}
