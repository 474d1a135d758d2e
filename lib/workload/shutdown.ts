import { FLUSH_SECONDS } from '../manifest/flush-seconds';

/** Kubernetes' own default for `terminationGracePeriodSeconds`. */
const KUBERNETES_DEFAULT_SECONDS = 30;

/**
 * The grace period that a stopping pod needs: it goes on serving for the delay while load balancers take it out, then disconnects its clients at a bounded
 * rate, then flushes. A quarter is added, because a node that is being drained is busy.
 */
export function graceSeconds(shutdown: { delaySeconds: number; connectionsPerPod: number; connectionsPerSecond: number }): number {
  const drainSeconds = shutdown.connectionsPerPod / shutdown.connectionsPerSecond;
  return Math.max(KUBERNETES_DEFAULT_SECONDS, Math.ceil((shutdown.delaySeconds + drainSeconds + FLUSH_SECONDS) * 1.25));
}
