import { production, type RuleCases } from './rule-case';

export const objectCases: RuleCases[] = [
  {
    rule: 'MQTT-OBJECT-001',
    breaks: [
      {
        name: 'the same again',
        manifests: production((manifests) => { manifests.again = structuredClone(manifests.clientService); }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'a second Service mqtt/broker; the first is at Service/broker',
          breaks: 'One of the two overwrites the other when they are applied.',
        }],
      },
      {
        name: 'in another version of its group',
        manifests: production((manifests) => { manifests.again = { ...structuredClone(manifests.disruptionBudget), apiVersion: 'policy/v1beta1' }; }),
        findings: [{
          object: 'PodDisruptionBudget mqtt/broker',
          found: 'a second PodDisruptionBudget mqtt/broker; the first is at PodDisruptionBudget/broker',
          breaks: 'One of the two overwrites the other when they are applied.',
        }],
      },
    ],
    satisfies: [
      { name: 'different names and kinds', manifests: production() },
      {
        name: 'the same name in another namespace',
        manifests: production((manifests) => {
          manifests.again = structuredClone(manifests.clientService);
          manifests.again.metadata.namespace = 'other';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-OBJECT-002',
    breaks: [{
      name: 'an access control list of 2 MiB',
      manifests: production(({ configuration }) => { configuration.data = { acl: 'x'.repeat(2 ** 21) }; }),
      findings: [{
        object: 'ConfigMap mqtt/broker-configuration',
        found: 'data of 2097155 bytes',
        breaks: 'The ConfigMap is refused, and the pods wait for it.',
      }],
    }],
    satisfies: [
      { name: 'a small one', manifests: production() },
      {
        name: 'a large one of something else',
        manifests: production((manifests) => {
          manifests.other = structuredClone(manifests.configuration);
          manifests.other.metadata.name = 'other';
          manifests.other.data.acl = 'x'.repeat(2 ** 21);
        }),
      },
    ],
  },
];
