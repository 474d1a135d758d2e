import { Chart, Duration, Size } from 'cdk8s';
import {
  LoadBalancerProvider, MqttCluster, MqttListener, MqttLoadBalancer, MqttMessageLogCredentials, MqttMonitoring, MqttProfile, MqttSessionStore, MqttStorage, MqttTls,
} from 'cdk8s-mqtt';
import { Secret } from 'cdk8s-plus-27';
import { Construct } from 'constructs';

/** The authority that signs both certificates: a ClusterIssuer of cert-manager. */
const ISSUER = { name: 'private-ca', kind: 'ClusterIssuer' };

/** Three brokers that are one: a client finds its session at whichever it reaches, and the loss of a node loses nothing that was acknowledged. */
export class ProductionClusterChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'mqtt', disableResourceNameHashes: true });

    const cluster = new MqttCluster(this, 'Broker', {
      name: 'plant',
      profile: MqttProfile.production(),
      replicas: 3,
      listeners: [MqttListener.tls(MqttTls.fromCertManager({ issuer: ISSUER, dnsNames: ['mqtt.example.com'] }))],
      storage: MqttStorage.persistentVolume({ size: Size.gibibytes(100) }),
      // The default of production; here with TLS, and with everything else spelled out.
      sessionStore: MqttSessionStore.replicated({
        nodes: 3,
        storage: MqttStorage.persistentVolume({ size: Size.gibibytes(100) }),
        credentials: MqttMessageLogCredentials.fromSecret(Secret.fromSecretName(this, 'LogUser', 'plant-log-credentials')),
        tls: MqttTls.fromCertManager({ issuer: ISSUER }),
      }),
    });

    cluster.acknowledge('MQTT-SECURITY-010', 'One application owns all clients and all topics. production-aws shows access rules.');

    new MqttLoadBalancer(this, 'LoadBalancer', {
      cluster,
      provider: LoadBalancerProvider.azure({ idleTimeout: Duration.minutes(10) }),
      // The gateways of the plants. Documentation addresses (RFC 5737): put your own here.
      sourceRanges: ['192.0.2.0/24', '198.51.100.0/24'],
    });

    new MqttMonitoring(this, 'Monitoring', { cluster });
  }
}
