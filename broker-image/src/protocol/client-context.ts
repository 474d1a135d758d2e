import type { BrokerOptions } from './broker-options.js';
import type { Topic, TopicCache } from './topic-cache.js';
import type { CloseReason, Qos } from '../operations/observer.js';
import type { Journal, Message, ReceivedPacket, SubscriptionTree } from '../store/index.js';

/** Who messages go to. */
export interface Subscriber {
  /** A QoS 0 PUBLISH that is complete already. */
  forward(bytes: Buffer, start: number, end: number): void;
  /** A message from a subscription with this QoS. */
  deliver(message: Message, granted: Qos): void;
}

/** What a broker does with its connections. */
export interface LiveConnection {
  readonly clientId: string;
  /** Looks whether the client is still there. */
  check(now: number): void;
  close(reason: CloseReason): void;
}

/** What a connection and its session need of their broker. */
export interface ClientContext {
  readonly options: BrokerOptions;
  readonly journal: Journal;
  readonly draining: boolean;
  readonly subscriptions: SubscriptionTree<Subscriber>;
  readonly topics: TopicCache<Subscriber>;
  takeOver(clientId: string, connection: LiveConnection): void;
  forget(connection: LiveConnection): void;
  forward(topic: Topic, bytes: Buffer, start: number, end: number): void;
  publish(topic: Topic, message: Message, received: ReceivedPacket | undefined, behindOthers: boolean): boolean;
  retained(filter: string): Iterable<Message>;
}
