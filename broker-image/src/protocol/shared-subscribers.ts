import type { Subscriber } from './subscriber.js';
import { sharedTopicFilter, type SubscriptionTree } from '../store/index.js';

/** A client that is connected here, as a member of shared subscriptions. */
export interface SharedSubscriber extends Subscriber {
  /** It does not keep up: QoS 0 messages would be dropped. */
  readonly congested: boolean;
}

/** Sends each QoS 0 message to one of the members that are connected here, in turn. */
class Members implements Subscriber {
  readonly members: SharedSubscriber[] = [];
  #turn = 0;

  forward(bytes: Buffer, start: number, end: number): void {
    this.#next().forward(bytes, start, end);
  }

  /** What has QoS above 0 goes through the store, which knows all members and what waits for them. */
  deliver(...[message, granted]: Parameters<Subscriber['deliver']>): void {
    if (message.qos === 0) this.#next().deliver(message, granted);
  }

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

/** The shared subscriptions of the clients that are connected here: each is one subscriber among the others. */
export class SharedSubscribers {
  readonly #byFilter = new Map<string, Members>();
  #members = 0;

  constructor(readonly subscriptions: SubscriptionTree<Subscriber>) {}

  /** Subscriptions that are not counted in the tree, where all of a group are one. */
  get uncounted(): number {
    return this.#members - this.#byFilter.size;
  }

  /** `filter`: with `$share` and the ShareName. */
  add(filter: string, subscriber: SharedSubscriber): void {
    let group = this.#byFilter.get(filter);
    if (group === undefined) {
      group = new Members();
      this.#byFilter.set(filter, group);
      this.subscriptions.add(sharedTopicFilter(filter)!, group, 2);
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
