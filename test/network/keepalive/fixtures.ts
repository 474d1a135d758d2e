import { Chart, Duration } from 'cdk8s';
import { MqttCluster } from '../../../lib/cluster/mqtt-cluster';
import type { MqttClusterProps } from '../../../lib/cluster/mqtt-cluster-props';
import { keepaliveReport, type MqttKeepalivePath } from '../../../lib/network/keepalive';
import type { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { MqttLoadBalancer } from '../../../lib/network/mqtt-load-balancer';
import { MqttKeepaliveLimit } from '../../../lib/workload/mqtt-keepalive-limit';
import { MqttTcpKeepalive } from '../../../lib/workload/mqtt-tcp-keepalive';
import { newChart } from '../../support/synth';

/** A cluster whose clients have this longest keepalive, in seconds; without one, any. */
export function brokers(keepalive?: number, props: MqttClusterProps = {}, chart: Chart = newChart()): MqttCluster {
  const keepaliveLimit = keepalive === undefined ? MqttKeepaliveLimit.none() : MqttKeepaliveLimit.of(Duration.seconds(keepalive));
  return new MqttCluster(chart, 'Broker', { keepaliveLimit, ...props });
}

/** Pods that do not probe idle connections before two hours have passed. */
export const UNPROBED: MqttClusterProps = { tcpKeepalive: MqttTcpKeepalive.kernelDefaults() };

export function balancer(cluster: MqttCluster, provider: LoadBalancerProvider): MqttLoadBalancer {
  return new MqttLoadBalancer(Chart.of(cluster), 'LoadBalancer', { cluster, provider });
}

/** The report about the first way to the brokers: the one through a load balancer or gateway where there is one. */
export function firstPath(cluster: MqttCluster): MqttKeepalivePath {
  return keepaliveReport(cluster.workload).paths[0];
}

/** The path through a load balancer of this provider. */
export function pathThrough(provider: LoadBalancerProvider, keepalive?: number, props?: MqttClusterProps): MqttKeepalivePath {
  const cluster = brokers(keepalive, props);
  balancer(cluster, provider);
  return firstPath(cluster);
}

/** What a path says in short, without its rows and words. */
export function summary({ verdict, firstToCut, cutAfterSeconds, deadConnectionSeconds, deadConnectionFoundBy, fixes }: MqttKeepalivePath): object {
  return { verdict, cut: [firstToCut, cutAfterSeconds], dead: [deadConnectionSeconds, deadConnectionFoundBy], fixes };
}
