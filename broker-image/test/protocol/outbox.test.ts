import assert from 'node:assert/strict';
import { Writable, type Duplex } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { StoredOutbox, TransientOutbox, type OutboxOwner } from '../../src/protocol/outbox.js';
import { PacketWriter } from '../../src/protocol/packet-writer.js';
import { PacketType } from '../../src/protocol/packets.js';
import { EmbeddedJournal, Message, Store, type Operation, type SubmittedOperation } from '../../src/store/index.js';
import { temporaryDirectory } from '../store/temporary-directory.js';
import type { Qos } from '../../src/operations/observer.js';

const connection = { broker: '', incarnation: 1, number: 1 };
const limits = { expirySeconds: 0, maxQueuedMessages: 200_000, maxQueuedBytes: 1e9 };

/** Takes the packets that an outbox sends apart. */
class Receiver implements OutboxOwner {
  readonly clientId = 's';
  readonly writer: PacketWriter;
  maxInFlight = 1024;
  maxBufferedBytes = 1e9;
  mayReceive: (topic: string) => boolean = () => true;
  readonly packets: string[] = [];
  readonly drops: string[] = [];
  readonly counted: Array<[Qos, number]> = [];
  #rest = Buffer.of();

  constructor(readonly store?: Store) {
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#take(chunk);
        done();
      },
    });
    this.writer = new PacketWriter(stream as unknown as Duplex, 2_097_152, () => {}, () => {});
  }

  sent(qos: Qos, bytes: number): void {
    this.counted.push([qos, bytes]);
  }

  dropped(reason: string): void {
    this.drops.push(reason);
  }

  deliverNow(): void {}

  submit(operation: SubmittedOperation): void {
    this.store!.apply(operation);
  }

  storeFailed(error: Error): void {
    throw error;
  }

  /** What was sent since the last look. */
  async look(): Promise<string[]> {
    await new Promise(setImmediate);
    return this.packets.splice(0);
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length > 0) {
      const end = 2 + this.#rest[1]!;
      const packet = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      if (packet[0]! >> 4 === PacketType.pubrel) this.packets.push(`pubrel ${packet.readUInt16BE(2)}`);
      else this.packets.push(`${packet.toString('latin1', 7)} id ${packet.readUInt16BE(5)}${packet[0]! & 0x08 ? ' dup' : ''}`);
    }
  }
}

const message = (payload: string, qos: 1 | 2) => Message.create('x', Buffer.from(payload), qos, false);

async function session(t: TestContext): Promise<Store> {
  const store = await Store.open({ directory: temporaryDirectory(t), maxBytes: 1e9 });
  t.after(() => store.close());
  store.apply({ kind: 'open', time: 1, clientId: 's', connection, clean: false, limits });
  store.apply({ kind: 'subscribe', time: 1, clientId: 's', connection, subscriptions: [{ filter: 'x', qos: 2 }] });
  return store;
}
const storedOutbox = (receiver: Receiver) => new StoredOutbox(receiver, receiver.store!, new EmbeddedJournal(receiver.store!), receiver.store!.session('s')!, connection);
const publish = (payload: string, qos: 1 | 2): Operation => ({ kind: 'publish', time: 1, message: message(payload, qos) });

test('a clean session: messages leave at once, each with its packet id, and QoS 2 takes four steps', async () => {
  const receiver = new Receiver();
  const outbox = new TransientOutbox(receiver, 200_000);
  outbox.enqueue(message('a', 1));
  outbox.enqueue(message('b', 2));
  assert.deepEqual(await receiver.look(), ['a id 1', 'b id 2']);
  assert.deepEqual(receiver.counted, [[1, 8], [2, 8]]);
  outbox.acknowledged(2, PacketType.puback); // not for QoS 2
  outbox.acknowledged(2, PacketType.pubcomp); // not before PUBREC
  outbox.received(1); // not for QoS 1
  assert.deepEqual(await receiver.look(), []);
  outbox.received(2);
  outbox.received(2);
  assert.deepEqual(await receiver.look(), ['pubrel 2', 'pubrel 2']);
  outbox.acknowledged(2, PacketType.pubcomp);
  outbox.acknowledged(1, PacketType.puback);
  outbox.received(9);
  assert.deepEqual(await receiver.look(), ['pubrel 9'], 'PUBREC for something completed is answered');
});

