import type { AdmissionCheck } from './admission-check';
import { texts } from './cel';
import { RESTRICTED_VOLUMES, SECCOMP_TYPES } from '../catalogue/pod-security';

/** A setting of a container, or else of the pod. */
const inherited = (field: string) => `c.?securityContext.?${field}.or(variables.pod.?securityContext.?${field})`;
const OTHER_VOLUME = `!(${RESTRICTED_VOLUMES.map((type) => `has(v.${type})`).join(' || ')})`;

/** A check of each container; the value found names those that break it. */
function containers(rule: string, condition: string, found: string): AdmissionCheck {
  return {
    rule,
    breaks: `variables.containers.exists(c, ${condition})`,
    found: `${JSON.stringify(found)} + ' of container ' + variables.containers.filter(c, ${condition}).map(c, c.name).join(', ')`,
  };
}

export const podSecurityChecks: readonly AdmissionCheck[] = [
  {
    rule: 'MQTT-POD-001',
    breaks: "['hostNetwork', 'hostPID', 'hostIPC'].exists(f, variables.pod[?f].orValue(false))",
    found: "['hostNetwork', 'hostPID', 'hostIPC'].filter(f, variables.pod[?f].orValue(false)).join(', ') + ' of the pods'",
  },
  containers('MQTT-POD-002', 'c.?securityContext.?privileged.orValue(false)', 'securityContext.privileged: true'),
  containers('MQTT-POD-003', `${inherited('runAsUser')}.orValue(1) == 0 || !${inherited('runAsNonRoot')}.orValue(false)`, 'securityContext.runAsNonRoot is not true, or runAsUser is 0,'),
  containers('MQTT-POD-004', 'c.?securityContext.?allowPrivilegeEscalation.orValue(true)', 'securityContext.allowPrivilegeEscalation is not false'),
  containers(
    'MQTT-POD-005',
    "!('ALL' in c.?securityContext.?capabilities.?drop.orValue([])) || c.?securityContext.?capabilities.?add.orValue([]).exists(a, a != 'NET_BIND_SERVICE')",
    'securityContext.capabilities',
  ),
  containers('MQTT-POD-006', `!(${inherited('seccompProfile')}.?type.orValue('') in ${texts(SECCOMP_TYPES)})`, 'securityContext.seccompProfile is absent or Unconfined'),
  {
    rule: 'MQTT-POD-007',
    breaks: '!variables.main.?securityContext.?readOnlyRootFilesystem.orValue(false)',
    found: "'securityContext.readOnlyRootFilesystem of container ' + variables.main.name + ' is not true'",
  },
  containers('MQTT-POD-008', 'c.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0)', 'hostPort'),
  {
    rule: 'MQTT-POD-009',
    breaks: `variables.pod.?volumes.orValue([]).exists(v, ${OTHER_VOLUME})`,
    found: `'spec.template.spec.volumes: ' + variables.pod.?volumes.orValue([]).filter(v, ${OTHER_VOLUME}).map(v, v.name).join(', ')`,
  },
  {
    // Where the pod says nothing, its ServiceAccount decides, which is another object.
    rule: 'MQTT-POD-010',
    breaks: 'variables.pod.?automountServiceAccountToken.orValue(false)',
    found: "'spec.template.spec.automountServiceAccountToken: true'",
  },
];
