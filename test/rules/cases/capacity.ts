import { behindNodes } from './base';
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
];
