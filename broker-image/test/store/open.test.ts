import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import { Message, Store, StoreOpenError } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

const connection = { broker: '', incarnation: 1, number: 1 };
const openStore = (directory: string) => Store.open({ directory, maxBytes: 1e9 });

async function filled(directory: string): Promise<void> {
  const store = await openStore(directory);
  store.apply({ kind: 'open', time: 1, clientId: 'a', connection, clean: false, limits: { expirySeconds: 0, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 } });
  store.apply({ kind: 'subscribe', time: 1, clientId: 'a', connection, subscriptions: [{ filter: '#', qos: 1 }] });
  for (let i = 0; i < 2000; i++) store.apply({ kind: 'publish', time: 1, message: Message.create('x', Buffer.alloc(500), 1, false) });
  await store.close();
}

function refusal(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StoreOpenError, String(error));
    assert.match(error.message, pattern);
    return true;
  };
}

test('a folder that does not exist is created', async (t) => {
  const store = await openStore(join(temporaryDirectory(t), 'a', 'b'));
  await store.close();
});

test('the name of the folder may look like that of a file', async (t) => {
  const directory = join(temporaryDirectory(t), 'broker.v1');
  await (await openStore(directory)).close();
  assert.deepEqual(readdirSync(directory).sort(), ['data.mdb', 'lock.mdb']);
});

test('a folder that cannot be created is said', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  await assert.rejects(openStore(join(directory, 'file', 'store')), refusal(/folder .*file\/store cannot be created: .*name another one in store\.directory/));
});

test('a fresh volume with lost+found is empty', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'lost+found'));
  await (await openStore(directory)).close();
});

test('a folder with other files is refused', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'notes.txt'), 'mine');
  await assert.rejects(openStore(directory), refusal(/is not empty and holds no store \(found notes\.txt\)\. Name an empty folder/));
});

test('a file that is no LMDB file is refused and left as it is', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'data.mdb');
  for (const content of [Buffer.from('not a database'), Buffer.alloc(100_000, 'x')]) {
    writeFileSync(path, content);
    await assert.rejects(openStore(directory), refusal(/data\.mdb is not a store: it does not begin like an LMDB file/));
    assert.deepEqual(readFileSync(path), content);
  }
});

test('an empty file, left by a broker that was stopped at its first start, is no obstacle', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'data.mdb'), '');
  await (await openStore(directory)).close();
});

test('a database of another program is refused', async (t) => {
  for (const key of ['something', 'x']) {
    const directory = temporaryDirectory(t);
    const other = open({ path: directory });
    await other.put(key, { value: 1 });
    await other.close();
    const before = readFileSync(join(directory, 'data.mdb'));
    await assert.rejects(openStore(directory), refusal(/holds a database of another program/));
    assert.deepEqual(readFileSync(join(directory, 'data.mdb')), before);
  }
});

test('a store of another version is refused with both versions', async (t) => {
  for (const version of [0, 5, 99]) {
    const directory = temporaryDirectory(t);
    await filled(directory);
    const raw = open<Buffer, Buffer>({ path: directory, encoding: 'binary', keyEncoding: 'binary' });
    await raw.put(Buffer.of(0, 0), Buffer.from(JSON.stringify({ name: 'mqtt-broker-store', version })));
    await raw.close();
    await assert.rejects(openStore(directory), refusal(new RegExp(`has format version ${version}; this broker reads versions 1 to 4\\. Run the broker version that wrote it`)));
  }
});

test('a format record that is none is refused', async (t) => {
  for (const content of ['garbage', '{"name":"other","version":1}', '{"name":"mqtt-broker-store"}']) {
    const directory = temporaryDirectory(t);
    const raw = open<Buffer, Buffer>({ path: directory, encoding: 'binary', keyEncoding: 'binary' });
    await raw.put(Buffer.of(0, 0), Buffer.from(content));
    await raw.close();
    await assert.rejects(openStore(directory), refusal(/holds a database of another program \(its format record is /));
  }
});

test('a file that was cut off is refused, does not end the process, and is left as it is', async (t) => {
  const directory = temporaryDirectory(t);
  await filled(directory);
  const path = join(directory, 'data.mdb');
  truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096);
  const before = readFileSync(path);
  await assert.rejects(openStore(directory), refusal(/data\.mdb is damaged: it has \d+ bytes where it describes \d+, and cannot be read to its end/));
  assert.deepEqual(readFileSync(path), before);
});

test('a record that cannot be read is named', async (t) => {
  const cases: Array<[Buffer, Buffer, RegExp]> = [
    [Buffer.from('01000000000001', 'hex'), Buffer.from('nonsense'), /session record 01000000000001 cannot be read/],
    [Buffer.from('0200000000000900000000', 'hex'), Buffer.from('\x01a'), /subscription record .* \(session 9 does not exist\)/],
    [Buffer.from('03000000000001', 'hex'), Buffer.from('\x03'), /retained message record 03000000000001 cannot be read/],
    [Buffer.from('04000000000001', 'hex'), Buffer.from('\x03'), /will record 04000000000001 cannot be read/],
    [Buffer.from('0500000000000100', 'hex'), Buffer.from('\x03'), /progress record 0500000000000100 cannot be read/],
    [Buffer.from('0001', 'hex'), Buffer.from('\x03'), /counters record 0001 cannot be read/],
    [Buffer.from('09000000000009', 'hex'), Buffer.from('nonsense'), /shared subscription record 09000000000009 cannot be read/],
    [Buffer.from('09000000000009', 'hex'), Buffer.from('["$share/g/x",1,1]'), /progress record 0500000000000900 cannot be read \(it is missing\)/],
    [Buffer.from('0200000000000100000009', 'hex'), Buffer.from('\x01$share/g/x'), /subscription record .* \(its shared subscription does not exist\)/],
    [Buffer.from('0500000000000103000000000000', 'hex'), Buffer.from('\x03'), /origin record .* cannot be read/],
  ];
  for (const [key, value, pattern] of cases) {
    const directory = temporaryDirectory(t);
    await filled(directory);
    const raw = open<Buffer, Buffer>({ path: directory, encoding: 'binary', keyEncoding: 'binary' });
    await raw.put(key, value);
    await raw.close();
    await assert.rejects(openStore(directory), refusal(pattern));
  }
});

test('two brokers cannot share a folder, in one process or in two; a dead one is no obstacle', async (t) => {
  const directory = temporaryDirectory(t);
  const inUse = refusal(/is in use by another broker\. Two brokers cannot share a store/);
  const first = await openStore(directory);
  await assert.rejects(openStore(directory), inUse);
  await first.close();

  const child = spawn(process.execPath, [fileURLToPath(new URL('./store-process.js', import.meta.url)), directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await assert.rejects(openStore(directory), inUse);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await openStore(directory)).close();
});

test('the name of the folder may be longer than a Unix socket name', { skip: process.platform !== 'linux' }, async (t) => {
  const directory = join(temporaryDirectory(t), 'long'.repeat(30), 'longer'.repeat(20));
  const store = await openStore(directory);
  await assert.rejects(openStore(directory), StoreOpenError);
  await store.close();
});
