export { EmbeddedJournal } from './embedded-journal.js';
export { StoreOpenError, StoreUnavailableError } from './errors.js';
export type { Journal, JournalListener, OpenedSession, SessionOwner, SubmittedOperation } from './journal.js';
export { Message } from './message.js';
export type { CloseSession, ConnectionId, OpenSession, Operation, ReceivedPacket, SessionLimits } from './operations.js';
export { QueueEntry, type QueueReader, type Session } from './session.js';
export { Store, type CommitWaiter, type StoreOptions } from './store.js';
export { SubscriptionTree } from './subscription-tree.js';
