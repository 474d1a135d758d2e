import type { TestContext } from 'node:test';
import { Message, Store, type Operation, type QueueEntry, type SessionLimits } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

type Qos = 0 | 1 | 2;

const unlimited = { expirySeconds: 0, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 };

/** A store, the clients whose connections it holds, and what they are given. */
export class SharedMachine {
  static async start(t: TestContext, directory = temporaryDirectory(t)): Promise<SharedMachine> {
    const machine = new SharedMachine(t, directory, await Store.open({ directory, maxBytes: 1e9 }));
    t.after(() => machine.store.close());
    return machine.listening();
  }

  readonly drops: string[] = [];
  readonly connections = new Map<string, { readonly broker: string; readonly incarnation: number; readonly number: number }>();
  readonly #incarnations = new Map<string, number>();
  #connections = 0;

  private constructor(
    readonly t: TestContext,
    readonly directory: string,
    public store: Store,
  ) {}

  listening(): this {
    this.store.listener = { dropped: (reason, count, queue) => this.drops.push(`${reason} ${count} ${queue}`), willPublished() {}, superseded() {} };
    return this;
  }

  async restart(): Promise<void> {
    await this.store.close();
    this.store = await Store.open({ directory: this.directory, maxBytes: 1e9 });
    this.listening();
  }

  apply(operation: Operation): boolean {
    return this.store.apply(operation);
  }

  open(clientId: string, { clean = false, broker = '', limits = unlimited }: { clean?: boolean; broker?: string; limits?: SessionLimits } = {}): void {
    const connection = { broker, incarnation: this.#incarnations.get(broker) ?? 1, number: ++this.#connections };
    this.connections.set(clientId, connection);
    this.apply({ kind: 'open', time: 1, clientId, connection, clean, limits });
  }

  close(clientId: string, sentUpTo = 0, time = 1): void {
    this.apply({ kind: 'close', time, clientId, connection: this.connections.get(clientId)!, discardWill: false, sentUpTo });
  }

  /** Begins a new run of the broker. */
  recover(broker = ''): void {
    const incarnation = (this.#incarnations.get(broker) ?? 1) + 1;
    this.#incarnations.set(broker, incarnation);
    this.apply({ kind: 'recover', time: 1, broker, incarnation });
  }

  subscribe(clientId: string, filter: string, qos: Qos = 2): void {
    this.apply({ kind: 'subscribe', time: 1, clientId, connection: this.connections.get(clientId)!, subscriptions: [{ filter, qos }] });
  }

  unsubscribe(clientId: string, filter: string): void {
    this.apply({ kind: 'unsubscribe', time: 1, clientId, connection: this.connections.get(clientId)!, filters: [filter] });
  }

  member(clientId: string, options: { clean?: boolean; broker?: string; limits?: SessionLimits; filter?: string; qos?: Qos } = {}): void {
    this.open(clientId, options);
    this.subscribe(clientId, options.filter ?? '$share/g/x', options.qos);
  }

  publish(payload: string | number, qos: Qos = 1, topic = 'x'): void {
    this.apply({ kind: 'publish', time: 1, message: Message.create(topic, Buffer.from(String(payload)), qos, false) });
  }

  publishAll(from: number, to: number, qos: Qos = 1): void {
    for (let i = from; i < to; i++) this.publish(i, qos);
  }

  /** The client has what is first in its queue, or at that position. */
  acknowledge(clientId: string, sequence = this.entries(clientId)[0]!.sequence): void {
    const clean = this.store.cleanSession(clientId) !== undefined;
    this.apply({ kind: 'acknowledge', time: 1, clientId, sequence, ...(clean && { connection: this.connections.get(clientId)! }) });
  }

  entries(clientId: string): QueueEntry[] {
    const session = this.store.session(clientId) ?? this.store.cleanSession(clientId);
    return session === undefined ? [] : this.store.read(session, 0, Infinity);
  }

  /** Payloads in the client's queue. */
  queue(clientId: string): string[] {
    return this.entries(clientId).map(payloadOf);
  }

  /** Payloads that wait for a member with room. */
  waiting(filter = '$share/g/x'): string[] {
    const queue = this.store.sharedSubscription(filter);
    return queue === undefined ? [] : this.store.read(queue, 0, Infinity).map(payloadOf);
  }
}

const payloadOf = ({ message }: QueueEntry): string => (message === undefined ? 'released' : message.payload.toString());
