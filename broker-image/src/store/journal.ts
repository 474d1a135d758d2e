import type { ConnectionId, CloseSession, OpenSession, Operation } from './operations.js';
import type { QueueEntry } from './queue.js';
import type { Session } from './session.js';
import type { CommitWaiter } from './store.js';
import type { StateListener } from './state.js';
import type { Message } from './message.js';

/** Who opened a session. */
export interface SessionOwner {
  /** The client id belongs to another connection now, somewhere in the cluster: this one ends. */
  superseded(): void;
}

export interface OpenedSession {
  /** Whether there was a session to go on with. */
  readonly sessionPresent: boolean;
  /** Undefined for a clean session. */
  readonly session: Session | undefined;
}

/** Is told what happens in the state without having asked for it. */
export interface JournalListener {
  /** The message goes to the subscribers that are connected here: a will, and in a cluster every message with QoS above 0 that went through the log. */
  published(message: Message): void;
  dropped: StateListener['dropped'];
}

/**
 * The way of operations into the store. Alone, they take effect when they are submitted, and hold when they are on disk. In a cluster they take effect when they come back from
 * the replicated log, in the same order on every broker, and hold then: the log is durable.
 */
export interface Journal {
  /** Whether several brokers share the state. If so, what is submitted takes effect later, and what is published goes to subscribers when it does. */
  readonly replicated: boolean;
  /** Whether messages can be made durable now; readiness follows it. */
  readonly writable: boolean;
  /** Why not. */
  readonly failure: Error | undefined;
  /** So much waits to take effect that who adds to it should not be read for a while. */
  readonly crowded: boolean;
  /** Begins a run of this broker: connections of earlier runs are over, their wills are published. To be called once, before anything else. */
  start(listener: JournalListener): Promise<void>;
  /** A name for a new connection. */
  connection(): ConnectionId;
  /**
   * Begins or continues a session. What is submitted afterwards comes after it.
   * @throws Error if it cannot be made durable, or the connection lost the client id at once
   */
  open(operation: OpenSession, owner: SessionOwner): Promise<OpenedSession>;
  /** The state has to know a clean session that it could do without until now: `operation` is what would open it. */
  introduce(operation: OpenSession): void;
  /** Ends a connection that was to be opened; always accepted. */
  close(operation: CloseSession): void;
  /** @throws StoreUnavailableError if it cannot be made durable now */
  submit(operation: SubmittedOperation): void;
  /** Calls back once everything submitted so far took effect and is durable, in the order of the calls; at once if it is. */
  afterCommit(waiter: CommitWaiter): void;
  /** Whether the entry of a queue can no longer be lost. */
  isDurable(entry: QueueEntry): boolean;
  /** What was submitted is written, then no more is taken. The store stays open. */
  end(): Promise<void>;
}

export type SubmittedOperation = Exclude<Operation, { readonly kind: 'open' | 'close' | 'recover' }>;
