import { behindNodes, type ClusterManifests, scaleByHpa } from './base';
import { production, type RuleCases } from './rule-case';

const CONNECTIONS = 'cdk8s-mqtt/connections-per-pod';

export const capacityCases: RuleCases[] = [
  {
    rule: 'MQTT-CAPACITY-001',
    breaks: [{
      name: 'more connections than three nodes have ports',
      manifests: production((manifests) => {
        behindNodes(manifests);
        manifests.statefulSet.metadata.annotations[CONNECTIONS] = '200000';
      }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: "metadata.annotations 'cdk8s-mqtt/connections-per-pod: 200000' of StatefulSet broker, 3 nodes, and spec.externalTrafficPolicy: Cluster (default)",
        breaks: 'A pod gets 193536 connections at most (3 nodes × 64512 source ports).',
      }],
    }],
    satisfies: [
      { name: 'few connections', manifests: production((manifests) => { behindNodes(manifests); }) },
      {
        name: 'externalTrafficPolicy Local',
        manifests: production((manifests) => {
          behindNodes(manifests).spec.externalTrafficPolicy = 'Local';
          manifests.statefulSet.metadata.annotations[CONNECTIONS] = '200000';
        }),
      },
      { name: 'targets that are pods', manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations[CONNECTIONS] = '200000'; }) },
      {
        name: 'an unknown number of nodes',
        manifests: production((manifests) => {
          behindNodes(manifests);
          manifests.statefulSet.metadata.annotations[CONNECTIONS] = '200000';
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/node-count'];
        }),
      },
    ],
  },
  {
    rule: 'MQTT-CAPACITY-002',
    breaks: [{
      name: 'more connections than one address has ports',
      manifests: production((manifests) => {
        behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-class': 'proxy' });
        manifests.statefulSet.metadata.annotations[CONNECTIONS] = '100000';
      }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: "metadata.annotations 'cdk8s-mqtt/connections-per-pod: 100000' of StatefulSet broker, behind a load balancer that is a proxy",
        breaks: 'One address of the load balancer carries 64512 connections to a pod at most.',
      }],
    }],
    satisfies: [
      { name: 'few connections', manifests: production((manifests) => { behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-class': 'proxy' }); }) },
      { name: 'passthrough', manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations[CONNECTIONS] = '100000'; }) },
    ],
  },
  {
    rule: 'MQTT-CAPACITY-003',
    breaks: [
      {
        name: 'more connections of one pod than a small node has entries',
        manifests: planned(200_000, (manifests) => { behindNodes(manifests).spec.externalTrafficPolicy = 'Local'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "260000 entries: metadata.annotations 'cdk8s-mqtt/connections-per-pod: 200000', a drain rate of 500 a second",
          breaks: 'A node with up to 4 cores has 131072: new connections to its pods are dropped.',
          remedy: 'Plan for fewer connections per pod; or use nodes with 11 cores, or set conntrack.min of kube-proxy to 346667, and acknowledge this rule.',
        }],
      },
      {
        name: 'one connection more than leaves a quarter',
        manifests: planned(49_153),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "98306 entries: metadata.annotations 'cdk8s-mqtt/connections-per-pod: 49153', a drain rate of 500 a second",
          breaks: 'A node with up to 4 cores has 131072: little is left for other pods, and the alert MqttConntrackNearlyFull fires.',
          remedy: 'Plan for fewer connections per pod; or use nodes with 5 cores, or set conntrack.min of kube-proxy to 131075, and acknowledge this rule.',
        }],
      },
      {
        name: 'two entries for each connection under externalTrafficPolicy Cluster',
        manifests: planned(25_000, (manifests) => { behindNodes(manifests); }),
        needsOtherObjects: 'the load balancer',
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "100000 entries: metadata.annotations 'cdk8s-mqtt/connections-per-pod: 25000', a drain rate of 500 a second, twice under externalTrafficPolicy Cluster of Service broker-nlb",
          breaks: 'A node with up to 4 cores has 131072: little is left for other pods, and the alert MqttConntrackNearlyFull fires.',
          remedy: 'Plan for fewer connections per pod; or use nodes with 5 cores, or set conntrack.min of kube-proxy to 133334, and acknowledge this rule.',
        }],
      },
      {
        name: 'pods that may all share a node',
        manifests: planned(20_000, ({ statefulSet }) => { delete statefulSet.spec.template.spec.affinity; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "120000 entries: metadata.annotations 'cdk8s-mqtt/connections-per-pod: 20000', a drain rate of 500 a second, 3 pods on a node (spec.replicas: 3)",
          breaks: 'A node with up to 4 cores has 131072: little is left for other pods, and the alert MqttConntrackNearlyFull fires.',
          remedy: 'Plan for fewer connections per pod; or use nodes with 5 cores, or set conntrack.min of kube-proxy to 160000, and acknowledge this rule.',
        }],
      },
      {
        name: 'as many pods on each node as there are more pods than nodes',
        manifests: planned(40_000, ({ statefulSet }) => {
          spreadOverNodes(statefulSet);
          statefulSet.metadata.annotations['cdk8s-mqtt/node-count'] = '2';
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "160000 entries: metadata.annotations 'cdk8s-mqtt/connections-per-pod: 40000', a drain rate of 500 a second, 2 pods on a node (spec.replicas: 3)",
          breaks: 'A node with up to 4 cores has 131072: new connections to its pods are dropped.',
          remedy: 'Plan for fewer connections per pod; or use nodes with 7 cores, or set conntrack.min of kube-proxy to 213334, and acknowledge this rule.',
        }],
      },
      {
        name: 'as many pods on a node as an autoscaler may make',
        manifests: planned(10_000, (manifests) => {
          delete manifests.statefulSet.spec.template.spec.affinity;
          scaleByHpa(manifests, { minReplicas: 3, maxReplicas: 6 });
        }),
        needsOtherObjects: 'the autoscaler',
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "120000 entries: metadata.annotations 'cdk8s-mqtt/connections-per-pod: 10000', a drain rate of 500 a second, 6 pods on a node (up to 6 replicas by HorizontalPodAutoscaler broker)",
          breaks: 'A node with up to 4 cores has 131072: little is left for other pods, and the alert MqttConntrackNearlyFull fires.',
          remedy: 'Plan for fewer connections per pod; or use nodes with 5 cores, or set conntrack.min of kube-proxy to 160000, and acknowledge this rule.',
        }],
      },
      {
        name: 'a drain that may close them all at once',
        manifests: planned(70_000, (manifests) => {
          manifests.statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'mosquitto';
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'];
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "140000 entries: metadata.annotations 'cdk8s-mqtt/connections-per-pod: 70000', an unknown drain rate",
          breaks: 'A node with up to 4 cores has 131072: new connections to its pods are dropped.',
          remedy: 'Plan for fewer connections per pod; or use nodes with 6 cores, or set conntrack.min of kube-proxy to 186667, and acknowledge this rule.',
        }],
      },
    ],
    satisfies: [
      { name: 'three quarters of the entries', manifests: planned(49_152) },
      { name: 'a drain so slow that few are closed at the same time', manifests: planned(90_000, ({ statefulSet }) => { statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'] = '50'; }) },
      { name: 'pods spread over as many nodes', manifests: planned(40_000, ({ statefulSet }) => { spreadOverNodes(statefulSet); }) },
      {
        name: 'pods spread over nodes whose number is not known',
        manifests: planned(40_000, ({ statefulSet }) => {
          spreadOverNodes(statefulSet);
          delete statefulSet.metadata.annotations['cdk8s-mqtt/node-count'];
        }),
      },
      { name: 'targets that are pods', manifests: planned(40_000) },
      { name: 'an unknown number of connections', manifests: production(({ statefulSet }) => { delete statefulSet.metadata.annotations[CONNECTIONS]; }) },
    ],
  },
  {
    rule: 'MQTT-CAPACITY-004',
    breaks: [
      {
        name: 'more connections than were measured',
        manifests: planned(200_000, (manifests) => { behindNodes(manifests).spec.externalTrafficPolicy = 'Local'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/connections-per-pod: 200000', a drain rate of 500 a second",
          breaks: 'Memory for so many was not measured (up to 10000 were), a drain takes 400 s, and 200000 clients connect to the others at once when the pod is lost.',
        }],
      },
      {
        name: 'one more, and an unknown drain rate',
        manifests: planned(10_001, (manifests) => {
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'];
          delete manifests.configuration;
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/connections-per-pod: 10001', an unknown drain rate",
          breaks: 'Memory for so many was not measured (up to 10000 were), a drain takes as much longer, and 10001 clients connect to the others at once when the pod is lost.',
        }],
      },
    ],
    satisfies: [
      { name: 'as many as were measured', manifests: planned(10_000) },
      { name: 'another broker', manifests: planned(40_000, ({ statefulSet }) => { statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'mosquitto'; }) },
      { name: 'an unknown number of connections', manifests: production(({ statefulSet }) => { delete statefulSet.metadata.annotations[CONNECTIONS]; }) },
    ],
  },
];

/** Production with so many connections for each pod. */
function planned(connections: number, change: (manifests: ClusterManifests) => void = () => undefined): object[] {
  return production((manifests) => {
    manifests.statefulSet.metadata.annotations[CONNECTIONS] = String(connections);
    change(manifests);
  });
}

/** Spreads pods evenly over nodes, instead of one to each. */
function spreadOverNodes({ spec }: any): void {
  delete spec.template.spec.affinity;
  spec.template.spec.topologySpreadConstraints.push({
    topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: spec.selector,
  });
}
