/** Which user and group the containers of a pod run as, and which group its volumes are given to. None of them is root. */
export enum MqttPodUser {
  /** User and group 1000: `runAsUser`, `runAsGroup` and `fsGroup`. */
  FIXED = 'fixed',
  /**
   * The platform decides: the pods name neither user nor group. For OpenShift, whose default SCC `restricted-v2` gives each namespace a range of its own and refuses pods that name others
   * (https://docs.okd.io/latest/authentication/managing-security-context-constraints.html). Where nothing assigns them, pods do not
   * start: the image of NATS would run as root, which `runAsNonRoot` forbids, and brokers may not write to their volumes.
   */
  ASSIGNED_BY_PLATFORM = 'assigned-by-platform',
}
