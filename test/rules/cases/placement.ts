import { podOf } from './base';
import { development, production, type RuleCases } from './rule-case';

export const placementCases: RuleCases[] = [
  {
    rule: 'MQTT-PLACEMENT-001',
    breaks: [{
      name: 'five replicas on three nodes',
      manifests: production(({ statefulSet }) => { statefulSet.spec.replicas = 5; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "spec.replicas: 5, metadata.annotations 'cdk8s-mqtt/node-count: 3', and required anti-affinity on kubernetes.io/hostname",
        breaks: '2 of 5 pods stay Pending.',
      }],
    }],
    satisfies: [
      { name: 'three replicas on three nodes', manifests: production() },
      {
        name: 'five replicas on an unknown number of nodes',
        manifests: production(({ statefulSet }) => {
          statefulSet.spec.replicas = 5;
          delete statefulSet.metadata.annotations['cdk8s-mqtt/node-count'];
        }),
      },
      {
        name: 'five replicas that may share a node',
        manifests: development((manifests) => {
          manifests.statefulSet.spec.replicas = 5;
          delete podOf(manifests).affinity;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-PLACEMENT-002',
    breaks: [
      {
        name: 'preferred anti-affinity',
        manifests: production((manifests) => {
          const { podAntiAffinity } = podOf(manifests).affinity;
          podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution = podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
            .map((podAffinityTerm: object) => ({ weight: 100, podAffinityTerm }));
          delete podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.replicas: 3, and no required anti-affinity on kubernetes.io/hostname that selects these pods',
          breaks: 'Several brokers may go down with one node.',
        }],
      },
      {
        name: 'a term that excludes the pods of the same instance',
        manifests: production((manifests) => {
          podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector
            = { matchExpressions: [{ key: 'app.kubernetes.io/instance', operator: 'NotIn', values: ['broker'] }] };
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.replicas: 3, and no required anti-affinity on kubernetes.io/hostname that selects these pods',
          breaks: 'Several brokers may go down with one node.',
        }],
      },
      {
        name: 'a term for pods with another value',
        manifests: production((manifests) => {
          podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].mismatchLabelKeys = ['app.kubernetes.io/instance'];
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.replicas: 3, and no required anti-affinity on kubernetes.io/hostname that selects these pods',
          breaks: 'Several brokers may go down with one node.',
        }],
      },
    ],
    satisfies: [
      { name: 'required anti-affinity', manifests: production() },
      {
        name: 'required anti-affinity by expression',
        manifests: production((manifests) => {
          podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector
            = { matchExpressions: [{ key: 'app.kubernetes.io/instance', operator: 'In', values: ['broker'] }] };
        }),
      },
      {
        name: 'one replica',
        manifests: production((manifests) => {
          manifests.statefulSet.spec.replicas = 1;
          delete podOf(manifests).affinity;
        }),
      },
      { name: 'development', manifests: development((manifests) => { delete podOf(manifests).affinity; }) },
    ],
  },
  {
    rule: 'MQTT-PLACEMENT-003',
    breaks: [{
      name: 'no spread',
      manifests: production((manifests) => { delete podOf(manifests).topologySpreadConstraints; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'no topology spread constraint on topology.kubernetes.io/zone that selects these pods',
        breaks: 'The loss of one zone may be the loss of every broker.',
      }],
    }],
    satisfies: [
      { name: 'a spread over zones', manifests: production() },
      { name: 'development', manifests: development((manifests) => { delete podOf(manifests).topologySpreadConstraints; }) },
    ],
  },
  {
    rule: 'MQTT-PLACEMENT-004',
    breaks: [
      {
        name: 'the pods of another broker',
        manifests: production((manifests) => { podOf(manifests).topologySpreadConstraints[0].labelSelector.matchLabels = { 'app.kubernetes.io/instance': 'other' }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.topologySpreadConstraints on topology.kubernetes.io/zone: labelSelector {"matchLabels":{"app.kubernetes.io/instance":"other"}}; the pods have {"app.kubernetes.io/name":"mqtt-broker","app.kubernetes.io/instance":"broker"}',
          breaks: 'The pods are not spread.',
        }],
      },
      {
        name: 'no selector',
        manifests: production((manifests) => { delete podOf(manifests).topologySpreadConstraints[0].labelSelector; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.topologySpreadConstraints on topology.kubernetes.io/zone: labelSelector absent; the pods have {"app.kubernetes.io/name":"mqtt-broker","app.kubernetes.io/instance":"broker"}',
          breaks: 'The pods are not spread.',
        }],
      },
    ],
    satisfies: [
      { name: 'its own pods', manifests: production() },
      { name: 'none', manifests: production((manifests) => { delete podOf(manifests).topologySpreadConstraints; }) },
    ],
  },
  {
    rule: 'MQTT-PLACEMENT-005',
    breaks: [{
      name: 'ScheduleAnyway',
      manifests: production((manifests) => { podOf(manifests).topologySpreadConstraints[0].minDomains = 3; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'spec.template.spec.topologySpreadConstraints on topology.kubernetes.io/zone: minDomains 3, whenUnsatisfiable ScheduleAnyway',
        breaks: 'The API server refuses the pods.',
      }],
    }],
    satisfies: [
      { name: 'DoNotSchedule', manifests: production((manifests) => { Object.assign(podOf(manifests).topologySpreadConstraints[0], { minDomains: 3, whenUnsatisfiable: 'DoNotSchedule' }); }) },
      { name: 'no minDomains', manifests: production() },
    ],
  },
];
