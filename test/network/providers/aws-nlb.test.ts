import { Duration } from 'cdk8s';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LocalHealthCheck } from '../../../lib/network/load-balancer-traits';
import { type AwsNlbOptions, AwsNlbHealthCheckProtocol, AwsNlbScheme, AwsNlbTargetType } from '../../../lib/network/providers/aws-nlb-options';
import { defaultPolicy, loadBalancer, manifest, refusals, serviceOf } from '../fixtures';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';

/** Every option that can be set together. */
const everything: Required<Omit<AwsNlbOptions, 'privateIpv4Addresses' | 'tlsListeners' | 'proxyProtocol'>> = {
  scheme: AwsNlbScheme.INTERNET_FACING,
  targetType: AwsNlbTargetType.IP,
  idleTimeout: Duration.seconds(350),
  subnets: ['subnet-1', 'subnet-2'],
  elasticIpAllocations: ['eipalloc-1', 'eipalloc-2'],
  securityGroups: ['sg-1'],
  crossZone: true,
  deregistrationDelay: Duration.minutes(2),
  unhealthyDraining: Duration.minutes(3),
  preserveClientIp: true,
  healthCheckProtocol: AwsNlbHealthCheckProtocol.HTTP,
  healthCheckPort: 8080,
  healthCheckPath: '/readyz',
  healthCheckInterval: Duration.seconds(5),
  healthyThreshold: 2,
  unhealthyThreshold: 4,
  certificateArns: [CERTIFICATE],
  tlsPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
  loadBalancerName: 'mqtt-Public-1',
};

test('an internal load balancer to the pods, with AWS\' idle timeout written out, is the default', () => {
  expect(serviceOf(LoadBalancerProvider.awsNlb())).toEqual({
    annotations: {
      'cdk8s-mqtt/load-balancer-class': 'passthrough',
      'cdk8s-mqtt/load-balancer-exposure': 'internal',
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '350',
      'cdk8s-mqtt/load-balancer-local-health-check': 'not-needed',
      'cdk8s-mqtt/load-balancer-provider': 'aws-nlb',
      'cdk8s-mqtt/load-balancer-target-removal-seconds': '120',
      [`${AWS}listener-attributes.TCP-8883`]: 'tcp.idle_timeout.seconds=350',
      [`${AWS}nlb-target-type`]: 'ip',
      [`${AWS}scheme`]: 'internal',
    },
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
    loadBalancerClass: 'service.k8s.aws/nlb',
  });
});

test('with every option', () => {
  expect(serviceOf(LoadBalancerProvider.awsNlb(everything))).toEqual({
    annotations: {
      'cdk8s-mqtt/load-balancer-class': 'passthrough',
      'cdk8s-mqtt/load-balancer-exposure': 'internet',
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '350',
      'cdk8s-mqtt/load-balancer-local-health-check': 'not-needed',
      'cdk8s-mqtt/load-balancer-provider': 'aws-nlb',
      'cdk8s-mqtt/load-balancer-target-removal-seconds': '120',
      [`${AWS}attributes`]: 'load_balancing.cross_zone.enabled=true',
      [`${AWS}backend-protocol`]: 'ssl',
      [`${AWS}eip-allocations`]: 'eipalloc-1,eipalloc-2',
      [`${AWS}healthcheck-healthy-threshold`]: '2',
      [`${AWS}healthcheck-interval`]: '5',
      [`${AWS}healthcheck-path`]: '/readyz',
      [`${AWS}healthcheck-port`]: '8080',
      [`${AWS}healthcheck-protocol`]: 'http',
      [`${AWS}healthcheck-unhealthy-threshold`]: '4',
      [`${AWS}name`]: 'mqtt-Public-1',
      [`${AWS}nlb-target-type`]: 'ip',
      [`${AWS}scheme`]: 'internet-facing',
      [`${AWS}security-groups`]: 'sg-1',
      [`${AWS}ssl-cert`]: CERTIFICATE,
      [`${AWS}ssl-negotiation-policy`]: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
      [`${AWS}ssl-ports`]: '8883',
      [`${AWS}subnets`]: 'subnet-1,subnet-2',
      [`${AWS}target-group-attributes`]: 'deregistration_delay.timeout_seconds=120,preserve_client_ip.enabled=true,'
        + 'target_health_state.unhealthy.connection_termination.enabled=false,target_health_state.unhealthy.draining_interval_seconds=180',
    },
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
    loadBalancerClass: 'service.k8s.aws/nlb',
  });
});

