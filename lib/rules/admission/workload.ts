import type { AdmissionCheck } from './admission-check';
import { annotationChecks } from './annotations';
import { pattern, selects, texts } from './cel';
import { Annotations } from '../../manifest/annotations';
import { FLUSH_SECONDS } from '../../manifest/flush-seconds';
import { NEEDED } from '../catalogue/annotation';
import { SECRET_NAME } from '../catalogue/secret';
import { AUTOSCALER_MAXIMUM_SECONDS } from '../catalogue/shutdown';
import { NODE_SYSCTLS, SAFE_SYSCTLS } from '../catalogue/sysctl';
import { Declared } from '../model/declared';

const REPLICAS = "'spec.replicas: ' + string(variables.replicas)";
const NODE_SYSCTL = `s.matches(${pattern(NODE_SYSCTLS)})`;
const UNSAFE = `!(s in ${texts(SAFE_SYSCTLS)}) && !${NODE_SYSCTL}`;
const sysctls = (condition: string) => ({
  breaks: `variables.sysctls.exists(s, ${condition})`,
  found: `'spec.template.spec.securityContext.sysctls: ' + variables.sysctls.filter(s, ${condition}).join(', ')`,
});
const PLAINTEXT = '!has(p.name) || !(p.name in variables.tlsListeners)';
const LOST_SPREAD = `!${selects('t', 'labelSelector', 'variables.podLabels')}`;
const NEEDED_SECONDS = `variables.preStopSeconds + variables.shutdownDelay + variables.drainSeconds + ${FLUSH_SECONDS}`;
const UNPINNED = "!c.image.contains('@') && (!c.image.matches(':[^/:]+$') || c.image.endsWith(':latest'))";
const LITERAL_CREDENTIAL = `v.name.matches(${pattern(SECRET_NAME)}) && v.?value.orValue('') != ''`;
const limited = (resource: string) => `variables.main.?resources.?limits[?'${resource}'].hasValue()`;
const requested = (resource: string) => `(variables.main.?resources.?requests[?'${resource}'].hasValue() || ${limited(resource)})`;
const sameHandler = (handler: string) => `(has(variables.main.livenessProbe.${handler}) && has(variables.main.readinessProbe.${handler})`
  + ` && variables.main.livenessProbe.${handler} == variables.main.readinessProbe.${handler})`;
const namedPorts = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) => ['httpGet', 'tcpSocket'].map((handler) => `c.?${probe}.?${handler}.?port`)).join(', ');
/** A number is a port that needs no name; a text names one. */
const MISSING_PORTS = `[${namedPorts}].filter(p, p.hasValue()).map(p, string(p.value())).filter(p, !p.matches('^[0-9]+$') && !c.?ports.orValue([]).exists(o, o.?name.orValue('') == p))`;
// Where a change takes the first away, the policy looks at the object for the last time.
const MISSING_KEYS = `${texts([Annotations.BROKER, ...NEEDED])}.filter(k, !(k in variables.annotations))`;

