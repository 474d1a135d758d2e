import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { filterMatches } from '../../src/protocol/index.js';
import { Message, Store, type ConnectionId, type QueueEntry, type Session } from '../../src/store/index.js';

interface AedesBroker {
  id: string;
}

interface AedesClient {
  readonly id: string;
}

interface AedesSubscription {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
}

interface AedesPacket extends AedesSubscription {
  readonly cmd?: string;
  readonly payload: Buffer | string;
  readonly retain: boolean;
  readonly messageId?: number;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
}

interface AedesWill extends AedesPacket {
  brokerId?: string;
  clientId?: string;
}

/** By what aedes knows a packet; this broker's store knows it by its position in the queue, from which the packet id follows. */
interface Identity {
  readonly brokerId: string | undefined;
  readonly brokerCounter: number | undefined;
  messageId: number | undefined;
}

const limits = { expirySeconds: 0, maxQueuedMessages: 100_000, maxQueuedBytes: 100_000_000 };
/** Subscription options of MQTT 5, with the values that a subscription of MQTT 3.1.1 stands for. */
const optionsOf311 = { rh: 0, rap: true, nl: false };
const pageSize = 8;

/**
 * The store of this broker behind the interface that aedes asks of a persistence. What is kept and answered is the store's; the identities that aedes gives to packets are all that is
 * kept here. Everything is on disk before a call returns.
 */
export class StorePersistence {
  broker!: AedesBroker;
  readonly #directory = mkdtempSync(join(tmpdir(), 'mqtt-broker-conformance-'));
  readonly #restarts: boolean;
  #store!: Store;
  #connections = 0;
  /** By client id and position in its queue. */
  readonly #identities = new Map<string, Map<number, Identity>>();

  /** `restarts`: the store is closed and opened again before anything is read from it. */
  constructor({ restarts }: { readonly restarts: boolean }) {
    this.#restarts = restarts;
  }

  async setup(broker: AedesBroker): Promise<void> {
    this.broker = broker;
    this.#store = await this.#open();
  }