test('no more than the window is in flight, the next leave as answers come', async () => {
  const receiver = new Receiver();
  receiver.maxInFlight = 1000;
  const outbox = new TransientOutbox(receiver, 200_000);
  for (let i = 1; i <= 1100; i++) outbox.enqueue(message(`${i}`, 1));
  assert.equal((await receiver.look()).length, 1000);
  for (const id of [1, 7, 500]) outbox.acknowledged(id, PacketType.puback);
  assert.deepEqual(await receiver.look(), ['1001 id 1001', '1002 id 1002', '1003 id 1003']);
});

test('a clean session\'s queue has limits too', async () => {
  const receiver = new Receiver();
  const few = new TransientOutbox(receiver, 2);
  few.hold();
  for (const payload of ['a', 'b', 'c']) few.enqueue(message(payload, 1));
  few.release();
  assert.deepEqual([await receiver.look(), receiver.drops], [['a id 1', 'b id 2'], ['queue-full']]);
  receiver.maxBufferedBytes = 10;
  const small = new TransientOutbox(receiver, 200_000);
  for (const payload of ['12345', '1234', '12']) small.enqueue(message(payload, 1));
  assert.deepEqual(receiver.drops, ['queue-full', 'queue-full']);
  small.acknowledged(1, PacketType.puback);
  small.enqueue(message('1234', 1));
  assert.deepEqual(receiver.drops, ['queue-full', 'queue-full'], 'what is acknowledged makes room');
  for (const id of [2, 3]) small.acknowledged(id, PacketType.puback);
  small.enqueue(message('larger than the room', 1));
  small.enqueue(message('1', 1));
  assert.deepEqual(receiver.drops, ['queue-full', 'queue-full', 'queue-full'], 'a message that is larger than the room comes alone');
  assert.deepEqual(await receiver.look(), ['12345 id 1', '12 id 2', '1234 id 3', 'larger than the room id 4']);
});

test('a packet id that is still unanswered a full turn later is not given again: delivery waits for its answer', async () => {
  const receiver = new Receiver();
  const outbox = new TransientOutbox(receiver, 200_000);
  outbox.enqueue(message('first', 1));
  assert.deepEqual(await receiver.look(), ['first id 1']);
  for (let i = 1; i < 65_535; i++) {
    outbox.enqueue(message('m', 1));
    outbox.acknowledged(i + 1, PacketType.puback);
  }
  await receiver.look();
  outbox.enqueue(message('second', 1));
  outbox.enqueue(message('third', 1));
  assert.deepEqual(await receiver.look(), []);
  outbox.acknowledged(1, PacketType.puback);
  assert.deepEqual(await receiver.look(), ['second id 1', 'third id 2']);
});

test('a stored queue: QoS 1 leaves at once, QoS 2 once it is on disk, in order', async (t) => {
  const store = await session(t);
  const receiver = new Receiver(store);
  const outbox = storedOutbox(receiver);
  outbox.pump();
  store.apply(publish('a', 1));
  store.apply(publish('b', 2));
  store.apply(publish('c', 1));
  let committed = false;
  store.afterCommit({ committed: () => (committed = true), failed: assert.fail });
  receiver.writer.flush();
  assert.deepEqual([receiver.packets.splice(0), committed], [['a id 1'], false]);
  await store.durable();
  assert.deepEqual(await receiver.look(), ['b id 2', 'c id 3']);
});

