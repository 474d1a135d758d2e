import type { BrokerOptions } from './broker-options.js';
import type { ConnectionLimits } from './limits/connection-limits.js';
import type { HandshakeMemory } from './limits/handshake-memory.js';
import type { RetentionLimit } from './limits/retention-limit.js';
import type { SharedSubscribers } from './shared-subscribers.js';
import type { Subscriber } from './subscriber.js';
import type { Topic, TopicCache } from './topic-cache.js';
import type { ClientIdentity } from '../access/access-control.js';
import type { CloseReason, Qos } from '../operations/observer.js';
import type { Journal, Message, ReceivedPacket, SubscriptionTree } from '../store/index.js';

/** What is known of a connected client, for whoever operates the broker. */
export interface ClientDescription {
  readonly identity: ClientIdentity;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly clean: boolean;
  readonly keepaliveSeconds: number;
  /** 3 for MQTT 3.1, 4 for 3.1.1. */
  readonly protocolVersion: number;
  readonly subscriptions: ReadonlyMap<string, Qos>;
  /** Messages with QoS above 0 that were sent and are not acknowledged yet. */
  readonly inFlight: number;
  /** Messages with QoS above 0 that are ready to be sent, in memory. */
  readonly ready: number;
  /** Bytes that the client's connection has not taken yet. */
  readonly unsentBytes: number;
}

/** What a broker does with its connections. */
export interface LiveConnection {
  readonly clientId: string;
  /** As it was verified; absent for an anonymous client. */
  readonly username: string | undefined;
  /** Undefined until the client is connected. */
  describe(): ClientDescription | undefined;
  /** Looks whether the client is still there. */
  check(now: number): void;
  close(reason: CloseReason): void;
}

/** What the acknowledgement of a message waits for: nothing, its place in the journal, or other brokers to have it. */
export type Settlement = 'done' | 'journal' | Promise<void>;

/** What a connection and its session need of their broker. */
export interface ClientContext {
  readonly options: BrokerOptions;
  readonly journal: Journal;
  readonly draining: boolean;
  readonly connectionLimits: ConnectionLimits;
  readonly handshakeMemory: HandshakeMemory;
  readonly retention: RetentionLimit;
  readonly subscriptions: SubscriptionTree<Subscriber>;
  readonly sharedSubscribers: SharedSubscribers;
  readonly topics: TopicCache<Subscriber>;
  /** Connections by client id. */
  readonly clients: ReadonlyMap<string, LiveConnection>;
  takeOver(clientId: string, connection: LiveConnection): void;
  forget(connection: LiveConnection): void;
  forward(topic: Topic, bytes: Buffer, start: number, end: number): void;
  /** Whether a message with QoS above 0 goes through the journal. */
  needsJournal(topic: Topic, retain: boolean, received: boolean): boolean;
  publish(topic: Topic, message: Message, received: ReceivedPacket | undefined, behindOthers: boolean): Settlement;
  retained(filter: string): Iterable<Message>;
}
