import { setTimeout as pause } from 'node:timers/promises';
import { DuplicateBrokerError, ForeignBrokerError } from './errors.js';
import type { EngineConnection } from './connection.js';
import type { Subscription } from '@nats-io/transport-node';

const INTERVAL_MILLISECONDS = 1000;
/** A broker that is silent for so long is gone: whoever waits for it goes on. */
export const GONE_MILLISECONDS = 6000;
/** How long a broker that starts waits for those that are there to answer. */
const ANSWER_MILLISECONDS = 750;
/** A tick that comes so late shows that this process did not run: it heard nobody, which says nothing of them. */
const FROZEN_MILLISECONDS = 3000;

/** What brokers tell each other of themselves. */
export interface PeerStatus {
  /** Of this run in the log; 0 until it is recorded there. */
  readonly run: number;
  /** Whether it takes clients. */
  readonly ready: boolean;
  /** Sequence of the log up to which it has applied it. */
  readonly applied: number;
  readonly connections: number;
  readonly draining: boolean;
}

/** Another broker of the cluster that is alive. */
export interface Peer extends PeerStatus {
  readonly name: string;
  /** Of its process: a broker that restarts under its name is another peer. */
  readonly incarnation: string;
}

export interface PeersOptions {
  readonly cluster: string;
  readonly name: string;
  readonly incarnation: string;
  /** `cluster.firstBroker`: brokers of one cluster have the same. */
  readonly firstBroker?: string;
  readonly status: () => PeerStatus;
  /** Whether the server of this broker is cut off from the others, so that silence says nothing of them. */
  readonly isolated?: () => boolean;
}

export type PeerListener = (peer: Peer) => void;
export type DepartureListener = (peer: Peer, saidGoodbye: boolean) => void;

type Kind = 'asking' | 'here' | 'bye';

interface Presence extends Peer {
  readonly kind: Kind;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly firstBroker?: string;
  /** Incarnation of the process that this is the answer to: only one that lives can have heard of it. */
  readonly answers?: string;
}

interface Known {
  peer: Peer;
  /** Of the monotonic clock. */
  heard: number;
}

