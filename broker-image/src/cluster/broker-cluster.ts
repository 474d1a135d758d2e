import { setTimeout as pause } from 'node:timers/promises';
import { ClusterError } from './cluster-error.js';
import { DepartedBrokers } from './departed-brokers.js';
import { Engine, EngineEndedError, EngineRefusedError, LogFullError, SnapshotInProgressError, type Peers, type PeerStatus } from './engine/index.js';
import { joinCluster, shareContent } from './join.js';
import { ConnectedBrokers } from './other-brokers.js';
import { Rebalancer } from './rebalancer.js';
import { SnapshotKeeper } from './snapshot-keeper.js';
import type { ReplicatedJournal } from './replicated-journal.js';
import type { ReplicatedLog } from './replicated-log.js';
import type { ClusterConfiguration } from '../config/index.js';
import type { ClusterStatistics, DepartureReason, Log } from '../operations/index.js';
import type { Broker, OtherBrokers } from '../protocol/index.js';
import type { Journal, Store, StoreOptions } from '../store/index.js';

/** How long the log may be away before this broker says that it is not ready: as long as a change of its leader may take. */
const UNREADY_MILLISECONDS = 4000;
/** Entries that a ready broker may not have applied yet. */
const MAX_LAG = 1000;
/** Who connected since is not moved: it may not have subscribed yet, or was moved here itself. */
const MIN_MOVED_SECONDS = 10;
const CHECK_MILLISECONDS = 1000;
const RETRY_MILLISECONDS = 5000;

export interface BrokerClusterOptions {
  /** Name of this broker. */
  readonly name: string;
  readonly configuration: ClusterConfiguration;
  readonly storeOptions: StoreOptions;
  readonly log: Log;
  /** This broker cannot go on. */
  readonly failed: (error: Error) => void;
  /** Gives up joining. */
  readonly signal: AbortSignal;
  readonly draining: () => boolean;
  readonly connections: () => number;
  /** An entry is on a quorum of the NATS servers. */
  readonly appended: (seconds: number) => void;
}

/** What an operator can change is a sentence for him; anything else is a fault of the code. */
function explained(error: Error): Error {
  return error instanceof EngineRefusedError || error instanceof EngineEndedError ? new ClusterError(error.message, { cause: error }) : error;
}

/** This broker's part in its cluster, from the search for NATS to the goodbye. */
export class BrokerCluster {
  readonly #options: BrokerClusterOptions;
  /** What is done before it takes part. */
  #phase: string | undefined = 'connecting to NATS';
  #engine: Engine | undefined;
  #peers: Peers | undefined;
  #others: ConnectedBrokers | undefined;
  #departed: DepartedBrokers | undefined;
  #keeper: SnapshotKeeper | undefined;
  #rebalancer: Rebalancer | undefined;
  #snapshotsSaved = 0;
  #snapshotsFailed = 0;
  readonly #expelled: Record<DepartureReason, number> = { shutdown: 0, lost: 0, unheard: 0 };
  #journal: ReplicatedJournal | undefined;
  #store: Store | undefined;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** Since when the log is away. */
  #awaySince: number | undefined;

  constructor(options: BrokerClusterOptions) {
    this.#options = options;
  }

  get journal(): Journal {
    return this.#journal!;
  }

  /** Another one than was given to `join` if a snapshot took its place. */
  get store(): Store {
    return this.#store!;
  }

  get others(): OtherBrokers {
    return this.#others!;
  }

