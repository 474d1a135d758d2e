import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { AwsNlbScheme, AwsNlbTargetType } from '../../../lib/network/providers/aws-nlb-options';
import { refusals, serviceOf } from '../fixtures';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/1';

test('has a class of its own, and no annotation for the idle timeout', () => {
  expect(serviceOf(LoadBalancerProvider.eksAutoMode())).toEqual({
    annotations: {
      'cdk8s-mqtt/load-balancer-class': 'passthrough',
      'cdk8s-mqtt/load-balancer-exposure': 'internal',
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '350',
      'cdk8s-mqtt/load-balancer-local-health-check': 'not-needed',
      'cdk8s-mqtt/load-balancer-provider': 'eks-auto-mode',
      'cdk8s-mqtt/load-balancer-target-removal-seconds': '120',
      [`${AWS}nlb-target-type`]: 'ip',
      [`${AWS}scheme`]: 'internal',
    },
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
    loadBalancerClass: 'eks.amazonaws.com/nlb',
  });
});

test('takes the options that it shares with the controller', () => {
  const provider = LoadBalancerProvider.eksAutoMode({
    scheme: AwsNlbScheme.INTERNET_FACING,
    targetType: AwsNlbTargetType.INSTANCE,
    crossZone: false,
    certificateArns: [CERTIFICATE],
  });
  const service = serviceOf(provider, { listeners: ['mqtt'] });
  expect(service).not.toHaveProperty('allocateLoadBalancerNodePorts');
  expect(service.annotations).toMatchObject({
    'cdk8s-mqtt/load-balancer-exposure': 'internet',
    [`${AWS}attributes`]: 'load_balancing.cross_zone.enabled=false',
    [`${AWS}ssl-cert`]: CERTIFICATE,
    [`${AWS}ssl-ports`]: '1883',
  });
});

test('sends PROXY protocol by the attribute that EKS documents in place of the annotation', () => {
  expect(serviceOf(LoadBalancerProvider.eksAutoMode({ proxyProtocol: true })).annotations).toMatchObject({
    'cdk8s-mqtt/load-balancer-proxy-protocol': 'v2',
    [`${AWS}target-group-attributes`]: 'proxy_protocol_v2.enabled=true',
  });
});

test('cannot encrypt again towards the broker', () => {
  expect(refusals(LoadBalancerProvider.eksAutoMode({ certificateArns: [CERTIFICATE] }))).toEqual([
    "provider.certificateArns ends TLS for the listener 'mqtts', which expects TLS in the broker, and no annotation by which EKS Auto Mode would encrypt again is documented: "
    + 'name the plain listeners in provider.tlsListeners, or leave provider.certificateArns out and let TLS end in the broker',
  ]);
});

test('options that cannot work are refused as for the controller', () => {
  expect(refusals(LoadBalancerProvider.eksAutoMode({ subnets: [], crossZone: 'no' as any }))).toEqual([
    'provider.subnets is empty: leave it out, or name at least one subnet ID or name',
    "provider.crossZone is 'no', but must be true or false",
  ]);
});
