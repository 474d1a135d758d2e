import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { Changes } from './changes.js';
import { Database } from './database.js';
import { checkDatabaseFile } from './database-file.js';
import { DirectoryLock } from './directory-lock.js';
import { StoreOpenError, StoreUnavailableError } from './errors.js';
import { loadState } from './load.js';
import type { Message } from './message.js';
import type { ConnectionId, Operation } from './operations.js';
import { forgetUnlessNeeded, type Queue, type QueueEntry } from './queue.js';
import { decode, entrySequence, keys, ranges, type BrokerRun } from './records.js';
import type { QueueReader, Session } from './session.js';
import type { SharedQueue } from './shared-queue.js';
import { removeStore, restoreSnapshot, takeSnapshot, verifySnapshot, type Snapshot } from './snapshot.js';
import { State, type BatchOrigin, type StateListener, type Will } from './state.js';
import { volumeRoom, type VolumeRoom } from './volume.js';
import type { BrokerObserver } from '../operations/observer.js';

export interface StoreOptions {
  /** Folder of the database; created if missing. */
  readonly directory: string;
  /** Bytes in use from which on the store counts as full: new messages are refused until space returns. */
  readonly maxBytes: number;
  /**
   * How long changes are gathered before they are written, whoever waits for them: only where something else holds what was acknowledged, the replicated log. What comes and goes in
   * between is never written. @default - what somebody waits for is written at once
   */
  readonly commitDelayMilliseconds?: number;
  readonly observer?: Pick<BrokerObserver, 'storeCommitted' | 'storeFailed' | 'storeRecovered'>;
}

/** Waits for what was applied so far to be on disk. */
export interface CommitWaiter {
  committed(): void;
  /** The commit failed. The store goes on trying, but whoever waited must not promise anything. */
  failed(error: Error): void;
}

const RETRY_MILLISECONDS = 1000;
/**
 * What nobody waits for is written with what somebody does wait for, or after this time. At a moderate rate, a subscriber's acknowledgement then shares a sync with the next message; after a crash
 * within that time the message is sent once more, as if the acknowledgement had been lost on its way.
 */
const UNAWAITED_MILLISECONDS = 10;
/** So many operations are written without waiting for more. */
const MAX_GATHERED = 20_000;
/** A full store takes messages again once this share of its size is free, so that it does not flap. */
const RECOVERED_SHARE = 0.95;
/** How often a commit looks at the volume at most. */
const VOLUME_MILLISECONDS = 100;
/** Records of ended sessions removed by one commit. */
const PURGE_LIMIT = 2000;

/**
 * The durable state of the broker. Operations take effect in memory at once, are gathered, and go to disk in group commits, one at a time:
 * while one is synced, the next one fills. An acknowledgement waits for its commit (`afterCommit`).
 */
