import { Chart, Duration, Size } from 'cdk8s';
import {
  AwsNlbScheme, AwsNlbTargetType, LoadBalancerProvider, MqttAuthentication, MqttAwsEbsType, MqttCapacity, MqttCluster, MqttJwtKeys, MqttLoadBalancer, MqttMonitoring, MqttProfile,
  MqttSessionStore, MqttStorage, MqttVolumeAttributes, MqttVolumeAttributesClass,
} from 'cdk8s-mqtt';
import { Secret } from 'cdk8s-plus-27';
import { Construct } from 'constructs';

/** Three brokers that are one behind AWS Network Load Balancers, sized for their load; devices log in with passwords, people with tokens. */
export class ProductionChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'mqtt', disableResourceNameHashes: true });

    // Acknowledgements wait for the disks of the brokers and of their message log.
    const volumeAttributesClass = new MqttVolumeAttributesClass(this, 'Fast', {
      name: 'mqtt-fast',
      attributes: MqttVolumeAttributes.awsEbs({ type: MqttAwsEbsType.GP3, iops: 6000, throughputMebibytesPerSecond: 250 }),
    });
    const storage = MqttStorage.persistentVolume({ size: Size.gibibytes(100), volumeAttributesClass });

    const capacity = MqttCapacity.plan({
      clients: 18_000,
      publishesPerSecond: 1500,
      messageSize: Size.kibibytes(0.5),
      persistentShare: 0.5,
      retention: Duration.hours(4),
      nodeCores: 4,
      profile: MqttProfile.production({ storage, sessionStore: MqttSessionStore.replicated({ storage }) }),
    });

    const cluster = new MqttCluster(this, 'Broker', {
      name: 'plant',
      profile: capacity.profile,
      authentication: MqttAuthentication.anyOf([
        MqttAuthentication.passwordFile(Secret.fromSecretName(this, 'Passwords', 'plant-passwords')),
        MqttAuthentication.jwt(MqttJwtKeys.fromUrl('https://login.example.com/.well-known/jwks.json'), { issuer: 'https://login.example.com', audience: 'mqtt' }),
      ]),
    });
    cluster.acknowledge('MQTT-LOG-005', 'The nodes are of instance types whose network cards encrypt the traffic between them (AWS Nitro); policies let nobody but the brokers through to the log.');

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

    // For the company's other networks. It opens connections of its own to the pods: a PROXY protocol header tells the brokers the clients' addresses.
    new MqttLoadBalancer(this, 'Internal', {
      cluster,
      provider: LoadBalancerProvider.awsNlb({
        scheme: AwsNlbScheme.INTERNAL,
        targetType: AwsNlbTargetType.IP,
        idleTimeout: Duration.seconds(350),
        proxyProtocol: true,
      }),
      sourceRanges: ['10.0.0.0/8'],
      // The subnets of the load balancer: nobody else's header is believed. Put your own here.
      proxySources: ['10.0.0.0/20', '10.0.16.0/20', '10.0.32.0/20'],
    });

    new MqttMonitoring(this, 'Monitoring', { cluster });
  }
}
