import { Chart, Duration, Size } from 'cdk8s';
import {
  AwsNlbScheme, AwsNlbTargetType, LoadBalancerProvider, MqttAuthentication, MqttAuthorization, MqttAwsEbsType, MqttCapacity, MqttCluster, MqttJwtKeys, MqttLoadBalancer, MqttMonitoring, MqttProfile,
  MqttSessionStore, MqttStorage, MqttVolumeAttributes, MqttVolumeAttributesClass,
} from 'cdk8s-mqtt';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import { Construct } from 'constructs';

/** The first rule that matches decides; what none matches is denied, `$SYS` to devices too. `%u` is the user that a password or token has proven. */
const ACCESS_RULES = `
- effect: allow
  actions: [publish]
  topics: ["#"]
  users: [operator]
- effect: allow
  actions: [subscribe]
  topics: ["#", "$SYS/#"]
  users: [operator]
- effect: allow
  actions: [publish, subscribe]
  topics: ["devices/%u/#"]
`.trimStart();

/** Where the internal load balancer is, one address in each of its subnets. Put your own here. */
const INTERNAL_ADDRESSES = ['10.0.0.10', '10.0.16.10', '10.0.32.10'];

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
        // What a person may do stands in the token.
        MqttAuthentication.jwt(MqttJwtKeys.fromUrl('https://login.example.com/.well-known/jwks.json'), { issuer: 'https://login.example.com', audience: 'mqtt', aclClaim: 'mqtt_acl' }),
      ]),
      authorization: MqttAuthorization.aclFromConfigMap(new ConfigMap(this, 'AccessRules', { metadata: { name: 'plant-access-rules' }, data: { 'acl.yaml': ACCESS_RULES } })),
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
        subnets: ['internal-a', 'internal-b', 'internal-c'],
        privateIpv4Addresses: INTERNAL_ADDRESSES,
      }),
      sourceRanges: ['10.0.0.0/8'],
      // Nobody else's header is believed. The subnets as a whole would be too much: pods have addresses of theirs too, and could claim to be any client.
      proxySources: INTERNAL_ADDRESSES.map((address) => `${address}/32`),
    });

    new MqttMonitoring(this, 'Monitoring', { cluster });
  }
}
