import { Duration } from 'cdk8s';
import { balancer, brokers, firstPath, UNPROBED } from './fixtures';
import { MqttKeepaliveVerdict } from '../../../lib/network/keepalive';
import { CLOUD_CONNTRACK, KERNEL_TCP_KEEPALIVE, KUBE_PROXY_CONNTRACK, MQTT_KEEPALIVE } from '../../../lib/network/keepalive/facts';
import { traitsOf } from '../../../lib/network/keepalive/known-providers';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerExposure, LoadBalancerKind } from '../../../lib/network/load-balancer-traits';
import { MqttTcpKeepalive } from '../../../lib/workload/mqtt-tcp-keepalive';
import { providers } from '../providers/all';

test.each(providers.filter(([factory]) => factory !== 'custom'))('the report knows %s', (_, { traits }) => {
  expect(traitsOf(traits.name)?.name).toBe(traits.name);
});

test('providers whose connection tracking is known exist', () => {
  expect(Object.keys(CLOUD_CONNTRACK).filter((provider) => traitsOf(provider) === undefined)).toEqual([]);
});

test.each([...Object.values(CLOUD_CONNTRACK), KUBE_PROXY_CONNTRACK, MQTT_KEEPALIVE, KERNEL_TCP_KEEPALIVE])('%j has a source', ({ source }) => {
  expect(source).toMatch(/^https:\/\//);
});

// The report and the rule must never disagree about a client.
test.each([1, 59, 60, 61, 240, 279, 280, 281, 300, 349, 350, 351, 6000])('MQTT-KEEPALIVE-001 and the report judge a keepalive of %i s alike', (keepalive) => {
  for (const [kind, props] of [
    [LoadBalancerKind.PROXY, {}],
    [LoadBalancerKind.PASSTHROUGH, UNPROBED],
    [LoadBalancerKind.PASSTHROUGH, { tcpKeepalive: MqttTcpKeepalive.of({ time: Duration.seconds(349) }) }],
    [LoadBalancerKind.PASSTHROUGH, { tcpKeepalive: MqttTcpKeepalive.of({ time: Duration.seconds(350) }) }],
  ] as const) {
    const cluster = brokers(keepalive, props);
    balancer(cluster, LoadBalancerProvider.custom({ kind, exposure: LoadBalancerExposure.INTERNAL, idleTimeout: Duration.seconds(350) }));
    const isFound = cluster.findings.some(({ id }) => id === 'MQTT-KEEPALIVE-001');
    expect(firstPath(cluster).verdict !== MqttKeepaliveVerdict.SURVIVES).toBe(isFound);
  }
});
