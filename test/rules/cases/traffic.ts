import { behindNodes, type ClusterManifests, podOf, service } from './base';
import { type BreakingCase, development, production, type RuleCases } from './rule-case';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const HEALTH = 'cdk8s-mqtt/load-balancer-local-health-check';
const PROVIDER = 'cdk8s-mqtt/load-balancer-provider';
const ANNOUNCEMENT = 'cdk8s-mqtt/load-balancer-announcement';
const SCALEWAY = 'service.beta.kubernetes.io/scw-loadbalancer-health-check-from-service';
const OCTAVIA = 'loadbalancer.openstack.org/enable-health-monitor';
const HETZNER = 'load-balancer.hetzner.cloud/health-check-';

/** A load balancer that reaches nodes, under the policy Local. */
function local(change: (manifests: ClusterManifests) => void = () => undefined, declarations: Record<string, string> = {}): object[] {
  return production((manifests) => {
    behindNodes(manifests, declarations).spec.externalTrafficPolicy = 'Local';
    change(manifests);
  });
}

/** Under Local, a load balancer whose provider does not ask nodes for a broker. */
function unasked(name: string, annotations: Record<string, string>, found: string, undeclared: string[] = []): BreakingCase {
  return {
    name,
    manifests: local(({ loadBalancer }) => { undeclared.forEach((key) => { delete loadBalancer.metadata.annotations[key]; }); }, annotations),
    findings: [{
      object: 'Service mqtt/broker-nlb',
      found: `spec.externalTrafficPolicy: Local, and ${found}`,
      breaks: 'Clients whose connection is sent to a node without a broker get no answer.',
    }],
  };
}

/** A load balancer with source ranges. */
function withRanges(annotations: Record<string, string>, undeclared: string[] = []): object[] {
  return production((manifests) => {
    const { metadata, spec } = behindNodes(manifests, annotations);
    spec.loadBalancerSourceRanges = ['203.0.113.0/24', '198.51.100.7/32'];
    undeclared.forEach((key) => { delete metadata.annotations[key]; });
  });
}

const UNCONFIRMED = 'Whether it honours them could not be confirmed: perhaps everybody can connect.';

