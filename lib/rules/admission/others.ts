import type { AdmissionSubject, AdmissionVariable } from './admission-check';
import { text } from './cel';
import { Labels } from '../../manifest/labels';

const ANNOTATIONS: AdmissionVariable = { name: 'annotations', expression: 'object.metadata.?annotations.orValue({})' };

/** The budgets of brokers. How many pods a budget leaves depends on the replicas, which it does not know. */
export const podDisruptionBudget: AdmissionSubject = {
  apiGroup: 'policy',
  apiVersion: 'v1',
  resource: 'poddisruptionbudgets',
  concerns: `object.spec.?selector.?matchLabels[?${text(Labels.NAME)}].orValue('') == 'mqtt-broker'`,
  variables: [ANNOTATIONS],
  checks: [{
    rule: 'MQTT-DISRUPTION-002',
    breaks: "object.spec.?unhealthyPodEvictionPolicy.orValue('') != 'AlwaysAllow'",
    found: "'spec.unhealthyPodEvictionPolicy: ' + object.spec.?unhealthyPodEvictionPolicy.orValue('absent')",
  }],
};

const PRIVATE_KEY = "object.data[k].matches('-----BEGIN [A-Z ]*PRIVATE KEY-----')";

/** ConfigMaps: whichever of them, none may hold a key. */
export const configMap: AdmissionSubject = {
  apiGroup: '',
  apiVersion: 'v1',
  resource: 'configmaps',
  concerns: 'true',
  variables: [ANNOTATIONS],
  checks: [{
    rule: 'MQTT-SECRET-002',
    breaks: `object.?data.orValue({}).exists(k, ${PRIVATE_KEY})`,
    found: `'a private key in data: ' + object.data.filter(k, ${PRIVATE_KEY}).join(', ')`,
  }],
};
