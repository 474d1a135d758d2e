import type { AdmissionSubject } from './admission-check';
import { pattern, text } from './cel';
import { annotationCredentials, FILE_VARIABLES, fileCredentials, has } from './credentials';
import { ANNOTATIONS, variables } from './variables';
import { Labels } from '../../manifest/labels';
import { CREDENTIAL_FORMS } from '../../manifest/secret-text';
import { FORBIDS_EVERY_EVICTION } from '../catalogue/disruption';

const FORBIDDING = `(${Object.entries(FORBIDS_EVERY_EVICTION).map(([term, values]) =>
  `(has(object.spec.${term}) && string(object.spec.${term}).matches(${pattern(values)}) ? ['spec.${term}: ' + string(object.spec.${term})] : [])`).join(' + ')})`;

/** The budgets of brokers. How many pods a budget leaves mostly depends on the replicas, which it does not know. */
export const podDisruptionBudget: AdmissionSubject = {
  name: 'poddisruptionbudgets',
  apiGroup: 'policy',
  apiVersion: 'v1',
  resource: 'poddisruptionbudgets',
  concerns: (object) => `${object}.spec.?selector.?matchLabels[?${text(Labels.NAME)}].orValue('') == 'mqtt-broker'`,
  variables: variables(ANNOTATIONS),
  checks: [{
    rule: 'MQTT-DISRUPTION-002',
    breaks: "object.spec.?unhealthyPodEvictionPolicy.orValue('') != 'AlwaysAllow'",
    found: "'spec.unhealthyPodEvictionPolicy: ' + object.spec.?unhealthyPodEvictionPolicy.orValue('absent')",
  }, {
    rule: 'MQTT-DISRUPTION-005',
    breaks: `size(${FORBIDDING}) > 0`,
    found: `${FORBIDDING}.join(', ')`,
  }, annotationCredentials],
};

/** The autoscalers of brokers by KEDA. Of a HorizontalPodAutoscaler the API server itself refuses a minimum of 0. */
export const scaledObject: AdmissionSubject = {
  name: 'scaledobjects',
  apiGroup: 'keda.sh',
  apiVersion: '*',
  resource: 'scaledobjects',
  concerns: (object) => `${object}.metadata.?labels[?${text(Labels.NAME)}].orValue('') == 'mqtt-broker'`,
  variables: variables({
    ...ANNOTATIONS,
    minimum: "has(object.spec.idleReplicaCount) ? 'spec.idleReplicaCount: ' + string(object.spec.idleReplicaCount)"
      + " : 'spec.minReplicaCount: ' + (has(object.spec.minReplicaCount) ? string(object.spec.minReplicaCount) : 'absent')",
  }),
  checks: [{ rule: 'MQTT-AUTOSCALING-003', breaks: "variables.minimum.matches(': (0|absent)$')", found: 'variables.minimum' }],
};

const PRIVATE_KEY = has('object.data[k]', CREDENTIAL_FORMS.privateKey);

/** ConfigMaps: whichever of them, none may hold a key or a password. */
export const configMap: AdmissionSubject = {
  name: 'configmaps',
  apiGroup: '',
  apiVersion: 'v1',
  resource: 'configmaps',
  variables: variables({ ...ANNOTATIONS, ...FILE_VARIABLES }),
  checks: [{
    rule: 'MQTT-SECRET-002',
    breaks: `object.?data.orValue({}).exists(k, ${PRIVATE_KEY})`,
    found: `'a private key in data: ' + object.data.filter(k, ${PRIVATE_KEY}).join(', ')`,
  }, fileCredentials],
};
