import type { Peer } from './engine/index.js';

const CHECK_MILLISECONDS = 1000;
/** Checks in a row at which the same brokers are there, before connections are moved: while brokers come and go one after the other, each of them would be moved again. */
const STABLE_CHECKS = 30;
/** With few clients, the tolerance is less than what comes and goes anyway. */
const MIN_DIFFERENCE = 5;

export interface RebalancerOptions {
  readonly connectionsPerSecond: number;
  /** Above and below the average. */
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
 * Moves connections to brokers that have fewer: MQTT 3.1.1 cannot send a client elsewhere, so its connection is closed, and the load balancer decides. It begins while this broker has more than the
 * average and the tolerance, or another one less, by more than a handful, and lasts until the clients are spread evenly.
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
    const tolerance = (average * tolerancePercent) / 100;
    const surplus = Math.floor(mine - average);
    const missing = average - Math.min(...found.map((peer) => peer.connections));
    if (surplus >= MIN_DIFFERENCE && mine - average > tolerance) this.#moving = true;
    // One that is empty, of eleven or more, leaves none of the others a tenth above the average.
    if (missing >= MIN_DIFFERENCE && missing >= tolerance) this.#moving = true;
    // Once begun, it goes on to the average, so that it does not begin again with the next client.
    if (surplus <= 0) this.#moving = false;
    if (!this.#moving) return;
    this.#released += release(Math.min(surplus, connectionsPerSecond));
  }
}
