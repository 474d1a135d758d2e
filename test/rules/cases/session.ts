import { development, production, type RuleCases } from './rule-case';

const STORE = 'cdk8s-mqtt/session-store';

export const sessionCases: RuleCases[] = [
  {
    rule: 'MQTT-SESSION-001',
    breaks: [
      {
        name: 'three replicas',
        manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations[STORE] = 'embedded'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/session-store: embedded', with spec.replicas: 3",
          breaks: 'The pods are separate brokers: messages do not pass between their clients, and sessions do not move with a client.',
        }],
      },
      {
        name: 'an autoscaler',
        needsOtherObjects: 'the replicas that an autoscaler may ask for stand in the autoscaler',
        manifests: development((manifests) => {
          manifests.autoscaler = {
            apiVersion: 'autoscaling/v2',
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: 'broker', namespace: 'mqtt' },
            spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' }, maxReplicas: 5 },
          };
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/session-store: embedded', with up to 5 replicas by HorizontalPodAutoscaler broker",
          breaks: 'The pods are separate brokers: messages do not pass between their clients, and sessions do not move with a client.',
        }],
      },
    ],
    satisfies: [
      { name: 'three replicas with a replicated store', manifests: production() },
      { name: 'one replica with an embedded store', manifests: development() },
      { name: 'the default of one replica', manifests: development(({ statefulSet }) => { delete statefulSet.spec.replicas; }) },
      {
        name: 'an autoscaler of something else with the same name',
        manifests: development((manifests) => {
          manifests.autoscaler = {
            apiVersion: 'autoscaling/v2',
            kind: 'HorizontalPodAutoscaler',
            metadata: { name: 'broker', namespace: 'mqtt' },
            spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'broker' }, maxReplicas: 5 },
          };
        }),
      },
    ],
  },
];
