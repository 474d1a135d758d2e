import type { AdmissionCheck } from './admission-check';
import { text } from './cel';
import { Annotations } from '../../manifest/annotations';
import { LONGEST_IN_ISTIO } from '../catalogue/mesh';
import { Declared } from '../model/declared';
import { ISTIO } from '../model/mesh-proxy';

const KEEPALIVE = `variables.annotations[${text(Annotations.KEEPALIVE_MAX_SECONDS)}]`;
const isLabelled = (labels: string, key: string, value: string) => `${labels}[?${text(key)}].orValue('') == ${text(value)}`;
const podAnnotation = (key: string) => `variables.podAnnotations[?${text(key)}]`;
/** Whether a text such as `1883,8883` names a port, as lib/rules/model/mesh-proxy.ts reads it. */
const lists = (ports: string, port: string) => `${ports}.split(',').map(t, t.split('-').map(n, n.trim())).exists(t, size(t) in [1, 2] && t.all(n, n.matches('^[0-9]{1,5}$'))`
  + ` && ${port} >= int(t[0]) && ${port} <= int(t[size(t) - 1]))`;
const named = (ports: string) => `${ports}.map(p, p.?name.orValue(string(p.containerPort))).join(', ')`;

/** What shows the sidecar of Istio in the pods or their Namespace, of which a policy sees the labels; and the listeners that it takes. */
export const MESH_VARIABLES = {
  namespaceLabels: 'namespaceObject.metadata.?labels.orValue({})',
  injection: `variables.podLabels[?${text(ISTIO.inject)}].or(${podAnnotation(ISTIO.inject)}).orValue('')`,
  sidecar: `variables.containers.exists(c, c.name == ${text(ISTIO.container)}) ? ${text(`container '${ISTIO.container}'`)}`
    + ` : variables.injection == 'false' || ${isLabelled('variables.namespaceLabels', ISTIO.ofNamespace, 'disabled')} ? ''`
    + ` : variables.injection == 'true' ? ${text(`${ISTIO.inject}: "true"`)}`
    + ` : ${text(ISTIO.revision)} in variables.podLabels ? ${text(`${ISTIO.revision}: `)} + variables.podLabels[${text(ISTIO.revision)}]`
    + ` : ${isLabelled('variables.namespaceLabels', ISTIO.ofNamespace, 'enabled')} ? ${text(`${ISTIO.ofNamespace}: enabled on the Namespace`)}`
    + ` : variables.namespaceLabels[?${text(ISTIO.revision)}].orValue('') != ''`
    + ` ? ${text(`${ISTIO.revision}: `)} + variables.namespaceLabels[${text(ISTIO.revision)}] + ' on the Namespace' : ''`,
  excludedPorts: `${podAnnotation(ISTIO.excluded)}.orValue('')`,
  includedPorts: `${podAnnotation(ISTIO.included)}.orValue('*')`,
  takenListeners: `variables.sidecar == '' ? [] : variables.listeners.filter(p, !${lists('variables.excludedPorts', 'p.containerPort')}`
    + ` && (variables.includedPorts == '*' || ${lists('variables.includedPorts', 'p.containerPort')}))`,
  // What the companion broker accepts without the annotation stands in its configuration file: 0, so that nothing is concluded.
  keepalive: `${text(Annotations.KEEPALIVE_MAX_SECONDS)} in variables.annotations && (${Declared.keepaliveMaximum.cel(KEEPALIVE)}) ? int(${KEEPALIVE}) : variables.broker == 'companion' ? 0 : -1`,
};

export const meshCheck: AdmissionCheck = {
  rule: 'MQTT-MESH-001',
  breaks: `(variables.keepalive == -1 || variables.keepalive > ${LONGEST_IN_ISTIO}) && size(variables.takenListeners) > 0`,
  found: `variables.sidecar + ', in front of ' + ${named('variables.takenListeners')} + '; the broker accepts '`
    + " + (variables.keepalive == -1 ? 'any keepalive, and none at all' : 'a keepalive of up to ' + string(variables.keepalive) + ' s')",
};
