import { Severity } from '../finding';
import type { BrokerWorkload } from '../model/broker-workload';
import type { ServiceObject } from '../model/service-object';
import { loadBalancerRule, type Rule, workloadRule } from '../rule';

/** Ports from 1024 to 65,535, from which the masquerading of kube-proxy chooses. */
const SOURCE_PORTS = 64_512;

/** The kernel remembers a closed connection: net.netfilter.nf_conntrack_tcp_timeout_time_wait, https://docs.kernel.org/networking/nf_conntrack-sysctl.html */
export const TIME_WAIT_SECONDS = 120;
/** `conntrack.min` of kube-proxy, which every node gets however few cores it has. */
const LEAST_CONNTRACK_ENTRIES = 131_072;
/** `conntrack.maxPerCore` of kube-proxy. */
const CONNTRACK_ENTRIES_PER_CORE = 32_768;
/** The share of the table at which the alert MqttConntrackNearlyFull fires. */
const CONNTRACK_SHARE = 0.75;
export const CONNTRACK_ENTRIES = LEAST_CONNTRACK_ENTRIES * CONNTRACK_SHARE;

/** As many idle connections as one companion broker was measured with. The capacity planner plans for no more. */
export const MEASURED_CONNECTIONS = 10_000;

export const capacityRules: readonly Rule[] = [
  loadBalancerRule({
    id: 'MQTT-CAPACITY-001',
    severity: Severity.ERROR,
    title: 'There are source ports for every connection under externalTrafficPolicy Cluster',
    why: 'A node that hands a connection on replaces the address of the client by its own: for each listener of a pod it has 64,512 ports, one per connection. When they are used up, new connections through that node fail, while the broker looks idle.',
    source: 'https://kubernetes.io/docs/reference/networking/virtual-ips/#source-ip',
    remedy: 'Use externalTrafficPolicy Local or pods as targets, more pods, or more nodes.',
    example: `spec:
  externalTrafficPolicy: Local`,
  }, (service, broker) => {
    const { connectionsPerPod, nodeCount } = broker;
    if (connectionsPerPod === undefined || nodeCount === undefined || service.keepsTrafficLocal || service.targetsPods) return [];
    return connectionsPerPod <= nodeCount * SOURCE_PORTS ? [] : [{
      found: `metadata.annotations 'cdk8s-mqtt/connections-per-pod: ${connectionsPerPod}' of ${broker.object.kind} ${broker.object.name}, ${nodeCount} nodes, and spec.externalTrafficPolicy: ${service.spec.at('externalTrafficPolicy').text ?? 'Cluster (default)'}`,
      breaks: `A pod gets ${nodeCount * SOURCE_PORTS} connections at most (${nodeCount} nodes × ${SOURCE_PORTS} source ports).`,
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-CAPACITY-002',
    severity: Severity.WARNING,
    title: 'A proxying load balancer has source ports for every connection',
    why: 'A proxy connects to the broker from its own address. Each of its addresses has at most 64,512 ports for one address and port of the broker, many systems only 28,232 (the default of net.ipv4.ip_local_port_range).',
    source: 'https://docs.kernel.org/networking/ip-sysctl.html',
    remedy: 'Use a passthrough load balancer, more pods, or a load balancer with several addresses, and acknowledge this rule.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/connections-per-pod: "50000"`,
  }, (service, broker) => !service.isProxy || (broker.connectionsPerPod ?? 0) <= SOURCE_PORTS ? [] : [{
    found: `metadata.annotations 'cdk8s-mqtt/connections-per-pod: ${broker.connectionsPerPod}' of ${broker.object.kind} ${broker.object.name}, behind a load balancer that is a proxy`,
    breaks: `One address of the load balancer carries ${SOURCE_PORTS} connections to a pod at most.`,
  }]),

  workloadRule({
    id: 'MQTT-CAPACITY-003',
    severity: Severity.WARNING,
    title: 'The conntrack table of a node has room for the connections of its brokers',
    why: 'Each connection takes an entry of the table on the node of its broker, for 120 s after it was closed too, and under externalTrafficPolicy Cluster a second one on another node. kube-proxy gives every node 131,072 entries, larger ones 32,768 for each core. When they are used up, the kernel drops new connections to all pods of the node, while the broker looks idle. Entries of other workloads come on top, so that three quarters count as full.',
    source: 'https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/; https://docs.kernel.org/networking/nf_conntrack-sysctl.html',
    remedy: 'Plan for fewer connections per pod; or use nodes with more cores, or raise conntrack.min of kube-proxy, and acknowledge this rule.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/connections-per-pod: "45000"`,
  }, (broker) => {
    const { connectionsPerPod, drainRate, podsPerNode } = broker;
    if (connectionsPerPod === undefined) return [];
    const crossing = broker.services.find(crossesNodes);
    const entries = podsPerNode * conntrackEntries(connectionsPerPod, drainRate) * (crossing ? 2 : 1);
    if (entries <= CONNTRACK_ENTRIES) return [];
    const wanted = Math.ceil(entries / CONNTRACK_SHARE);
    return [{
      found: `${entries} entries: ${drainTerms(broker)}${podsPerNode > 1 ? `, ${podsPerNode} pods on a node (${broker.replicasFound})` : ''}`
        + (crossing ? `, twice under externalTrafficPolicy Cluster of Service ${crossing.object.name}` : ''),
      breaks: `A node with up to ${LEAST_CONNTRACK_ENTRIES / CONNTRACK_ENTRIES_PER_CORE} cores has ${LEAST_CONNTRACK_ENTRIES}: ${entries > LEAST_CONNTRACK_ENTRIES ? 'new connections to its pods are dropped' : 'little is left for other pods, and the alert MqttConntrackNearlyFull fires'}.`,
      remedy: `Plan for fewer connections per pod; or use nodes with ${Math.ceil(wanted / CONNTRACK_ENTRIES_PER_CORE)} cores, or set conntrack.min of kube-proxy to ${wanted}, and acknowledge this rule.`,
    }];
  }),

  workloadRule({
    id: 'MQTT-CAPACITY-004',
    severity: Severity.WARNING,
    title: 'A companion broker is planned for no more connections than were measured',
    why: 'One process was measured with 10,000 connections. It may well carry more, but nobody has seen it. What grows with them: the memory of the pod; the time of a drain, which is connections ÷ drain rate; and the storm of clients that connect to the other brokers when the pod is lost, each with a handshake on the one event loop that also delivers messages.',
    source: 'docs/benchmarks.md#broker',
    remedy: 'Run more pods with fewer connections each (MqttCapacity says how many). Or put so many on one pod of the planned size, look at its memory and at how long they take to connect, and acknowledge this rule with what you saw.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/connections-per-pod: "10000"`,
  }, (broker) => broker.broker !== 'companion' || (broker.connectionsPerPod ?? 0) <= MEASURED_CONNECTIONS ? [] : [{
    found: drainTerms(broker),
    breaks: `Memory for so many was not measured (up to ${MEASURED_CONNECTIONS} were), ${broker.drainRate === undefined ? 'a drain takes as much longer' : `a drain takes ${broker.drainSeconds} s`}, `
      + `and ${broker.connectionsPerPod} clients connect to the others at once when the pod is lost.`,
  }]),
];

/** Entries of one pod, once on its own node: of the connections that are open, and of those that a drain has just closed (docs/scaling.md). */
export function conntrackEntries(connections: number, drainRate = Infinity): number {
  return connections + Math.min(connections, drainRate * TIME_WAIT_SECONDS);
}

/** Whether nearly every connection passes two nodes: the one that it comes in by, and the one of the pod. */
function crossesNodes(service: ServiceObject): boolean {
  return (service.isLoadBalancer || service.type === 'NodePort') && !service.keepsTrafficLocal && !service.targetsPods;
}

function drainTerms({ connectionsPerPod, drainRate }: BrokerWorkload): string {
  const rate = drainRate === undefined ? 'an unknown drain rate' : `a drain rate of ${drainRate} a second`;
  return `metadata.annotations 'cdk8s-mqtt/connections-per-pod: ${connectionsPerPod}', ${rate}`;
}
