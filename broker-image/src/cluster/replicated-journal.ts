import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { BatchQueue } from './batch-queue.js';
import { ClusterError } from './cluster-error.js';
import { LogTrimmedError, type LogEntry, type ReplicatedLog } from './replicated-log.js';
import { SnapshotNeededError } from './snapshots.js';
import {
  readBatch, StoreUnavailableError,
  type Batch, type CloseSession, type CommitWaiter, type ConnectionId, type Journal, type JournalListener, type OpenedSession, type OpenSession, type Operation, type SessionOwner, type Store, type SubmittedOperation,
} from '../store/index.js';

export interface ReplicatedJournalOptions {
  /** Name of this broker; no two of a cluster have the same. */
  readonly broker: string;
  readonly store: Store;
  /** The journal closes it with itself. */
  readonly log: ReplicatedLog;
  /** Name of the only broker that begins an empty log; this one waits for it. @default any */
  readonly firstBroker?: string;
  /** Another broker has to do something first: begin the log, or save the snapshot that is needed. */
  readonly waiting?: (error: Error) => void;
  /** The journal cannot go on, and this broker neither: what to do is to end it and start it again. Called once. */
  readonly failed: (error: Error) => void;
  /** Size from which on a batch takes no more operations, in bytes. One message makes it larger, by its own size at most. @default 262144 */
  readonly maxBatchBytes?: number;
  /** What may wait for the log, in bytes; above it, everything but the ends of connections is refused. @default 67108864 */
  readonly maxWaitingBytes?: number;
  /** The same in operations. @default 200000 */
  readonly maxWaitingOperations?: number;
  /** How long the opening of a session may wait for the log; then it is refused, and the client may try another broker. @default 10 */
  readonly openSeconds?: number;
  /** How long `end` waits for what was submitted. @default 10 */
  readonly endSeconds?: number;
}

const MAX_BATCH_BYTES = 256 * 1024;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_WAITING_OPERATIONS = 200_000;
const OPEN_SECONDS = 10;
/** Share of the room for what waits above which nobody is read who adds to it. */
const CROWDED_SHARE = 0.5;
const END_SECONDS = 10;
/** So much applied and not on disk may be in memory; until it is less, the log is not read. */
const MAX_PENDING_OPERATIONS = 100_000;
/** How long entries are applied before everything else has its turn. */
const SLICE_MILLISECONDS = 10;
const RETRY_MILLISECONDS = 1000;

interface PendingOpen {
  readonly timeout: NodeJS.Timeout;
  resolve(opened: OpenedSession): void;
  reject(error: Error): void;
}

/**
 * For a broker of a cluster: operations go into the replicated log and take effect when they come back from it, in the order that it gave them, which is the same for all brokers.
 * What came back needs no local disk to be safe.
 */
export class ReplicatedJournal implements Journal {
  /**
   * Follows the log from where the store is, and resolves once the store has everything that was in the log. A store that held something before there was a log
   * becomes what the cluster begins with.
   * @throws SnapshotNeededError if the log does not lead from where the store is to where it ends
   */
  static async follow(options: ReplicatedJournalOptions): Promise<ReplicatedJournal> {
    const { broker, firstBroker = broker, log, store, waiting } = options;
    const last = await log.last(store.applied);
    if (store.applied > last) {
      throw new ClusterError(`The store of this broker is at entry ${store.applied} of the replicated log, which ends at ${last}: it is another log, or one that was begun anew. Name the log that the store belongs to, or an empty folder in store.directory.`);
    }
    const waits = last === 0 && firstBroker !== broker;
    if (waits) waiting?.(new StoreUnavailableError(`The replicated log is empty, and broker ${firstBroker} begins it (cluster.firstBroker). Waiting for that broker.`));
    const journal = new ReplicatedJournal(options);
    await new Promise<void>((resolve, reject) => journal.#follow(waits ? 1 : last, resolve, reject));
    return journal;
  }

  readonly replicated = true;
  readonly #options: ReplicatedJournalOptions;
  readonly #store: Store;
  readonly #batches: BatchQueue;
  /** Of connections that are open here. */
  readonly #owners = new Map<number, SessionOwner>();
  readonly #opening = new Map<number, PendingOpen>();
  #listener: JournalListener = { published() {}, dropped() {} };
  /** This run of the broker; 0 until it begins. */
  #incarnation = 0;
  #connections = 0;
  /** The run was recorded in the log. */
  #begun = false;
  /** The entry that is being applied is one of this broker. */
  #own = false;
  #reading: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** Nothing new is taken. */
  #ended = false;
  /** The log is not read any more. */
  #closed = false;

  private constructor(options: ReplicatedJournalOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#batches = new BatchQueue({
      broker: options.broker,
      maxBatchBytes: options.maxBatchBytes ?? MAX_BATCH_BYTES,
      append: (data) => options.log.append(data),
      refused: (error) => this.#fail(new ClusterError(`The replicated log refuses what this broker writes: ${error.message}`, { cause: error })),
    });
    options.store.listener = {
      // Every broker sees every queue; who brought the message counts what was dropped of it.
      dropped: (reason, count, clientId) => {
        if (this.#own) this.#listener.dropped(reason, count, clientId);
      },
      willPublished: (will) => this.#listener.published(will),
      superseded: (_clientId, connection) => this.#superseded(connection),
    };
  }

