import { antiAffinityExample } from './anti-affinity-example';
import { Annotations } from '../../manifest/annotations';
import { Severity } from '../finding';
import { declared, DeclaredOfService } from '../model/declared';
import { hasAwsInstanceTargets, proxyProtocolSetting } from '../model/provider-annotations';
import { loadBalancerRule, type Rule, serviceRule } from '../rule';

const EXTERNAL_TRAFFIC_SOURCE = 'https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip';

/** In the layer 2 mode of MetalLB one node takes all traffic: under Local, only the broker on that node. https://metallb.io/concepts/layer2/ */
const LOCAL_IS_WORSE = ['metallb'];

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
  }, (service) => !service.keepsTrafficLocal || declared(service.object, DeclaredOfService.localHealthCheck) !== 'missing' ? [] : [{
    found: `spec.externalTrafficPolicy: Local, and metadata.annotations '${DeclaredOfService.localHealthCheck.key}: missing'`,
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
    const health = declared(service.object, DeclaredOfService.localHealthCheck);
    const localWorks = health === 'automatic' || health === 'configured' || health === undefined && hasAwsInstanceTargets(service.object);
    const isWorse = LOCAL_IS_WORSE.includes(service.object.annotations[Annotations.LOAD_BALANCER_PROVIDER]);
    return !broker.isProduction || service.keepsTrafficLocal || service.targetsPods || !localWorks || isWorse ? [] : [{
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
];
