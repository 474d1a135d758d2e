import type { Subscriber } from './subscriber.js';
import { sharedTopicFilter, type Message, type SharedQueue, type SubscriptionTree } from '../store/index.js';

/** A client that is connected here, as a member of shared subscriptions. */
export interface SharedSubscriber extends Subscriber {
  readonly clientId: string;
  /** It does not keep up: QoS 0 messages would be dropped. */
  readonly congested: boolean;
}

/** Sends each QoS 0 message to one of the members. */
class Members implements Subscriber {
  readonly members: SharedSubscriber[] = [];
  #turn = 0;

  /** `everywhere`: all members, also those that are connected to other brokers. */
  constructor(readonly everywhere: () => SharedQueue | undefined) {}

  forward(bytes: Buffer, start: number, end: number): void {
    this.#choose(bytes, start, end)?.forward(bytes, start, end);
  }

  /** What has QoS above 0 goes through the store, which knows what waits for whom. */
  deliver(message: Message): void {
    if (message.qos === 0) this.#choose(message.bytes, 0, message.bytes.length)?.deliver(message, 0);
  }

  /** Every broker that has members gets the message. Where that are several, all of them have to come to the same member without asking one another: the message itself decides. */
  #choose(bytes: Buffer, start: number, end: number): SharedSubscriber | undefined {
    const connected = this.everywhere()?.members.filter(({ session }) => session.connected) ?? [];
    const broker = connected[0]?.session.connection!.broker;
    if (connected.every(({ session }) => session.connection!.broker === broker)) return this.#next();
    const chosen = connected[hash(bytes, start, end) % connected.length]!.session.clientId;
    const here = this.members.find(({ clientId }) => clientId === chosen);
    return here?.congested === true ? this.#next() : here;
  }

  /** The members that are connected here, in turn. */
  #next(): SharedSubscriber {
    const { members } = this;
    for (let i = 0; i < members.length; i++) {
      const at = (this.#turn + i) % members.length;
      if (members[at]!.congested) continue;
      this.#turn = at + 1;
      return members[at]!;
    }
    return members[this.#turn++ % members.length]!;
  }
}

/** FNV-1a, 32 bits, of a PUBLISH packet without its first byte, whose flags differ on the way. */
function hash(bytes: Buffer, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start + 1; i < end; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193);
  return value >>> 0;
}

/** The shared subscriptions of the clients that are connected here: each is one subscriber among the others. */
export class SharedSubscribers {
  readonly #byFilter = new Map<string, Members>();
  #members = 0;

  /** `everywhere`: a shared subscription with all its members, where some may be connected to other brokers. */
  constructor(
    readonly subscriptions: SubscriptionTree<Subscriber>,
    readonly everywhere: (filter: string) => SharedQueue | undefined = () => undefined,
  ) {}

  /** Subscriptions that are not counted in the tree, where all of a group are one. */
  get uncounted(): number {
    return this.#members - this.#byFilter.size;
  }

  /** `filter`: with `$share` and the ShareName. */
  add(filter: string, subscriber: SharedSubscriber): void {
    let group = this.#byFilter.get(filter);
    if (group === undefined) {
      const topicFilter = sharedTopicFilter(filter)!;
      // Every broker publishes $SYS for its own clients.
      group = new Members(topicFilter.startsWith('$SYS/') ? () => undefined : () => this.everywhere(filter));
      this.#byFilter.set(filter, group);
      this.subscriptions.add(topicFilter, group, 2);
    }
    if (group.members.includes(subscriber)) return;
    group.members.push(subscriber);
    this.#members++;
  }

  remove(filter: string, subscriber: SharedSubscriber): void {
    const group = this.#byFilter.get(filter);
    const at = group?.members.indexOf(subscriber) ?? -1;
    if (group === undefined || at < 0) return;
    group.members.splice(at, 1);
    this.#members--;
    if (group.members.length > 0) return;
    this.#byFilter.delete(filter);
    this.subscriptions.remove(sharedTopicFilter(filter)!, group);
  }
}
