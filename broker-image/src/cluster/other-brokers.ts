import type { LiveTraffic, Peers } from './engine/index.js';
import type { InterestKind } from './engine/index.js';
import type { OtherBrokers } from '../protocol/index.js';
import type { Qos } from '../operations/observer.js';

/** How often is looked whether the other brokers have applied what a subscription waits for. */
const CHECK_MILLISECONDS = 1000;

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
  #applied = 0;

  constructor(options: ConnectedBrokersOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#check(), CHECK_MILLISECONDS).unref();
  }

  /** As it was told last, so it may be more. */
  get applied(): number {
    return this.#applied;
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

  close(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    this.#applied = this.#options.peers.list().reduce((least, { applied }) => Math.min(least, applied), Infinity);
    let due = 0;
    while (due < this.#withdrawals.length && this.#withdrawals[due]!.applied <= this.#applied) due++;
    for (const { filter } of this.#withdrawals.splice(0, due)) this.#options.traffic.withdraw(filter, 'stored');
  }
}

/** Every broker publishes `$SYS` for its own clients. */
function isLocal(filter: string): boolean {
  return filter.startsWith('$SYS/');
}
