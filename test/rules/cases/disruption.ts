import { development, production, type RuleCases } from './rule-case';

function budget(terms: object, cluster = production): object[] {
  return cluster(({ disruptionBudget }) => {
    delete disruptionBudget.spec.maxUnavailable;
    Object.assign(disruptionBudget.spec, terms);
  });
}

export const disruptionCases: RuleCases[] = [
  {
    rule: 'MQTT-DISRUPTION-001',
    breaks: [
      {
        name: 'none',
        manifests: production((manifests) => { delete manifests.disruptionBudget; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.replicas: 3, and no PodDisruptionBudget selects the pods',
          breaks: 'A drain of several nodes stops all brokers at once.',
        }],
      },
      {
        name: 'one for other pods',
        manifests: production(({ disruptionBudget }) => { disruptionBudget.spec.selector.matchLabels = { app: 'web' }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.replicas: 3, and no PodDisruptionBudget selects the pods',
          breaks: 'A drain of several nodes stops all brokers at once.',
        }],
      },
      {
        name: 'none may be evicted',
        manifests: budget({ maxUnavailable: 0 }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.maxUnavailable: 0, with 3 replicas of StatefulSet broker',
          breaks: 'No pod may be evicted: nodes cannot be drained.',
        }],
      },
      {
        name: 'all must be available',
        manifests: budget({ minAvailable: '100%' }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 100%, with 3 replicas of StatefulSet broker',
          breaks: 'No pod may be evicted: nodes cannot be drained.',
        }],
      },
      {
        name: 'all may be evicted',
        manifests: budget({ maxUnavailable: '100%' }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.maxUnavailable: 100%, with 3 replicas of StatefulSet broker',
          breaks: 'All pods may be evicted at once.',
        }],
      },
      {
        name: 'none must be available',
        manifests: budget({ minAvailable: 0 }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 0, with 3 replicas of StatefulSet broker',
          breaks: 'All pods may be evicted at once.',
        }],
      },
      {
        name: 'no terms',
        manifests: budget({}),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'neither spec.maxUnavailable nor spec.minAvailable, with 3 replicas of StatefulSet broker',
          breaks: 'All pods may be evicted at once.',
        }],
      },
    ],
    satisfies: [
      { name: 'one may be unavailable', manifests: production() },
      { name: 'a third may be unavailable', manifests: budget({ maxUnavailable: '30%' }) },
      { name: 'two must be available', manifests: budget({ minAvailable: 2 }) },
      { name: 'half must be available, which is rounded up', manifests: budget({ minAvailable: '50%' }) },
      { name: 'development', manifests: development((manifests) => { delete manifests.disruptionBudget; }) },
    ],
  },
  {
    rule: 'MQTT-DISRUPTION-002',
    breaks: [
      {
        name: 'the default',
        manifests: production(({ disruptionBudget }) => { delete disruptionBudget.spec.unhealthyPodEvictionPolicy; }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.unhealthyPodEvictionPolicy: absent',
          breaks: 'A broker that cannot become ready blocks the drain of its node.',
        }],
      },
      {
        name: 'IfHealthyBudget',
        manifests: production(({ disruptionBudget }) => { disruptionBudget.spec.unhealthyPodEvictionPolicy = 'IfHealthyBudget'; }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.unhealthyPodEvictionPolicy: IfHealthyBudget',
          breaks: 'A broker that cannot become ready blocks the drain of its node.',
        }],
      },
    ],
    satisfies: [
      { name: 'AlwaysAllow', manifests: production() },
      { name: 'no budget', manifests: production((manifests) => { delete manifests.disruptionBudget; }) },
    ],
  },
  {
    rule: 'MQTT-DISRUPTION-003',
    breaks: [{
      name: 'two',
      manifests: production((manifests) => {
        manifests.second = structuredClone(manifests.disruptionBudget);
        manifests.second.metadata.name = 'second';
        manifests.second.spec.selector = {};
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'PodDisruptionBudgets broker, second all select the pods',
        breaks: 'Every eviction fails: nodes cannot be drained.',
      }],
    }],
    satisfies: [
      { name: 'one', manifests: production() },
      {
        name: 'a second one in another namespace',
        manifests: production((manifests) => {
          manifests.second = structuredClone(manifests.disruptionBudget);
          manifests.second.metadata.namespace = 'other';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-DISRUPTION-004',
    breaks: [{
      name: 'the only one must be available',
      manifests: budget({ minAvailable: 1 }, development),
      findings: [{
        object: 'PodDisruptionBudget mqtt/broker',
        found: 'spec.minAvailable: 1, with one replica',
        breaks: 'The node of the broker cannot be drained.',
      }],
    }],
    satisfies: [
      { name: 'the only one may be unavailable', manifests: development() },
      { name: 'one of three must be available', manifests: budget({ minAvailable: 1 }) },
    ],
  },
];
