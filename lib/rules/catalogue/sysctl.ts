import { Severity } from '../finding';
import { type Rule, workloadRule } from '../rule';

/** Safe in some Kubernetes version that is supported; the version gates of the constructs decide from which on. */
export const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem', 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat',
];
/** Those of the whole node that brokers are tuned with. */
export const NODE_SYSCTLS = /^(net\.netfilter\.nf_conntrack_|net\.core\.netdev_max_backlog$|fs\.file-max$|fs\.nr_open$|vm\.)/;

const SOURCE = 'https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/';
const EXAMPLE = `spec:
  template:
    spec:
      securityContext:
        sysctls:
          - name: net.ipv4.tcp_keepalive_time
            value: "120"`;

export const sysctlRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-SYSCTL-001',
    severity: Severity.WARNING,
    title: 'Pods set safe sysctls only',
    why: 'A kubelet starts a pod with an unsafe sysctl only if its node allows that sysctl by name. On any other node the pod fails with SysctlForbidden, and the StatefulSet makes it again without end. Pod Security baseline and restricted refuse it as well.',
    source: SOURCE,
    remedy: 'Leave the sysctl out; or allow it on tainted nodes of its own, send the pods there, and acknowledge this rule.',
    example: EXAMPLE,
  }, ({ pods }) => pods.sysctls.map(dotted).filter((name) => !SAFE_SYSCTLS.includes(name) && !NODE_SYSCTLS.test(name)).map((name) => ({
    found: `spec.template.spec.securityContext.sysctls: ${name}`,
    breaks: 'Pods fail with SysctlForbidden on every node that does not allow it.',
  }))),

  workloadRule({
    id: 'MQTT-SYSCTL-002',
    severity: Severity.ERROR,
    title: 'Pods set no sysctl of the node',
    why: 'Only namespaced sysctls can differ between pods. Connection tracking, the number of open files and the like belong to the whole node, and no kubelet sets them for a pod.',
    source: SOURCE,
    remedy: 'Set it on the nodes: in the node pool, by KubeProxyConfiguration (conntrack), or with a DaemonSet.',
    example: EXAMPLE,
  }, ({ pods }) => pods.sysctls.map(dotted).filter((name) => NODE_SYSCTLS.test(name)).map((name) => ({
    found: `spec.template.spec.securityContext.sysctls: ${name}`,
    breaks: 'The pods do not start on any node.',
  }))),
];

/** Kubernetes takes a slash for a dot. */
function dotted({ name }: { name: string }): string {
  return name.replace(/\//g, '.');
}
