import type { Series } from './series';
import type { PlatformMetric } from './vocabulary';

/** Part of the connection tracking table in use, by `node`, for the nodes that run a broker of the cluster. */
export function conntrackUsedRatio(series: Series): string {
  return onBrokerNodes(series, `${byNode(series, 'node_nf_conntrack_entries')}\n/ ${byNode(series, 'node_nf_conntrack_entries_limit')}`);
}

/** TCP sockets of a node, those of its pods included, by `node`, for the nodes that run a broker of the cluster. */
export function allocatedTcpSockets(series: Series): string {
  return onBrokerNodes(series, byNode(series, 'node_sockstat_TCP_alloc'));
}

function onBrokerNodes(series: Series, expression: string): string {
  return `(\n${expression}\nand on (node) ${series.platform('kube_pod_info')}\n)`;
}

/**
 * node_exporter's series carry the name of its own pod, and kube_pod_info tells on which node that is: the only join that needs no relabelling of `instance`.
 */
function byNode(series: Series, metric: PlatformMetric): string {
  return `max by (node) (${series.platform(metric)} * on (namespace, pod) group_left (node) max by (namespace, pod, node) (${series.nodesOfPods()}))`;
}