test('instance targets keep their node ports, and the health check of Local is automatic', () => {
  const provider = LoadBalancerProvider.awsNlb({ targetType: AwsNlbTargetType.INSTANCE });
  const service = serviceOf(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL, healthCheckNodePort: 30100 });
  expect(service).not.toHaveProperty('allocateLoadBalancerNodePorts');
  expect(service.healthCheckNodePort).toBe(30100);
  expect(service.annotations['cdk8s-mqtt/load-balancer-local-health-check']).toBe('automatic');
  expect(provider.traits.localHealthCheck).toBe(LocalHealthCheck.AUTOMATIC);
});

test('a private address for each subnet', () => {
  const { annotations } = serviceOf(LoadBalancerProvider.awsNlb({ subnets: ['a', 'b'], privateIpv4Addresses: ['10.0.0.10', '10.0.1.10'] }));
  expect(annotations[`${AWS}private-ipv4-addresses`]).toBe('10.0.0.10,10.0.1.10');
});

describe('idle timeout', () => {
  const idleOf = (options: AwsNlbOptions, listeners = ['mqtt', 'mqtts']): { [key: string]: string } => {
    const { annotations } = serviceOf(LoadBalancerProvider.awsNlb(options), { listeners, ports: { mqtt: 443 } });
    return Object.fromEntries(Object.entries<string>(annotations).filter(([key]) => /idle|listener-attributes/.test(key)));
  };

  test('is written for each port of the load balancer', () => {
    expect(idleOf({ idleTimeout: Duration.minutes(10) })).toEqual({
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '600',
      [`${AWS}listener-attributes.TCP-443`]: 'tcp.idle_timeout.seconds=600',
      [`${AWS}listener-attributes.TCP-8883`]: 'tcp.idle_timeout.seconds=600',
    });
  });

  test.each([[60, '60'], [6000, '350']])('of %d s counts, but no longer than that of a listener that ends TLS: %s s', (seconds, shortest) => {
    expect(idleOf({ idleTimeout: Duration.seconds(seconds), certificateArns: [CERTIFICATE], tlsListeners: ['mqtts'] })).toEqual({
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': shortest,
      [`${AWS}listener-attributes.TCP-443`]: `tcp.idle_timeout.seconds=${seconds}`,
    });
  });

  test('is not written where the load balancer ends all TLS', () => {
    expect(idleOf({ certificateArns: [CERTIFICATE], tlsListeners: ['mqtt'] }, ['mqtt'])).toEqual({ 'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '350' });
  });

  const source = 'the range of AWS for TCP listeners, see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html';
  test.each<[unknown, string]>([
    [Duration.seconds(59), `provider.idleTimeout is 59 s, but must be from 60 s to 6000 s: ${source}`],
    [Duration.seconds(6001), `provider.idleTimeout is 6001 s, but must be from 60 s to 6000 s: ${source}`],
    [Duration.millis(90_500), `provider.idleTimeout is 90.5 s, but can only be expressed in whole seconds: ${source}`],
    [350, 'provider.idleTimeout is 350, but must be a Duration, for example Duration.seconds(60)'],
    ['350s', "provider.idleTimeout is '350s', but must be a Duration, for example Duration.seconds(60)"],
  ])('%p is refused', (idleTimeout, message) => {
    expect(refusals(LoadBalancerProvider.awsNlb({ idleTimeout: idleTimeout as Duration }))).toEqual([message]);
  });

  test('cannot be set where the load balancer ends all TLS', () => {
    expect(refusals(LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(600), certificateArns: [CERTIFICATE] }))).toEqual([
      'provider.idleTimeout is 600 s, but where the load balancer ends TLS it is 350 s and cannot be changed '
      + '(https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html): '
      + 'leave it out, or leave provider.certificateArns out and let TLS end in the broker',
    ]);
  });
});

