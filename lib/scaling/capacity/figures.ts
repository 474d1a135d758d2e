import type { ClusterBasis } from './cluster-basis';
import { carryingPods, type Load, shareOfPod } from './load';
import { podMemory } from './memory';
import { conntrackEntries, conntrackMax, sourcePortsPerNode } from './network';
import { connectCores, LOOP_SHARE, loopCores, storeCores } from './processor';
import { connectionsOfPod } from './replicas';
import { diskOperationsPerSecond, volumeBytes } from './store';
import { graceSeconds } from '../../workload/shutdown';

/** What each pod, and its node, has to bear while one pod is out. */
export interface Figures {
  readonly replicas: number;
  readonly connections: number;
  /** Connections that the drain is made for: a pod that gets fewer than the profile plans for needs no shorter grace period. */
  readonly plannedConnections: number;
  /** Of the event loop, for messages. */
  readonly loopCores: number;
  /** Of the event loop, for the clients of a pod that drains. */
  readonly reconnectCores: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly volumeBytes: number;
  readonly diskOperationsPerSecond: number;
  readonly conntrackEntries: number;
  readonly conntrackMax: number;
  readonly sourcePortsPerNode: number;
  readonly drainSeconds: number;
  readonly graceSeconds: number;
}

export function figuresOf(load: Load, replicas: number, basis: ClusterBasis): Figures {
  const share = shareOfPod(replicas);
  const connections = connectionsOfPod(load, replicas);
  const plannedConnections = Math.max(connections, basis.connectionsPerPod);
  const loop = loopCores(load, share);
  // The clients of the only broker have nowhere to go: they come back when it does, as fast as it takes them.
  const reconnect = replicas === 1 ? 0 : connectCores(load, basis.drainConnectionsPerSecond / carryingPods(replicas));
  const entries = conntrackEntries(load, connections, basis);
  return {
    replicas,
    connections,
    plannedConnections,
    loopCores: loop,
    reconnectCores: reconnect,
    cpuCores: Math.max(loop / LOOP_SHARE, loop + reconnect) + storeCores(load, share),
    memoryBytes: podMemory(load, share),
    volumeBytes: volumeBytes(load, share),
    diskOperationsPerSecond: diskOperationsPerSecond(load, share),
    conntrackEntries: entries,
    conntrackMax: conntrackMax(entries),
    sourcePortsPerNode: sourcePortsPerNode(load, connections, basis.nodeCount ?? replicas),
    drainSeconds: Math.ceil(plannedConnections / basis.drainConnectionsPerSecond),
    graceSeconds: graceSeconds({
      delaySeconds: basis.shutdownDelaySeconds,
      connectionsPerPod: plannedConnections,
      connectionsPerSecond: basis.drainConnectionsPerSecond,
    }),
  };
}
