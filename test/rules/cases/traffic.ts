import { behindNodes, type ClusterManifests, podOf, service } from './base';
import { development, production, type RuleCases } from './rule-case';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const HEALTH = 'cdk8s-mqtt/load-balancer-local-health-check';

/** A load balancer that reaches nodes, under the policy Local. */
function local(change: (manifests: ClusterManifests) => void = () => undefined, declarations: Record<string, string> = {}): object[] {
  return production((manifests) => {
    behindNodes(manifests, declarations).spec.externalTrafficPolicy = 'Local';
    change(manifests);
  });
}

function awsInstances({ loadBalancer }: ClusterManifests): void {
  loadBalancer.spec.loadBalancerClass = 'service.k8s.aws/nlb';
  loadBalancer.metadata.annotations[`${AWS}nlb-target-type`] = 'instance';
}

export const trafficCases: RuleCases[] = [
  {
    rule: 'MQTT-TRAFFIC-001',
    breaks: [
      {
        name: 'no anti-affinity',
        manifests: local((manifests) => { delete podOf(manifests).affinity; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: Local; StatefulSet broker has spec.replicas: 3, and nothing keeps its pods on different nodes',
          breaks: 'Pods that share a node share the connections of one node, and are overloaded or idle beside the others.',
        }],
      },
      {
        name: 'anti-affinity to the pods of another broker',
        manifests: local((manifests) => {
          podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels = { 'app.kubernetes.io/instance': 'other' };
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: Local; StatefulSet broker has spec.replicas: 3, and nothing keeps its pods on different nodes',
          breaks: 'Pods that share a node share the connections of one node, and are overloaded or idle beside the others.',
        }],
      },
      {
        name: 'anti-affinity in another namespace',
        manifests: local((manifests) => { podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces = ['other']; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: Local; StatefulSet broker has spec.replicas: 3, and nothing keeps its pods on different nodes',
          breaks: 'Pods that share a node share the connections of one node, and are overloaded or idle beside the others.',
        }],
      },
      {
        name: 'anti-affinity by zone',
        manifests: local((manifests) => {
          podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey = 'topology.kubernetes.io/zone';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: Local; StatefulSet broker has spec.replicas: 3, and nothing keeps its pods on different nodes',
          breaks: 'Pods that share a node share the connections of one node, and are overloaded or idle beside the others.',
        }],
      },
      {
        name: 'a spread that is only preferred',
        manifests: local((manifests) => {
          delete podOf(manifests).affinity;
          podOf(manifests).topologySpreadConstraints[0].topologyKey = 'kubernetes.io/hostname';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: Local; StatefulSet broker has spec.replicas: 3, and nothing keeps its pods on different nodes',
          breaks: 'Pods that share a node share the connections of one node, and are overloaded or idle beside the others.',
        }],
      },
      {
        name: 'a NodePort Service',
        manifests: production((manifests) => {
          delete podOf(manifests).affinity;
          manifests.nodePort = service('broker-node-port', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 8883, targetPort: 'mqtts' }] });
        }),
        findings: [{
          object: 'Service mqtt/broker-node-port',
          found: 'spec.externalTrafficPolicy: Local; StatefulSet broker has spec.replicas: 3, and nothing keeps its pods on different nodes',
          breaks: 'Pods that share a node share the connections of one node, and are overloaded or idle beside the others.',
        }],
      },
    ],
    satisfies: [
      { name: 'required anti-affinity', manifests: local() },
      {
        name: 'required anti-affinity that names the namespace',
        manifests: local((manifests) => {
          podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaceSelector
            = { matchLabels: { 'kubernetes.io/metadata.name': 'mqtt' } };
        }),
      },
      {
        name: 'a required spread over nodes',
        manifests: local((manifests) => {
          delete podOf(manifests).affinity;
          Object.assign(podOf(manifests).topologySpreadConstraints[0], { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' });
        }),
      },
      {
        name: 'one replica',
        manifests: development((manifests) => {
          delete podOf(manifests).affinity;
          behindNodes(manifests).spec.externalTrafficPolicy = 'Local';
        }),
      },
      {
        name: 'targets that are pods',
        manifests: production((manifests) => {
          delete podOf(manifests).affinity;
          manifests.loadBalancer.spec.externalTrafficPolicy = 'Local';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-TRAFFIC-002',
    breaks: [{
      name: 'a health check that is missing',
      manifests: local(undefined, { [HEALTH]: 'missing' }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: "spec.externalTrafficPolicy: Local, and metadata.annotations 'cdk8s-mqtt/load-balancer-local-health-check: missing'",
        breaks: 'Clients whose connection is sent to a node without a broker get no answer.',
      }],
    }],
    satisfies: [
      { name: 'automatic', manifests: local() },
      { name: 'configured', manifests: local(undefined, { [HEALTH]: 'configured' }) },
      { name: 'missing, under Cluster', manifests: production((manifests) => { behindNodes(manifests, { [HEALTH]: 'missing' }); }) },
    ],
  },
  {
    rule: 'MQTT-TRAFFIC-003',
    breaks: [
      {
        name: 'ClusterIP',
        manifests: production(({ clientService }) => { clientService.spec.externalTrafficPolicy = 'Local'; }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'spec.externalTrafficPolicy: Local, with spec.type: ClusterIP',
          breaks: 'The API server refuses the Service.',
        }],
      },
      {
        name: 'no type',
        manifests: production(({ clientService }) => {
          delete clientService.spec.type;
          clientService.spec.externalTrafficPolicy = 'Cluster';
        }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'spec.externalTrafficPolicy: Cluster, with spec.type: ClusterIP',
          breaks: 'The API server refuses the Service.',
        }],
      },
    ],
    satisfies: [
      { name: 'LoadBalancer', manifests: local() },
      {
        name: 'NodePort',
        manifests: production(({ clientService }) => { Object.assign(clientService.spec, { type: 'NodePort', externalTrafficPolicy: 'Cluster' }); }),
      },
    ],
  },
  {
    rule: 'MQTT-TRAFFIC-004',
    breaks: [
      {
        name: 'PROXY protocol by annotation',
        manifests: local((manifests) => {
          awsInstances(manifests);
          manifests.loadBalancer.metadata.annotations[`${AWS}proxy-protocol`] = '*';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "spec.externalTrafficPolicy: Local, instance targets, and metadata.annotations 'service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: *'",
          breaks: 'All targets fail their health check: no client gets through, or, when all are unhealthy, every node gets traffic.',
        }],
      },
      {
        name: 'PROXY protocol by an attribute of the target group',
        manifests: local((manifests) => {
          awsInstances(manifests);
          manifests.loadBalancer.metadata.annotations[`${AWS}target-group-attributes`] = 'preserve_client_ip.enabled=true,proxy_protocol_v2.enabled=true';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "spec.externalTrafficPolicy: Local, instance targets, and metadata.annotations 'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: preserve_client_ip.enabled=true,proxy_protocol_v2.enabled=true'",
          breaks: 'All targets fail their health check: no client gets through, or, when all are unhealthy, every node gets traffic.',
        }],
      },
    ],
    satisfies: [
      { name: 'without PROXY protocol', manifests: local(awsInstances) },
      {
        name: 'IP targets',
        manifests: production(({ loadBalancer }) => {
          loadBalancer.spec.externalTrafficPolicy = 'Local';
          loadBalancer.metadata.annotations[`${AWS}proxy-protocol`] = '*';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-TRAFFIC-005',
    breaks: [
      {
        name: 'by default',
        manifests: production((manifests) => { behindNodes(manifests); }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: absent (Cluster)',
          breaks: 'A second hop and a second conntrack entry for most connections, and no client address in the log of the broker.',
        }],
      },
      {
        name: 'written',
        manifests: production((manifests) => { behindNodes(manifests).spec.externalTrafficPolicy = 'Cluster'; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: Cluster',
          breaks: 'A second hop and a second conntrack entry for most connections, and no client address in the log of the broker.',
        }],
      },
    ],
    satisfies: [
      { name: 'Local', manifests: local() },
      { name: 'targets that are pods', manifests: production() },
      { name: 'a provider under which Local does not work', manifests: production((manifests) => { behindNodes(manifests, { [HEALTH]: 'missing' }); }) },
      { name: 'MetalLB', manifests: production((manifests) => { behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-provider': 'metallb' }); }) },
      { name: 'development', manifests: development((manifests) => { behindNodes(manifests); }) },
    ],
  },
  {
    rule: 'MQTT-TRAFFIC-006',
    breaks: [{
      name: 'local traffic inside the cluster',
      manifests: production(({ clientService }) => { clientService.spec.internalTrafficPolicy = 'Local'; }),
      findings: [{ object: 'Service mqtt/broker', found: 'spec.internalTrafficPolicy: Local', breaks: 'Clients on nodes without a broker are refused.' }],
    }],
    satisfies: [
      { name: 'nothing said', manifests: production() },
      { name: 'all brokers', manifests: production(({ clientService }) => { clientService.spec.internalTrafficPolicy = 'Cluster'; }) },
      { name: 'a Service without an address of its own', manifests: production(({ headlessService }) => { headlessService.spec.internalTrafficPolicy = 'Local'; }) },
      {
        name: 'a broker on every node',
        manifests: production(({ clientService, statefulSet }) => {
          clientService.spec.internalTrafficPolicy = 'Local';
          statefulSet.kind = 'DaemonSet';
        }),
      },
    ],
  },
];
