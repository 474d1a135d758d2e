import { Duration } from 'cdk8s';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolVersion } from '../../../lib/network/load-balancer-traits';
import { AddressAnnouncement } from '../../../lib/network/providers/address-announcement';
import type { CustomLoadBalancerOptions } from '../../../lib/network/providers/custom';
import { defaultPolicy, refusals, serviceOf } from '../fixtures';

const required = { kind: LoadBalancerKind.PROXY, exposure: LoadBalancerExposure.INTERNAL };

test('declares what its options say, and as little as it can of what they do not', () => {
  expect(serviceOf(LoadBalancerProvider.custom(required))).toEqual({
    annotations: {
      'cdk8s-mqtt/load-balancer-class': 'proxy',
      'cdk8s-mqtt/load-balancer-exposure': 'internal',
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': 'unknown',
      'cdk8s-mqtt/load-balancer-local-health-check': 'missing',
      'cdk8s-mqtt/load-balancer-provider': 'custom',
    },
    externalTrafficPolicy: 'Cluster',
  });
});

test('with every option', () => {
  const options: Required<CustomLoadBalancerOptions> = {
    name: 'acme',
    kind: LoadBalancerKind.PASSTHROUGH,
    exposure: LoadBalancerExposure.INTERNET,
    idleTimeoutKind: IdleTimeoutKind.KNOWN,
    idleTimeout: Duration.minutes(15),
    localHealthCheck: LocalHealthCheck.CONFIGURED,
    announcement: AddressAnnouncement.BGP,
    targetRemoval: Duration.seconds(40),
    proxyProtocol: ProxyProtocolVersion.V1,
    loadBalancerClass: 'acme.example/l4',
    annotations: { 'acme.example/health-check': 'kube-proxy' },
    allocateNodePorts: false,
  };
  expect(serviceOf(LoadBalancerProvider.custom(options))).toEqual({
    annotations: {
      'acme.example/health-check': 'kube-proxy',
      'cdk8s-mqtt/load-balancer-class': 'passthrough',
      'cdk8s-mqtt/load-balancer-exposure': 'internet',
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '900',
      'cdk8s-mqtt/load-balancer-announcement': 'bgp',
      'cdk8s-mqtt/load-balancer-local-health-check': 'configured',
      'cdk8s-mqtt/load-balancer-provider': 'acme',
      'cdk8s-mqtt/load-balancer-target-removal-seconds': '40',
      'cdk8s-mqtt/load-balancer-proxy-protocol': 'v1',
    },
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Cluster',
    loadBalancerClass: 'acme.example/l4',
  });
});

test('does not take Local where one node takes all connections', () => {
  const options = { ...required, localHealthCheck: LocalHealthCheck.AUTOMATIC };
  expect(defaultPolicy(LoadBalancerProvider.custom(options))).toBe('Local');
  expect(defaultPolicy(LoadBalancerProvider.custom({ ...options, announcement: AddressAnnouncement.LAYER_2 }))).toBe('Cluster');
});

test('can have no idle timeout at all', () => {
  const provider = LoadBalancerProvider.custom({ ...required, idleTimeoutKind: IdleTimeoutKind.NONE });
  expect(serviceOf(provider).annotations['cdk8s-mqtt/load-balancer-idle-timeout-seconds']).toBe('none');
  expect(provider.traits.idleTimeout.kind).toBe(IdleTimeoutKind.NONE);
});

test.each<[object, string[]]>([
  [{}, [
    'provider.kind is missing: say whether the load balancer is LoadBalancerKind.PASSTHROUGH or LoadBalancerKind.PROXY',
    'provider.exposure is missing: say whether LoadBalancerExposure.INTERNET or LoadBalancerExposure.INTERNAL can reach it',
  ]],
  [{ kind: 'l7', exposure: 'public' }, [
    "provider.kind is 'l7', but must be one of PASSTHROUGH, PROXY",
    "provider.exposure is 'public', but must be one of INTERNET, INTERNAL",
  ]],
  [{ ...required, name: 'My LB' },
    ["provider.name is 'My LB', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label): it becomes the value of an annotation that rules read"]],
  [{ ...required, idleTimeoutKind: 'long' }, ["provider.idleTimeoutKind is 'long', but must be one of KNOWN, NONE, UNKNOWN"]],
  [{ ...required, idleTimeoutKind: IdleTimeoutKind.KNOWN }, ['provider.idleTimeoutKind is KNOWN, but provider.idleTimeout is missing: give it, or write IdleTimeoutKind.UNKNOWN']],
  [{ ...required, idleTimeoutKind: IdleTimeoutKind.NONE, idleTimeout: Duration.minutes(1) },
    ['provider.idleTimeoutKind is NONE, but provider.idleTimeout is given: leave one of them out']],
  [{ ...required, idleTimeout: 60 }, ['provider.idleTimeout is 60, but must be a Duration, for example Duration.seconds(1)']],
  [{ ...required, idleTimeout: Duration.seconds(0) }, ['provider.idleTimeout is 0 s, but must be at least 1 s: a load balancer without one has IdleTimeoutKind.NONE']],
  [{ ...required, localHealthCheck: 'yes' }, ["provider.localHealthCheck is 'yes', but must be one of AUTOMATIC, CONFIGURED, MISSING, NOT_NEEDED"]],
  [{ ...required, announcement: 'arp' }, ["provider.announcement is 'arp', but must be one of LAYER_2, BGP"]],
  [{ ...required, targetRemoval: 30 }, ['provider.targetRemoval is 30, but must be a Duration, for example Duration.seconds(0)']],
  [{ ...required, targetRemoval: Duration.hours(2) }, ['provider.targetRemoval is 7200 s, but must be from 0 s to 3600 s: a stopping broker serves on for that long']],
  [{ ...required, proxyProtocol: 'any' }, ["provider.proxyProtocol is 'any', but must be one of V1, V2"]],
  [{ ...required, annotations: { a: true } }, ["provider.annotations['a'] is true, but must be a string"]],
  [{ ...required, allocateNodePorts: 'no' }, ["provider.allocateNodePorts is 'no', but must be true or false"]],
  [{ ...required, loadBalancerClass: 'Acme/l4' }, ["provider.loadBalancerClass is 'Acme/l4', but must be a class name such as 'example.com/internal-vip'"]],
])('%j is refused', (options, messages) => {
  expect(refusals(LoadBalancerProvider.custom(options as CustomLoadBalancerOptions))).toEqual(messages);
});
