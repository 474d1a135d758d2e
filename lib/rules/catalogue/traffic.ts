import { antiAffinityExample } from './anti-affinity-example';
import { Annotations } from '../../manifest/annotations';
import { Severity } from '../finding';
import { declared, DeclaredOfService } from '../model/declared';
import { hasAwsInstanceTargets, proxyProtocolSetting } from '../model/provider-annotations';
import { providerKeys } from '../model/provider-keys';
import type { ServiceObject } from '../model/service-object';
import { loadBalancerRule, type Rule, serviceRule } from '../rule';

const EXTERNAL_TRAFFIC_SOURCE = 'https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip';

export const trafficRules: readonly Rule[] = [
  serviceRule({
    id: 'MQTT-TRAFFIC-001',
    severity: Severity.ERROR,
    title: 'externalTrafficPolicy Local comes with one broker per node',
    why: 'Under Local the load balancer spreads connections over nodes, not over pods: two brokers on one node get half of what a broker alone on its node gets, and MQTT connections live for days, so it never evens out.',
    source: EXTERNAL_TRAFFIC_SOURCE,
    remedy: 'Require pod anti-affinity on kubernetes.io/hostname (antiAffinity: MqttSpread.REQUIRED), or use externalTrafficPolicy Cluster.',
    example: antiAffinityExample('broker'),
  }, (service, broker) => {
    const spread = broker.pods.hasRequiredAntiAffinityOnHostname || broker.pods.hasRequiredSpreadOnHostname;
    return !service.keepsTrafficLocal || service.targetsPods || broker.maximumReplicas <= 1 || spread ? [] : [{
      found: `spec.externalTrafficPolicy: Local; ${broker.object.kind} ${broker.object.name} has ${broker.replicasFound}, and nothing keeps its pods on different nodes`,
      breaks: 'Pods that share a node share the connections of one node, and are overloaded or idle beside the others.',
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-TRAFFIC-002',
    severity: Severity.ERROR,
    title: 'Under externalTrafficPolicy Local the load balancer knows which nodes have a broker',
    why: 'A node without a ready pod drops what it gets under Local. The load balancer must ask the healthCheckNodePort of each node, and the controller of this provider does not set that up by itself.',
    source: EXTERNAL_TRAFFIC_SOURCE,
    remedy: 'Configure the health check of the provider for HTTP /healthz on healthCheckNodePort, or use externalTrafficPolicy Cluster.',
    example: `spec:
  externalTrafficPolicy: Cluster`,
  }, (service) => !service.keepsTrafficLocal || service.localHealthCheck !== 'missing' ? [] : [{
    found: `spec.externalTrafficPolicy: Local, and ${missingHealthCheck(service)}`,
    breaks: 'Clients whose connection is sent to a node without a broker get no answer.',
  }]),

  serviceRule({
    id: 'MQTT-TRAFFIC-003',
    severity: Severity.ERROR,
    title: 'externalTrafficPolicy is set on Services of type LoadBalancer or NodePort only',
    why: 'A Service without traffic from outside has no policy for it, and the API server refuses the field.',
    source: 'https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec',
    remedy: 'Leave externalTrafficPolicy out.',
    example: `spec:
  type: ClusterIP`,
  }, (service) => {
    const policy = service.spec.at('externalTrafficPolicy');
    const external = service.isLoadBalancer || service.type === 'NodePort' || service.spec.at('externalIPs').items.length > 0;
    return !policy.exists || external ? [] : [{
      found: `spec.externalTrafficPolicy: ${policy}, with spec.type: ${service.type}`,
      breaks: 'The API server refuses the Service.',
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-TRAFFIC-004',
    severity: Severity.ERROR,
    title: 'An NLB with instance targets does not combine externalTrafficPolicy Local with PROXY protocol',
    why: 'The health check of Local asks kube-proxy on the healthCheckNodePort, and the NLB sends the PROXY protocol header with that request too. kube-proxy does not understand it, and every target is unhealthy. The address of the client is preserved for instance targets anyway.',
    source: 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/',
    remedy: 'Use IP targets with PROXY protocol, or instance targets with Local and without it.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
    service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"`,
  }, (service) => {
    const setting = proxyProtocolSetting(service.object);
    return !service.keepsTrafficLocal || setting === undefined || !hasAwsInstanceTargets(service.object) ? [] : [{
      found: `spec.externalTrafficPolicy: Local, instance targets, and metadata.annotations '${setting}'`,
      breaks: 'All targets fail their health check: no client gets through, or, when all are unhealthy, every node gets traffic.',
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-TRAFFIC-005',
    severity: Severity.WARNING,
    title: 'Production does not pay for a second hop without knowing',
    why: 'Under externalTrafficPolicy Cluster any node takes a connection and hands it on: most connections cross two nodes and take a conntrack entry on both, the broker sees the address of a node and not of the client, and each pair of node and broker listener has about 64,000 source ports.',
    source: EXTERNAL_TRAFFIC_SOURCE,
    remedy: 'Use externalTrafficPolicy Local with required anti-affinity, or a load balancer whose targets are pods; or acknowledge the cost.',
    example: `spec:
  type: LoadBalancer
  externalTrafficPolicy: Local`,
  }, (service, broker) => {
    const health = service.localHealthCheck;
    const localWorks = health === 'automatic' || health === 'configured' || health === undefined && hasAwsInstanceTargets(service.object);
    return !broker.isProduction || service.keepsTrafficLocal || service.targetsPods || !localWorks || mayBeAnnouncedByOneNode(service) ? [] : [{
      found: `spec.externalTrafficPolicy: ${service.spec.at('externalTrafficPolicy').exists ? service.spec.at('externalTrafficPolicy') : 'absent (Cluster)'}`,
      breaks: 'A second hop and a second conntrack entry for most connections, and no client address in the log of the broker.',
    }];
  }),

  serviceRule({
    id: 'MQTT-TRAFFIC-006',
    severity: Severity.ERROR,
    title: 'Clients inside the Kubernetes cluster reach brokers on other nodes',
    why: 'Under internalTrafficPolicy Local a Service has no endpoints for the pods of a node without a broker, even where all brokers are well. Whether a client can connect depends on where the scheduler puts it.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service-traffic-policy/',
    remedy: 'Leave internalTrafficPolicy out. To keep traffic near, use trafficDistribution, which falls back to all brokers (trafficDistribution of MqttCluster).',
    example: `spec:
  type: ClusterIP
  trafficDistribution: PreferClose`,
  }, (service, broker) => service.spec.at('internalTrafficPolicy').text !== 'Local' || service.isHeadless || broker.object.kind === 'DaemonSet' ? [] : [{
    found: 'spec.internalTrafficPolicy: Local',
    breaks: 'Clients on nodes without a broker are refused.',
  }]),

  loadBalancerRule({
    id: 'MQTT-TRAFFIC-007',
    severity: Severity.ERROR,
    title: 'externalTrafficPolicy Local is not combined with an address that one node announces',
    why: 'By ARP or NDP one node answers for the address and takes all connections, and under Local it hands them to its own pods only: several brokers serve as many clients as one, the others stand idle, and when that node fails every client is disconnected at once.',
    source: 'https://metallb.io/usage/#layer2; https://kube-vip.io/docs/modes/arp/; https://docs.cilium.io/en/stable/network/l2-announcements/',
    remedy: 'Announce the address by BGP (announcement: AddressAnnouncement.BGP, where the provider has it), or use externalTrafficPolicy Cluster. Where the brokers need the addresses of clients under Cluster, put a proxy that sends the PROXY protocol header in front of them (openProxyPort).',
    example: `metadata:
  annotations:
    cdk8s-mqtt/load-balancer-announcement: layer-2
spec:
  externalTrafficPolicy: Cluster`,
  }, (service, broker) => !service.keepsTrafficLocal || !service.isAnnouncedByOneNode || broker.maximumReplicas <= 1 ? [] : [{
    found: `spec.externalTrafficPolicy: Local, and ${announcementFound(service)}; ${broker.object.kind} ${broker.object.name} has ${broker.replicasFound}`,
    breaks: 'All clients are connected to the brokers of one node.',
  }]),

  loadBalancerRule({
    id: 'MQTT-TRAFFIC-008',
    severity: Severity.WARNING,
    title: 'Source ranges stand where the load balancer honours them',
    why: 'loadBalancerSourceRanges is a request to the provider, and one that does not know it ignores it without a word: whoever wrote it believes that strangers are kept out.',
    source: 'https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec; docs/load-balancers.md#source-ranges has a source for each provider',
    remedy: 'Filter in a way that the provider documents (a firewall or security group of its own), try whether an address outside of the ranges is let in, and acknowledge this rule.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/linode-loadbalancer-firewall-acl: '{"allowList":{"ipv4":["203.0.113.0/24"]}}'
spec:
  loadBalancerSourceRanges: [203.0.113.0/24]`,
  }, ({ object }) => {
    const ranges = object.spec.at('loadBalancerSourceRanges').items;
    const keys = providerKeys(object);
    if (ranges.length === 0 || keys === undefined) return [];
    const { instead = [], source, support } = keys.sourceRanges;
    return support === 'honoured' || instead.some((key) => key in object.annotations) ? [] : [{
      found: `spec.loadBalancerSourceRanges: ${ranges.join(', ')}, of a load balancer of ${keys.names[0]}`,
      breaks: `${support === 'ignored' ? 'It ignores them, and everybody can connect' : 'Whether it honours them could not be confirmed: perhaps everybody can connect'}. Source: ${source}.`,
    }];
  }),
];

/** Why the load balancer does not learn of nodes without a pod: what its provider is not told, or what is declared. */
function missingHealthCheck({ object }: ServiceObject): string {
  const keys = providerKeys(object);
  if (keys?.healthCheck === undefined) return `metadata.annotations '${DeclaredOfService.localHealthCheck.key}: missing'`;
  return keys.healthCheck === 'missing'
    ? `the load balancer of ${keys.names[0]} has no health check that asks nodes for it`
    : `the load balancer of ${keys.names[0]} is not told to ask nodes by metadata.annotations ${keys.healthCheck.all.map(({ key }) => `'${key}'`).join(' and ')}`;
}

/** MetalLB announces by layer 2 unless its BGPAdvertisement says otherwise, which a Service does not show. */
function mayBeAnnouncedByOneNode(service: ServiceObject): boolean {
  const isUnknown = declared(service.object, DeclaredOfService.announcement) === undefined;
  return service.isAnnouncedByOneNode || isUnknown && service.object.annotations[Annotations.LOAD_BALANCER_PROVIDER] === 'metallb';
}

function announcementFound({ object }: ServiceObject): string {
  const { key } = DeclaredOfService.announcement;
  return key in object.annotations ? `metadata.annotations '${key}: ${object.annotations[key]}'` : `spec.loadBalancerClass: ${object.spec.at('loadBalancerClass')}`;
}