  async destroy(): Promise<void> {
    await this.#store.purged();
    await this.#store.close();
    rmSync(this.#directory, { recursive: true });
  }

  // --- retained messages

  async storeRetained({ topic, payload, qos }: AedesPacket): Promise<void> {
    this.#store.apply({ kind: 'publish', time: Date.now(), message: Message.create(topic, Buffer.from(payload), qos, true) });
    await this.#store.durable();
  }

  createRetainedStream(pattern: string): Readable {
    return this.createRetainedStreamCombi([pattern]);
  }

  createRetainedStreamCombi(patterns: readonly string[]): Readable {
    const { id } = this.broker;
    return this.#stream(() => patterns.flatMap((pattern) => [...this.#store.retained(pattern)]).map(({ topic, payload, qos, retain }) => ({ cmd: 'publish', id, topic, payload, qos, retain })));
  }

  // --- subscriptions

  async addSubscriptions(client: AedesClient, subscriptions: readonly AedesSubscription[]): Promise<void> {
    this.#subscribe(client.id, subscriptions);
    await this.#store.durable();
  }

  async removeSubscriptions(client: AedesClient, filters: readonly string[]): Promise<void> {
    this.#store.apply({ kind: 'unsubscribe', time: Date.now(), clientId: client.id, connection: this.#connect(client.id), filters });
    await this.#store.durable();
  }

  /** aedes asks for it when a client connects with clean session. */
  async cleanSubscriptions(client: AedesClient): Promise<void> {
    const connection = this.#nextConnection();
    const time = Date.now();
    this.#store.apply({ kind: 'open', time, clientId: client.id, connection, clean: true, limits });
    this.#store.apply({ kind: 'close', time, clientId: client.id, connection, discardWill: true, sentUpTo: 0 });
    await this.#store.durable();
  }

  async subscriptionsByClient(client: AedesClient): Promise<object[]> {
    await this.#restart();
    return [...(this.#store.session(client.id)?.subscriptions ?? [])].map(([topic, { qos }]) => ({ topic, qos, ...optionsOf311 }));
  }

  /** Those that a message on the topic is queued for. */
  async subscriptionsByTopic(topic: string): Promise<object[]> {
    await this.#restart();
    const found = this.#subscriptions().filter(({ filter, qos }) => qos > 0 && filterMatches(filter, topic));
    if (this.#store.reaches(topic) !== found.length > 0) throw new Error(`the tree of subscriptions and the sessions disagree about ${topic}`);
    // The suite wants those with wildcards first.
    found.sort((a, b) => Number(b.filter.includes('#')) - Number(a.filter.includes('#')));
    return found.map(({ clientId, filter, qos }) => ({ clientId, topic: filter, qos, ...optionsOf311 }));
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    await this.#restart();
    return {
      subsCount: this.#subscriptions().filter(({ qos }) => qos > 0).length,
      clientsCount: [...this.#store.sessions.values()].filter(({ subscriptions }) => subscriptions.size > 0).length,
    };
  }

  getClientList(topic: string): Readable {
    return this.#stream(() => this.#subscriptions().filter(({ filter }) => filter === topic).map(({ clientId }) => clientId));
  }

  // --- queues

  async outgoingEnqueue(subscription: AedesSubscription & { readonly clientId: string }, packet: AedesPacket): Promise<void> {
    await this.outgoingEnqueueCombi([subscription], packet);
  }

  /** aedes says for whom; this store finds out by itself, so these subscriptions are made. */
  async outgoingEnqueueCombi(subscriptions: readonly (AedesSubscription & { readonly clientId: string })[], packet: AedesPacket): Promise<void> {
    for (const { clientId, topic, qos } of subscriptions) this.#subscribe(clientId, [{ topic, qos }]);
    const ends = subscriptions.map(({ clientId }) => ({ clientId, sequence: this.#store.session(clientId)!.nextSequence }));
    this.#store.apply({ kind: 'publish', time: Date.now(), message: Message.create(packet.topic, Buffer.from(packet.payload), packet.qos, packet.retain) });
    for (const { clientId, sequence } of ends) this.#identitiesOf(clientId).set(sequence, { brokerId: packet.brokerId, brokerCounter: packet.brokerCounter, messageId: undefined });
    await this.#store.durable();
  }

  async outgoingUpdate(client: AedesClient, packet: AedesPacket): Promise<void> {
    const identities = [...this.#identitiesOf(client.id)];
    const [sequence, identity] =
      identities.find(([, known]) => packet.brokerId !== undefined && known.brokerId === packet.brokerId && known.brokerCounter === packet.brokerCounter) ??
      identities.find(([, known]) => known.brokerId !== packet.brokerId && known.messageId === packet.messageId) ??
      [];
    if (sequence === undefined) throw new Error('no such packet');
    if (packet.cmd === 'pubrel') {
      this.#store.apply({ kind: 'receive', time: Date.now(), clientId: client.id, connection: this.#connect(client.id), sequence });
      await this.#store.durable();
    }
    identity!.messageId = packet.messageId;
  }

  async outgoingClearMessageId(client: AedesClient, { messageId }: AedesPacket): Promise<object | undefined> {
    const [sequence] = [...this.#identitiesOf(client.id)].find(([, known]) => known.messageId === messageId) ?? [];
    if (sequence === undefined) return undefined;
    const [entry] = this.#read(this.#store.session(client.id)!, sequence, 1);
    const packet = this.#packet(entry!);
    this.#store.apply({ kind: 'acknowledge', time: Date.now(), clientId: client.id, sequence });
    this.#identitiesOf(client.id).delete(sequence);
    await this.#store.durable();
    return packet;
  }

  outgoingStream(client: AedesClient): Readable {
    return Readable.from(this.#queue(client.id));
  }

  // --- QoS 2 packets from clients

  async incomingStorePacket(client: AedesClient, { topic, payload, qos, retain, messageId }: AedesPacket): Promise<void> {
    const received = { clientId: client.id, connection: this.#connect(client.id), packetId: messageId! };
    this.#store.apply({ kind: 'publish', time: Date.now(), message: Message.create(topic, Buffer.from(payload), qos, retain), received });
    await this.#store.durable();
  }

  async incomingGetPacket(client: AedesClient, { messageId }: { readonly messageId: number }): Promise<object> {
    await this.#restart();
    if (this.#store.session(client.id)?.received.has(messageId) !== true) throw new Error('no such packet');
    return { messageId };
  }

  async incomingDelPacket(client: AedesClient, packet: { readonly messageId: number }): Promise<void> {
    await this.incomingGetPacket(client, packet);
    this.#store.apply({ kind: 'release', time: Date.now(), clientId: client.id, connection: this.#connect(client.id), packetId: packet.messageId });
    await this.#store.durable();
  }

  async cleanIncoming(client: AedesClient): Promise<void> {
    for (const messageId of [...(this.#store.session(client.id)?.received ?? [])]) await this.incomingDelPacket(client, { messageId });
  }

  // --- wills

  /** A will comes with the CONNECT of a connection, and belongs to the broker that holds that. */
  async putWill(client: AedesClient, will: AedesWill): Promise<void> {
    const message = Message.create(will.topic, Buffer.from(will.payload), will.qos, will.retain);
    this.#store.apply({ kind: 'open', time: Date.now(), clientId: client.id, connection: this.#nextConnection(), clean: false, limits, will: message });
    await this.#store.durable();
    // aedes expects the packet to know its client and its broker from now on.
    will.clientId = client.id;
    will.brokerId = this.broker.id;
  }

  async getWill(client: AedesClient): Promise<object | undefined> {
    await this.#restart();
    return this.#will(client.id);
  }

  /** As after DISCONNECT. */
  async delWill(client: AedesClient): Promise<object | undefined> {
    const will = this.#will(client.id);
    const connection = this.#store.owner(client.id);
    if (connection !== undefined) this.#store.apply({ kind: 'close', time: Date.now(), clientId: client.id, connection, discardWill: true, sentUpTo: 0 });
    await this.#store.durable();
    return will;
  }

  streamWill(brokers: Readonly<Record<string, unknown>> = {}): Readable {
    return this.#stream(() => [...this.#store.sessions.keys()].map((clientId) => this.#will(clientId)).filter((will) => will !== undefined && !(will.brokerId in brokers)));
  }

  // ---

  #open(): Promise<Store> {
    return Store.open({ directory: this.#directory, maxBytes: 1e9 });
  }

  async #restart(): Promise<void> {
    if (!this.#restarts) return;
    await this.#store.close();
    this.#store = await this.#open();
  }

  #stream(read: () => readonly unknown[]): Readable {
    return Readable.from(this.#answers(read));
  }

  async *#answers(read: () => readonly unknown[]): AsyncGenerator<unknown> {
    await this.#restart();
    yield* read();
  }

  #nextConnection(): ConnectionId {
    return { broker: this.broker.id, incarnation: 1, number: ++this.#connections };
  }

  /** The connection that has the client's session; opened if there is none. */
  #connect(clientId: string): ConnectionId {
    const owner = this.#store.session(clientId)?.connection;
    if (owner !== undefined) return owner;
    const connection = this.#nextConnection();
    this.#store.apply({ kind: 'open', time: Date.now(), clientId, connection, clean: false, limits });
    return connection;
  }

  #subscribe(clientId: string, subscriptions: readonly AedesSubscription[]): void {
    const connection = this.#connect(clientId);
    this.#store.apply({ kind: 'subscribe', time: Date.now(), clientId, connection, subscriptions: subscriptions.map(({ topic, qos }) => ({ filter: topic, qos })) });
  }

  #subscriptions(): { clientId: string; filter: string; qos: number }[] {
    return [...this.#store.sessions.values()].flatMap(({ clientId, subscriptions }) => [...subscriptions].map(([filter, { qos }]) => ({ clientId, filter, qos })));
  }

  #identitiesOf(clientId: string): Map<number, Identity> {
    let identities = this.#identities.get(clientId);
    if (identities === undefined) this.#identities.set(clientId, (identities = new Map()));
    return identities;
  }

  /** A page at a time, as the broker reads it; what is acknowledged meanwhile does not disturb it. */
  async *#queue(clientId: string): AsyncGenerator<object> {
    await this.#restart();
    let from = 0;
    for (;;) {
      const session = this.#store.session(clientId);
      const entries = session === undefined ? [] : this.#read(session, from, pageSize);
      if (entries.length === 0) return;
      from = entries.at(-1)!.sequence + 1;
      yield* entries.map((entry) => this.#packet(entry));
    }
  }

  #read(session: Session, from: number, limit: number): QueueEntry[] {
    const reader = { deliverNow() {}, enqueued: () => false };
    this.#store.attach(session, reader);
    const entries = this.#store.read(session, from, limit);
    this.#store.detach(session, reader);
    return entries;
  }

  #packet({ queue, sequence, message, released }: QueueEntry): object {
    const { brokerId, brokerCounter, messageId } = this.#identitiesOf((queue as Session).clientId).get(sequence)!;
    if (released || message === undefined) return { cmd: 'pubrel', messageId };
    const { topic, payload, qos, retain } = message;
    return { cmd: 'publish', brokerId, brokerCounter, topic, payload, qos, retain, dup: false, messageId };
  }

  #will(clientId: string) {
    const will = this.#store.will(clientId);
    if (will === undefined) return undefined;
    const { topic, payload, qos, retain } = will;
    return { clientId, brokerId: this.#store.owner(clientId)!.broker, topic, payload, qos, retain };
  }
}
