/** What the probes of the pod ask. */
export interface HealthSources {
  storeWritable(): boolean;
  listenersOpen(): boolean;
  /** For a broker of a cluster: why it takes no part in it now, if it does not. */
  readonly clusterProblem?: (() => string | undefined) | undefined;
}

export interface Readiness {
  readonly ready: boolean;
  /** Why not, by part; `ok` for the parts that are. */
  readonly parts: { readonly startup: string; readonly store: string; readonly listeners: string; readonly cluster?: string; readonly shutdown: string };
}

export class Health {
  private started = false;
  private isDraining = false;

  constructor(private readonly sources: HealthSources) {}

  /** The store is recovered and the listeners are open. */
  markStarted(): void {
    this.started = true;
  }

  /** Unready from now on, so that load balancers take this broker out before its clients are disconnected. */
  markDraining(): void {
    this.isDraining = true;
  }

  get startedUp(): boolean {
    return this.started;
  }

  get draining(): boolean {
    return this.isDraining;
  }

  readiness(): Readiness {
    const { clusterProblem } = this.sources;
    const parts = {
      startup: this.started ? 'ok' : 'the store is being opened',
      store: !this.started || this.sources.storeWritable() ? 'ok' : 'cannot write',
      listeners: !this.started || this.sources.listenersOpen() ? 'ok' : 'not all are open',
      shutdown: this.isDraining ? 'draining' : 'ok',
      ...(clusterProblem && { cluster: clusterProblem() ?? 'ok' }),
    };
    return { ready: Object.values(parts).every((part) => part === 'ok'), parts };
  }
}