  /** Why this broker should get no clients now; undefined: it may. */
  get problem(): string | undefined {
    if (this.#phase !== undefined) return this.#phase;
    const failure = this.#failure;
    if (failure !== undefined && this.#awaySince !== undefined && performance.now() - this.#awaySince >= UNREADY_MILLISECONDS) return failure.message;
    const lag = this.#engine!.log.lastKnown - this.#store!.applied;
    return lag > MAX_LAG ? `${lag} entries behind the replicated log` : undefined;
  }

  /** Of what this broker needs of NATS: the log, and the way to the others. */
  get #failure(): Error | undefined {
    return this.#journal!.failure ?? this.#engine!.isolation;
  }

  /**
   * Waits for NATS, and brings the store to where the log ends.
   * @throws ClusterError, StoreOpenError
   */
  async join(store: Store): Promise<void> {
    this.#store = store;
    try {
      await this.#join(store);
    } catch (error) {
      await this.#store.close();
      throw explained(error as Error);
    }
  }

  /** From now on the broker gets what clients of the others publish, and does its part of what has to be done for all. */
  async start(broker: Broker): Promise<void> {
    const { name, configuration, log } = this.#options;
    const { log: replicatedLog, snapshots, traffic } = this.#engine!;
    const [journal, peers, store] = [this.#journal!, this.#peers!, this.#store!];
    traffic.onMessage = (packet) => broker.receive(packet);
    this.#phase = 'waiting for what the other brokers want';
    await traffic.complete();
    this.#phase = undefined;
    this.#departed = new DepartedBrokers({
      name, peers, store, journal,
      isolated: () => this.#engine!.isolation !== undefined,
      expelling: (gone, reason) => {
        this.#expelled[reason]++;
        log.write('warn', 'cluster.peer-expelled', 'a broker is gone: its clients count as disconnected, and their wills are published', { peer: gone, reason });
      },
    });
    this.#timer = setInterval(() => this.#check(), CHECK_MILLISECONDS).unref();
    this.#keeper = new SnapshotKeeper({
      store, snapshots, log: replicatedLog, maxLogBytes: configuration.log.maxBytes,
      // While the log is full, no broker is ready, and so none is the first: whoever finds it so saves what lets it be trimmed.
      responsible: () => replicatedLog.failure instanceof LogFullError || (peers.isFirst && journal.failure === undefined),
      failed: (error) => this.#snapshotFailed(error),
      saved: () => this.#snapshotsSaved++,
    });
    const { enabled, ...rebalance } = configuration.rebalance;
    if (enabled) {
      this.#rebalancer = new Rebalancer({
        ...rebalance,
        peers: () => peers.list(),
        ready: () => this.#status().ready,
        connections: this.#options.connections,
        release: (count) => {
          const released = broker.release(count, MIN_MOVED_SECONDS);
          if (released > 0) log.write('info', 'cluster.rebalancing', 'clients are disconnected to spread them evenly', { count: released });
          return released;
        },
      });
    }
    void this.#shareContent();
    log.write('info', 'cluster.joined', 'part of the cluster', { cluster: configuration.name, peers: peers.list().map((peer) => peer.name), applied: store.applied });
  }

  /** Ends what this broker does for others. Its clients have left. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    this.#departed?.close();
    this.#rebalancer?.close();
    this.#engine?.snapshots.close();
    await this.#keeper?.close();
  }

  /** Says goodbye. The journal has ended. */
  async leave(): Promise<void> {
    this.#others?.close();
    await this.#engine?.close();
  }

  async #join(store: Store): Promise<void> {
    const { name, configuration, signal, storeOptions } = this.#options;
    const onWaiting = (error: Error) => this.#waiting(error.message);
    const engine = (this.#engine = await Engine.open({
      cluster: configuration,
      maxStoreBytes: storeOptions.maxBytes,
      broker: name,
      ...(store.cluster !== undefined && { clusterId: store.cluster }),
      onWaiting,
      onEnded: (error) => this.#options.failed(explained(error)),
      onWarning: (message) => this.#options.log.write('warn', 'cluster.warning', message),
      signal,
    }));
    const { log, snapshots, traffic } = engine;
    // Before anything is written: the name may be that of another broker.
    this.#phase = 'looking for the other brokers';
    const peers = (this.#peers = await engine.join(() => this.#status()));
    this.#follow(peers);
    this.#phase = 'catching up with the replicated log';
    const joined = await joinCluster(store, {
      broker: name, cluster: log.clusterId, log: this.#measured(log), snapshots, storeOptions, signal,
      waiting: onWaiting,
      ...(configuration.firstBroker !== undefined && { firstBroker: configuration.firstBroker }),
      failed: (error) => this.#options.failed(explained(error)),
    });
    this.#store = joined.store;
    this.#journal = joined.journal;
    this.#others = new ConnectedBrokers({ peers, traffic, applied: () => joined.store.applied });
    this.#phase = 'recording in the replicated log that this broker begins';
  }

  /** Undefined until the others are found. */
  statistics(): ClusterStatistics | undefined {
    if (this.#phase !== undefined) return undefined;
    const { log, traffic } = this.#engine!;
    const { applied } = this.#store!;
    return {
      ready: this.problem === undefined,
      logWritable: log.available,
      applied,
      last: Math.max(log.lastKnown, applied),
      logBytes: log.bytes,
      logMaxBytes: this.#options.configuration.log.maxBytes,
      peers: this.#peers!.list().length,
      live: traffic.statistics(),
      snapshots: { saved: this.#snapshotsSaved, failed: this.#snapshotsFailed },
      expelled: this.#expelled,
      rebalanced: this.#rebalancer?.released ?? 0,
    };
  }

  /** The same log, which tells how long its appends take. */
  #measured(log: ReplicatedLog): ReplicatedLog {
    const { appended } = this.#options;
    return {
      append: async (data) => {
        const begun = performance.now();
        const sequence = await log.append(data);
        appended((performance.now() - begun) / 1000);
        return sequence;
      },
      read: (after) => log.read(after),
      last: (atLeast) => log.last(atLeast),
      get available() {
        return log.available;
      },
      get failure() {
        return log.failure;
      },
      close: () => log.close(),
    };
  }

  #status(): PeerStatus {
    const draining = this.#options.draining();
    return { run: this.#journal?.incarnation ?? 0, ready: this.problem === undefined && !draining, applied: this.#store!.applied, connections: this.#options.connections(), draining };
  }

  #follow(peers: Peers): void {
    const { log, failed } = this.#options;
    const { onJoin, onLeave } = peers;
    peers.onJoin = (peer) => {
      log.write('info', 'cluster.peer-joined', 'another broker is there', { peer: peer.name });
      onJoin(peer);
    };
    peers.onLeave = (peer, saidGoodbye) => {
      log.write('info', 'cluster.peer-left', 'another broker left, or is silent', { peer: peer.name });
      onLeave(peer, saidGoodbye);
      this.#departed?.left(peer.name, peer.run, saidGoodbye ? 'shutdown' : 'lost');
    };
    peers.onReplaced = (error) => failed(explained(error));
  }

  #waiting(message: string): void {
    if (this.#phase === message) return;
    this.#phase = message;
    this.#options.log.write('warn', 'cluster.waiting', message);
  }

  #check(): void {
    const { log } = this.#options;
    const failure = this.#failure;
    if (failure !== undefined && this.#awaySince === undefined) {
      this.#awaySince = performance.now();
      log.write('warn', 'cluster.unavailable', failure.message);
    } else if (failure === undefined && this.#awaySince !== undefined) {
      log.write('info', 'cluster.recovered', 'the replicated log takes entries again', { seconds: Math.round((performance.now() - this.#awaySince) / 1000) });
      this.#awaySince = undefined;
    }
  }

  /** What this broker brought along is what the others begin with, so it is tried until they have it. */
  async #shareContent(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        return await shareContent(this.#store!, this.#engine!.snapshots);
      } catch (error) {
        this.#snapshotFailed(error as Error);
      }
      await pause(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  }

  #snapshotFailed(error: Error): void {
    if (error instanceof SnapshotInProgressError || this.#stopping.signal.aborted) return;
    this.#snapshotsFailed++;
    this.#options.log.write('warn', 'cluster.snapshot-failed', 'a snapshot could not be saved; it is tried again', { error });
  }
}
