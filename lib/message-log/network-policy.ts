import type { ApiObject } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { MessageLogIntent } from './message-log-intent';
import { CLIENT_PORT, EXPORTER_PORT, ROUTE_PORT } from './nats-configuration';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';
import { renderPodNetworkPolicy } from '../workload/network-policy';
import { CLUSTER_DNS, peerFields, tcp } from '../workload/network-policy-fields';

/** Who may connect to what: the brokers to the clients' port, nodes to each other, Prometheus to the exporter. Nobody but the kubelet to the monitoring port. */
export function renderNetworkPolicy(
  scope: Construct, name: string, intent: MessageLogIntent, clients: () => MqttNetworkPeer[], metricsReaders: MqttNetworkPeer[] | undefined,
): ApiObject {
  const nodes: k8s.NetworkPolicyPeer[] = [{ podSelector: { matchLabels: intent.selectorLabels } }];
  return renderPodNetworkPolicy(scope, name, intent, () => ({
    ingress: [
      // Without a client, the rule is left out: an empty list of peers would let everybody in.
      ...(clients().length > 0 ? [{ from: clients().map(peerFields), ports: [tcp(CLIENT_PORT)] }] : []),
      { from: nodes, ports: [tcp(ROUTE_PORT)] },
      ...(intent.exporterImage === undefined ? [] : [{ from: metricsReaders?.map(peerFields), ports: [tcp(EXPORTER_PORT)] }]),
    ],
    egress: [{ to: nodes, ports: [tcp(ROUTE_PORT)] }, CLUSTER_DNS],
  }));
}
