import { literalSecrets } from '../../manifest/literal-secrets';
import { CREDENTIAL_FORMS } from '../../manifest/secret-text';
import { Severity } from '../finding';
import { isOperatorResource } from '../model/operator-resource';
import { objectRule, type Rule, workloadRule } from '../rule';

const GOOD_PRACTICES = 'https://kubernetes.io/docs/concepts/security/secrets-good-practices/';
const REFERENCE_EXAMPLE = `spec:
  template:
    spec:
      volumes:
        - name: passwords
          secret: { secretName: broker-passwords } # made by External Secrets, cert-manager or kubectl`;
export const SECRET_NAME = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL|LICENSE_{0,2}KEY)$/i;

export const secretRules: readonly Rule[] = [
  objectRule({
    id: 'MQTT-SECRET-001',
    severity: Severity.ERROR,
    title: 'No Secret stands in the manifests beside a broker',
    why: 'Synthesized manifests are committed, reviewed and copied. A Secret in them is known to everybody who can read the repository, for ever: base64 is no encryption. That holds for the Secrets that a broker mounts, and for any other of its namespace, which operators, gateways and certificates there use by their names.',
    source: GOOD_PRACTICES,
    remedy: 'Refer to a Secret by name, and have it made in the cluster: by External Secrets, Sealed Secrets, cert-manager, or by hand.',
    example: REFERENCE_EXAMPLE,
  }, (object, model) => {
    const keys = object.is('', 'Secret') ? ['data', 'stringData'].flatMap((field) => object.fields.at(field).entries.map(([key]) => `${field}.${key}`)) : [];
    if (keys.length === 0) return [];
    const isMounted = model.brokersOf(object.reference).length > 0;
    const neighbour = model.brokers.find((broker) => broker.object.namespace === object.namespace);
    return !isMounted && neighbour === undefined ? [] : [{
      found: isMounted ? keys.join(', ') : `${keys.join(', ')}, in the namespace of ${neighbour!.object.kind} ${neighbour!.object.name}`,
      breaks: `${isMounted ? 'The credentials of the broker are' : 'What is in it is'} public to all who read the manifests.`,
    }];
  }),

  objectRule({
    id: 'MQTT-SECRET-002',
    severity: Severity.ERROR,
    title: 'No ConfigMap holds a private key',
    why: 'ConfigMaps are readable for many more people and tools than Secrets, and stand in the manifests.',
    source: GOOD_PRACTICES,
    remedy: 'Mount the key from a Secret, best of cert-manager.',
    example: REFERENCE_EXAMPLE,
  }, (object, model) => {
    if (!object.is('', 'ConfigMap') || model.brokersOf(object.reference).length === 0) return [];
    return object.fields.at('data').entries.filter(([, value]) => CREDENTIAL_FORMS.privateKey.form.test(value.text ?? '')).map(([key]) => ({
      found: `data.${key} holds a private key`,
      breaks: 'Everybody who reads the manifests can pose as the broker.',
    }));
  }),

  workloadRule({
    id: 'MQTT-SECRET-003',
    severity: Severity.ERROR,
    title: 'No credential is written into an environment variable',
    why: 'A literal value stands in the manifests, in every revision of the workload, and in `kubectl describe`.',
    source: GOOD_PRACTICES,
    remedy: 'Use valueFrom.secretKeyRef, or better a file that is mounted from a Secret.',
    example: `spec:
  template:
    spec:
      containers:
        - name: companion
          env:
            - name: LICENSE_KEY
              valueFrom: { secretKeyRef: { name: broker-license, key: key } }`,
  }, ({ pods }) => [...pods.initContainers, ...pods.containers].flatMap((container) => container.fields.at('env').items
    .filter((variable) => SECRET_NAME.test(variable.at('name').text ?? '') && (variable.at('value').text ?? '') !== '')
    // The value itself must not appear in a log of the build.
    .map((variable) => ({ found: `${container.path}: env ${variable.at('name')} with a literal value`, breaks: 'The credential is public to all who read the manifests.' })))),

  objectRule({
    id: 'MQTT-SECRET-004',
    severity: Severity.ERROR,
    title: 'No credential stands in a configuration file, an annotation or a command',
    why: 'A password in a ConfigMap or an argument is readable for everybody who may look at the workload, and stands in the manifests and their history.',
    source: GOOD_PRACTICES,
    remedy: 'Put it into a Secret that is made in the cluster, mount that, and write the path of the file instead.',
    example: REFERENCE_EXAMPLE,
  }, (object, model) => object.is('', 'Secret') || (model.brokersOf(object.reference).length === 0 && !isOperatorResource(object)) ? [] : literalSecrets(object.fields.value as object)
    // MQTT-SECRET-002 tells of these.
    .filter((found) => !(object.kind === 'ConfigMap' && found.endsWith('holds a private key')))
    .map((found) => ({ found, breaks: 'The credential is public to all who read the manifests.' }))),
];
