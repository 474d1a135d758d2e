import { carryingPods, type Load, shareOfPod } from './load';
import { LARGEST_HEAP, sharedMemory } from './memory';
import { LOOP_SHARE, loopCores } from './processor';

/** As many idle connections as one process was measured with. More may well work; a plan does not promise it. */
export const MEASURED_CONNECTIONS = 10_000;

/** The smallest number of pods, not below the least, of which each carries its share while one is out. */
export function replicasFor(load: Load, least: number): number {
  // What every broker does for all the others grows with the fleet, not with their number: more of them would not help.
  if (!fitsWithoutClients(load)) return Math.max(least, replicasFor({ ...load, replicated: false }, least));
  let tooFew = least - 1;
  let enough = least;
  while (!isEnough(load, enough)) {
    tooFew = enough;
    enough *= 2;
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(load, middle)) enough = middle; else tooFew = middle;
  }
  return enough;
}

/** Connections of each pod while one is out. */
export function connectionsOfPod(load: Load, replicas: number): number {
  return Math.ceil(load.clients / carryingPods(replicas));
}

/** Whether a broker could bear what it stores for the clients of others, were there no clients of its own. */
export function fitsWithoutClients(load: Load): boolean {
  return !load.replicated || (loopCores(load, 0) < LOOP_SHARE && sharedMemory(load, 0) < LARGEST_HEAP);
}

function isEnough(load: Load, replicas: number): boolean {
  const share = shareOfPod(replicas);
  return connectionsOfPod(load, replicas) <= MEASURED_CONNECTIONS
    && loopCores(load, share) <= LOOP_SHARE
    && sharedMemory(load, share) <= LARGEST_HEAP;
}
