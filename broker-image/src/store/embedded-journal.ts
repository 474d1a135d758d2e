import type { Journal, JournalListener, OpenedSession, SubmittedOperation } from './journal.js';
import type { CloseSession, ConnectionId, OpenSession } from './operations.js';
import type { QueueEntry } from './queue.js';
import { sameConnection } from './state.js';
import type { CommitWaiter, Store } from './store.js';

/** The broker's name in its own store: it stands alone. */
const ALONE = '';

/** For a broker that stands alone: operations go straight into its store. */
export class EmbeddedJournal implements Journal {
  readonly replicated = false;
  /** The store bounds what waits for it by its size. */
  readonly crowded = false;
  readonly #store: Store;
  readonly #incarnation: number;
  #connections = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#incarnation = (store.brokers.get(ALONE)?.incarnation ?? 1) + 1;
  }

  get writable(): boolean {
    return this.#store.writable;
  }

  get failure(): Error | undefined {
    return this.#store.failure;
  }

  start({ published, dropped }: JournalListener): Promise<void> {
    // Its connections are closed before another one takes their client id: none is superseded.
    this.#store.listener = { dropped, willPublished: published, superseded() {} };
    this.#store.apply({ kind: 'recover', time: Date.now(), broker: ALONE, incarnation: this.#incarnation });
    return this.#store.durable();
  }

  connection(): ConnectionId {
    return { broker: ALONE, incarnation: this.#incarnation, number: ++this.#connections };
  }

  async open(operation: OpenSession): Promise<OpenedSession> {
    const { clientId, clean, will } = operation;
    const known = this.#store.session(clientId) !== undefined;
    // What leaves nothing behind, and finds nothing, is no business of the store.
    if (clean && !known && will === undefined) return { sessionPresent: false, session: undefined };
    this.#store.apply(operation);
    await this.#store.durable();
    return clean ? { sessionPresent: false, session: undefined } : { sessionPresent: known, session: this.#store.session(clientId) };
  }

  introduce(operation: OpenSession): void {
    if (!sameConnection(this.#store.owner(operation.clientId), operation.connection)) this.#store.apply(operation);
  }

  close(operation: CloseSession): void {
    if (sameConnection(this.#store.owner(operation.clientId), operation.connection)) this.#store.apply(operation);
  }

  submit(operation: SubmittedOperation): void {
    this.#store.apply(operation);
  }

  afterCommit(waiter: CommitWaiter): void {
    this.#store.afterCommit(waiter);
  }

  isDurable(entry: QueueEntry): boolean {
    return this.#store.isDurable(entry);
  }

  /** The store writes what is left when it is closed. */
  end(): Promise<void> {
    return Promise.resolve();
  }
}