  /** Tells this run of the broker from others. */
  get incarnation(): number {
    return this.#incarnation;
  }

  get writable(): boolean {
    return this.failure === undefined;
  }

  get crowded(): boolean {
    return this.#filling() > CROWDED_SHARE;
  }

  get failure(): Error | undefined {
    const { log } = this.#options;
    if (this.#failure !== undefined) return this.#failure;
    if (this.#ended) return new StoreUnavailableError('the broker ends');
    if (!this.#begun) return new StoreUnavailableError('this broker is not part of the cluster yet');
    if (!log.available) return log.failure ?? new StoreUnavailableError('the replicated log is not available');
    return this.#full() ?? this.#store.failure;
  }

  /** Entries of the log that were not applied here. */
  async lag(): Promise<number> {
    return Math.max(0, (await this.#options.log.last()) - this.#store.applied);
  }

  start(listener: JournalListener): Promise<void> {
    this.#listener = listener;
    return this.#begin(new StoreUnavailableError('the broker starts'));
  }

  connection(): ConnectionId {
    return { broker: this.#options.broker, incarnation: this.#incarnation, number: ++this.#connections };
  }

  open(operation: OpenSession, owner: SessionOwner): Promise<OpenedSession> {
    return new Promise((resolve, reject) => {
      const { number } = operation.connection;
      this.#submit(operation);
      this.#owners.set(number, owner);
      const { openSeconds = OPEN_SECONDS, log } = this.#options;
      const timeout = setTimeout(() => {
        const cause = log.failure === undefined ? '' : `: ${log.failure.message}`;
        this.#opened(number)?.reject(new StoreUnavailableError(`the replicated log did not take the session within ${openSeconds} s${cause}`, { cause: log.failure }));
      }, openSeconds * 1000);
      this.#opening.set(number, { timeout, resolve, reject });
    });
  }

  /** The log has all sessions. */
  introduce(): void {}

  close(operation: CloseSession): void {
    const { number } = operation.connection;
    // Without an owner, the log ended the connection already.
    if (!this.#owners.delete(number)) return;
    this.#opened(number)?.reject(new StoreUnavailableError('the connection is over'));
    if (!this.#batches.withdraw(number)) this.#batches.add(operation);
  }

  submit(operation: SubmittedOperation): void {
    this.#submit(operation);
  }

  afterCommit(waiter: CommitWaiter): void {
    if (this.#failure === undefined) this.#batches.wait(waiter);
    else waiter.failed(this.#failure);
  }

  /** Queues hold only what came back from the log. */
  isDurable(): boolean {
    return true;
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { endSeconds = END_SECONDS, log } = this.#options;
    if (this.#failure === undefined) {
      const waiting = new AbortController();
      const applied = new Promise<void>((resolve) => this.#batches.wait({ committed: resolve, failed: () => resolve() }));
      await Promise.race([applied, sleep(endSeconds * 1000, undefined, { signal: waiting.signal })]);
      waiting.abort();
    }
    this.#giveUp(new StoreUnavailableError('the broker ends'));
    this.#closed = true;
    await log.close();
    await this.#reading;
  }

  // --- into the log

  #submit(operation: Operation): void {
    const reason = this.#refusal(operation);
    if (reason !== undefined) throw new StoreUnavailableError(reason.message, { cause: reason });
    this.#batches.add(operation);
  }

  /** While the log is away, operations wait for it, as long as there is room. */
  #refusal(operation: Operation): Error | undefined {
    if (this.#failure !== undefined) return this.#failure;
    if (this.#ended) return new Error('the broker ends');
    const connection = 'connection' in operation ? operation.connection : operation.kind === 'publish' ? operation.received?.connection : undefined;
    if (connection !== undefined && connection.incarnation !== this.#incarnation) return new Error('the connection is over');
    return this.#full() ?? (operation.kind === 'publish' ? this.#store.failure : undefined);
  }

  /** Share of the room for what waits. */
  #filling(): number {
    const { maxWaitingBytes = MAX_WAITING_BYTES, maxWaitingOperations = MAX_WAITING_OPERATIONS } = this.#options;
    return Math.max(this.#batches.bytes / maxWaitingBytes, this.#batches.operations / maxWaitingOperations);
  }

  #full(): Error | undefined {
    if (this.#filling() < 1) return undefined;
    const { log } = this.#options;
    const { bytes, operations } = this.#batches;
    const cause = log.failure === undefined ? 'it is too slow' : log.failure.message;
    return new StoreUnavailableError(`${operations} operations (${bytes} bytes) wait for the replicated log: ${cause}. Nothing more is taken until it goes on.`, { cause: log.failure });
  }

  /** Begins a run of this broker, until the log has it. */
  async #begin(reason: Error): Promise<void> {
    const { broker } = this.#options;
    this.#begun = false;
    for (;;) {
      // The clock tells runs apart that cannot see one another in the log yet, and the log puts right a clock that goes back.
      const incarnation = Math.max(Date.now(), (this.#store.brokers.get(broker)?.incarnation ?? 0) + 1);
      this.#incarnation = incarnation;
      this.#owners.clear();
      this.#refuseOpening(reason);
      this.#batches.begin(incarnation, reason);
      // Only the first entry of a log can say so.
      const { applied, content } = this.#store;
      if (content !== undefined && applied === 0) this.#batches.add({ kind: 'adopt', time: Date.now(), content });
      this.#batches.add({ kind: 'recover', time: Date.now(), broker, incarnation });
      const recorded = await new Promise<boolean>((resolve) => this.#batches.wait({ committed: () => resolve(true), failed: () => resolve(false) }));
      if (this.#failure !== undefined || this.#ended) throw this.failure!;
      if (recorded) break;
    }
    this.#begun = true;
  }

  // --- out of the log

  /** `caughtUp` is called once the store has entry `last`. */
  #follow(last: number, caughtUp: () => void, failed: (error: Error) => void): void {
    let behind = true;
    const check = () => {
      if (!behind || this.#store.applied < last) return;
      behind = false;
      caughtUp();
    };
    this.#reading = this.#read(check).catch((cause: Error) => {
      const error = cause instanceof LogTrimmedError ? new SnapshotNeededError(cause.first - 1, cause.message, { cause }) : cause;
      if (behind) {
        this.#ended = true;
        failed(error);
      } else this.#fail(error);
    });
  }

  async #read(applied: () => void): Promise<void> {
    applied();
    let slice = performance.now();
    for await (const entry of this.#options.log.read(this.#store.applied)) {
      if (this.#failure !== undefined) return;
      if (entry.sequence <= this.#store.applied) continue;
      this.#apply(entry);
      applied();
      while (this.#store.pendingOperations > MAX_PENDING_OPERATIONS && !this.#closed) await this.#store.durable().catch(() => sleep(RETRY_MILLISECONDS));
      if (performance.now() - slice > SLICE_MILLISECONDS) {
        await nextTurn();
        slice = performance.now();
      }
    }
    if (!this.#ended) throw new Error('the replicated log ended');
  }

  #apply({ sequence, data }: LogEntry): void {
    const batch = this.#decode(sequence, data);
    const { broker, incarnation } = batch;
    this.#own = broker === this.#options.broker;
    const mine = this.#own && incarnation === this.#incarnation;
    if (this.#store.applied === 0) this.#checkBeginning(sequence, batch);
    if (this.#store.beginEntry(sequence, batch)) {
      for (const operation of batch.operations) this.#applyOperation(operation, mine);
      if (mine) this.#batches.applied(batch.batch);
    }
    this.#own = false;
    if (this.#incarnation !== 0) this.#checkRun();
  }

  /** The first entry decides what the state begins with: nothing, or the content of one broker's store. */
  #checkBeginning(sequence: number, { broker, operations: [first] }: Batch): void {
    const { content } = this.#store;
    const adopted = first?.kind === 'adopt' ? first.content : undefined;
    if (adopted === content) return;
    if (content !== undefined) {
      throw contentLeftBehind(broker);
    }
    throw new SnapshotNeededError(sequence, `The cluster began with the store of broker ${broker}. A snapshot is needed.`);
  }

  #decode(sequence: number, data: Uint8Array): Batch {
    try {
      return readBatch(data);
    } catch (error) {
      throw new ClusterError(`Entry ${sequence} of the replicated log cannot be read: ${(error as Error).message}.`, { cause: error });
    }
  }

  #applyOperation(operation: Operation, mine: boolean): void {
    const sessionPresent = operation.kind === 'open' && !operation.clean && this.#store.session(operation.clientId) !== undefined;
    const applied = this.#store.applyLogged(operation);
    if (operation.kind === 'publish') {
      // QoS 0 did not wait for the log.
      if (applied && operation.message.qos > 0) this.#listener.published(operation.message);
    } else if (operation.kind === 'open' && mine) {
      const { clean, clientId, connection } = operation;
      const pending = this.#opened(connection.number);
      if (applied) pending?.resolve({ sessionPresent, session: clean ? undefined : this.#store.session(clientId) });
      else pending?.reject(new StoreUnavailableError('the cluster took this broker for gone'));
    }
  }

  #superseded({ broker, incarnation, number }: ConnectionId): void {
    if (broker !== this.#options.broker || incarnation !== this.#incarnation) return;
    const owner = this.#owners.get(number);
    this.#owners.delete(number);
    owner?.superseded();
  }

  /** Looks whether the log still counts this run of the broker. */
  #checkRun(): void {
    const run = this.#store.brokers.get(this.#options.broker);
    if (run === undefined) return;
    if (run.incarnation > this.#incarnation) {
      if (this.#begun) this.#fail(new ClusterError(`Another broker with the name ${this.#options.broker} began to run. Every broker of a cluster needs a name of its own (name in the configuration).`));
      // Its clock is ahead of this one's.
      else this.#batches.begin(this.#incarnation, new StoreUnavailableError('the run was not recorded'));
    } else if (run.expelled && run.incarnation === this.#incarnation) {
      this.#begin(new StoreUnavailableError('the cluster took this broker for gone')).catch(() => {});
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined || this.#ended) return;
    this.#failure = error;
    this.#giveUp(error);
    this.#options.failed(error);
  }

  #giveUp(reason: Error): void {
    this.#refuseOpening(reason);
    this.#batches.close(reason);
  }

  /** Whoever waits for the connection to be opened, for the last time. */
  #opened(connection: number): PendingOpen | undefined {
    const pending = this.#opening.get(connection);
    if (pending !== undefined) clearTimeout(pending.timeout);
    this.#opening.delete(connection);
    return pending;
  }

  #refuseOpening(reason: Error): void {
    for (const connection of [...this.#opening.keys()]) this.#opened(connection)?.reject(reason);
  }
}

/** @param broker the one that the cluster began with, where the log still has its beginning */
export function contentLeftBehind(broker?: string): ClusterError {
  const beginner = broker === undefined ? '' : `, with broker ${broker}`;
  return new ClusterError(`The store of this broker holds sessions or messages from before it was part of a cluster, and the cluster began without them${beginner}. Start the cluster with this broker alone on a new log (or name it in cluster.firstBroker of all brokers), or name an empty folder in store.directory, which gives them up.`);
}