describe('TLS that ends at the load balancer', () => {
  const tlsOf = (options: AwsNlbOptions, listeners: string[]): { [key: string]: string } => {
    const { annotations } = manifest(loadBalancer(LoadBalancerProvider.awsNlb(options), { listeners, ports: { mqtt: 9883 } })).metadata;
    return Object.fromEntries(Object.entries<string>(annotations).filter(([key]) => /ssl|backend/.test(key)));
  };

  test('is taken on without TLS to a plain listener', () => {
    expect(tlsOf({ certificateArns: [CERTIFICATE, 'arn:aws-cn:iam::1:server-certificate/b'] }, ['mqtt'])).toEqual({
      [`${AWS}ssl-cert`]: `${CERTIFICATE},arn:aws-cn:iam::1:server-certificate/b`,
      [`${AWS}ssl-ports`]: '9883',
      [`${AWS}backend-protocol`]: 'tcp',
      [`${AWS}ssl-negotiation-policy`]: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    });
  });

  test('is encrypted again to a listener that speaks TLS', () => {
    expect(tlsOf({ certificateArns: [CERTIFICATE], tlsListeners: ['mqtts'] }, ['mqtt', 'mqtts'])).toMatchObject({
      [`${AWS}ssl-ports`]: '8883',
      [`${AWS}backend-protocol`]: 'ssl',
    });
  });

  test.each<[AwsNlbOptions, string]>([
    [{ certificateArns: [], tlsListeners: ['mqtts'] }, 'provider.certificateArns is empty: leave it out, or name at least one ARN of a certificate in ACM or IAM'],
    [{ certificateArns: ['cert'], tlsListeners: ['mqtts'] }, "provider.certificateArns[0] is 'cert', but must be an ARN of a certificate in ACM or IAM"],
    [{ certificateArns: [`${CERTIFICATE},${CERTIFICATE}`], tlsListeners: ['mqtts'] }, `provider.certificateArns[0] is '${CERTIFICATE},${CERTIFICATE}', but must be an ARN of a certificate in ACM or IAM`],
    [{ certificateArns: [CERTIFICATE, CERTIFICATE], tlsListeners: ['mqtts'] },
      `provider.certificateArns[1] is '${CERTIFICATE}' a second time: name each ARN of a certificate in ACM or IAM once`],
    [{ tlsListeners: ['mqtt'] },
      'provider.tlsListeners is set, but there is no certificate to end TLS with: set provider.certificateArns, or leave provider.tlsListeners out'],
    [{ certificateArns: [CERTIFICATE], tlsListeners: ['ws'] }, "provider.tlsListeners has 'ws', which is no listener of this load balancer: it has mqtt, mqtts"],
    [{ certificateArns: [CERTIFICATE], tlsListeners: [1] as any }, "provider.tlsListeners[0] is 1, but must be a listener's name"],
    [{ tlsPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' },
      'provider.tlsPolicy is set, but there is no certificate to end TLS with: set provider.certificateArns, or leave provider.tlsPolicy out'],
    [{ certificateArns: [CERTIFICATE], tlsListeners: ['mqtt'], tlsPolicy: 'TLSv1.3' },
      "provider.tlsPolicy is 'TLSv1.3', but must be a name that begins with 'ELBSecurityPolicy-'"],
    [{ certificateArns: [CERTIFICATE] },
      'TLS would end at the load balancer for listeners that speak TLS in the broker (mqtts) and for listeners that do not (mqtt), '
      + 'but the controller has one backend-protocol for the whole Service: name one kind in provider.tlsListeners, or give each kind a load balancer of its own'],
  ])('%j is refused', (options, message) => {
    expect(refusals(LoadBalancerProvider.awsNlb(options), { listeners: ['mqtt', 'mqtts'] })).toEqual([message]);
  });
});

describe('PROXY protocol', () => {
  const HEALTH_CHECKS = 'the load balancer sends the PROXY protocol header in health checks too '
    + '(https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#proxy-protocol)';

  test('is an attribute of the target groups, and the broker expects it', () => {
    const service = serviceOf(LoadBalancerProvider.awsNlb({ proxyProtocol: true, preserveClientIp: false }));
    expect(service.annotations).toMatchObject({
      [`${AWS}target-group-attributes`]: 'preserve_client_ip.enabled=false,proxy_protocol_v2.enabled=true',
      'cdk8s-mqtt/load-balancer-proxy-protocol': 'v2',
    });
  });

  test('is not written when it is off', () => {
    const { annotations } = serviceOf(LoadBalancerProvider.awsNlb({ proxyProtocol: false }));
    expect(Object.keys(annotations).filter((key) => /target-group|proxy/.test(key))).toEqual([]);
  });

  test('makes Cluster the default of instance targets', () => {
    expect(defaultPolicy(LoadBalancerProvider.awsNlb({ targetType: AwsNlbTargetType.INSTANCE }))).toBe('Local');
    expect(defaultPolicy(LoadBalancerProvider.awsNlb({ targetType: AwsNlbTargetType.INSTANCE, proxyProtocol: true }))).toBe('Cluster');
  });

  test.each<[AwsNlbOptions, ExternalTrafficPolicy, string]>([
    [{ proxyProtocol: 'v2' as any, healthCheckPort: 8080 }, ExternalTrafficPolicy.CLUSTER, "provider.proxyProtocol is 'v2', but must be true or false"],
    [{ proxyProtocol: true, preserveClientIp: true }, ExternalTrafficPolicy.CLUSTER,
      "provider.proxyProtocol and provider.preserveClientIp are both set, but each tells the client's address, and with both the header comes from the client's own address, "
      + 'so that nobody can tell whose header to believe: leave one of them out'],
    [{ proxyProtocol: true, targetType: AwsNlbTargetType.INSTANCE }, ExternalTrafficPolicy.LOCAL,
      `provider.proxyProtocol is set with instance targets and externalTrafficPolicy Local, but ${HEALTH_CHECKS}, and kube-proxy, whom Local asks, does not understand it: `
      + "leave it out (the client's address is preserved for instance targets), or take AwsNlbTargetType.IP"],
    [{ proxyProtocol: true, healthCheckProtocol: AwsNlbHealthCheckProtocol.HTTP, healthCheckPath: '/readyz', healthCheckPort: 8080 }, ExternalTrafficPolicy.CLUSTER,
      `provider.proxyProtocol and provider.healthCheckProtocol HTTP are both set, but ${HEALTH_CHECKS}, which is no HTTP request: `
      + 'leave provider.healthCheckProtocol and provider.healthCheckPath out, and let it open a TCP connection'],
    [{ proxyProtocol: true, certificateArns: [CERTIFICATE] }, ExternalTrafficPolicy.CLUSTER,
      'provider.proxyProtocol is set, and provider.certificateArns ends TLS for listeners that speak TLS in the broker (mqtts), '
      + 'but it is not documented whether the header comes before that second TLS or inside of it: name plain listeners, or let TLS end in the broker'],
  ])('%j with %s is refused', (options, trafficPolicy, message) => {
    expect(refusals(LoadBalancerProvider.awsNlb(options), { trafficPolicy })).toEqual([message]);
  });
});

describe('health check', () => {
  test('of another kind would break Local with instance targets', () => {
    const provider = LoadBalancerProvider.awsNlb({ targetType: AwsNlbTargetType.INSTANCE, healthCheckProtocol: AwsNlbHealthCheckProtocol.TCP });
    expect(refusals(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL })).toEqual([
      'provider.healthCheckProtocol, healthCheckPort or healthCheckPath is set, but with externalTrafficPolicy Local and instance targets the controller asks kube-proxy '
      + 'on the healthCheckNodePort which nodes have a broker pod, and any other check would send clients to nodes that drop them: leave these options out',
    ]);
    expect(serviceOf(provider, { trafficPolicy: ExternalTrafficPolicy.CLUSTER }).annotations[`${AWS}healthcheck-protocol`]).toBe('tcp');
  });

  const source = 'the range of AWS, see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html';
  test.each<[AwsNlbOptions, string]>([
    [{ healthCheckPath: '/readyz' }, 'provider.healthCheckPath is set, but a TCP health check has no path: set provider.healthCheckProtocol to AwsNlbHealthCheckProtocol.HTTP, or leave the path out'],
    [{ healthCheckProtocol: AwsNlbHealthCheckProtocol.HTTP, healthCheckPath: 'readyz' }, "provider.healthCheckPath is 'readyz', but must be a path that begins with '/'"],
    [{ healthCheckProtocol: 'udp' as any }, "provider.healthCheckProtocol is 'udp', but must be one of TCP, HTTP, HTTPS"],
    [{ healthCheckPort: 0 }, 'provider.healthCheckPort is 0, but must be a whole number from 1 to 65535: it is a TCP port'],
    [{ healthCheckInterval: Duration.seconds(4) }, `provider.healthCheckInterval is 4 s, but must be from 5 s to 300 s: ${source}`],
    [{ healthyThreshold: 1 }, `provider.healthyThreshold is 1, but must be a whole number from 2 to 10: ${source}`],
    [{ unhealthyThreshold: 11 }, `provider.unhealthyThreshold is 11, but must be a whole number from 2 to 10: ${source}`],
  ])('%j is refused', (options, message) => {
    expect(refusals(LoadBalancerProvider.awsNlb(options))).toEqual([message]);
  });
});

