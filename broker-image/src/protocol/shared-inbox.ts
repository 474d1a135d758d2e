import type { SharedDelivery, TransientOutbox } from './outbox.js';
import type { ConnectionId, Journal, Message, QueueEntry, QueueReader, Session, Store, SubmittedOperation } from '../store/index.js';

export interface SharedInboxOwner {
  readonly clientId: string;
  submit(operation: SubmittedOperation): void;
  deliverNow(message: Message): void;
}

/** What a client with a clean session gets through shared subscriptions: the store decides on it and keeps it, the client's outbox sends it among the rest. */
export class SharedInbox implements QueueReader {
  /** Position after the last message that was sent: who else may get one depends on that. */
  sentUpTo = 0;

  constructor(
    readonly owner: SharedInboxOwner,
    readonly outbox: TransientOutbox,
    readonly store: Store,
    readonly journal: Journal,
    readonly session: Session,
    readonly connection: ConnectionId,
  ) {
    store.attach(session, this);
    for (const entry of store.read(session, 0, Infinity)) this.enqueued(entry);
  }

  enqueued(entry: QueueEntry): boolean {
    this.outbox.enqueueShared(new InboxDelivery(this, entry));
    return true;
  }

  deliverNow(message: Message): void {
    this.owner.deliverNow(message);
  }

  detach(): void {
    this.store.detach(this.session, this);
  }
}

class InboxDelivery implements SharedDelivery {
  constructor(
    readonly inbox: SharedInbox,
    readonly entry: QueueEntry,
  ) {}

  get journal(): Journal {
    return this.inbox.journal;
  }

  sent(): void {
    this.inbox.sentUpTo = this.entry.sequence + 1;
  }

  /** With QoS 2 from PUBREC on: no one else will get it, and what is left of the exchange ends with the connection at the latest. */
  done(): void {
    const { owner, connection } = this.inbox;
    owner.submit({ kind: 'acknowledge', time: Date.now(), clientId: owner.clientId, connection, sequence: this.entry.sequence });
  }
}
