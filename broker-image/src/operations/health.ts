/** What the probes of the pod ask. */
export interface HealthSources {
  storeWritable(): boolean;
  listenersOpen(): boolean;
  /** For a broker of a cluster: why it takes no part in it now, if it does not. */
  readonly clusterProblem?: (() => string | undefined) | undefined;
}

export interface HealthReport {
  readonly ready: boolean;
  /** Why not, by part; `ok` for the parts that are. */
  readonly parts: { readonly startup: string; readonly store: string; readonly listeners: string; readonly cluster?: string; readonly shutdown?: string };
}

export class Health {
  private started = false;
  private isDraining = false;

  constructor(private readonly sources: HealthSources) {}

  /** The store is recovered and the listeners are open. */
  markStarted(): void {
    this.started = true;
  }

  /** On its way out: new clients should go elsewhere, though they are still served until the listeners close. */
  markDraining(): void {
    this.isDraining = true;
  }

  get startedUp(): boolean {
    return this.started;
  }

  get draining(): boolean {
    return this.isDraining;
  }

  /**
   * Whether clients are served. While the broker shuts down they are until the listeners close: Kubernetes itself takes a terminating pod out of its Services, and kube-proxy falls back to terminating pods that are ready
   * where no others are (KEP-1669). Turning unready at once would have new connections dropped before the load balancer knows.
   */
  readiness(): HealthReport {
    return report(this.parts());
  }

  /** The same for load balancers that ask the broker itself and learn of a shutdown in no other way: unhealthy from its first moment. */
  loadBalancing(): HealthReport {
    return report({ ...this.parts(), shutdown: this.isDraining ? 'draining' : 'ok' });
  }

  private parts(): HealthReport['parts'] {
    const { clusterProblem } = this.sources;
    return {
      startup: this.started ? 'ok' : 'the store is being opened',
      store: !this.started || this.sources.storeWritable() ? 'ok' : 'cannot write',
      listeners: !this.started || this.sources.listenersOpen() ? 'ok' : 'not all are open',
      ...(clusterProblem && { cluster: clusterProblem() ?? 'ok' }),
    };
  }
}

function report(parts: HealthReport['parts']): HealthReport {
  return { ready: Object.values(parts).every((part) => part === 'ok'), parts };
}
