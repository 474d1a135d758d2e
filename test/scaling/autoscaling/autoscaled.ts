import type { Chart } from 'cdk8s';
import { MqttCluster } from '../../../lib/cluster/mqtt-cluster';
import type { MqttClusterProps } from '../../../lib/cluster/mqtt-cluster-props';
import { MqttAutoscaler } from '../../../lib/scaling/mqtt-autoscaler';
import type { MqttAutoscalerProps } from '../../../lib/scaling/mqtt-autoscaler-props';
import { newChart } from '../../support/synth';

interface Autoscaled {
  readonly chart: Chart;
  readonly cluster: MqttCluster;
  readonly autoscaler: MqttAutoscaler;
}

/** A cluster named `broker` with an autoscaler, up to nine brokers unless a test says otherwise. */
export function autoscaled(props: Partial<MqttAutoscalerProps> = {}, settings: MqttClusterProps = {}): Autoscaled {
  const chart = newChart();
  const cluster = new MqttCluster(chart, 'Broker', { name: 'broker', ...settings });
  const autoscaler = new MqttAutoscaler(chart, 'Autoscaler', { cluster, maxReplicas: 9, ...props });
  return { chart, cluster, autoscaler };
}