/** Who is there: every broker says so once a second, over core NATS. */
export class Peers {
  /**
   * Finds the other brokers and joins them.
   * @throws DuplicateBrokerError if there is one with this name, ForeignBrokerError if there are some of another cluster
   */
  static async join(connection: EngineConnection, options: PeersOptions): Promise<Peers> {
    const peers = new Peers(connection, options);
    do {
      peers.#doubtful = false;
      peers.#tell('asking');
      // What a connection that was lost meanwhile did not send, the next one does: it asks again as soon as it is there.
      while (!(await connection.nats.flush().then(() => true, () => false)) && !connection.nats.isClosed()) await pause(ANSWER_MILLISECONDS);
      await pause(ANSWER_MILLISECONDS);
    } while (peers.#doubtful && peers.#failure === undefined);
    if (peers.#failure !== undefined) {
      peers.#stop();
      throw peers.#failure;
    }
    peers.#joined = true;
    peers.#tell('here');
    return peers;
  }

  /** Told of a broker that came. */
  onJoin: PeerListener = () => {};
  /** Told of a broker that said goodbye, that was silent for too long, or whose name was taken anew. */
  onLeave: DepartureListener = () => {};
  /** Another broker runs under this one's name, and this is the older, or there are brokers of another cluster, and this is the later: it has to end. */
  onReplaced: (error: DuplicateBrokerError | ForeignBrokerError) => void = () => {};

  readonly #connection: EngineConnection;
  readonly #options: PeersOptions;
  readonly #subject: string;
  readonly #subscription: Subscription;
  readonly #started = Date.now();
  readonly #known = new Map<string, Known>();
  /** Brokers that said goodbye, or were replaced under their name: what they said before may come later. */
  readonly #left = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #lastTick = performance.now();
  #joined = false;
  /** Somebody spoke under this broker's name, alive or from before its end: it is asked once more. */
  #doubtful = false;
  #failure: DuplicateBrokerError | ForeignBrokerError | undefined;

  private constructor(connection: EngineConnection, options: PeersOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#subject = `${options.cluster}.peers`;
    this.#subscription = connection.nats.subscribe(this.#subject, {
      callback: (error, { data }) => {
        if (error === null) this.#hear(data);
      },
    });
    this.#timer = setInterval(() => this.#tick(), INTERVAL_MILLISECONDS).unref();
    this.#stopListening = connection.onChange((connected) => {
      if (!connected) return;
      // Nobody could be heard meanwhile.
      this.#hearEverybody();
      this.#tell(this.#joined ? 'here' : 'asking');
    });
  }

  /** The others, by name. */
  list(): Peer[] {
    return [...this.#known.values()].map(({ peer }) => peer).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  get(incarnation: string): Peer | undefined {
    return this.#known.get(incarnation)?.peer;
  }

  /** Whether this broker is the first by name of those that are ready: it has the duties that one has to do. */
  get isFirst(): boolean {
    const { name: mine, status } = this.#options;
    return status().ready && [...this.#known.values()].every(({ peer: { name, ready } }) => !ready || mine < name);
  }

  /** Says goodbye, so that nobody waits for this broker. */
  async leave(): Promise<void> {
    this.#stop();
    if (this.#connection.nats.isClosed() || !this.#connection.connected) return;
    this.#tell('bye');
    await this.#connection.nats.flush().catch(() => undefined);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#stopListening();
    if (!this.#connection.nats.isClosed()) this.#subscription.unsubscribe();
  }

  #tell(kind: Kind, answers?: string): void {
    const { name, incarnation, firstBroker, status } = this.#options;
    // What is sent while there is no connection would come late, all at once.
    if (!this.#connection.connected) return;
    const presence: Presence = { kind, name, incarnation, started: this.#started, ...status(), ...(firstBroker !== undefined && { firstBroker }), ...(answers !== undefined && { answers }) };
    this.#connection.nats.publish(this.#subject, JSON.stringify(presence));
  }

  #tick(): void {
    const now = performance.now();
    if (now - this.#lastTick > FROZEN_MILLISECONDS || !this.#connection.connected || this.#options.isolated?.() === true) this.#hearEverybody();
    this.#lastTick = now;
    for (const { peer, heard } of this.#known.values()) if (now - heard > GONE_MILLISECONDS) this.#forget(peer.incarnation);
    if (this.#joined) this.#tell('here');
  }

  #hear(data: Uint8Array): void {
    const { kind, started, answers, firstBroker, ...peer } = JSON.parse(Buffer.from(data).toString()) as Presence;
    const { name, incarnation } = this.#options;
    if (peer.incarnation === incarnation) return;
    if (kind === 'bye') {
      this.#left.add(peer.incarnation);
      const known = this.#known.get(peer.incarnation);
      // One that shuts down soon after it began may have told of its run in no other word.
      if (known !== undefined) known.peer = peer;
      this.#forget(peer.incarnation, true);
      return;
    }
    if (firstBroker !== undefined && this.#options.firstBroker !== undefined && firstBroker !== this.#options.firstBroker) {
      this.#meetForeigner(kind, started, { ...peer, firstBroker });
      return;
    }
    if (peer.name === name) {
      this.#meetNamesake(kind, started, peer, answers);
      return;
    }
    if (kind === 'asking' && this.#joined) this.#tell('here');
    // One that asks has not joined yet, and may find that it must not.
    if (kind === 'here' && !this.#left.has(peer.incarnation)) this.#meet(peer);
  }

  #meet(peer: Peer): void {
    const known = this.#known.get(peer.incarnation);
    if (known !== undefined) {
      known.peer = peer;
      known.heard = performance.now();
      return;
    }
    this.#known.set(peer.incarnation, { peer, heard: performance.now() });
    // Its goodbye was lost, or it was killed: its name is only taken by a process that asked whether it was there.
    for (const { peer: other } of this.#known.values()) {
      if (other.name !== peer.name || other.incarnation === peer.incarnation) continue;
      this.#left.add(other.incarnation);
      this.#forget(other.incarnation);
    }
    this.onJoin(peer);
  }

  /**
   * One that has joined stays before one that asks. Of two that have joined, one was cut off or frozen while the other took its name: the later one stays. What a process said may arrive
   * after it was killed, when its successor starts already, so nobody gives way before the other one has answered.
   */
  #meetNamesake(kind: Kind, started: number, { incarnation }: Peer, answers: string | undefined): void {
    const later = this.#isLater(started, incarnation);
    const stays = kind === 'asking' && this.#joined ? true : kind === 'here' && !this.#joined ? false : later;
    if (stays || answers !== this.#options.incarnation) {
      if (!stays) this.#doubtful = true;
      this.#tell(this.#joined ? 'here' : 'asking', incarnation);
      return;
    }
    if (this.#failure !== undefined) return;
    this.#failure = new DuplicateBrokerError(this.#options.cluster, this.#options.name);
    if (this.#joined) this.onReplaced(this.#failure);
  }

  /** Those that were there stay. Of two that came at once, the earlier does. */
  #meetForeigner(kind: Kind, started: number, peer: Peer & { readonly firstBroker: string }): void {
    if (kind === 'asking') {
      if (this.#joined) this.#tell('here');
      return;
    }
    if (this.#failure !== undefined || (this.#joined && !this.#isLater(started, peer.incarnation))) return;
    this.#failure = new ForeignBrokerError(this.#options.cluster, this.#options.firstBroker!, peer);
    if (this.#joined) this.onReplaced(this.#failure);
  }

  #isLater(started: number, incarnation: string): boolean {
    return this.#started > started || (this.#started === started && this.#options.incarnation > incarnation);
  }

  #forget(incarnation: string, saidGoodbye = false): void {
    const known = this.#known.get(incarnation);
    if (known === undefined) return;
    this.#known.delete(incarnation);
    this.onLeave(known.peer, saidGoodbye);
  }

  #hearEverybody(): void {
    const now = performance.now();
    for (const known of this.#known.values()) known.heard = now;
  }
}
