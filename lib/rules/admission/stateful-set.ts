import type { AdmissionSubject, AdmissionVariable } from './admission-check';
import { selects, text, textMap, texts } from './cel';
import { podSecurityChecks } from './pod-security';
import { storageChecks } from './storage';
import { workloadChecks } from './workload';
import { ACKNOWLEDGE_PREFIX, Annotations } from '../../manifest/annotations';
import { OPERATIONS_PORT_NAMES } from '../model/broker-workload';
import { DATA_DIRECTORIES } from '../model/data-volume';
import { HOSTNAME, ZONE } from '../model/pod-template';

const annotation = (key: string) => `variables.annotations[?${text(key)}].orValue('')`;
const wholeNumber = (key: string, otherwise: number) => `${annotation(key)}.matches('^[0-9]{1,15}$') ? int(${annotation(key)}) : ${otherwise}`;
const probed = (probe: string) => `variables.main.?${probe}.?httpGet.?port`;
/** A term of anti-affinity that keeps the pods of this workload on different nodes. */
const SELECTING_TERM = `t.topologyKey == ${text(HOSTNAME)} && size(t.?mismatchLabelKeys.orValue([])) == 0 && ${selects('t', 'labelSelector', 'variables.podLabels')}`
  + ' && (size(t.?namespaces.orValue([])) == 0 && !has(t.namespaceSelector) || object.metadata.namespace in t.?namespaces.orValue([])'
  + ` || ${selects('t', 'namespaceSelector', "{'kubernetes.io/metadata.name': object.metadata.namespace}")})`;

/** What the checks know of a workload. */
const VARIABLES: AdmissionVariable[] = Object.entries({
  annotations: 'object.metadata.?annotations.orValue({})',
  replicas: 'object.spec.?replicas.orValue(1)',
  broker: annotation(Annotations.BROKER),
  production: `${annotation(Annotations.PROFILE)} == 'production'`,
  development: `${annotation(Annotations.PROFILE)} == 'development'`,
  embedded: `${annotation(Annotations.SESSION_STORE)} == 'embedded'`,
  anonymous: `${annotation(Annotations.ANONYMOUS_CLIENTS)} == 'allowed'`,
  nodeCount: wholeNumber(Annotations.NODE_COUNT, 0),
  connections: wholeNumber(Annotations.CONNECTIONS_PER_POD, 0),
  drainRate: wholeNumber(Annotations.DRAIN_CONNECTIONS_PER_SECOND, 0),
  shutdownDelay: wholeNumber(Annotations.SHUTDOWN_DELAY_SECONDS, 0),
  tlsListeners: `${annotation(Annotations.TLS_LISTENERS)}.split(',').map(n, n.trim())`,
  pod: 'object.spec.template.spec',
  podLabels: 'object.spec.template.metadata.?labels.orValue({})',
  main: 'variables.pod.containers[0]',
  containers: 'variables.pod.?initContainers.orValue([]) + variables.pod.containers',
  ports: 'variables.main.?ports.orValue([])',
  probed: `[${['livenessProbe', 'readinessProbe', 'startupProbe'].map(probed).join(', ')}].filter(p, p.hasValue()).map(p, string(p.value()))`,
  listeners: "variables.ports.filter(p, p.?protocol.orValue('TCP') == 'TCP'"
    + ` && !(p.?name.orValue('') in ${texts(OPERATIONS_PORT_NAMES)}) && !(p.?name.orValue('') in variables.probed) && !(string(p.containerPort) in variables.probed))`,
  sysctls: "variables.pod.?securityContext.?sysctls.orValue([]).map(s, s.name.replace('/', '.'))",
  antiAffinity: `variables.pod.?affinity.?podAntiAffinity.?requiredDuringSchedulingIgnoredDuringExecution.orValue([]).exists(t, ${SELECTING_TERM})`,
  spreads: 'variables.pod.?topologySpreadConstraints.orValue([])',
  zoneSpread: `variables.spreads.exists(t, t.topologyKey == ${text(ZONE)} && ${selects('t', 'labelSelector', 'variables.podLabels')})`,
  claims: 'object.spec.?volumeClaimTemplates.orValue([])',
  mounts: 'variables.main.?volumeMounts.orValue([])',
  claimMounts: 'variables.mounts.filter(m, variables.claims.exists(c, c.metadata.name == m.name))',
  dataDirectory: `${textMap(DATA_DIRECTORIES)}[?variables.broker].orValue(size(variables.claimMounts) > 0 ? variables.claimMounts[0].mountPath : '')`,
  coveringMounts: "variables.mounts.filter(m, (variables.dataDirectory + '/').startsWith(m.mountPath.endsWith('/') ? m.mountPath : m.mountPath + '/'))",
  dataMounts: 'variables.coveringMounts.filter(m, variables.coveringMounts.all(o, size(o.mountPath) <= size(m.mountPath)))',
  dataClaims: 'variables.claims.filter(c, variables.dataMounts.exists(m, m.name == c.metadata.name))',
  dataVolumes: 'variables.pod.?volumes.orValue([]).filter(v, size(variables.dataClaims) == 0 && variables.dataMounts.exists(m, m.name == v.name))',
  graceSeconds: 'variables.pod.?terminationGracePeriodSeconds.orValue(30)',
  preStops: 'variables.pod.containers.filter(c, has(c.lifecycle) && has(c.lifecycle.preStop)).map(c, c.lifecycle.preStop)',
  // `sleep 15` as a command, or in one of a shell.
  preStopSleeps: "variables.preStops.map(p, p.?exec.?command.orValue([]).join(' ').find('(^|[ ;&/])sleep[ ;&]+[0-9]+').find('[0-9]+')).filter(s, s != '').map(s, int(s))"
    + ' + variables.preStops.map(p, p.?sleep.?seconds.orValue(0))',
  preStopSeconds: '([0] + variables.preStopSleeps).max()',
  drainSeconds: 'variables.drainRate == 0 ? 0 : (variables.connections + variables.drainRate - 1) / variables.drainRate',
}).map(([name, expression]) => ({ name, expression }));

/** The workload of a broker, as it is written. */
export const statefulSet: AdmissionSubject = {
  apiGroup: 'apps',
  apiVersion: 'v1',
  resource: 'statefulsets',
  concerns: `${text(Annotations.BROKER)} in object.metadata.?annotations.orValue({})`,
  variables: VARIABLES,
  checks: [...storageChecks, ...workloadChecks, ...podSecurityChecks],
};

/** Whether somebody accepted what a rule finds about the object that `variables.annotations` is of. */
export function acknowledged(ruleId: string): string {
  return `${annotation(ACKNOWLEDGE_PREFIX + ruleId)}.trim() != ''`;
}
