import type { Peer } from './engine/index.js';

const CHECK_MILLISECONDS = 1000;
/** Checks in a row at which the same brokers are there, before connections are moved: while brokers come and go one after the other, each of them would be moved again. */
const STABLE_CHECKS = 30;
/** With few clients, the tolerance is less than what comes and goes anyway. */
const MIN_SURPLUS = 5;

export interface RebalancerOptions {
  readonly connectionsPerSecond: number;
  readonly tolerancePercent: number;
  /** Checks with the same brokers. @default 30, one a second */
  readonly stableChecks?: number;
  /** The other brokers. */
  readonly peers: () => readonly Peer[];
  /** Whether this broker takes clients, and is not about to end. */
  readonly ready: () => boolean;
  /** Of this broker. */
  readonly connections: () => number;
  /** Ends so many connections at most, the longest-lived first, and returns how many. */
  readonly release: (count: number) => number;
}

/**
 * Moves connections to brokers that have fewer: MQTT 3.1.1 cannot send a client elsewhere, so its connection is closed, and the load balancer decides. It lasts until
 * the clients are spread evenly; a broker that has no more than its share and the tolerance, or only a handful more than its share, closes none.
 */
export class Rebalancer {
  readonly #options: RebalancerOptions;
  readonly #timer: NodeJS.Timeout;
  #brokers = '';
  #stable = 0;
  #moving = false;
  #released = 0;

  constructor(options: RebalancerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.check(), CHECK_MILLISECONDS).unref();
  }

  /** Connections that were closed so far. */
  get released(): number {
    return this.#released;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Once a second. */
  check(): void {
    const { connections, connectionsPerSecond, peers, ready, release, stableChecks = STABLE_CHECKS, tolerancePercent } = this.#options;
    const found = peers();
    // A rolling update, or a broker that is ill: what it has comes here anyway.
    const calm = ready() && found.every((peer) => peer.ready && !peer.draining);
    const brokers = found.map(({ incarnation }) => incarnation).join();
    this.#stable = calm && brokers === this.#brokers ? this.#stable + 1 : 0;
    this.#brokers = brokers;
    if (this.#stable < stableChecks || found.length === 0) {
      this.#moving = false;
      return;
    }
    const mine = connections();
    const average = found.reduce((sum, peer) => sum + peer.connections, mine) / (found.length + 1);
    // Begun above the tolerance, it goes on to the average, so that it does not begin again with the next client.
    const surplus = Math.floor(mine - average);
    if (surplus >= MIN_SURPLUS && mine > average * (1 + tolerancePercent / 100)) this.#moving = true;
    if (surplus <= 0) this.#moving = false;
    if (!this.#moving) return;
    this.#released += release(Math.min(surplus, connectionsPerSecond));
  }
}