test('a stored queue: PUBREL leaves once PUBREC is on disk', async (t) => {
  const store = await session(t);
  const receiver = new Receiver(store);
  const outbox = storedOutbox(receiver);
  store.apply(publish('a', 2));
  await store.durable();
  outbox.pump();
  await receiver.look();
  outbox.received(1);
  receiver.writer.flush();
  assert.deepEqual(receiver.packets, []);
  await store.durable();
  assert.deepEqual(await receiver.look(), ['pubrel 1']);
  outbox.acknowledged(1, PacketType.pubcomp);
  assert.equal(store.statistics().queuedMessages, 0);
});

test('a stored queue that is longer than what is kept in memory is delivered whole, in order, with what comes meanwhile', async (t) => {
  const store = await session(t);
  for (let i = 0; i < 5000; i++) store.apply(publish(`${i}`, 1));
  await store.durable();
  assert.equal(store.session('s')!.entries.size, 0, 'nothing of it is in memory');
  const receiver = new Receiver(store);
  const outbox = storedOutbox(receiver);
  outbox.pump();
  const payloads: string[] = [];
  for (let extra = 5000; payloads.length < 6000; ) {
    const packets = await receiver.look();
    for (const packet of packets) {
      const [payload, , id] = packet.split(' ');
      payloads.push(payload!);
      outbox.acknowledged(Number(id), PacketType.puback);
    }
    for (let i = 0; i < 100 && extra < 6000; i++) store.apply(publish(`${extra++}`, 1));
    if (packets.length === 0) await store.durable();
    assert.ok(store.session('s')!.entries.size < 5000, 'memory is bounded');
  }
  assert.deepEqual(payloads, Array.from({ length: 6000 }, (_, i) => `${i}`));
  await store.durable();
  assert.equal(store.session('s')!.entries.size, 0);
});

test('a stored queue: no more bytes are in memory than allowed, by one message, and it is delivered whole', async (t) => {
  const store = await session(t);
  const payload = (i: number) => `${i}`.padEnd(100, '.');
  for (let i = 0; i < 300; i++) store.apply(publish(payload(i), 1));
  await store.durable();
  const receiver = new Receiver(store);
  receiver.maxBufferedBytes = 1000;
  const outbox = storedOutbox(receiver);
  outbox.pump();
  const { entries } = store.session('s')!;
  const payloads: number[] = [];
  for (let extra = 300; payloads.length < 400; ) {
    const packets = await receiver.look();
    assert.ok(packets.length <= 10, `${packets.length} at once`);
    for (const packet of packets) {
      const [content, , id] = packet.split(' ');
      payloads.push(Number.parseInt(content!, 10));
      outbox.acknowledged(Number(id), PacketType.puback);
    }
    if (extra < 400) store.apply(publish(payload(extra++), 1));
    await store.durable();
    assert.ok([...entries.values()].filter(({ held }) => held).length <= 10, 'what is kept in memory for it');
  }
  assert.deepEqual(payloads, Array.from({ length: 400 }, (_, i) => i));
});

test('another outbox for the session starts over: what is unanswered is sent again with DUP, what was received as PUBREL', async (t) => {
  const store = await session(t);
  const first = new Receiver(store);
  const before = storedOutbox(first);
  before.pump();
  for (const [payload, qos] of [['a', 1], ['b', 2], ['c', 1]] as const) store.apply(publish(payload, qos));
  await store.durable();
  assert.deepEqual(await first.look(), ['a id 1', 'b id 2', 'c id 3']);
  before.received(2);
  before.acknowledged(3, PacketType.puback);
  before.detach();
  store.apply({ kind: 'close', time: 1, clientId: 's', connection, discardWill: true, sentUpTo: before.sentUpTo });
  store.apply(publish('d', 1));
  const second = new Receiver(store);
  storedOutbox(second).pump();
  assert.deepEqual(await second.look(), ['a id 1 dup', 'pubrel 2', 'd id 4']);
});
