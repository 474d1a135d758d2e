import { Chart } from 'cdk8s';
import { MqttCluster } from 'cdk8s-mqtt';
import { Construct } from 'constructs';

/** One broker with everything at its default: MQTT on port 1883, no passwords, 15 GiB of storage that outlives the pod. */
export class QuickstartChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'mqtt', disableResourceNameHashes: true });

    new MqttCluster(this, 'Broker');
  }
}
