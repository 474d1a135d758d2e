import { Duration } from 'cdk8s';
import { chart, loadBalancer, manifest } from './fixtures';
import { providers } from './providers/all';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import { MqttProfile } from '../../lib/cluster/mqtt-profile';
import { ExternalTrafficPolicy } from '../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../lib/network/load-balancer-provider';
import { IdleTimeoutKind } from '../../lib/network/load-balancer-traits';
import { MqttLoadBalancer } from '../../lib/network/mqtt-load-balancer';
import { Severity } from '../../lib/rules';
import { MqttKeepaliveLimit } from '../../lib/workload/mqtt-keepalive-limit';
import { KNOWN_MINORS, StrictSchema } from '../support/strict-schema';

describe.each(providers)('%s', (_factory, provider) => {
  test('renders a Service that every Kubernetes minor knows', () => {
    const service = manifest(loadBalancer(provider, { trafficPolicy: ExternalTrafficPolicy.LOCAL, healthCheckNodePort: 30100 }));
    expect(KNOWN_MINORS.flatMap((minor) => StrictSchema.of(minor).problems(service))).toEqual([]);
  });

  test('declares what its traits say', () => {
    const { annotations } = manifest(loadBalancer(provider)).metadata;
    expect(annotations['cdk8s-mqtt/load-balancer-provider']).toBe(provider.traits.name);
    expect(annotations['cdk8s-mqtt/load-balancer-class']).toBe(provider.traits.kind);

    const declared = annotations['cdk8s-mqtt/load-balancer-idle-timeout-seconds'];
    const { kind, defaultValue, min, max, settable } = provider.traits.idleTimeout;
    if (kind !== IdleTimeoutKind.KNOWN) expect(declared).toBe(kind);
    else if (!settable) expect(Number(declared)).toBe(defaultValue!.toSeconds());
    else expect(Number(declared)).toBeGreaterThanOrEqual((min ?? Duration.seconds(1)).toSeconds());
    if (max) expect(Number(declared)).toBeLessThanOrEqual(max.toSeconds());
  });

  test('has a source for every number', () => {
    const isOwn = provider.traits.name === 'custom';
    expect(provider.traits.idleTimeout.source).toMatch(isOwn ? /custom/ : /^https:\/\//);
    expect(provider.traits.source).toMatch(isOwn ? /custom/ : /^https:\/\//);
  });

  test('stands in front of a production cluster without an error by any rule, whose clients send at least every 45 seconds', () => {
    const scope = chart();
    const brokers = new MqttCluster(scope, 'Broker', {
      profile: MqttProfile.production(),
      keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(45)),
    });
    const balancer = new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: brokers, provider });
    const errors = brokers.findings.filter(({ path, severity }) => path === balancer.service.node.path && severity === Severity.ERROR);
    expect(errors).toEqual([]);
  });
});

test('every factory is tested', () => {
  const factories = Object.getOwnPropertyNames(LoadBalancerProvider).filter((name) => typeof (LoadBalancerProvider as any)[name] === 'function');
  expect(providers.map(([factory]) => factory).sort()).toEqual(factories.sort());
});

test('no two providers have the same name', () => {
  const names = providers.map(([, { traits }]) => traits.name);
  expect(new Set(names).size).toBe(names.length);
});
