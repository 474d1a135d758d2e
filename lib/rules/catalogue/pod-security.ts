import { VersionGates } from '../../manifest/version-gates';
import { Severity } from '../finding';
import type { BrokerWorkload } from '../model/broker-workload';
import type { Container } from '../model/container';
import type { Fields } from '../model/fields';
import { type Rule, type ViolationOfObject, workloadRule } from '../rule';

const STANDARD = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';
const NAMESPACE_REFUSES = 'A namespace that enforces Pod Security refuses the pods.';
const POD_EXAMPLE = `spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }`;
const CONTAINER_EXAMPLE = `spec:
  template:
    spec:
      containers:
        - name: companion
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }`;

/** Volume types of the standard `restricted`. */
export const RESTRICTED_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];
export const SECCOMP_TYPES = ['RuntimeDefault', 'Localhost'];

export const podSecurityRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-POD-001',
    severity: Severity.ERROR,
    title: 'Brokers do not share namespaces with their node',
    why: 'hostNetwork opens every port of the broker on the node, takes the pod out of most NetworkPolicies, and lets one pod run per node and port; hostPID and hostIPC show it the processes of the node.',
    source: STANDARD,
    remedy: 'Leave hostNetwork, hostPID and hostIPC out.',
    example: POD_EXAMPLE,
  }, ({ pods }) => {
    const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => pods.spec.at(field).boolean === true);
    return shared.length === 0 ? [] : [{ found: shared.map((field) => `spec.template.spec.${field}: true`).join(', '), breaks: NAMESPACE_REFUSES }];
  }),

  containerRule({
    id: 'MQTT-POD-002',
    title: 'No container is privileged',
    why: `A privileged container is root on its node. Sysctls for TCP keepalive need no such container any more: they are safe at the level of the pod since Kubernetes 1.${VersionGates.SAFE_KEEPALIVE_SYSCTLS.since}.`,
    remedy: 'Leave privileged out; set sysctls in spec.securityContext of the pod.',
    example: CONTAINER_EXAMPLE,
  }, (container) => container.fields.at('securityContext', 'privileged').boolean === true ? 'securityContext.privileged: true' : undefined),

  containerRule({
    id: 'MQTT-POD-003',
    title: 'No container runs as root',
    why: 'Whoever breaks out of a broker that runs as root, is root outside. runAsNonRoot also keeps an image whose user is root from starting.',
    remedy: 'Set runAsNonRoot: true, and a runAsUser other than 0.',
    example: POD_EXAMPLE,
  }, (container, { pods }) => {
    const nonRoot = inherited(container, pods.spec, 'runAsNonRoot');
    const user = inherited(container, pods.spec, 'runAsUser');
    if (user.number === 0) return 'securityContext.runAsUser: 0';
    return nonRoot.boolean === true ? undefined : `securityContext.runAsNonRoot: ${nonRoot}`;
  }),

  containerRule({
    id: 'MQTT-POD-004',
    title: 'No container may gain privileges',
    why: 'Without the flag, a setuid program in the image makes its caller root.',
    remedy: 'Set allowPrivilegeEscalation: false.',
    example: CONTAINER_EXAMPLE,
  }, (container) => {
    const escalation = container.fields.at('securityContext', 'allowPrivilegeEscalation');
    return escalation.boolean === false ? undefined : `securityContext.allowPrivilegeEscalation: ${escalation}`;
  }),

  containerRule({
    id: 'MQTT-POD-005',
    title: 'Containers have no capabilities',
    why: 'A broker listens above port 1023 and needs none. Every capability that is left is one more way out of the container.',
    remedy: 'Drop ALL; the standard lets only NET_BIND_SERVICE be added.',
    example: CONTAINER_EXAMPLE,
  }, (container) => {
    const capabilities = container.fields.at('securityContext', 'capabilities');
    const added = capabilities.at('add').texts.filter((capability) => capability !== 'NET_BIND_SERVICE');
    if (added.length > 0) return `securityContext.capabilities.add: ${added.join(', ')}`;
    return capabilities.at('drop').texts.includes('ALL') ? undefined : `securityContext.capabilities.drop: ${capabilities.at('drop')}`;
  }),

  containerRule({
    id: 'MQTT-POD-006',
    title: 'Containers run under a seccomp profile',
    why: 'Without one a container may use every system call of the kernel, among them those in which most holes are found.',
    remedy: 'Set seccompProfile.type to RuntimeDefault.',
    example: POD_EXAMPLE,
  }, (container, { pods }) => {
    const own = inherited(container, pods.spec, 'seccompProfile').at('type');
    return SECCOMP_TYPES.includes(own.text ?? '') ? undefined : `securityContext.seccompProfile.type: ${own}`;
  }),

  workloadRule({
    id: 'MQTT-POD-007',
    severity: Severity.WARNING,
    title: 'The root file system of the broker is read-only',
    why: 'A broker writes to its data volume only. What else it could write, an attacker can change, and it is lost with the container.',
    source: 'https://kubernetes.io/docs/concepts/security/security-checklist/#pod-security',
    remedy: 'Set readOnlyRootFilesystem: true, and mount an emptyDir where something must be written.',
    example: CONTAINER_EXAMPLE,
  }, ({ container }) => {
    const readOnly = container?.fields.at('securityContext', 'readOnlyRootFilesystem');
    return !container || readOnly?.boolean === true ? [] : [{
      found: `${container.path}: securityContext.readOnlyRootFilesystem: ${readOnly}`,
      breaks: 'Files that an attacker, or a mistake, leaves in the container go unnoticed.',
    }];
  }),

  containerRule({
    id: 'MQTT-POD-008',
    title: 'Containers take no port of their node',
    why: 'A hostPort opens the broker on the address of its node, past Services and most NetworkPolicies, and lets one pod run per node and port.',
    remedy: 'Leave hostPort out, and use a Service.',
    example: `spec:
  template:
    spec:
      containers:
        - name: companion
          ports: [{ name: mqtts, containerPort: 8883 }]`,
  }, (container) => {
    const taken = container.ports.filter(({ hostPort }) => hostPort !== undefined && hostPort !== 0).map(({ hostPort }) => hostPort);
    return taken.length === 0 ? undefined : `hostPort ${taken.join(', ')}`;
  }),

  workloadRule({
    id: 'MQTT-POD-009',
    severity: Severity.ERROR,
    title: 'Volumes are of the types that Pod Security restricted allows',
    why: 'hostPath and the volume types of single vendors give the pod a way to files or credentials of its node.',
    source: STANDARD,
    remedy: 'Use claims, or one of the other types of the standard.',
    example: `spec:
  template:
    spec:
      volumes:
        - name: certificate
          secret: { secretName: broker-tls }`,
  }, ({ pods }) => {
    const others = pods.spec.at('volumes').items.flatMap((volume) => volume.entries.map(([type]) => type)
      .filter((type) => type !== 'name' && !RESTRICTED_VOLUMES.includes(type)).map((type) => `'${volume.at('name')}' (${type})`));
    return others.length === 0 ? [] : [{ found: `spec.template.spec.volumes: ${others.join(', ')}`, breaks: NAMESPACE_REFUSES }];
  }),

  workloadRule({
    id: 'MQTT-POD-010',
    severity: Severity.WARNING,
    title: 'Brokers have no token for the API server',
    why: 'A broker that does not talk to Kubernetes needs no credentials for it. Mounted all the same, they are the first thing that an attacker looks for.',
    source: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
    remedy: 'Set automountServiceAccountToken: false in the pod template or in its ServiceAccount.',
    example: `spec:
  template:
    spec:
      automountServiceAccountToken: false`,
  }, ({ pods, serviceAccounts }) => {
    const ofPod = pods.spec.at('automountServiceAccountToken').boolean;
    const ofAccount = serviceAccounts.some(({ fields }) => fields.at('automountServiceAccountToken').boolean === false) ? false : undefined;
    return (ofPod ?? ofAccount) === false ? [] : [{
      found: `spec.template.spec.automountServiceAccountToken: ${pods.spec.at('automountServiceAccountToken')}`,
      breaks: 'Each pod carries a credential of the API server.',
    }];
  }),
];

/** A rule of the standard `restricted` about every container and init container. */
function containerRule(
  description: Omit<Rule, 'check' | 'severity' | 'source'>, check: (container: Container, broker: BrokerWorkload) => string | undefined,
): Rule {
  return workloadRule({ ...description, severity: Severity.ERROR, source: STANDARD }, (broker): ViolationOfObject[] =>
    [...broker.pods.initContainers, ...broker.pods.containers].flatMap((container) => {
      const found = check(container, broker);
      return found === undefined ? [] : [{ found: `${container.path}: ${found}`, breaks: NAMESPACE_REFUSES }];
    }));
}

/** A setting of the container, or else of the pod. */
function inherited(container: Container, pod: Fields, field: string): Fields {
  const own = container.fields.at('securityContext', field);
  return own.exists ? own : pod.at('securityContext', field);
}
