import { ApiObject, Duration } from 'cdk8s';
import { KUBE_PROXY_CONNTRACK, statedNodeConntrack } from './facts';
import { MqttKeepaliveReport, type MqttKeepaliveReportOptions } from './mqtt-keepalive-report';
import { Annotations } from '../../manifest/annotations';
import { ArgumentErrors } from '../../manifest/arguments';
import { ManifestModel } from '../../rules/model/manifest-model';

/**
 * The keepalive budget of the brokers that this object of an app runs, with every Service and route of the app that leads to them.
 *
 * @throws if the object runs no brokers any more, because an override took away what says so; or if an option cannot work.
 */
export function keepaliveReport(workload: ApiObject, options: MqttKeepaliveReportOptions = {}): MqttKeepaliveReport {
  const errors = new ArgumentErrors(workload, 'keepaliveReport');
  errors.duration('nodeConntrackTimeout', options.nodeConntrackTimeout, { min: Duration.seconds(1) }, 'nodes that forget every connection at once serve no client');
  errors.throwIfAny();

  const objects = workload.node.root.node.findAll().filter((construct): construct is ApiObject => ApiObject.isApiObject(construct));
  const model = ManifestModel.of(objects.map((object) => ({ manifest: object.toJson(), origin: object.node.path })));
  const broker = model.brokers.find(({ object }) => object.reference.origin === workload.node.path);
  if (broker === undefined) {
    throw new Error(`[${workload.node.path}] the keepalive report needs the annotation ${Annotations.BROKER} on ${workload.kind} '${workload.name}', and its pods: `
      + 'remove the override that takes them away');
  }
  const stated = options.nodeConntrackTimeout;
  return MqttKeepaliveReport._of(broker, stated === undefined ? KUBE_PROXY_CONNTRACK : statedNodeConntrack(stated.toSeconds()));
}
