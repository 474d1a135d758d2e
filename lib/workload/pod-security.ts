import { k8s } from 'cdk8s-plus-27';
import { MqttPodUser } from './mqtt-pod-user';
import type { MqttTcpKeepalive } from './mqtt-tcp-keepalive';

/** Of files from Secrets: for the container's user, by its group, and nobody else. */
export const SECRET_FILE_MODE = 0o440;

/** Pod Security Standard `restricted` (https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted), the data volume's owner, and TCP keepalive. */
export function podSecurityContext(podUser: MqttPodUser, userId: number, tcpKeepalive: MqttTcpKeepalive): k8s.PodSecurityContext {
  const sysctls: [string, number | undefined][] = [
    ['net.ipv4.tcp_keepalive_time', tcpKeepalive.time?.toSeconds()],
    ['net.ipv4.tcp_keepalive_intvl', tcpKeepalive.interval?.toSeconds()],
    ['net.ipv4.tcp_keepalive_probes', tcpKeepalive.probes],
  ];
  const set = sysctls.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
  return {
    runAsNonRoot: true,
    ...(podUser === MqttPodUser.FIXED ? { runAsUser: userId, runAsGroup: userId, fsGroup: userId } : {}),
    // A change of ownership of every file at each start takes minutes on a full volume.
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
    sysctls: set.length > 0 ? set : undefined,
  };
}

export function containerSecurityContext(): k8s.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  };
}
