import { Chart, Duration } from 'cdk8s';
import { parse } from 'yaml';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import type { MqttClusterProps } from '../../lib/cluster/mqtt-cluster-props';
import { MqttProfile } from '../../lib/cluster/mqtt-profile';
import { LoadBalancerProvider } from '../../lib/network/load-balancer-provider';
import { LoadBalancerExposure, LoadBalancerKind } from '../../lib/network/load-balancer-traits';
import { MqttLoadBalancer } from '../../lib/network/mqtt-load-balancer';
import { newChart } from '../support/synth';

/** A load balancer that goes on sending to a stopping broker for so many seconds. */
function removing(seconds: number): LoadBalancerProvider {
  return LoadBalancerProvider.custom({ kind: LoadBalancerKind.PASSTHROUGH, exposure: LoadBalancerExposure.INTERNAL, targetRemoval: Duration.seconds(seconds) });
}

function cluster(props: MqttClusterProps, ...providers: LoadBalancerProvider[]): MqttCluster {
  const chart: Chart = newChart();
  const brokers = new MqttCluster(chart, 'Broker', { profile: MqttProfile.production(), ...props });
  providers.forEach((provider, index) => new MqttLoadBalancer(chart, `LoadBalancer${index}`, { cluster: brokers, provider }));
  return brokers;
}

/** In the annotation, in the configuration, and the grace period that is made of it. */
function shutdown(brokers: MqttCluster): [delay: string, configured: number, grace: number] {
  const workload = brokers.workload.toJson();
  const configuration = parse(brokers.configuration.toJson().data['broker.yaml']);
  return [workload.metadata.annotations['cdk8s-mqtt/shutdown-delay-seconds'], configuration.shutdown.delaySeconds, workload.spec.template.spec.terminationGracePeriodSeconds];
}

const tooSoon = (brokers: MqttCluster) => brokers.findings.filter(({ id }) => id === 'MQTT-SHUTDOWN-003');

test('is 15 seconds in production where no load balancer needs longer', () => {
  expect(shutdown(cluster({}))).toEqual(['15', 15, 57]);
  expect(shutdown(cluster({}, removing(14)))).toEqual(['15', 15, 57]);
});

test('lasts until every load balancer has noticed', () => {
  const brokers = cluster({}, removing(30), LoadBalancerProvider.awsNlb(), removing(20));
  expect(shutdown(brokers)).toEqual(['120', 120, 188]);
  expect(tooSoon(brokers)).toEqual([]);
});

test('is what the props say, and the rule says what it costs', () => {
  const brokers = cluster({ shutdownDelay: Duration.seconds(15) }, LoadBalancerProvider.awsNlb());
  expect(shutdown(brokers)).toEqual(['15', 15, 57]);
  expect(tooSoon(brokers).map(({ found }) => found)).toEqual([
    expect.stringContaining('0 (preStop) + 15 (shutdown delay) = 15 s, but Service '),
  ]);
});

test('is what the profile says', () => {
  expect(shutdown(cluster({ profile: MqttProfile.production({ shutdownDelay: Duration.seconds(15) }) }, LoadBalancerProvider.awsNlb()))).toEqual(['15', 15, 57]);
});

test('stays within a grace period of the props', () => {
  const brokers = cluster({ terminationGracePeriod: Duration.seconds(90) }, LoadBalancerProvider.awsNlb());
  // 90 s without 20 s to disconnect 10,000 clients and 10 s to flush.
  expect(shutdown(brokers)).toEqual(['60', 60, 90]);
  expect(brokers.findings.filter(({ id }) => id === 'MQTT-SHUTDOWN-001')).toEqual([]);
  expect(tooSoon(brokers)).toHaveLength(1);
  expect(shutdown(cluster({ terminationGracePeriod: Duration.seconds(46) }, LoadBalancerProvider.awsNlb()))).toEqual(['16', 16, 46]);
  expect(shutdown(cluster({ terminationGracePeriod: Duration.seconds(45) }, LoadBalancerProvider.awsNlb()))).toEqual(['15', 15, 45]);
});

test('of development is short, whatever load balancers need', () => {
  const brokers = cluster({ profile: MqttProfile.development() }, LoadBalancerProvider.awsNlb());
  expect(shutdown(brokers)).toEqual(['5', 5, 30]);
  expect(tooSoon(brokers)).toEqual([]);
});
