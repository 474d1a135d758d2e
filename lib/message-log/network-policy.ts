import type { ApiObject } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { MessageLogIntent } from './message-log-intent';
import type { MqttMessageLogOptions } from './mqtt-message-log-props';
import { CLIENT_PORT, EXPORTER_PORT, ROUTE_PORT } from './nats-configuration';
import { MqttDnsAccess } from '../security/mqtt-dns-access';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';
import { renderPodNetworkPolicy } from '../workload/network-policy';
import { dnsRules, peerFields, tcp } from '../workload/network-policy-fields';

/** What the props say about it. */
type LogAccess = Pick<MqttMessageLogOptions, 'metricsReaders' | 'dns'>;

/** Who may connect to what: the brokers to the clients' port, nodes to each other, Prometheus to the exporter. Nobody but the kubelet to the monitoring port. */
export function renderNetworkPolicy(
  scope: Construct, name: string, intent: MessageLogIntent, clients: () => MqttNetworkPeer[], access: LogAccess,
): ApiObject {
  const { metricsReaders, dns = MqttDnsAccess.anyResolver() } = access;
  const nodes: k8s.NetworkPolicyPeer[] = [{ podSelector: { matchLabels: intent.selectorLabels } }];
  return renderPodNetworkPolicy(scope, name, intent, () => ({
    ingress: [
      // Without a client, the rule is left out: an empty list of peers would let everybody in.
      ...(clients().length > 0 ? [{ from: clients().map(peerFields), ports: [tcp(CLIENT_PORT)] }] : []),
      { from: nodes, ports: [tcp(ROUTE_PORT)] },
      ...(intent.exporterImage === undefined ? [] : [{ from: metricsReaders?.map(peerFields), ports: [tcp(EXPORTER_PORT)] }]),
    ],
    egress: [{ to: nodes, ports: [tcp(ROUTE_PORT)] }, ...dnsRules(dns)],
  }));
}
