import type { SessionLimits } from './operations.js';
import { forgetUnlessNeeded, Queue, type QueueEntry } from './queue.js';
import type { EntrySource } from './queues.js';
import type { Session } from './session.js';
import { sharedTopicFilter } from './shared-filter.js';
import type { Qos } from '../operations/observer.js';

/**
 * Messages that may wait with one member. Enough for 10,000 messages a second where an acknowledgement takes 10 ms to come back and through the replicated log; few enough that what waits
 * with a member that went away, or is slow, is little: what waits with the group goes to whoever is free.
 */
const MEMBER_WINDOW = 100;
/** Entries that are read from disk at a time. */
const READ_AHEAD = 100;

export interface SharedMember {
  readonly session: Session;
  readonly qos: Qos;
}

/** A shared subscription: its members, and the messages that none of them has room for. */
export class SharedQueue extends Queue {
  readonly topicFilter: string;
  /** Number of the session that was given the last message; 0 before the first. The turn is that of the member behind it. */
  override mark = 0;
  /** Messages that were dropped since the broker started: there was no room for them, or nobody left who could get them. */
  droppedMessages = 0;
  /** In the order of their sessions' numbers, which is the same after a restart. */
  #members: SharedMember[] = [];
  /** No entry waits before this position. */
  #from = 0;
  /** Read ahead, in order. */
  #ready: QueueEntry[] = [];

  constructor(
    number: number,
    /** With `$share` and the ShareName. */
    readonly filter: string,
    limits: SessionLimits,
  ) {
    super(number, limits);
    this.topicFilter = sharedTopicFilter(filter)!;
  }

  get members(): readonly SharedMember[] {
    return this.#members;
  }

  /** Whether there is a member that messages can wait for. */
  get keepsMessages(): boolean {
    return this.#members.some(({ qos }) => qos > 0);
  }

  addMember(member: SharedMember): void {
    this.removeMember(member.session);
    this.#members.splice(this.#indexBehind(member.session.number), 0, member);
  }

  removeMember(session: Session): void {
    this.#members = this.#members.filter((member) => member.session !== session);
  }

  /**
   * Who gets a message: of the connected members with room the one that the fewest messages wait for, and among equals the next in turn.
   * Nothing ever waits for a member with QoS 0, who is sent messages at once or never: it just has its turn, and gets nothing that is `waiting` in this queue.
   */
  choose(bytes: number, waiting: boolean): SharedMember | undefined {
    const members = this.#members;
    let fewest = Infinity;
    for (const { session, qos } of members) {
      if (qos > 0 && session.queuedMessages < fewest && session.connected && hasRoom(session, bytes)) fewest = session.queuedMessages;
      if (fewest === 0) break;
    }
    const turn = this.#indexBehind(this.mark);
    for (let i = 0; i < members.length; i++) {
      const member = members[(turn + i) % members.length]!;
      const { session, qos } = member;
      if (session.connected && (qos === 0 ? !waiting : session.queuedMessages === fewest && hasRoom(session, bytes))) return member;
    }
    return undefined;
  }

  /** Of the first member whose session has a higher number. */
  #indexBehind(sessionNumber: number): number {
    let [from, to] = [0, this.#members.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#members[middle]!.session.number > sessionNumber) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  /** What has waited longest. */
  first(source: EntrySource): QueueEntry | undefined {
    if (this.#ready.length === 0) this.#ready = source.entries(this, this.#from, READ_AHEAD);
    return this.#ready[0];
  }

  /** The first one was given to a member. */
  taken(): void {
    this.#from = this.#ready.shift()!.sequence + 1;
  }

  /** A message came back to this position. */
  returned(sequence: number): void {
    this.#from = Math.min(this.#from, sequence);
    for (const entry of this.#ready) {
      entry.held = false;
      forgetUnlessNeeded(entry);
    }
    this.#ready = [];
  }
}

/** A message that is larger than all that may wait is let through alone: otherwise it would hold up all others. */
function hasRoom({ queuedMessages, queuedBytes, limits }: Session, bytes: number): boolean {
  return queuedMessages < Math.min(MEMBER_WINDOW, limits.maxQueuedMessages) && (queuedMessages === 0 || queuedBytes + bytes <= limits.maxQueuedBytes);
}
