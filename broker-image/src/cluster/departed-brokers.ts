import type { Peers } from './engine/index.js';
import type { DepartureReason } from '../operations/index.js';
import type { Journal, Store } from '../store/index.js';

const CHECK_MILLISECONDS = 1000;
/** A run that is in the log, and of whose broker nobody ever heard: it gets as many checks as a silent broker gets seconds. */
const UNHEARD_CHECKS = 6;
/** Checks in a row at which the log could be written, before anybody counts as gone: whoever was cut off hears the others again a little later than the log. */
const CALM_CHECKS = 3;

export interface DepartedBrokersOptions {
  /** Of this broker. */
  readonly name: string;
  readonly peers: Peers;
  readonly store: Store;
  readonly journal: Journal;
  /** Whether this broker cannot hear the others. */
  readonly isolated: () => boolean;
  /** A run of a broker is about to be ended. */
  readonly expelling: (broker: string, reason: DepartureReason) => void;
}

/**
 * Ends in the log what runs of brokers left behind that are no more: their clients count as disconnected, and their wills are published. One broker does it, the first; whichever
 * that is finds by itself in the log what is left to do, so it does not matter if the one before died over it.
 */
export class DepartedBrokers {
  readonly #options: DepartedBrokersOptions;
  readonly #timer: NodeJS.Timeout;
  /** Checks that a run was missing at, by broker. Counted, not timed: a process that was frozen heard nobody meanwhile. */
  readonly #missing = new Map<string, { readonly run: number; checks: number }>();
  #calm = 0;
  /** Runs of brokers that were there, and left or fell silent. */
  readonly #left = new Map<string, { readonly run: number; readonly reason: DepartureReason }>();

  constructor(options: DepartedBrokersOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), CHECK_MILLISECONDS).unref();
  }

  /** Nobody has to wait any longer for this run. It is 0 if the broker was last heard before its run was in the log: then it is the one that is there by now, unless another process has the name. */
  left(broker: string, run: number, reason: Exclude<DepartureReason, 'unheard'>): void {
    const { peers, store } = this.#options;
    const left = run === 0 && peers.list().every(({ name }) => name !== broker) ? store.brokers.get(broker)?.incarnation : run;
    if (left === undefined || left === 0) return;
    this.#left.set(broker, { run: left, reason });
    this.#check();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#calm++;
    for (const missing of this.#missing.values()) missing.checks++;
    this.#check();
  }

  #check(): void {
    const { name, peers, store, journal, isolated, expelling } = this.#options;
    // While nothing can be written or heard, this broker may be the one that is cut off.
    if (journal.failure !== undefined || isolated()) this.#calm = 0;
    const present = new Map(peers.list().map((peer) => [peer.name, peer.run]));
    for (const [broker, { incarnation, expelled }] of store.brokers) {
      // One without a name stood alone, before there was a cluster.
      if (broker === name || broker === '' || expelled || present.get(broker) === incarnation) {
        this.#missing.delete(broker);
        continue;
      }
      const known = this.#missing.get(broker);
      const missing = known?.run === incarnation ? known : { run: incarnation, checks: 0 };
      this.#missing.set(broker, missing);
      const left = this.#left.get(broker);
      const reason = left?.run === incarnation ? left.reason : 'unheard';
      const due = reason !== 'unheard' || missing.checks > UNHEARD_CHECKS;
      if (!due || !peers.isFirst || this.#calm < CALM_CHECKS) continue;
      expelling(broker, reason);
      journal.submit({ kind: 'expel', time: Date.now(), broker, incarnation });
      this.#left.delete(broker);
      this.#missing.delete(broker);
    }
  }
}
