import type { ClusterBasis } from './cluster-basis';
import type { Load } from './load';
import { ExternalTrafficPolicy } from '../../network/external-traffic-policy';

/** The kernel remembers a closed connection (net.netfilter.nf_conntrack_tcp_timeout_time_wait, https://docs.kernel.org/networking/nf_conntrack-sysctl.html). */
const TIME_WAIT_SECONDS = 120;

/** Under the policy Cluster nearly every connection passes two nodes: the one that it comes in by, and the one of the pod. */
const ENTRIES_UNDER_CLUSTER = 2;

/** The alert MqttConntrackNearlyFull, as node_exporter's own, comes when three quarters are used. */
const ALERT_SHARE = 0.75;

/** `conntrack.maxPerCore` and `conntrack.min` of kube-proxy (https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/). */
const ENTRIES_PER_CORE = 32_768;
const LEAST_ENTRIES = 131_072;

/** Entries of the brokers' connections on the node of each pod: those that are open, and those that a drain has just closed. */
export function conntrackEntries(load: Load, connections: number, { drainConnectionsPerSecond }: ClusterBasis): number {
  const closed = Math.min(connections, drainConnectionsPerSecond * TIME_WAIT_SECONDS);
  return (connections + closed) * (load.trafficPolicy === ExternalTrafficPolicy.CLUSTER ? ENTRIES_UNDER_CLUSTER : 1);
}

/** The size of the table at which so many entries raise no alert. */
export function conntrackMax(entries: number): number {
  return Math.ceil(entries / ALERT_SHARE);
}

/** The size that kube-proxy gives the table of a node with so many cores. */
export function conntrackMaxByDefault(cores: number): number {
  return Math.max(LEAST_ENTRIES, cores * ENTRIES_PER_CORE);
}

/** Cores from which on a node has such a table by default. */
export function coresForConntrackMax(max: number): number {
  return max <= LEAST_ENTRIES ? 1 : Math.ceil(max / ENTRIES_PER_CORE);
}

/** Source ports that each node takes for connections to one pod: none where it keeps the clients' addresses. */
export function sourcePortsPerNode(load: Load, connections: number, nodes: number): number {
  return load.trafficPolicy === ExternalTrafficPolicy.CLUSTER ? Math.ceil(connections / nodes) : 0;
}
