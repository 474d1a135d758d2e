import { setTimeout as sleep } from 'node:timers/promises';
import type { Health } from './health.js';
import type { Log } from './log.js';

export interface ShutdownSteps {
  readonly delaySeconds: number;
  readonly connectionsPerSecond: number;
  connectedClients(): number;
  closeListeners(): void;
  /** Disconnects all clients at this rate. */
  drain(connectionsPerSecond: number): Promise<void>;
  /** Writes everything to disk and closes. */
  close(): Promise<void>;
}

/**
 * The orderly end: serve on until load balancers noticed, accept nothing new (which is when the broker turns unready), disconnect clients at a bounded rate so that their reconnects
 * do not storm the other brokers, write everything to disk.
 */
export class Shutdown {
  private readonly hurry = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly steps: ShutdownSteps,
    private readonly health: Health,
    private readonly log: Log,
  ) {}

  /** The second call hurries the first: no more waiting, all clients at once. */
  run(signal: string): Promise<void> {
    if (this.running === undefined) {
      this.running = this.shutDown(signal);
    } else if (!this.hurry.signal.aborted) {
      this.log.write('warn', 'broker.hurrying', 'a second signal: disconnecting all clients at once', { signal, clients: this.steps.connectedClients() });
      this.hurry.abort();
    }
    return this.running;
  }

  private async shutDown(signal: string): Promise<void> {
    const { delaySeconds, connectionsPerSecond } = this.steps;
    this.health.markDraining();
    this.log.write('info', 'broker.draining', 'shutting down', { signal, delaySeconds, connectionsPerSecond, clients: this.steps.connectedClients() });
    await this.unlessHurried(sleep(delaySeconds * 1000, undefined, { signal: this.hurry.signal }));
    this.steps.closeListeners();
    if (!this.hurry.signal.aborted) await this.unlessHurried(this.steps.drain(connectionsPerSecond));
    await this.steps.close();
  }

  private async unlessHurried(step: Promise<void>): Promise<void> {
    const { signal } = this.hurry;
    const hurried = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([
      hurried,
      step.catch((error: Error) => {
        if (!signal.aborted) throw error;
      }),
    ]);
  }
}
