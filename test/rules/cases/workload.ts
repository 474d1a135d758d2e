import { containerOf } from './base';
import { development, production, type RuleCases } from './rule-case';

function image(name: string): object[] {
  return production((manifests) => { containerOf(manifests).image = name; });
}

function resources(value: object | undefined, cluster = production): object[] {
  return cluster((manifests) => { containerOf(manifests).resources = value; });
}

export const workloadCases: RuleCases[] = [
  {
    rule: 'MQTT-WORKLOAD-001',
    breaks: [
      {
        name: 'a label that the pods do not have',
        manifests: production(({ statefulSet }) => { statefulSet.spec.selector.matchLabels = { app: 'broker' }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.selector: {"matchLabels":{"app":"broker"}}; spec.template.metadata.labels: {"app.kubernetes.io/name":"mqtt-broker","app.kubernetes.io/instance":"broker"}',
          breaks: 'The API server refuses the workload.',
        }],
      },
      {
        name: 'no selector',
        manifests: production(({ statefulSet }) => { delete statefulSet.spec.selector; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.selector: absent; spec.template.metadata.labels: {"app.kubernetes.io/name":"mqtt-broker","app.kubernetes.io/instance":"broker"}',
          breaks: 'The API server refuses the workload.',
        }],
      },
    ],
    satisfies: [{ name: 'the labels of the pods', manifests: production() }],
  },
  {
    rule: 'MQTT-WORKLOAD-002',
    breaks: [{
      name: 'a selector by name only',
      manifests: production((manifests) => {
        const other = structuredClone(manifests.statefulSet);
        other.metadata.name = 'other';
        other.spec.template.metadata.labels = { ...other.spec.template.metadata.labels, 'app.kubernetes.io/instance': 'other' };
        other.spec.selector.matchLabels = other.spec.template.metadata.labels;
        manifests.other = other;
        manifests.statefulSet.spec.selector.matchLabels = { 'app.kubernetes.io/name': 'mqtt-broker' };
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'spec.selector: {"matchLabels":{"app.kubernetes.io/name":"mqtt-broker"}} also selects the pods of StatefulSet other',
        breaks: "The two clusters are mixed up: with each other's pods in their Services and budgets.",
      }],
    }],
    satisfies: [
      { name: 'one cluster', manifests: production() },
      {
        name: 'two clusters, each with its instance',
        manifests: production((manifests) => {
          const other = structuredClone(manifests.statefulSet);
          other.metadata.name = 'other';
          other.spec.template.metadata.labels = { ...other.spec.template.metadata.labels, 'app.kubernetes.io/instance': 'other' };
          other.spec.selector.matchLabels = other.spec.template.metadata.labels;
          manifests.other = other;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-WORKLOAD-003',
    breaks: [{
      name: 'OnDelete',
      manifests: production(({ statefulSet }) => { statefulSet.spec.updateStrategy.type = 'OnDelete'; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'spec.updateStrategy.type: OnDelete',
        breaks: 'Changes are applied, but not run.',
      }],
    }],
    satisfies: [
      { name: 'RollingUpdate', manifests: production() },
      { name: 'the default', manifests: production(({ statefulSet }) => { delete statefulSet.spec.updateStrategy; }) },
    ],
  },
  {
    rule: 'MQTT-WORKLOAD-004',
    breaks: [
      {
        name: 'the default',
        manifests: production(({ statefulSet }) => { delete statefulSet.spec.podManagementPolicy; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.podManagementPolicy: absent (OrderedReady)',
          breaks: 'One broker that does not start keeps the others down.',
        }],
      },
      {
        name: 'OrderedReady',
        manifests: production(({ statefulSet }) => { statefulSet.spec.podManagementPolicy = 'OrderedReady'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.podManagementPolicy: OrderedReady',
          breaks: 'One broker that does not start keeps the others down.',
        }],
      },
    ],
    satisfies: [
      { name: 'Parallel', manifests: production() },
      { name: 'one replica', manifests: development(({ statefulSet }) => { delete statefulSet.spec.podManagementPolicy; }) },
    ],
  },
  {
    rule: 'MQTT-WORKLOAD-005',
    breaks: [
      {
        name: 'latest',
        manifests: image('example.com/mqtt/broker:latest'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': image example.com/mqtt/broker:latest",
          breaks: 'A pod that is started again may run another version than its peers.',
        }],
      },
      {
        name: 'no tag, at a registry with a port',
        manifests: image('registry.example.com:5000/mqtt/broker'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': image registry.example.com:5000/mqtt/broker",
          breaks: 'A pod that is started again may run another version than its peers.',
        }],
      },
    ],
    satisfies: [
      { name: 'a version', manifests: production() },
      { name: 'a digest', manifests: image(`example.com/mqtt/broker@sha256:${'0'.repeat(64)}`) },
    ],
  },
  {
    rule: 'MQTT-WORKLOAD-006',
    breaks: [
      {
        name: 'none',
        manifests: resources(undefined),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': resources without requests.cpu, requests.memory, limits.memory",
          breaks: 'The broker is slowed down or evicted by its neighbours, or they by it.',
        }],
      },
      {
        name: 'requests only',
        manifests: resources({ requests: { cpu: '1', memory: '2Gi' } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': resources without limits.memory",
          breaks: 'The broker is slowed down or evicted by its neighbours, or they by it.',
        }],
      },
    ],
    satisfies: [
      { name: 'requests and a limit for memory', manifests: production() },
      { name: 'limits, which are requests too', manifests: resources({ limits: { cpu: '1', memory: '2Gi' } }) },
      { name: 'none in development', manifests: resources(undefined, development) },
    ],
  },
  {
    rule: 'MQTT-WORKLOAD-007',
    breaks: [
      {
        name: 'memory',
        manifests: resources({ requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '2G' } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': resources.requests.memory: 2Gi, resources.limits.memory: 2G",
          breaks: 'The pods are refused.',
        }],
      },
      {
        name: 'CPU',
        manifests: resources({ requests: { cpu: 1.5, memory: '2Gi' }, limits: { cpu: '1200m', memory: '2Gi' } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': resources.requests.cpu: 1.5, resources.limits.cpu: 1200m",
          breaks: 'The pods are refused.',
        }],
      },
    ],
    satisfies: [
      { name: 'the same', manifests: production() },
      { name: 'less', manifests: resources({ requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: 1, memory: '2Gi' } }) },
    ],
  },
];
