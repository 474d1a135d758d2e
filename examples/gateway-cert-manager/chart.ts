import { Chart, Duration, Size } from 'cdk8s';
import {
  IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, MqttAuthentication, MqttAuthorization, MqttCapacity, MqttCluster, MqttDnsName, MqttExternalSecret, MqttGateway, MqttGatewayRoute,
  MqttGuardRails, MqttListener, MqttMonitoring, MqttNetworkPeer, MqttProfile, MqttSessionStore, MqttTls,
} from 'cdk8s-mqtt';
import { Construct } from 'constructs';

/** One broker, sized for its load, behind a Gateway that is there already; its certificate comes from cert-manager and its users from a secret store. */
export class GatewayChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'mqtt', disableResourceNameHashes: true });

    const capacity = MqttCapacity.plan({
      clients: 5000,
      publishesPerSecond: 1000,
      messageSize: Size.kibibytes(1),
      qos1Share: 1,
      persistentShare: 1,
      retention: Duration.hours(8),
      replicas: 1,
      // One broker has nobody to share its sessions with: while it is replaced, clients wait for it.
      profile: MqttProfile.production({ sessionStore: MqttSessionStore.embedded() }),
    });

    const users = new MqttExternalSecret(this, 'Users', {
      store: { name: 'vault', clusterWide: true },
      entries: ['passwords', 'acl.yaml'].map((secretKey) => ({ secretKey, remoteKey: 'mqtt/plant', property: secretKey })),
    });

    const cluster = new MqttCluster(this, 'Broker', {
      name: 'plant',
      profile: capacity.profile,
      listeners: [MqttListener.tls(MqttTls.fromCertManager({
        issuer: { name: 'private-ca', kind: 'ClusterIssuer' },
        // The name that clients of the gateway use, and that of the clients inside.
        dnsNames: ['mqtt.example.com', 'mqtt.internal.example.com'],
      }))],
      // Through the gateway all clients have its address: with the back-off, anybody's wrong passwords would lock new logins out.
      authentication: MqttAuthentication.passwordFile(users.secret, { backoff: { failures: 0 } }),
      authorization: MqttAuthorization.aclFromSecret(users.secret),
      networkAccess: {
        clients: [MqttNetworkPeer.namespace('gateway'), MqttNetworkPeer.namespace('plant')],
        metricsReaders: [MqttNetworkPeer.namespace('monitoring')],
      },
    });

    new MqttGatewayRoute(this, 'Route', {
      cluster,
      gateway: MqttGateway.fromName('public', {
        namespace: 'gateway',
        sectionNames: { mqtts: 'mqtts' },
        exposure: LoadBalancerExposure.INTERNET,
        kind: LoadBalancerKind.PROXY,
        idleTimeoutKind: IdleTimeoutKind.KNOWN,
        idleTimeout: Duration.minutes(10),
      }),
      hostnames: ['mqtt.example.com'],
    });
    MqttDnsName.addTo(cluster.clientService, 'mqtt.internal.example.com');

    new MqttMonitoring(this, 'Monitoring', { cluster });

    // Whoever applies this needs the right to make cluster-scoped policies.
    new MqttGuardRails(this, 'GuardRails', { namespaces: ['mqtt'] });
  }
}
