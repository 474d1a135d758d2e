import type { AdmissionSubject } from './admission-check';
import { text } from './cel';
import { annotationCredentials, FILE_VARIABLES, fileCredentials, has } from './credentials';
import { ANNOTATIONS, variables } from './variables';
import { Labels } from '../../manifest/labels';
import { CREDENTIAL_FORMS } from '../../manifest/secret-text';

/** The budgets of brokers. How many pods a budget leaves depends on the replicas, which it does not know. */
export const podDisruptionBudget: AdmissionSubject = {
  name: 'poddisruptionbudgets',
  apiGroup: 'policy',
  apiVersion: 'v1',
  resource: 'poddisruptionbudgets',
  concerns: `object.spec.?selector.?matchLabels[?${text(Labels.NAME)}].orValue('') == 'mqtt-broker'`,
  variables: variables(ANNOTATIONS),
  checks: [{
    rule: 'MQTT-DISRUPTION-002',
    breaks: "object.spec.?unhealthyPodEvictionPolicy.orValue('') != 'AlwaysAllow'",
    found: "'spec.unhealthyPodEvictionPolicy: ' + object.spec.?unhealthyPodEvictionPolicy.orValue('absent')",
  }, annotationCredentials],
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
