import { scaleByHpa, scaleByKeda } from './base';
import { development, production, type RuleCases } from './rule-case';

function budget(terms: object, cluster = production): object[] {
  return cluster(({ disruptionBudget }) => {
    delete disruptionBudget.spec.maxUnavailable;
    Object.assign(disruptionBudget.spec, terms);
  });
}

/** Brokers that an autoscaler scales, with a budget of these terms. */
function scaledBudget(terms: object, scale: (manifests: any) => void, cluster = production): object[] {
  return cluster((manifests) => {
    delete manifests.disruptionBudget.spec.maxUnavailable;
    Object.assign(manifests.disruptionBudget.spec, terms);
    scale(manifests);
  });
}

const threeToSix = (manifests: any) => { scaleByHpa(manifests, { minReplicas: 3, maxReplicas: 6 }); };
const threeToSixByKeda = (manifests: any) => { scaleByKeda(manifests, { minReplicaCount: 3, maxReplicaCount: 6 }); };
const oneToSix = (manifests: any) => { scaleByHpa(manifests, { maxReplicas: 6 }); };
const oneToSixByKeda = (manifests: any) => { scaleByKeda(manifests, { minReplicaCount: 1, maxReplicaCount: 6 }); };

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
        name: 'as many must be available as there are',
        manifests: budget({ minAvailable: 3 }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 3, with 3 replicas of StatefulSet broker',
          breaks: 'With 3 brokers, no pod may be evicted: nodes cannot be drained.',
        }],
      },
      {
        name: 'so large a share must be available that it is all of them',
        manifests: budget({ minAvailable: '67%' }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 67%, with 3 replicas of StatefulSet broker',
          breaks: 'With 3 brokers, no pod may be evicted: nodes cannot be drained.',
        }],
      },
      {
        name: 'all may be evicted',
        manifests: budget({ maxUnavailable: '100%' }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.maxUnavailable: 100%, with 3 replicas of StatefulSet broker',
          breaks: 'With 3 brokers, all pods may be evicted at once.',
        }],
      },
      {
        name: 'none must be available',
        manifests: budget({ minAvailable: 0 }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 0, with 3 replicas of StatefulSet broker',
          breaks: 'With 3 brokers, all pods may be evicted at once.',
        }],
      },
      {
        name: 'no terms',
        manifests: budget({}),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'neither spec.maxUnavailable nor spec.minAvailable, with 3 replicas of StatefulSet broker',
          breaks: 'With 3 brokers, all pods may be evicted at once.',
        }],
      },
      {
        name: 'none, for brokers that an autoscaler scales',
        manifests: production((manifests) => {
          delete manifests.disruptionBudget;
          threeToSix(manifests);
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'up to 6 replicas by HorizontalPodAutoscaler broker, and no PodDisruptionBudget selects the pods',
          breaks: 'A drain of several nodes stops all brokers at once.',
        }],
      },
      {
        name: 'none, for brokers that KEDA scales',
        manifests: production((manifests) => {
          delete manifests.disruptionBudget;
          oneToSixByKeda(manifests);
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'up to 6 replicas by ScaledObject broker, and no PodDisruptionBudget selects the pods',
          breaks: 'A drain of several nodes stops all brokers at once.',
        }],
      },
      {
        name: 'all that an autoscaler makes may be evicted',
        manifests: scaledBudget({ maxUnavailable: '100%' }, threeToSix),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.maxUnavailable: 100%, with 3 to 6 replicas of StatefulSet broker by HorizontalPodAutoscaler broker',
          breaks: 'With 3 brokers, all pods may be evicted at once.',
        }],
      },
      {
        name: 'as many may be evicted as KEDA leaves, though it makes more',
        manifests: scaledBudget({ maxUnavailable: 3 }, threeToSixByKeda),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.maxUnavailable: 3, with 3 to 6 replicas of StatefulSet broker by ScaledObject broker',
          breaks: 'With 3 brokers, all pods may be evicted at once.',
        }],
      },
      {
        name: 'as many must be available as the autoscaler leaves',
        manifests: scaledBudget({ minAvailable: 3 }, threeToSix),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 3, with 3 to 6 replicas of StatefulSet broker by HorizontalPodAutoscaler broker',
          breaks: 'With 3 brokers, no pod may be evicted: nodes cannot be drained.',
        }],
      },
      {
        name: 'both of two may be evicted, where the autoscaler leaves one or more',
        manifests: scaledBudget({ maxUnavailable: 2 }, oneToSix),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.maxUnavailable: 2, with 1 to 6 replicas of StatefulSet broker by HorizontalPodAutoscaler broker',
          breaks: 'With 2 brokers, all pods may be evicted at once.',
        }],
      },
    ],
    satisfies: [
      { name: 'one of three to six may be unavailable', manifests: scaledBudget({ maxUnavailable: 1 }, threeToSix) },
      { name: 'two of three to six must be available', manifests: scaledBudget({ minAvailable: 2 }, threeToSixByKeda) },
      { name: 'one may be unavailable, of one or more', manifests: scaledBudget({ maxUnavailable: 1 }, oneToSix) },
      {
        name: 'an autoscaler that never makes a second broker',
        manifests: production((manifests) => {
          delete manifests.disruptionBudget;
          scaleByHpa(manifests, { maxReplicas: 1 });
        }),
      },
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
    breaks: [
      {
        name: 'the only one must be available',
        manifests: budget({ minAvailable: 1 }, development),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 1, with one replica of StatefulSet broker',
          breaks: 'With one broker, its node cannot be drained.',
        }],
      },
      {
        name: 'an autoscaler leaves one',
        manifests: scaledBudget({ minAvailable: 1 }, oneToSix),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 1, with 1 to 6 replicas of StatefulSet broker by HorizontalPodAutoscaler broker',
          breaks: 'With one broker, its node cannot be drained.',
        }],
      },
      {
        name: 'KEDA leaves one, of which half is one',
        manifests: scaledBudget({ minAvailable: '50%' }, oneToSixByKeda, development),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'spec.minAvailable: 50%, with 1 to 6 replicas of StatefulSet broker by ScaledObject broker',
          breaks: 'With one broker, its node cannot be drained.',
        }],
      },
    ],
    satisfies: [
      { name: 'the only one may be unavailable', manifests: development() },
      { name: 'one of three must be available', manifests: budget({ minAvailable: 1 }) },
      { name: 'one must be available of the three that an autoscaler leaves', manifests: scaledBudget({ minAvailable: 1 }, threeToSix) },
      { name: 'half must be available of the three that KEDA leaves', manifests: scaledBudget({ minAvailable: '50%' }, threeToSixByKeda) },
      {
        name: 'a broker that is switched off',
        manifests: development(({ disruptionBudget, statefulSet }) => {
          Object.assign(disruptionBudget.spec, { maxUnavailable: undefined, minAvailable: 1 });
          statefulSet.spec.replicas = 0;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-DISRUPTION-005',
    breaks: [
      ...[{ maxUnavailable: 0 }, { maxUnavailable: '0%' }, { minAvailable: '100%' }].flatMap((terms) => {
        const [[term, value]] = Object.entries(terms);
        const findings = [{ object: 'PodDisruptionBudget mqtt/broker', found: `spec.${term}: ${value}`, breaks: 'No pod may be evicted: nodes cannot be drained.' }];
        return [
          { name: `${term}: ${value}`, manifests: budget(terms), findings },
          { name: `${term}: ${value} of one broker in development`, manifests: budget(terms, development), findings },
        ];
      }),
      {
        name: 'none may be evicted, however many there are',
        manifests: scaledBudget({ maxUnavailable: 0 }, oneToSix),
        findings: [{ object: 'PodDisruptionBudget mqtt/broker', found: 'spec.maxUnavailable: 0', breaks: 'No pod may be evicted: nodes cannot be drained.' }],
      },
    ],
    satisfies: [
      { name: 'one', manifests: production() },
      { name: 'ten percent, which are one at least', manifests: budget({ maxUnavailable: '10%' }) },
      { name: 'ninety percent must be available, which are all of three', manifests: budget({ minAvailable: '90%' }) },
      { name: 'all may be evicted', manifests: budget({ maxUnavailable: '100%' }) },
      { name: 'none must be available', manifests: budget({ minAvailable: 0 }) },
      { name: 'no budget', manifests: production((manifests) => { delete manifests.disruptionBudget; }) },
    ],
  },
];
