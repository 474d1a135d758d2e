import { Chart, Duration, Size } from 'cdk8s';
import { AwsNlbScheme, AwsNlbTargetType, LoadBalancerProvider, MqttCluster, MqttLoadBalancer, MqttMonitoring, MqttProfile, MqttStorage } from 'cdk8s-mqtt';
import { Construct } from 'constructs';

/** Three brokers on three nodes behind an AWS Network Load Balancer, with alerts and a dashboard. */
export class ProductionChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'mqtt', disableResourceNameHashes: true });

    const cluster = new MqttCluster(this, 'Broker', {
      name: 'plant',
      profile: MqttProfile.production(),
      storage: MqttStorage.persistentVolume({ size: Size.gibibytes(100) }),
      connectionsPerPod: 20_000,
    });
    cluster.acknowledge('MQTT-SESSION-001', 'Each device reconnects to any broker, starts a clean session and subscribes anew; nothing is routed from one broker to another.');

    new MqttLoadBalancer(this, 'LoadBalancer', {
      cluster,
      provider: LoadBalancerProvider.awsNlb({
        scheme: AwsNlbScheme.INTERNET_FACING,
        targetType: AwsNlbTargetType.INSTANCE,
        idleTimeout: Duration.seconds(350),
      }),
      // The gateways of the plants. Documentation addresses (RFC 5737): put your own here.
      sourceRanges: ['192.0.2.0/24', '198.51.100.0/24'],
    });

    new MqttMonitoring(this, 'Monitoring', { cluster });
  }
}
