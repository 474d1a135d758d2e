import type { ApiObject } from 'cdk8s';
import { Annotations } from '../manifest/annotations';
import { FLUSH_SECONDS } from '../manifest/flush-seconds';
import type { ClusterIntent, ShutdownIntent } from '../workload/cluster-intent';
import { graceSeconds } from '../workload/shutdown';

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** What the props say about the end of a pod. */
export interface GivenShutdown {
  readonly delay: boolean;
  readonly grace: boolean;
}

/** How long a stopping broker serves on. The default follows the load balancers, which come after the cluster. */
export class ShutdownDelay {
  constructor(
    private readonly workload: ApiObject,
    private readonly intent: ClusterIntent,
    private readonly given: GivenShutdown,
  ) {}

  /**
   * Something goes on sending new connections to a stopping broker for so many seconds. What the props say stays; a grace period of theirs bounds the delay. Development stops quickly, and refuses some clients meanwhile.
   */
  cover(seconds: number): void {
    if (this.given.delay || this.intent.profileName !== 'production') return;
    const shutdown: Mutable<ShutdownIntent> = this.intent.shutdown;
    const drainSeconds = Math.ceil(shutdown.connectionsPerPod / shutdown.connectionsPerSecond);
    const delaySeconds = this.given.grace ? Math.min(seconds, shutdown.graceSeconds - drainSeconds - FLUSH_SECONDS) : seconds;
    if (delaySeconds <= shutdown.delaySeconds) return;

    shutdown.delaySeconds = delaySeconds;
    if (!this.given.grace) shutdown.graceSeconds = graceSeconds(shutdown);
    this.workload.metadata.addAnnotation(Annotations.SHUTDOWN_DELAY_SECONDS, String(delaySeconds));
  }
}