test.each<[AwsNlbOptions, string]>([
  [{ scheme: 'public' as any }, "provider.scheme is 'public', but must be one of INTERNAL, INTERNET_FACING"],
  [{ targetType: 'pod' as any }, "provider.targetType is 'pod', but must be one of IP, INSTANCE"],
  [{ subnets: [] }, 'provider.subnets is empty: leave it out, or name at least one subnet ID or name'],
  [{ subnets: ['a b'] }, "provider.subnets[0] is 'a b', but must be a subnet ID or name"],
  [{ crossZone: 'true' as any }, "provider.crossZone is 'true', but must be true or false"],
  [{ preserveClientIp: 1 as any }, 'provider.preserveClientIp is 1, but must be true or false'],
  [{ deregistrationDelay: Duration.hours(2) },
    'provider.deregistrationDelay is 7200 s, but must be from 0 s to 3600 s: the range of AWS, see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html'],
  [{ unhealthyDraining: Duration.seconds(0) },
    'provider.unhealthyDraining is 0 s, but must be from 1 s to 3600 s: AWS resets connections at once without it, and longer nobody waits for a target'],
  [{ loadBalancerName: '-mqtt' }, "provider.loadBalancerName is '-mqtt', but must be a name of 1 to 32 letters, digits and dashes that neither begins nor ends with a dash"],
  [{ loadBalancerName: 'm'.repeat(33) },
    `provider.loadBalancerName is '${'m'.repeat(33)}', but must be a name of 1 to 32 letters, digits and dashes that neither begins nor ends with a dash`],
  [{ elasticIpAllocations: ['eipalloc-1'] },
    'provider.elasticIpAllocations is set, but an internal load balancer has no public address: set provider.scheme to AwsNlbScheme.INTERNET_FACING'],
  [{ scheme: AwsNlbScheme.INTERNET_FACING, elasticIpAllocations: ['1.2.3.4'] },
    "provider.elasticIpAllocations[0] is '1.2.3.4', but must be an allocation ID that begins with 'eipalloc-'"],
  [{ scheme: AwsNlbScheme.INTERNET_FACING, privateIpv4Addresses: ['10.0.0.1'] },
    'provider.privateIpv4Addresses is set, but the load balancer is internet-facing: use provider.elasticIpAllocations'],
  [{ privateIpv4Addresses: ['10.0.0.256'] }, "provider.privateIpv4Addresses[0] is '10.0.0.256', but must be an IPv4 address"],
  [{ subnets: ['a', 'b'], privateIpv4Addresses: ['10.0.0.1'] }, 'provider.privateIpv4Addresses has 1 of them for 2 subnets, but each subnet takes exactly one'],
  [{ securityGroups: ['a,b'] }, "provider.securityGroups[0] is 'a,b', but must be a security group ID or name"],
])('%j is refused', (options, message) => {
  expect(refusals(LoadBalancerProvider.awsNlb(options))).toEqual([message]);
});

test('source ranges that the controller would ignore are refused', () => {
  expect(refusals(LoadBalancerProvider.awsNlb({ securityGroups: ['sg-1'] }), { sourceRanges: ['10.0.0.0/8'] })).toEqual([
    'sourceRanges and provider.securityGroups are both set, but with security groups of your own the controller ignores the source ranges: write them into the security groups',
  ]);
});
