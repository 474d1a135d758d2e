export { StoreOpenError, StoreUnavailableError } from './errors.js';
export { Message } from './message.js';
export type { Operation, SessionLimits } from './operations.js';
export { QueueEntry, type QueueReader, type Session } from './session.js';
export { Store, type CommitWaiter, type StoreOptions } from './store.js';
export { SubscriptionTree } from './subscription-tree.js';
