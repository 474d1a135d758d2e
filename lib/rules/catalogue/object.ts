import { Severity } from '../finding';
import { nameOf } from '../model/manifest-reference';
import { objectRule, type Rule } from '../rule';

const MEBIBYTE = 2 ** 20;

export const objectRules: readonly Rule[] = [
  {
    id: 'MQTT-OBJECT-001',
    severity: Severity.ERROR,
    title: 'Every object is there once',
    why: 'Two manifests with the same kind, namespace and name are one object to Kubernetes: the last that is applied wins, and what the first said is lost without a message.',
    source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
    remedy: 'Give one of the two another name, or put them into different namespaces.',
    example: `kind: StatefulSet
metadata: { name: broker-a, namespace: mqtt }`,
    check: (model) => {
      const seen = new Map<string, string>();
      return model.objects.filter((object) => object.kind !== '' && object.name !== '').flatMap((object) => {
        const identity = JSON.stringify([object.group, object.kind, object.namespace, object.name]);
        const first = seen.get(identity);
        if (first === undefined) seen.set(identity, object.reference.origin);
        return first === undefined ? [] : {
          object: object.reference,
          found: `a second ${nameOf(object.reference)}; the first is at ${first}`,
          breaks: 'One of the two overwrites the other when they are applied.',
        };
      });
    },
  },

  objectRule({
    id: 'MQTT-OBJECT-002',
    severity: Severity.ERROR,
    title: 'No ConfigMap of a broker is larger than 1 MiB',
    why: 'The API server refuses it.',
    source: 'https://kubernetes.io/docs/concepts/configuration/configmap/#motivation',
    remedy: 'Keep large access control lists or certificates in a volume, or split them over several ConfigMaps.',
    example: `kind: ConfigMap
data:
  broker.yaml: |
    listeners: []`,
  }, (object, model) => {
    if (!object.is('', 'ConfigMap') || model.brokersOf(object.reference).length === 0) return [];
    const bytes = ['data', 'binaryData'].flatMap((field) => object.fields.at(field).entries)
      .reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value.text ?? ''), 0);
    return bytes <= MEBIBYTE ? [] : [{ found: `data of ${bytes} bytes`, breaks: 'The ConfigMap is refused, and the pods wait for it.' }];
  }),
];
