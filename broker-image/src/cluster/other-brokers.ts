import type { LiveTraffic, Peers } from './engine/index.js';
import type { InterestKind } from './engine/index.js';
import type { OtherBrokers } from '../protocol/index.js';
import type { Qos } from '../operations/observer.js';

/** How often is looked whether the other brokers have applied what a subscription waits for. */
const CHECK_MILLISECONDS = 1000;
/** A broker that has not applied what this one had so many checks ago is late. What it tells each second is up to a second old. */
const LATE_CHECKS = 3;

interface Withdrawal {
  readonly filter: string;
  /** Position in the log that all brokers have to reach first. */
  readonly applied: number;
}

export interface ConnectedBrokersOptions {
  readonly peers: Peers;
  readonly traffic: LiveTraffic;
  /** Position in the log up to which this broker has applied it. */
  readonly applied: () => number;
}

/** The other brokers, as this one's clients need them. */
export class ConnectedBrokers implements OtherBrokers {
  readonly #options: ConnectedBrokersOptions;
  readonly #withdrawals: Withdrawal[] = [];
  readonly #timer: NodeJS.Timeout;
  /** Positions in the log up to which this broker had applied it at the last checks. */
  readonly #applied: number[] = [];

  constructor(options: ConnectedBrokersOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#check(), CHECK_MILLISECONDS).unref();
  }

  get first(): boolean {
    return this.#options.peers.isFirst;
  }

  announce(filter: string, kind: InterestKind): Promise<void> {
    return isLocal(filter) ? Promise.resolve() : this.#options.traffic.announce(filter, kind);
  }

  /**
   * The session of a client that left is still there, but others may not have learned so from the log: until they have, this broker goes on telling them
   * that what they take for the filter is to be stored.
   */
  withdraw(filter: string, kind: InterestKind): void {
    if (isLocal(filter)) return;
    if (kind === 'live') this.#options.traffic.withdraw(filter, kind);
    else this.#withdrawals.push({ filter, applied: this.#options.applied() });
  }

  interested(topic: string): boolean {
    return this.#options.traffic.interested(topic);
  }

  storedInterest(topic: string): boolean {
    return this.#options.traffic.storedInterest(topic);
  }

  publish(topic: string, packet: Uint8Array, qos: Qos): Promise<void> | undefined {
    return this.#options.traffic.publish(topic, packet, qos);
  }

  crowded(topic: string): boolean {
    return this.#options.traffic.crowded(topic);
  }

  /** Brokers without clients for the topic do not count, such as one that joins, which has a long way to go: nothing that is sent to them overtakes anything. */
  haveApplied(position: number, topic: string): boolean {
    const { peers, traffic } = this.#options;
    return traffic.interestedPeers(topic).every((incarnation) => (peers.get(incarnation)?.applied ?? Infinity) >= position);
  }

  isLate(topic: string): boolean {
    return this.#applied.length === LATE_CHECKS && !this.haveApplied(this.#applied[0]!, topic);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const { peers, traffic, applied } = this.#options;
    if (this.#applied.push(applied()) > LATE_CHECKS) this.#applied.shift();
    const all = peers.list().reduce((least, peer) => Math.min(least, peer.applied), Infinity);
    let due = 0;
    while (due < this.#withdrawals.length && this.#withdrawals[due]!.applied <= all) due++;
    for (const { filter } of this.#withdrawals.splice(0, due)) traffic.withdraw(filter, 'stored');
  }
}

/** Every broker publishes `$SYS` for its own clients. */
function isLocal(filter: string): boolean {
  return filter.startsWith('$SYS/');
}
