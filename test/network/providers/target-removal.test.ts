import { Duration } from 'cdk8s';
import { providers } from './all';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { AwsNlbTargetType } from '../../../lib/network/providers/aws-nlb-options';
import { serviceOf } from '../fixtures';

const removal = (provider: LoadBalancerProvider, trafficPolicy: ExternalTrafficPolicy): string | undefined =>
  serviceOf(provider, { trafficPolicy }).annotations['cdk8s-mqtt/load-balancer-target-removal-seconds'];

test('a node without a ready broker is left out when its health check has failed often enough', () => {
  const known = providers.flatMap(([factory, provider]) => {
    const seconds = removal(provider, ExternalTrafficPolicy.LOCAL);
    return seconds === undefined ? [] : [[factory, seconds]];
  });
  expect(Object.fromEntries(known)).toEqual({
    awsNlb: '120',
    eksAutoMode: '120',
    azure: '10',
    gkeExternal: '6',
    gkeInternal: '6',
    digitalOcean: '9',
    ociLoadBalancer: '30',
    ociNetworkLoadBalancer: '30',
    scaleway: '25',
    ibmVpcAlb: '10',
    ibmVpcNlb: '10',
  });
});

test('is interval × unhealthy threshold of the health check, where nodes are the targets', () => {
  for (const [factory, provider] of providers.filter(([name]) => !['awsNlb', 'eksAutoMode'].includes(name))) {
    const { healthCheck } = provider.traits;
    const seconds = healthCheck && String(healthCheck.interval.toSeconds() * healthCheck.unhealthyThreshold);
    expect([factory, removal(provider, ExternalTrafficPolicy.LOCAL)]).toEqual([factory, seconds]);
  }
});

test('under Cluster every node hands on to other brokers, and only the removal of IP targets takes its time', () => {
  const known = providers.filter(([, provider]) => removal(provider, ExternalTrafficPolicy.CLUSTER) !== undefined).map(([factory]) => factory);
  expect(known).toEqual(['awsNlb', 'eksAutoMode']);
});

describe('an NLB with instance targets', () => {
  const targetType = AwsNlbTargetType.INSTANCE;

  test("takes the controller's own interval and threshold under Local", () => {
    expect(removal(LoadBalancerProvider.awsNlb({ targetType }), ExternalTrafficPolicy.LOCAL)).toBe('20');
    expect(removal(LoadBalancerProvider.eksAutoMode({ targetType }), ExternalTrafficPolicy.LOCAL)).toBe('20');
    expect(removal(LoadBalancerProvider.awsNlb({ targetType }), ExternalTrafficPolicy.CLUSTER)).toBeUndefined();
  });

  test('takes those of its options', () => {
    const provider = LoadBalancerProvider.awsNlb({ targetType, healthCheckInterval: Duration.seconds(5), unhealthyThreshold: 4 });
    expect(removal(provider, ExternalTrafficPolicy.LOCAL)).toBe('20');
    expect(provider.traits.healthCheck).toMatchObject({ interval: Duration.seconds(5), unhealthyThreshold: 4 });
  });
});

test('has a source wherever it is known', () => {
  const sources = providers.flatMap(([, { traits }]) => traits.healthCheck?.source ?? []);
  expect(sources).toHaveLength(11);
  for (const source of sources) expect(source).toMatch(/^https:\/\//);
});