export class Store {
  /** @throws StoreOpenError if the folder is in use, holds something else, or a store that cannot be read; nothing in it was changed then */
  static async open(options: StoreOptions): Promise<Store> {
    const { directory } = options;
    await mkdir(directory, { recursive: true }).catch((error: Error) => {
      throw new StoreOpenError(`The store's folder ${directory} cannot be created: ${error.message}. Create it, or name another one in store.directory.`, { cause: error });
    });
    const lock = await DirectoryLock.acquire(directory);
    let database: Database | undefined;
    try {
      await checkDatabaseFile(directory);
      database = Database.open(directory);
      await database.checkFormat();
      await lock.syncFolder();
      const store = new Store(options, lock, database);
      loadState(database, store.#state);
      store.#checkSize();
      return store;
    } catch (error) {
      await database?.close();
      await lock.release();
      throw error;
    }
  }

  /**
   * Puts the store of a snapshot into a folder, in place of one that may be there: whole, or not at all.
   * @param bytes size of the snapshot; 0 where nobody knows
   * @throws RestoreRoomError if it does not fit beside the store that is there, StoreOpenError if the folder is in use, or the snapshot is damaged, cut off or of a version that cannot be read; the
   * folder is as it was then
   */
  static restore(directory: string, chunks: AsyncIterable<Uint8Array>, bytes = 0): Promise<void> {
    return restoreSnapshot(directory, chunks, bytes);
  }

  /**
   * Reads a snapshot to its end, for a folder that it may be restored to.
   * @throws StoreOpenError if it is damaged, cut off or of a version that cannot be read
   */
  static verify(directory: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    return verifySnapshot(directory, chunks);
  }

  /**
   * Removes the store from a folder, for good.
   * @throws StoreOpenError if the folder is in use
   */
  static remove(directory: string): Promise<void> {
    return removeStore(directory);
  }

  readonly #options: StoreOptions;
  readonly #lock: DirectoryLock;
  readonly #database: Database;
  readonly #state: State;

  /** Number of the group that takes the next operation. */
  #group = 1;
  #committedGroup = 0;
  #changes = new Changes();
  #waiters: CommitWaiter[] = [];
  #writing: { readonly changes: Changes; readonly waiters: CommitWaiter[] } | undefined;
  #scheduled = false;
  #delay: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  /** Which limit the store has reached. */
  #full: 'size' | 'volume' | undefined;
  #volume: VolumeRoom | undefined;
  #volumeSeen = -Infinity;
  #lookAgain: NodeJS.Timeout | undefined;
  #usedBytes = 0;
  #closed = false;
  #idle: Array<() => void> = [];

  private constructor(options: StoreOptions, lock: DirectoryLock, database: Database) {
    this.#options = options;
    this.#lock = lock;
    this.#database = database;
    const source = { entry: (queue: Queue, sequence: number) => this.#readEntry(queue, sequence), entries: (queue: Queue, from: number, limit: number) => this.read(queue, from, limit) };
    this.#state = new State(source, { dropped() {}, willPublished() {}, superseded() {} });
  }

  /** Who is told what operations bring about. */
  set listener(listener: StateListener) {
    this.#state.listener = listener;
  }

  /** Whether new messages can be made durable now; readiness follows it. */
  get writable(): boolean {
    return this.#failure === undefined && this.#full === undefined && !this.#closed;
  }

  /** What keeps the store from taking messages. */
  get failure(): Error | undefined {
    return this.#failure ?? (this.#full === undefined ? undefined : this.#fullError(this.#full));
  }

  /**
   * Applies an operation in memory and puts it into the next group commit.
   * @returns false if it came from a connection that has no say any more; it changed nothing then
   * @throws StoreUnavailableError for a message that cannot be made durable now
   */
  apply(operation: Operation): boolean {
    if (this.#closed) throw new StoreUnavailableError('the store is closed');
    // What frees space or follows from what was accepted goes on; what would add to it waits until it can be written.
    if (!this.writable && operation.kind === 'publish') throw new StoreUnavailableError(this.failure!.message, { cause: this.failure });
    const applied = this.#state.apply(operation, this.#changes, this.#group);
    this.#schedule();
    return applied;
  }

  /** Position in the replicated log up to which it was applied; 0 without a log. */
  get applied(): number {
    return this.#state.applied;
  }

  /** Id of the cluster whose log the store follows; undefined for a store that never did. */
  get cluster(): string | undefined {
    return this.#state.cluster;
  }

  /** Whether nothing ever happened in it. */
  get isNew(): boolean {
    return this.#state.isNew;
  }

  /** Id of what the store held before there was a log, if it held something. */
  get content(): string | undefined {
    return this.#state.content;
  }

  /** Binds the store to a cluster, and gives what it holds an id, by which the cluster can begin with it. */
  async joinCluster(cluster: string): Promise<void> {
    const state = this.#state;
    if (state.cluster === undefined) {
      state.cluster = cluster;
      this.#changes.put(keys.cluster, Buffer.from(cluster));
      if (!state.isNew) {
        state.content = randomUUID();
        this.#changes.put(keys.content, Buffer.from(state.content));
      }
      this.#changes.operations++;
      this.#schedule();
    }
    await this.durable();
  }

  /** Makes a store of its own of that of a cluster, which that cluster does not take back. Whoever was connected is disconnected; wills are published. */
  async leaveCluster(): Promise<void> {
    this.#state.leaveCluster(Date.now(), this.#changes, this.#group);
    this.#changes.operations++;
    this.#schedule();
    await this.durable();
  }

  /**
   * Begins an entry of the replicated log, whose operations are to be applied by `applyLogged` at once: entry and operations are one transaction.
   * @returns false if the operations are to be passed over: they were there before, or come from a run of a broker that does not count any more
   */
  beginEntry(sequence: number, origin: BatchOrigin): boolean {
    const counts = this.#state.beginEntry(sequence, origin, this.#changes);
    this.#schedule();
    return counts;
  }

  /**
   * Applies an operation that is in the replicated log: it is not asked whether it can be written.
   * @returns false if it came from a connection that has no say any more; it changed nothing then
   */
  applyLogged(operation: Operation): boolean {
    return this.#state.apply(operation, this.#changes, this.#group);
  }

  /** Operations that are not on disk yet. */
  get pendingOperations(): number {
    return this.#changes.operations + (this.#writing?.changes.operations ?? 0);
  }

  /** Calls back once everything applied so far is on disk, in the order of the calls; at once if it is. */
  afterCommit(waiter: CommitWaiter): void {
    if (!this.#changes.empty) {
      this.#waiters.push(waiter);
      if (this.#delay !== undefined && this.#options.commitDelayMilliseconds === undefined) this.#writeSoon();
    } else if (this.#writing !== undefined) this.#writing.waiters.push(waiter);
    else waiter.committed();
  }

  durable(): Promise<void> {
    return new Promise((resolve, reject) => this.afterCommit({ committed: resolve, failed: reject }));
  }

  isDurable(entry: QueueEntry): boolean {
    return entry.group <= this.#committedGroup;
  }

  /** Whether a message on this topic has to be stored for someone. */
  reaches(topic: string): boolean {
    return this.#state.matchQueues(topic).length > 0;
  }

  session(clientId: string): Session | undefined {
    return this.#state.sessions.get(clientId);
  }

  /** By client id. */
  get sessions(): ReadonlyMap<string, Session> {
    return this.#state.sessions;
  }

  /** Of a client that is connected with a clean session and has shared subscriptions. */
  cleanSession(clientId: string): Session | undefined {
    return this.#state.cleanSession(clientId);
  }

  get sharedSubscriptions(): Iterable<SharedQueue> {
    return this.#state.shared.all;
  }

  /** By its filter, `$share` included. */
  sharedSubscription(filter: string): SharedQueue | undefined {
    return this.#state.shared.get(filter);
  }

  /** The connection that a client id belongs to. */
  owner(clientId: string): ConnectionId | undefined {
    return this.#state.owner(clientId);
  }

  /** The run of each broker that counts; one that never recovered is not in it. */
  get brokers(): ReadonlyMap<string, Readonly<BrokerRun>> {
    return this.#state.brokers;
  }

  /** What is published when the client's connection breaks. */
  will(clientId: string): Message | undefined {
    return this.#state.wills.get(clientId)?.message;
  }

  get wills(): Iterable<Will> {
    return this.#state.wills.values();
  }

  *retained(filter: string): Generator<Message> {
    for (const { message } of this.#state.retained.match(filter)) yield message;
  }

  /** What the message retained on a topic takes in memory, about; 0 if there is none. */
  retainedSize(topic: string): number {
    return this.#state.retained.get(topic)?.size ?? 0;
  }

  /** The same of all of them. */
  get retainedBytes(): number {
    return this.#state.retainedBytes;
  }

  /** From now on what is queued for the session is offered to the reader as well. */
  attach(session: Session, reader: QueueReader): void {
    session.reader = reader;
  }

  detach(session: Session, reader: QueueReader): void {
    if (session.reader !== reader) return;
    session.reader = undefined;
    for (const entry of session.entries.values()) {
      entry.held = false;
      forgetUnlessNeeded(entry);
    }
  }

  /**
   * A queue from a position on, in order, until there are so many entries, or messages of so many bytes; its reader keeps these entries in memory until they are acknowledged or it is
   * detached.
   */
  read(queue: Queue, from: number, limit: number, maxBytes = Infinity): QueueEntry[] {
    const found = new Map<number, QueueEntry>();
    let bytes = 0;
    let upTo = Infinity;
    for (const { key, value } of this.#database.range(ranges.entries(queue.number, from), limit + queue.entries.size)) {
      const sequence = entrySequence(key);
      const entry = queue.entries.get(sequence) ?? decode.entry(queue, sequence, value);
      found.set(sequence, entry);
      if (!entry.removed) bytes += entry.size;
      if (bytes < maxBytes) continue;
      upTo = sequence;
      break;
    }
    for (const entry of queue.entries.values()) if (entry.sequence >= from && entry.sequence <= upTo) found.set(entry.sequence, entry);
    const all = [...found.values()].filter((entry) => !entry.removed).sort((a, b) => a.sequence - b.sequence);
    let count = 0;
    for (bytes = 0; count < Math.min(limit, all.length) && bytes < maxBytes; count++) bytes += all[count]!.size;
    const entries = all.slice(0, count);
    for (const entry of entries) {
      entry.held = true;
      queue.entries.set(entry.sequence, entry);
    }
    return entries;
  }

  statistics() {
    const { sessions, connectedSessions, retained, queues, shared } = this.#state;
    return {
      connectedSessions,
      disconnectedSessions: sessions.size - connectedSessions,
      retainedMessages: retained.size,
      retainedBytes: this.retainedBytes,
      queuedMessages: queues.messages,
      queuedBytes: queues.bytes,
      shared: shared.statistics(),
      bytes: this.#usedBytes,
    };
  }

  /** Every record as it is on disk: for backups, and to compare two stores. */
  dump(): Iterable<{ key: Buffer; value: Buffer }> {
    return this.#database.range(ranges.everything);
  }

  /** Everything that is on disk now. */
  snapshot(): Snapshot {
    return takeSnapshot(this.#database);
  }

  /** Resolves when nothing is left on disk of sessions that ended. */
  async purged(): Promise<void> {
    await this.durable();
    while (this.#state.queues.ended.size > 0) {
      this.#schedule();
      await new Promise(setImmediate);
      await this.durable();
    }
  }

  /** Writes and syncs what is left, then lets go of the folder. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#settled();
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#lookAgain);
    await this.#database.close();
    await this.#lock.release();
  }

  /** Resolves when there is nothing left to write, or writing fails. */
  #settled(): Promise<void> {
    if (this.#writing === undefined && (this.#changes.empty || this.#failure !== undefined)) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) {
      // Gathering ends early.
      if (this.#delay !== undefined && this.#changes.operations >= MAX_GATHERED) this.#writeSoon();
      return;
    }
    if (this.#writing !== undefined || this.#retry !== undefined) return;
    this.#scheduled = true;
    const { commitDelayMilliseconds = this.#waiters.length > 0 ? 0 : UNAWAITED_MILLISECONDS } = this.#options;
    if (commitDelayMilliseconds === 0) this.#writeSoon();
    else this.#delay = setTimeout(() => this.#writeNow(), commitDelayMilliseconds);
  }

  #writeSoon(): void {
    clearTimeout(this.#delay);
    this.#delay = undefined;
    // After the events of this turn, so that the group gathers what all its sockets brought.
    setImmediate(() => this.#writeNow());
  }

  #writeNow(): void {
    this.#delay = undefined;
    this.#scheduled = false;
    this.#commit();
  }

  #commit(): void {
    if (this.#writing !== undefined || this.#closed) return;
    const group = this.#group++;
    const writing = { changes: this.#changes, waiters: this.#waiters };
    this.#changes = new Changes();
    this.#waiters = [];
    this.#writing = writing;
    const started = performance.now();
    this.#database
      .commit((writer) => {
        writing.changes.writeTo(writer);
        this.#purge(writer);
      })
      .then(
        () => this.#committed(group, writing, (performance.now() - started) / 1000),
        (error: Error) => this.#commitFailed(writing, error),
      );
  }

  #committed(group: number, { changes, waiters }: { changes: Changes; waiters: CommitWaiter[] }, seconds: number): void {
    this.#writing = undefined;
    this.#committedGroup = group;
    changes.committed();
    this.#checkSize();
    if (this.#failure !== undefined) {
      this.#failure = undefined;
      if (this.writable) this.#options.observer?.storeRecovered();
    }
    this.#options.observer?.storeCommitted(changes.operations, seconds);
    for (const waiter of waiters) waiter.committed();
    this.#continue();
  }

  #commitFailed({ changes, waiters }: { changes: Changes; waiters: CommitWaiter[] }, error: Error): void {
    this.#writing = undefined;
    this.#changes.takeBack(changes);
    const first = this.writable;
    this.#failure = new StoreUnavailableError(`The store in ${this.#options.directory} cannot be written: ${error.message}. Nothing is acknowledged until it can; check the free space and the volume.`, { cause: error });
    if (first) this.#options.observer?.storeFailed(this.#failure);
    for (const waiter of waiters) waiter.failed(this.#failure);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#commit();
    }, RETRY_MILLISECONDS).unref();
    this.#wakeIdle();
  }

  #continue(): void {
    if (!this.#changes.empty || this.#state.queues.ended.size > 0) this.#schedule();
    if (this.#changes.empty) this.#wakeIdle();
  }

  #wakeIdle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const wake of idle) wake();
  }

  /** Removes what ended sessions left on disk, a piece at a time: everything of them was written by earlier commits. */
  #purge(writer: { remove(key: Buffer): void }): void {
    let room = PURGE_LIMIT;
    for (const queue of this.#state.queues.ended) {
      if (room <= 0) break;
      const found = [...this.#database.keys(ranges.queue(queue), room)];
      for (const key of found) writer.remove(key);
      if (found.length < room) {
        writer.remove(keys.ended(queue));
        this.#state.queues.ended.delete(queue);
      }
      room -= found.length;
    }
  }

  #readEntry(queue: Queue, sequence: number): QueueEntry | undefined {
    const bytes = this.#database.get(keys.entry(queue.number, sequence));
    return bytes === undefined ? undefined : decode.entry(queue, sequence, bytes);
  }

  #checkSize(): void {
    this.#usedBytes = this.#database.usedBytes;
    const { observer } = this.#options;
    const before = this.writable;
    this.#full = this.#whyFull();
    if (before && this.#full !== undefined) observer?.storeFailed(this.#fullError(this.#full));
    else if (!before && this.writable) observer?.storeRecovered();
    // Room on the volume comes back without a commit.
    if (this.#full === 'volume') {
      this.#lookAgain ??= setTimeout(() => {
        this.#lookAgain = undefined;
        this.#checkSize();
      }, RETRY_MILLISECONDS).unref();
    }
  }

  #whyFull(): 'size' | 'volume' | undefined {
    const { maxBytes } = this.#options;
    if (this.#usedBytes >= (this.#full === 'size' ? maxBytes * RECOVERED_SHARE : maxBytes)) return 'size';
    const volume = this.#lookAtVolume();
    if (volume === undefined) return undefined;
    return volume.free < (this.#full === 'volume' ? volume.reserved / RECOVERED_SHARE : volume.reserved) ? 'volume' : undefined;
  }

  #lookAtVolume(): VolumeRoom | undefined {
    const now = performance.now();
    if (this.#full === undefined && now - this.#volumeSeen < VOLUME_MILLISECONDS) return this.#volume;
    this.#volumeSeen = now;
    try {
      this.#volume = volumeRoom(this.#options.directory, this.#usedBytes);
    } catch {
      // A volume that does not answer fails the commits, and those say why.
      this.#volume = undefined;
    }
    return this.#volume;
  }

  #fullError(limit: 'size' | 'volume'): Error {
    const { directory, maxBytes } = this.#options;
    if (limit === 'volume') {
      return new StoreUnavailableError(`The volume of the store in ${directory} is nearly full: ${this.#volume!.free} bytes are left, and ${this.#volume!.reserved} have to stay. New messages are refused until there is room; enlarge the volume, or set store.maxBytes to less than 95 % of it.`);
    }
    return new StoreUnavailableError(`The store in ${directory} is full: ${this.#usedBytes} bytes in use, store.maxBytes is ${maxBytes}. New messages are refused until queued ones are delivered; raise store.maxBytes (and the volume) or shorten session.expirySeconds.`);
  }
}
