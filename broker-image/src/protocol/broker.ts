import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerOptions, Connection } from './broker-options.js';
import { ClientConnection } from './client-connection.js';
import type { ClientContext, LiveConnection, Settlement } from './client-context.js';
import { ConnectionLimits } from './limits/connection-limits.js';
import { HandshakeMemory } from './limits/handshake-memory.js';
import { RetentionLimit } from './limits/retention-limit.js';
import { SharedSubscribers } from './shared-subscribers.js';
import type { Subscriber } from './subscriber.js';
import { TopicCache, type Topic } from './topic-cache.js';
import { filterMatches } from './topics.js';
import { EmbeddedJournal, Message, SubscriptionTree, type Journal, type ReceivedPacket } from '../store/index.js';
import type { BrokerStatistics } from '../operations/statistics.js';

const CONNECTION_CHECK_MILLISECONDS = 500;
const EXPIRY_CHECK_MILLISECONDS = 60_000;
const DRAIN_STEP_MILLISECONDS = 50;

/** The MQTT broker: connections, who listens to what, and the way of a message from its publisher to the store and the subscribers. */
export class Broker implements ClientContext {
  /** Opens for connections; wills of clients that were connected when the broker last ended are published. */
  static async start(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options);
    await broker.journal.start({
      published: (message) => broker.#deliver(message),
      dropped: (reason, count, clientId) => options.observer.messageDropped(reason, count, clientId),
    });
    return broker;
  }

  /** Who is connected here and subscribed to what, clean sessions and persistent ones. */
  readonly subscriptions = new SubscriptionTree<Subscriber>();
  readonly sharedSubscribers: SharedSubscribers;
  readonly topics: TopicCache<Subscriber>;
  readonly connectionLimits: ConnectionLimits;
  readonly handshakeMemory = new HandshakeMemory();
  readonly retention: RetentionLimit;
  readonly journal: Journal;
  readonly #connections = new Set<LiveConnection>();
  readonly #clients = new Map<string, LiveConnection>();
  /** Last value of each `$SYS` topic: they are retained, but worth no place in the store. */
  readonly #system = new Map<string, Message>();
  readonly #timers: NodeJS.Timeout[];
  #draining = false;

  private constructor(readonly options: BrokerOptions) {
    this.sharedSubscribers = new SharedSubscribers(this.subscriptions, options.others === undefined ? undefined : (filter) => options.store.sharedSubscription(filter));
    this.topics = new TopicCache(this.subscriptions, options.limits.maxTopicLevels);
    this.connectionLimits = new ConnectionLimits(options.limits);
    this.journal = options.journal ?? new EmbeddedJournal(options.store);
    this.retention = new RetentionLimit(options.limits, options.store, this.journal, options.observer);
    this.#timers = [
      setInterval(() => this.#checkConnections(), CONNECTION_CHECK_MILLISECONDS),
      setInterval(() => this.#expire(), EXPIRY_CHECK_MILLISECONDS),
    ];
  }

  get draining(): boolean {
    return this.#draining;
  }

  get connectedClients(): number {
    return this.#clients.size;
  }

  /** Connections by client id; some may still be on their way in. */
  get clients(): ReadonlyMap<string, LiveConnection> {
    return this.#clients;
  }

  /** A listener hands over a stream that it accepted. */
  accept(connection: Connection): void {
    const { maxConnections = Infinity } = this.options.limits;
    const client = new ClientConnection(this, connection);
    this.#connections.add(client);
    if (this.#connections.size > maxConnections) client.refuse({ reason: 'connection-limit' });
    else client.begin();
  }

  statistics(): BrokerStatistics {
    const { connectedSessions, disconnectedSessions, retainedMessages, retainedBytes, queuedMessages, queuedBytes, shared, bytes } = this.options.store.statistics();
    return {
      connections: this.#connections.size,
      sessions: { connected: connectedSessions, disconnected: disconnectedSessions },
      subscriptions: this.subscriptions.size + this.sharedSubscribers.uncounted,
      retainedMessages,
      retainedBytes,
      retainedMaxBytes: this.retention.maxBytes,
      queuedMessages,
      queuedBytes,
      shared,
      storeBytes: bytes,
    };
  }

  /** Refuses new clients (CONNACK 3) and disconnects the others at a bounded rate. Sessions stay in the store. */
  async drain({ connectionsPerSecond }: { readonly connectionsPerSecond: number }): Promise<void> {
    this.#draining = true;
    let allowed = 0;
    for (const client of this.#connections) {
      while (allowed < 1) {
        await sleep(DRAIN_STEP_MILLISECONDS);
        allowed += (connectionsPerSecond * DRAIN_STEP_MILLISECONDS) / 1000;
      }
      allowed--;
      client.close('drain');
    }
  }

  /** Ends so many connections of clients at most, the longest-lived first, so that they connect somewhere else; none that is younger than this. Returns how many. */
  release(count: number, minSeconds: number): number {
    const latest = Date.now() - minSeconds * 1000;
    let released = 0;
    for (const client of this.#connections) {
      if (released === count) break;
      const description = client.describe();
      if (description === undefined || description.connectedAt > latest) continue;
      released++;
      client.close('rebalance');
    }
    return released;
  }

  /** Ends all connections, then flushes, syncs and closes the store. */
  async close(): Promise<void> {
    this.#draining = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const client of this.#connections) client.close('drain');
    await this.journal.end();
    await this.options.store.close();
  }

  /** A retained `$SYS` message. */
  publishSystem(topic: string, payload: string): void {
    const message = Message.create(topic, Buffer.from(payload), 0, true);
    this.#system.set(topic, message);
    this.#deliver(message);
  }

  // --- for its connections

  /** The connection that has the client id until now ends. */
  takeOver(clientId: string, connection: LiveConnection): void {
    this.#clients.get(clientId)?.close('takeover');
    this.#clients.set(clientId, connection);
  }

  forget(connection: LiveConnection): void {
    this.#connections.delete(connection);
    if (this.#clients.get(connection.clientId) === connection) this.#clients.delete(connection.clientId);
  }

  /** A QoS 0 message, as the PUBLISH packet that came in and goes out. */
  forward(topic: Topic, bytes: Buffer, start: number, end: number): void {
    const receivers = this.topics.receivers(topic);
    const { others } = this.options;
    const elsewhere = others?.interested(topic.name) ?? false;
    if (receivers.length === 0 && !elsewhere) return;
    bytes[start] = 0x30; // DUP means nothing at QoS 0
    const packet = bytes.subarray(start, end);
    for (const [session] of receivers) session.forward(packet, 0, packet.length);
    if (elsewhere) others!.publish(topic.name, packet, 0);
  }

  /** A message that a client of another broker published, as the PUBLISH packet that came from there. */
  receive(packet: Buffer): void {
    let at = 1;
    while (packet[at++]! >= 0x80);
    const topicEnd = at + 2 + packet.readUInt16BE(at);
    const topic = this.topics.find(packet, at + 2, topicEnd);
    // One that this broker would not take from its own clients either.
    if (typeof topic === 'string') return;
    const receivers = this.topics.receivers(topic);
    if ((packet[0]! & 0x06) === 0) {
      packet[0] = 0x30;
      for (const [session] of receivers) session.forward(packet, 0, packet.length);
    } else if (receivers.length > 0) {
      const message = Message.fromPacket(topic.name, packet, 0, packet.length, topicEnd);
      for (const [session, qos] of receivers) session.deliver(message, qos);
    }
  }

  /**
   * `behindOthers`: messages of the same client wait for the journal, and must not be overtaken.
   * @throws StoreUnavailableError
   */
  publish(topic: Topic, message: Message, received: ReceivedPacket | undefined, behindOthers: boolean): Settlement {
    const { journal, options: { others } } = this;
    // A QoS 0 message need not be retained [MQTT-3.3.1-7], so it does not wait for a store that has no room.
    const submitted = message.qos === 0 ? message.retain && journal.writable : this.needsJournal(topic, message.retain, received !== undefined) || (behindOthers && journal.replicated);
    if (submitted) {
      journal.submit({ kind: 'publish', time: Date.now(), message, ...(received === undefined ? {} : { received }) });
      // Comes back, in the order that holds for all brokers.
      if (journal.replicated && message.qos > 0) return 'journal';
    }
    for (const [session, qos] of this.topics.receivers(topic)) session.deliver(message, qos);
    const taken = others?.publish(topic.name, message.bytes, message.qos);
    return submitted ? 'journal' : (taken ?? 'done');
  }

  /** Whether a message with QoS above 0 goes through the journal. */
  needsJournal({ name }: Topic, retain: boolean, received: boolean): boolean {
    const { others, store } = this.options;
    return retain || received || store.reaches(name) || (others !== undefined && others.storedInterest(name));
  }

  *retained(filter: string): Generator<Message> {
    yield* this.options.store.retained(filter);
    for (const [topic, message] of this.#system) if (filterMatches(filter, topic)) yield message;
  }

  #deliver(message: Message): void {
    for (const [session, qos] of this.subscriptions.match(message.topic)) session.deliver(message, qos);
  }

  #expire(): void {
    const { others } = this.options;
    // While nothing can be written, nothing has to end.
    if (this.journal.writable && (others === undefined || others.first)) this.journal.submit({ kind: 'expire', time: Date.now() });
  }

  #checkConnections(): void {
    const now = performance.now();
    for (const client of this.#connections) client.check(now);
  }
}

