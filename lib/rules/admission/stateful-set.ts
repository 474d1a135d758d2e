import type { AdmissionSubject } from './admission-check';
import { capacityChecks } from './capacity';
import { annotation, hasAnnotation, lastingAnnotation, selects, text, textMap, texts } from './cel';
import { podCredentials } from './credentials';
import { MESH_VARIABLES, meshCheck } from './mesh';
import { podSecurityChecks } from './pod-security';
import { storageChecks } from './storage';
import { PODS, preStopSeconds, variables, WORKLOAD_ANNOTATIONS } from './variables';
import { workloadChecks } from './workload';
import { Annotations } from '../../manifest/annotations';
import { OPERATIONS_PORT_NAMES } from '../model/broker-workload';
import { DATA_DIRECTORIES } from '../model/data-volume';
import { HOSTNAME, ZONE } from '../model/pod-template';

const wholeNumber = (key: string, otherwise: number) => `${annotation(key)}.matches('^[0-9]{1,15}$') ? int(${annotation(key)}) : ${otherwise}`;
const probed = (probe: string) => `variables.main.?${probe}.?httpGet.?port`;
/** What the checks know of a workload. */
const VARIABLES = variables({
  ...WORKLOAD_ANNOTATIONS,
  ...PODS,
  broker: lastingAnnotation(Annotations.BROKER),
  production: `${lastingAnnotation(Annotations.PROFILE)} == 'production'`,
  development: `${lastingAnnotation(Annotations.PROFILE)} == 'development'`,
  replicated: `${lastingAnnotation(Annotations.SESSION_STORE)} == 'replicated'`,
  embedded: `${lastingAnnotation(Annotations.SESSION_STORE)} == 'embedded'`,
  anonymous: `${lastingAnnotation(Annotations.ANONYMOUS_CLIENTS)} == 'allowed'`,
  nodeCount: wholeNumber(Annotations.NODE_COUNT, 0),
  connections: wholeNumber(Annotations.CONNECTIONS_PER_POD, 0),
  drainRate: wholeNumber(Annotations.DRAIN_CONNECTIONS_PER_SECOND, 0),
  shutdownDelay: wholeNumber(Annotations.SHUTDOWN_DELAY_SECONDS, 0),
  tlsListeners: `${annotation(Annotations.TLS_LISTENERS)}.split(',').map(n, n.trim())`,
  ports: 'variables.main.?ports.orValue([])',
  probed: `[${['livenessProbe', 'readinessProbe', 'startupProbe'].map(probed).join(', ')}].filter(p, p.hasValue()).map(p, string(p.value()))`,
  listeners: "variables.ports.filter(p, p.?protocol.orValue('TCP') == 'TCP'"
    + ` && !(p.?name.orValue('') in ${texts(OPERATIONS_PORT_NAMES)}) && !(p.?name.orValue('') in variables.probed) && !(string(p.containerPort) in variables.probed))`,
  sysctls: "variables.pod.?securityContext.?sysctls.orValue([]).map(s, s.name.replace('/', '.'))",
  spreads: 'variables.pod.?topologySpreadConstraints.orValue([])',
  hostSpread: `variables.spreads.exists(t, t.topologyKey == ${text(HOSTNAME)} && t.whenUnsatisfiable == 'DoNotSchedule' && t.maxSkew == 1 && ${selects('t', 'labelSelector', 'variables.podLabels')})`,
  zoneSpread: `variables.spreads.exists(t, t.topologyKey == ${text(ZONE)} && ${selects('t', 'labelSelector', 'variables.podLabels')})`,
  claims: 'object.spec.?volumeClaimTemplates.orValue([])',
  mounts: 'variables.main.?volumeMounts.orValue([])',
  claimMounts: 'variables.mounts.filter(m, variables.claims.exists(c, c.metadata.name == m.name))',
  dataDirectory: `${textMap(DATA_DIRECTORIES)}[?variables.broker].orValue(size(variables.claimMounts) > 0 ? variables.claimMounts[0].mountPath : '')`,
  coveringMounts: "variables.mounts.filter(m, (variables.dataDirectory + '/').startsWith(m.mountPath.endsWith('/') ? m.mountPath : m.mountPath + '/'))",
  dataMounts: 'variables.coveringMounts.filter(m, variables.coveringMounts.all(o, size(o.mountPath) <= size(m.mountPath)))',
  dataClaims: 'variables.claims.filter(c, variables.dataMounts.exists(m, m.name == c.metadata.name))',
  dataVolumes: 'variables.pod.?volumes.orValue([]).filter(v, size(variables.dataClaims) == 0 && variables.dataMounts.exists(m, m.name == v.name))',
  partition: 'object.spec.?updateStrategy.?rollingUpdate.?partition.orValue(0)',
  graceSeconds: 'variables.pod.?terminationGracePeriodSeconds.orValue(30)',
  preStops: 'variables.pod.containers.filter(c, has(c.lifecycle) && has(c.lifecycle.preStop)).map(c, c.lifecycle.preStop)',
  preStopSeconds: preStopSeconds('variables.preStops'),
  drainSeconds: 'variables.drainRate == 0 ? 0 : (variables.connections + variables.drainRate - 1) / variables.drainRate',
  ...MESH_VARIABLES,
});

/** The workload of a broker, as it is written. */
export const statefulSet: AdmissionSubject = {
  name: 'statefulsets',
  apiGroup: 'apps',
  apiVersion: 'v1',
  resource: 'statefulsets',
  concerns: (object) => hasAnnotation(object, Annotations.BROKER),
  variables: VARIABLES,
  checks: [...storageChecks, ...capacityChecks, ...workloadChecks, ...podSecurityChecks, meshCheck, podCredentials],
};
