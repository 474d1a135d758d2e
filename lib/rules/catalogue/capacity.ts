import { Severity } from '../finding';
import { loadBalancerRule, type Rule } from '../rule';

/** Ports from 1024 to 65,535, from which the masquerading of kube-proxy chooses. */
const SOURCE_PORTS = 64_512;

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
];
