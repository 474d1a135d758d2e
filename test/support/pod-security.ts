/** What the Pod Security Standard `restricted` would say (https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted). */
export function restrictedViolations(podSpec: any, minor: number): string[] {
  const violations: string[] = [];
  const demand = (fits: boolean, what: string) => {
    if (!fits) violations.push(what);
  };
  const pod = podSpec.securityContext ?? {};
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) demand(podSpec[field] !== true, field);
  for (const { name } of pod.sysctls ?? []) demand(safeSysctls(minor).includes(name), `sysctl ${name}`);
  for (const volume of podSpec.volumes ?? []) {
    const [type] = Object.keys(volume).filter((key) => key !== 'name');
    demand(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'].includes(type), `volume ${volume.name}: ${type}`);
  }
  for (const container of [...podSpec.containers, ...(podSpec.initContainers ?? [])]) {
    const context = container.securityContext ?? {};
    demand(context.privileged !== true, `${container.name}: privileged`);
    demand(context.allowPrivilegeEscalation === false, `${container.name}: allowPrivilegeEscalation`);
    demand(context.capabilities?.drop?.includes('ALL') && (context.capabilities.add ?? []).every((added: string) => added === 'NET_BIND_SERVICE'), `${container.name}: capabilities`);
    demand((context.runAsNonRoot ?? pod.runAsNonRoot) === true, `${container.name}: runAsNonRoot`);
    demand((context.runAsUser ?? pod.runAsUser) !== 0, `${container.name}: runAsUser`);
    demand(['RuntimeDefault', 'Localhost'].includes((context.seccompProfile ?? pod.seccompProfile)?.type), `${container.name}: seccompProfile`);
    for (const port of container.ports ?? []) demand(port.hostPort === undefined, `${container.name}: hostPort`);
  }
  return violations;
}

function safeSysctls(minor: number): string[] {
  const always = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.ip_local_reserved_ports'];
  const since29 = ['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_fin_timeout'];
  return minor >= 29 ? [...always, ...since29] : always;
}
