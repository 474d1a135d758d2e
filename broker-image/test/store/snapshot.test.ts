import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Message, Store, StoreOpenError, type Operation } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

const connection = { broker: 'b', incarnation: 1, number: 1 };
const limits = { expirySeconds: 0, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 };
const publish = (payload: Buffer): Operation => ({ kind: 'publish', time: 1, message: Message.create('x', payload, 1, false) });

/** A store at entry 9 of a log, with that many messages. */
async function filled(t: TestContext, messages: number, directory = temporaryDirectory(t)): Promise<Store> {
  const store = await Store.open({ directory, maxBytes: 1e9 });
  t.after(() => store.close());
  store.beginEntry(9, { broker: 'b', incarnation: 1, batch: 1 });
  store.applyLogged({ kind: 'recover', time: 1, broker: 'b', incarnation: 1 });
  store.applyLogged({ kind: 'open', time: 1, clientId: 'a', connection, clean: false, limits, will: Message.create('will', Buffer.of(1), 1, false) });
  store.applyLogged({ kind: 'subscribe', time: 1, clientId: 'a', connection, subscriptions: [{ filter: '#', qos: 2 }] });
  for (let i = 0; i < messages; i++) store.applyLogged(publish(Buffer.alloc(500, i)));
  await store.durable();
  return store;
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const found: Buffer[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found);
}

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const content = (store: Store) => Buffer.concat([...store.dump()].flatMap(({ key, value }) => [key, value]));

for (const size of [1, 1000, 1e9]) {
  test(`a snapshot that comes in pieces of ${size} bytes gives the same store`, async (t) => {
    const original = await filled(t, size === 1 ? 20 : 3000);
    const snapshot = original.snapshot();
    assert.equal(snapshot.sequence, 9);
    const directory = join(temporaryDirectory(t), 'new');
    await Store.restore(directory, pieces(await collect(snapshot.chunks), size));
    const restored = await Store.open({ directory, maxBytes: 1e9 });
    assert.ok(content(restored).equals(content(original)));
    assert.equal(restored.applied, 9);
    await restored.close();
    assert.deepEqual(readdirSync(directory).filter((name) => name !== 'lock.mdb'), ['data.mdb']);
  });
}

test('a snapshot shows one moment, whatever is written while it is read, and comes in bounded pieces', async (t) => {
  const original = await filled(t, 5000);
  const before = content(original);
  const { chunks } = original.snapshot();
  const found: Buffer[] = [];
  for await (const chunk of chunks) {
    found.push(chunk);
    assert.ok(chunk.length < 300_000);
    for (let i = 0; i < 2000; i++) original.applyLogged(publish(Buffer.alloc(500)));
    original.applyLogged({ kind: 'acknowledge', time: 1, clientId: 'a', sequence: found.length });
    original.beginEntry(10 + found.length, { broker: 'b', incarnation: 1, batch: 1 + found.length });
    await original.durable();
  }
  assert.ok(found.length > 8);
  const directory = temporaryDirectory(t);
  await Store.restore(directory, pieces(Buffer.concat(found), 1e9));
  const restored = await Store.open({ directory, maxBytes: 1e9 });
  assert.ok(content(restored).equals(before));
  await restored.close();
});

test('a restore takes the place of an older store', async (t) => {
  const snapshot = await collect((await filled(t, 10)).snapshot().chunks);
  const directory = temporaryDirectory(t);
  const old = await filled(t, 500, directory);
  await old.close();
  await Store.restore(directory, pieces(snapshot, 1000));
  const restored = await Store.open({ directory, maxBytes: 1e9 });
  assert.equal(restored.session('a')!.queuedMessages, 10);
  await restored.close();
});

test('what is cut off, damaged, of another version or no snapshot is refused, and the store stays as it was', async (t) => {
  const snapshot = await collect((await filled(t, 100)).snapshot().chunks);
  const changed = (at: number, value: number) => {
    const bytes = Buffer.from(snapshot);
    bytes[at] = value;
    return bytes;
  };
  const cases: Array<[Buffer, RegExp]> = [
    [snapshot.subarray(0, snapshot.length - 1), /it is cut off/],
    [snapshot.subarray(0, 2000), /it is cut off/],
    [Buffer.of(), /it is cut off/],
    [changed(snapshot.length - 1, snapshot.at(-1)! ^ 1), /its checksum is wrong/],
    [changed(5000, snapshot[5000]! ^ 1), /its checksum is wrong/],
    [changed(10, 0xff), /it is damaged/],
    [changed(9, 5), /it has format version 5; this broker reads 2 to 4/],
    [changed(9, 1), /it has format version 1; this broker reads 2 to 4/],
    [changed(0, 0), /it is not one/],
  ];
  const directory = temporaryDirectory(t);
  await (await filled(t, 50, directory)).close();
  const before = readFileSync(join(directory, 'data.mdb'));
  for (const [bytes, pattern] of cases) {
    await assert.rejects(Store.restore(directory, pieces(bytes, 4096)), (error) => {
      assert.ok(error instanceof StoreOpenError);
      assert.match(error.message, /^The snapshot for the store in .* cannot be used: .*\. The store was left as it is\.$/);
      assert.match(error.message, pattern);
      return true;
    });
    assert.deepEqual(readFileSync(join(directory, 'data.mdb')), before);
  }
});

test('a source that fails leaves the store as it was, and what a restore left behind is no obstacle', async (t) => {
  const directory = temporaryDirectory(t);
  await (await filled(t, 50, directory)).close();
  async function* failing() {
    yield Buffer.from('mqttsnap');
    throw new Error('gone');
  }
  await assert.rejects(Store.restore(directory, failing()), /^Error: gone$/);
  mkdirSync(join(directory, 'restore'));
  writeFileSync(join(directory, 'restore', 'data.mdb'), 'half');
  const store = await Store.open({ directory, maxBytes: 1e9 });
  assert.equal(store.session('a')!.queuedMessages, 50);
  await assert.rejects(Store.restore(directory, failing()), /in use by another broker/);
  await store.close();
  const fresh = temporaryDirectory(t);
  mkdirSync(join(fresh, 'restore'));
  await (await Store.open({ directory: fresh, maxBytes: 1e9 })).close();
});