function inDoubt(name: string, provider: string, annotations: Record<string, string>, breaks: string, undeclared?: string[]): BreakingCase {
  return {
    name,
    manifests: withRanges(annotations, undeclared),
    findings: [{
      object: 'Service mqtt/broker-nlb',
      found: `spec.loadBalancerSourceRanges: 203.0.113.0/24, 198.51.100.7/32, of a load balancer of ${provider}`,
      breaks,
    }],
  };
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
    },
    unasked('an override took away what Scaleway is told', { [PROVIDER]: 'scaleway', [HEALTH]: 'configured' },
      `the load balancer of scaleway is not told to ask nodes by metadata.annotations '${SCALEWAY}'`),
    unasked('an override took away what Octavia is told', { [PROVIDER]: 'ovh', [HEALTH]: 'configured' },
      `the load balancer of octavia is not told to ask nodes by metadata.annotations '${OCTAVIA}'`),
    unasked('Octavia is told not to, by manifests of other origin', { [OCTAVIA]: 'false' },
      `the load balancer of octavia is not told to ask nodes by metadata.annotations '${OCTAVIA}'`, [PROVIDER, HEALTH]),
    unasked('Hetzner without the port of kube-proxy', { [PROVIDER]: 'hetzner', [HEALTH]: 'configured', [`${HETZNER}protocol`]: 'http' },
      `the load balancer of hetzner is not told to ask nodes by metadata.annotations '${HETZNER}protocol' and '${HETZNER}port'`),
    unasked('Linode, in manifests of other origin', { 'service.beta.kubernetes.io/linode-loadbalancer-throttle': '0' },
      'the load balancer of linode has no health check that asks nodes for it', [PROVIDER, HEALTH])],
    satisfies: [
      { name: 'automatic', manifests: local() },
      { name: 'configured', manifests: local(undefined, { [HEALTH]: 'configured' }) },
      { name: 'Scaleway, as it is told', manifests: local(undefined, { [PROVIDER]: 'scaleway', [HEALTH]: 'configured', [SCALEWAY]: '*' }) },
      { name: 'Octavia, as it is told', manifests: local(undefined, { [PROVIDER]: 'octavia', [HEALTH]: 'configured', [OCTAVIA]: 'true' }) },
      { name: 'Hetzner, as it is told', manifests: local(undefined, { [PROVIDER]: 'hetzner', [HEALTH]: 'missing', [`${HETZNER}protocol`]: 'http', [`${HETZNER}port`]: '30123' }) },
      {
        name: 'Octavia, in manifests of other origin that leave it to the configuration of the cloud',
        manifests: local(({ loadBalancer: { metadata: { annotations } } }) => {
          [PROVIDER, HEALTH].forEach((key) => { delete annotations[key]; });
          annotations['loadbalancer.openstack.org/keep-floatingip'] = 'true';
        }),
      },
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
      {
        name: 'MetalLB, whose addresses are announced by BGP',
        manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: 'metallb', [ANNOUNCEMENT]: 'bgp' }); }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: absent (Cluster)',
          breaks: 'A second hop and a second conntrack entry for most connections, and no client address in the log of the broker.',
        }],
      },
    ],
    satisfies: [
      { name: 'Local', manifests: local() },
      { name: 'targets that are pods', manifests: production() },
      { name: 'a provider under which Local does not work', manifests: production((manifests) => { behindNodes(manifests, { [HEALTH]: 'missing' }); }) },
      { name: 'MetalLB', manifests: production((manifests) => { behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-provider': 'metallb' }); }) },
      { name: 'kube-vip, which announces by ARP', manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: 'kube-vip', [ANNOUNCEMENT]: 'layer-2' }); }) },
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
  {
    rule: 'MQTT-TRAFFIC-007',
    breaks: [
      {
        name: 'three brokers behind MetalLB in layer 2 mode',
        manifests: local(undefined, { [PROVIDER]: 'metallb', [ANNOUNCEMENT]: 'layer-2' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "spec.externalTrafficPolicy: Local, and metadata.annotations 'cdk8s-mqtt/load-balancer-announcement: layer-2'; StatefulSet broker has spec.replicas: 3",
          breaks: 'All clients are connected to the brokers of one node.',
        }],
      },
      {
        name: 'the class of Cilium, in manifests of other origin',
        manifests: local(({ loadBalancer }) => {
          loadBalancer.spec.loadBalancerClass = 'io.cilium/l2-announcer';
          delete loadBalancer.metadata.annotations[PROVIDER];
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.externalTrafficPolicy: Local, and spec.loadBalancerClass: io.cilium/l2-announcer; StatefulSet broker has spec.replicas: 3',
          breaks: 'All clients are connected to the brokers of one node.',
        }],
      },
      {
        name: 'one broker that an autoscaler makes more of',
        manifests: local((manifests) => {
          manifests.statefulSet.spec.replicas = 1;
          manifests.autoscaler = {
            apiVersion: 'autoscaling/v2',
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: 'broker', namespace: 'mqtt' },
            spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' }, maxReplicas: 4 },
          };
        }, { [ANNOUNCEMENT]: 'layer-2' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "spec.externalTrafficPolicy: Local, and metadata.annotations 'cdk8s-mqtt/load-balancer-announcement: layer-2'; StatefulSet broker has up to 4 replicas by HorizontalPodAutoscaler broker",
          breaks: 'All clients are connected to the brokers of one node.',
        }],
      },
    ],
    satisfies: [
      { name: 'BGP', manifests: local(undefined, { [PROVIDER]: 'metallb', [ANNOUNCEMENT]: 'bgp' }) },
      { name: 'Cluster', manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: 'metallb', [ANNOUNCEMENT]: 'layer-2' }); }) },
      {
        name: 'one broker',
        manifests: development((manifests) => { behindNodes(manifests, { [PROVIDER]: 'metallb', [ANNOUNCEMENT]: 'layer-2' }).spec.externalTrafficPolicy = 'Local'; }),
      },
      { name: 'nobody says how', manifests: local(undefined, { [PROVIDER]: 'metallb' }) },
    ],
  },
  {
    rule: 'MQTT-TRAFFIC-008',
    breaks: [
      inDoubt('Hetzner', 'hetzner', { [PROVIDER]: 'hetzner' },
        'It ignores them, and everybody can connect. Source: https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/main/docs/reference/load_balancer_annotations.md (nothing filters).'),
      inDoubt('Hetzner, in manifests of other origin', 'hetzner', { 'load-balancer.hetzner.cloud/location': 'fsn1' },
        'It ignores them, and everybody can connect. Source: https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/main/docs/reference/load_balancer_annotations.md (nothing filters).', [PROVIDER]),
      inDoubt('IBM', 'ibm-vpc-nlb', { [PROVIDER]: 'ibm-vpc-nlb' },
        `${UNCONFIRMED} Source: https://cloud.ibm.com/docs/containers?topic=containers-vpc-lbaas (says nothing of the field; it filters by security groups).`),
      inDoubt('the network load balancer of OCI', 'oci-nlb', { [PROVIDER]: 'oci-nlb' },
        `${UNCONFIRMED} Source: https://github.com/oracle/oci-cloud-controller-manager/issues/499 (open: seen to let everybody in; the ranges become rules of a security list, beside whatever that lets in already).`),
      inDoubt('Linode without its firewall', 'linode', { [PROVIDER]: 'linode' },
        `${UNCONFIRMED} Source: https://github.com/linode/linode-cloud-controller-manager/blob/main/docs/configuration/annotations.md (documents the annotation firewall-acl, and nothing of the field).`),
    ],
    satisfies: [
      { name: 'Hetzner without source ranges', manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: 'hetzner' }); }) },
      { name: 'a provider that honours them', manifests: withRanges({ [PROVIDER]: 'azure' }) },
      { name: 'Linode with its firewall', manifests: withRanges({ [PROVIDER]: 'linode', 'service.beta.kubernetes.io/linode-loadbalancer-firewall-acl': '{}' }) },
      { name: 'IBM with a security group', manifests: withRanges({ [PROVIDER]: 'ibm-vpc-alb', 'service.kubernetes.io/ibm-load-balancer-cloud-provider-vpc-security-group': 'clients' }) },
      { name: 'a load balancer that nobody knows', manifests: withRanges({}) },
    ],
  },
];
