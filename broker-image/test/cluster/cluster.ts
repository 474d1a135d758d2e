import type { TestContext } from 'node:test';
import { ReplicatedJournal, type ReplicatedJournalOptions } from '../../src/cluster/replicated-journal.js';
import { Store, type CloseSession, type ConnectionId, type JournalListener, type Message, type OpenedSession, type OpenSession, type SessionOwner } from '../../src/store/index.js';
import { temporaryDirectory } from '../store/temporary-directory.js';
import type { MemoryLog, SharedLog } from './memory-log.js';

export const limits = { expirySeconds: 0, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 };

/** One broker's store and journal over a shared log. */
export class Member implements JournalListener {
  static async join(t: TestContext, shared: SharedLog, options: Partial<ReplicatedJournalOptions> & { directory?: string; start?: boolean; duplicates?: () => boolean; delays?: () => number } = {}): Promise<Member> {
    const { directory = temporaryDirectory(t), start = true, duplicates, delays, ...rest } = options;
    const store = await Store.open({ directory, maxBytes: 1e9, commitDelayMilliseconds: 5 });
    const log = shared.connect({ ...(duplicates === undefined ? {} : { duplicates }), ...(delays === undefined ? {} : { delays }) });
    const failures: Error[] = [];
    let member: Member | undefined;
    t.after(async () => {
      await log.close();
      await member?.journal.end();
      await store.close();
    });
    const journal = await ReplicatedJournal.follow({ broker: 'broker-0', store, log, failed: (error) => failures.push(error), endSeconds: 0.01, ...rest });
    member = new Member(directory, store, log, journal, failures);
    if (start) await journal.start(member);
    return member;
  }

  readonly messages: string[] = [];
  readonly drops: string[] = [];

  private constructor(
    readonly directory: string,
    readonly store: Store,
    readonly log: MemoryLog,
    readonly journal: ReplicatedJournal,
    readonly failures: Error[],
  ) {}

  published(message: Message): void {
    this.messages.push(`${message.topic} ${message.payload.toString()}`);
  }

  dropped(reason: string, count: number, clientId: string): void {
    this.drops.push(`${reason} ${count} ${clientId}`);
  }

  /** Everything submitted so far was applied. */
  applied(): Promise<void> {
    return new Promise((resolve, reject) => this.journal.afterCommit({ committed: resolve, failed: reject }));
  }

  /** As when its process is killed: what is on its way may still arrive. */
  async die(): Promise<void> {
    await this.log.close();
    await this.journal.end();
    await this.store.close();
  }
}

/** Resolves when the store has everything that is in the log. */
export async function caughtUp(...members: readonly Member[]): Promise<void> {
  for (const member of members) while (member.store.applied < member.log.shared.last) await new Promise(setImmediate);
}

/** A connection as the protocol makes it. */
export class TestConnection implements SessionOwner {
  readonly id: ConnectionId;
  over = false;

  constructor(
    readonly member: Member,
    readonly clientId: string,
  ) {
    this.id = member.journal.connection();
  }

  open(more: Partial<OpenSession> = {}): Promise<OpenedSession> {
    return this.member.journal.open({ kind: 'open', time: 1, clientId: this.clientId, connection: this.id, clean: false, limits, ...more }, this);
  }

  close(more: Partial<CloseSession> = {}): void {
    this.over = true;
    this.member.journal.close({ kind: 'close', time: 1, clientId: this.clientId, connection: this.id, discardWill: false, sentUpTo: 0, ...more });
  }

  subscribe(filter: string, qos: 1 | 2 = 2): void {
    this.member.journal.submit({ kind: 'subscribe', time: 1, clientId: this.clientId, connection: this.id, subscriptions: [{ filter, qos }] });
  }

  superseded(): void {
    this.over = true;
  }
}