export const workloadChecks: readonly AdmissionCheck[] = [
  { rule: 'MQTT-SYSCTL-001', ...sysctls(UNSAFE) },
  { rule: 'MQTT-SYSCTL-002', ...sysctls(NODE_SYSCTL) },
  {
    rule: 'MQTT-SESSION-001',
    breaks: 'variables.embedded && variables.replicas > 1',
    found: `${REPLICAS} + ', with an embedded session store'`,
    countsReplicas: true,
  },
  { rule: 'MQTT-SECURITY-001', breaks: 'variables.production && variables.anonymous', found: "'anonymous clients are allowed'" },
  { rule: 'MQTT-SECURITY-002', breaks: 'variables.development && variables.anonymous', found: "'anonymous clients are allowed'" },
  {
    rule: 'MQTT-LOG-012',
    breaks: 'variables.replicated && variables.partition > 0 && variables.partition < variables.replicas',
    found: `'spec.updateStrategy.rollingUpdate.partition: ' + string(variables.partition) + ', with ' + ${REPLICAS}`,
    countsReplicas: true,
  },
  {
    rule: 'MQTT-SECURITY-003',
    breaks: `variables.production && variables.listeners.exists(p, ${PLAINTEXT})`,
    found: `'container ports without TLS: ' + variables.listeners.filter(p, ${PLAINTEXT}).map(p, string(p.containerPort)).join(', ')`,
  },
  {
    rule: 'MQTT-SECRET-003',
    breaks: `variables.containers.exists(c, c.?env.orValue([]).exists(v, ${LITERAL_CREDENTIAL}))`,
    found: `'literal values of environment variables: ' + variables.containers.map(c, c.?env.orValue([]).filter(v, ${LITERAL_CREDENTIAL}).map(v, v.name).join(', ')).filter(n, n != '').join(', ')`,
  },
  {
    rule: 'MQTT-PLACEMENT-001',
    breaks: 'variables.nodeCount > 0 && variables.antiAffinity && variables.replicas > variables.nodeCount',
    found: `${REPLICAS} + ', node-count: ' + string(variables.nodeCount) + ', and required anti-affinity on the host name'`,
    countsReplicas: true,
  },
  {
    rule: 'MQTT-PLACEMENT-002',
    breaks: 'variables.production && variables.replicas > 1 && !variables.antiAffinity',
    found: `${REPLICAS} + ', and no required anti-affinity on the host name that selects these pods'`,
    countsReplicas: true,
  },
  {
    rule: 'MQTT-PLACEMENT-003',
    breaks: 'variables.production && variables.replicas > 1 && !variables.zoneSpread',
    found: `${REPLICAS} + ', and no topology spread constraint on the zone that selects these pods'`,
    countsReplicas: true,
  },
  {
    rule: 'MQTT-PLACEMENT-004',
    breaks: `variables.spreads.exists(t, ${LOST_SPREAD})`,
    found: `'topologySpreadConstraints that do not select these pods, on ' + variables.spreads.filter(t, ${LOST_SPREAD}).map(t, t.topologyKey).join(', ')`,
  },
  {
    rule: 'MQTT-SHUTDOWN-001',
    breaks: `variables.graceSeconds < ${NEEDED_SECONDS}`,
    found: `'spec.template.spec.terminationGracePeriodSeconds: ' + string(variables.graceSeconds) + '; needed are ' + string(${NEEDED_SECONDS}) + ' s'`,
  },
  {
    rule: 'MQTT-SHUTDOWN-002',
    breaks: `variables.graceSeconds > ${AUTOSCALER_MAXIMUM_SECONDS}`,
    found: "'spec.template.spec.terminationGracePeriodSeconds: ' + string(variables.graceSeconds)",
  },
  {
    rule: 'MQTT-WORKLOAD-003',
    breaks: "object.spec.?updateStrategy.?type.orValue('') == 'OnDelete'",
    found: "'spec.updateStrategy.type: OnDelete'",
  },
  {
    rule: 'MQTT-WORKLOAD-004',
    breaks: "variables.replicas > 1 && object.spec.?podManagementPolicy.orValue('') != 'Parallel'",
    found: "'spec.podManagementPolicy: ' + object.spec.?podManagementPolicy.orValue('absent')",
    countsReplicas: true,
  },
  {
    rule: 'MQTT-WORKLOAD-005',
    breaks: `variables.containers.exists(c, ${UNPINNED})`,
    found: `'image ' + variables.containers.filter(c, ${UNPINNED}).map(c, c.image).join(', ')`,
  },
  {
    rule: 'MQTT-WORKLOAD-006',
    breaks: `variables.production && !(${requested('cpu')} && ${requested('memory')} && ${limited('memory')})`,
    found: "'resources of container ' + variables.main.name + ' without a request for cpu or memory, or a limit for memory'",
  },
  { rule: 'MQTT-PROBE-001', breaks: '!has(variables.main.readinessProbe)', found: "'container ' + variables.main.name + ' has no readinessProbe'" },
  {
    rule: 'MQTT-PROBE-002',
    breaks: `has(variables.main.livenessProbe) && has(variables.main.readinessProbe) && (${['httpGet', 'tcpSocket', 'exec', 'grpc'].map(sameHandler).join(' || ')})`,
    found: "'livenessProbe and readinessProbe of container ' + variables.main.name + ' are the same'",
  },
  {
    rule: 'MQTT-PROBE-003',
    breaks: `variables.pod.containers.exists(c, size(${MISSING_PORTS}) > 0)`,
    found: `'probes of ports that the container does not have: ' + variables.pod.containers.map(c, ${MISSING_PORTS}.join(', ')).filter(n, n != '').join(', ')`,
  },
  {
    rule: 'MQTT-PROBE-004',
    breaks: 'has(variables.main.livenessProbe) && variables.main.livenessProbe.?initialDelaySeconds.orValue(0) == 0 && !has(variables.main.startupProbe)',
    found: "'a livenessProbe without initialDelaySeconds, and no startupProbe'",
  },
  ...annotationChecks(Object.values(Declared)),
  { rule: 'MQTT-ANNOTATION-003', breaks: `size(${MISSING_KEYS}) > 0`, found: `'no annotation ' + ${MISSING_KEYS}.join(', ')` },
];
