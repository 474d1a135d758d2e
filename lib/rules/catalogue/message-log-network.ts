import type { BrokerWorkload } from '../model/broker-workload';
import { opensToEverybody, restrictsIngress } from '../model/ingress-policy';
import type { MessageLogWorkload } from '../model/message-log-workload';
import { opensEgress, opensIngress, restrictsEgress } from '../model/network-peer';
import type { ViolationOfObject } from '../rule';

// What NetworkPolicies close or leave open, of the brokers and of the nodes of their log.

export function closedEgress(broker: BrokerWorkload, log: MessageLogWorkload): ViolationOfObject[] {
  const policies = broker.networkPolicies.filter(restrictsEgress);
  const to = { namespace: log.object.namespace, labels: log.pods.labels };
  return policies.length === 0 || policies.some((policy) => opensEgress(policy, log.clientPort, to)) ? [] : [{
    object: broker.object.reference,
    found: `no egress to port ${log.clientPort} of ${log.object.kind} ${log.object.name} in NetworkPolicy ${policies.map(({ name }) => name).join(', ')}`,
    breaks: 'The brokers never become ready.',
  }];
}

export function closedIngress(broker: BrokerWorkload, log: MessageLogWorkload): ViolationOfObject[] {
  const policies = log.networkPolicies.filter(restrictsIngress);
  const from = { namespace: broker.object.namespace, labels: broker.pods.labels };
  return policies.length === 0 || policies.some((policy) => opensIngress(policy, log.clientPort, from)) ? [] : [{
    found: `no ingress to port ${log.clientPort} from ${broker.object.kind} ${broker.object.name} in NetworkPolicy ${policies.map(({ name }) => name).join(', ')}`,
    breaks: 'The brokers never become ready.',
  }];
}

/** The nodes find each other by the same policies as everybody. */
export function closedBetweenNodes(log: MessageLogWorkload): ViolationOfObject[] {
  if (log.nodes < 2) return [];
  const nodes = { namespace: log.object.namespace, labels: log.pods.labels };
  const directions = [
    { policies: log.networkPolicies.filter(restrictsIngress), opens: opensIngress, missing: `ingress to port ${log.routePort} from` },
    { policies: log.networkPolicies.filter(restrictsEgress), opens: opensEgress, missing: `egress to port ${log.routePort} of` },
  ];
  const closed = directions.filter(({ policies, opens }) => policies.length > 0 && !policies.some((policy) => opens(policy, log.routePort, nodes)));
  return closed.map(({ policies, missing }) => ({
    found: `no ${missing} the other nodes in NetworkPolicy ${policies.map(({ name }) => name).join(', ')}`,
    breaks: 'The nodes never become one log, and the brokers never become ready.',
  }));
}

/** Whether the network lets whoever it is connect as a node. */
export function letsAnyNodeIn({ networkPolicies, routePort }: MessageLogWorkload): boolean {
  const restricting = networkPolicies.filter(restrictsIngress);
  return restricting.length === 0 || restricting.some((policy) => opensToEverybody(policy, { name: 'cluster', port: routePort, protocol: 'TCP' }));
}
