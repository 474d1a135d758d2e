import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { headers } from '@nats-io/transport-node';
import { EngineConnection, JetStreamLog } from '../../../src/cluster/engine/index.js';
import { LogTrimmedError } from '../../../src/cluster/replicated-log.js';
import { Nats, natsMissing } from './nats.js';
import { Proxy } from './proxy.js';

const skip = natsMissing;

async function openLog(nats: Nats, more: Partial<Parameters<typeof JetStreamLog.open>[1]> = {}) {
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  const log = await JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes: 64 * 1024 ** 2, incarnation: randomUUID(), ...more });
  return { connection, log, close: async () => { await log.close(); await connection.close(); } };
}

async function take(log: JetStreamLog, after: number, count: number) {
  const found: { sequence: number; text: string }[] = [];
  for await (const { sequence, data } of log.read(after)) {
    found.push({ sequence, text: Buffer.from(data).toString() });
    if (found.length === count) break;
  }
  return found;
}

test('on one server', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start({ maxPayload: 64 * 1024 });
  t.after(() => nats.stop());
  const warnings: string[] = [];
  const one = await openLog(nats, { onWarning: (message) => warnings.push(message) });
  const other = await openLog(nats, { replicas: 1, onWarning: (message) => warnings.push(message) });
  t.after(() => Promise.all([one.close(), other.close()]));

  await t.test('a single copy is warned about, unless it is asked for', () => {
    assert.deepEqual(warnings, ['The stream mqtt-log has one copy, on a single NATS server: what is acknowledged is lost with its disk. Run three servers as a cluster, or write cluster.log.replicas: 1 to accept it.']);
  });

  await t.test('all see one cluster id', () => assert.equal(one.log.clusterId, other.log.clusterId));

  await t.test('an empty log ends at 0', async () => assert.equal(await one.log.last(), 0));

  await t.test('entries of two brokers have one order', async () => {
    const sequences = await Promise.all([...Array(20).keys()].map((index) => [one, other][index % 2]!.log.append(Buffer.from(String(index)))));
    assert.deepEqual(sequences.toSorted((a, b) => a - b), [...Array(20).keys()].map((index) => index + 1));
    const seen = await take(other.log, 0, 20);
    assert.deepEqual(await take(one.log, 0, 20), seen);
    for (const { sequence, text } of seen) assert.equal(sequences[Number(text)], sequence);
    assert.equal(await one.log.last(), 20);
  });

  await t.test('reading starts after any entry and goes on with those to come', async () => {
    const reading = take(one.log, 18, 3);
    const sequence = await other.log.append(Buffer.from('new'));
    assert.deepEqual((await reading).map((entry) => entry.sequence), [19, 20, sequence]);
  });

  await t.test('an entry larger than a NATS message is one entry', async () => {
    const large = Buffer.alloc(2_000_000, 'abcdefghij');
    const before = await one.log.last();
    const [sequence, next] = await Promise.all([one.log.append(large), one.log.append(Buffer.from('next')), other.log.append(Buffer.from('between'))]);
    const seen = await take(other.log, before, 3);
    assert.deepEqual(seen.map((entry) => entry.text.length).toSorted((a, b) => a - b), [4, 7, 2_000_000]);
    assert.ok(seen.some((entry) => entry.sequence === sequence && entry.text === large.toString()));
    assert.ok(next > sequence);
    // What follows the large one is found from its sequence on.
    assert.ok((await take(one.log, sequence, 1))[0]!.text.length < 10);
  });

  await t.test('an empty entry', async () => {
    const sequence = await one.log.append(new Uint8Array());
    assert.deepEqual(await take(one.log, sequence - 1, 1), [{ sequence, text: '' }]);
  });

  await t.test('what was trimmed cannot be read, what was not can', async () => {
    const last = await one.log.last();
    await one.log.trim(last - 1);
    await assert.rejects(take(other.log, last - 2, 1), (error) => error instanceof LogTrimmedError && error.first === last && error.after === last - 2);
    assert.equal((await take(other.log, last - 1, 1))[0]!.sequence, last);
  });

  await t.test('a broker whose entries were all trimmed goes on appending', async () => {
    await one.log.trim(await one.log.last());
    const last = await one.log.last();
    assert.equal(await one.log.append(Buffer.from('a')), last + 1);
    assert.equal(await other.log.append(Buffer.from('b')), last + 2);
  });

  await t.test('it is available', () => assert.deepEqual([one.log.available, one.log.failure], [true, undefined]));

  await t.test('closing ends readers and refuses entries', async () => {
    const third = await openLog(nats, { replicas: 1 });
    const reading = take(third.log, await third.log.last(), 1);
    await third.close();
    assert.deepEqual(await reading, []);
    await assert.rejects(third.log.append(Buffer.from('x')), { name: 'EngineClosedError' });
    assert.equal(third.log.available, false);
  });
});

test('where leaders change, an entry that is there twice, or before it was acknowledged, neither ends the chain nor is taken for another one', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start();
  const proxy = await Proxy.start(nats.servers[0]!.port);
  const direct = await EngineConnection.open({ log: nats.log, name: 'direct' });
  const connection = await EngineConnection.open({ log: { servers: [proxy.url] }, name: 'test' });
  const log = await JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes: 64 * 1024 ** 2, incarnation: 'me', replicas: 1 });
  t.after(async () => {
    await log.close();
    await Promise.all([connection.close(), direct.close(), proxy.stop()]);
    await nats.stop();
  });
  const repeat = async (entry: number, text: string) => {
    const repeated = headers();
    repeated.set('Mqtt-Entry', String(entry));
    await direct.nats.request('mqtt.log.me', text, { headers: repeated, timeout: 5000 });
  };

  assert.equal(await log.append(Buffer.from('first')), 1);
  await repeat(1, 'first');
  assert.equal(await log.append(Buffer.from('second')), 3);

  // While the next one is tried: its first attempt is lost.
  proxy.cut();
  const third = log.append(Buffer.from('third'));
  await repeat(2, 'second');
  await repeat(1, 'first');
  proxy.mend();
  assert.equal(await third, 6);

  // Refused by one leader, taken by another.
  await repeat(4, 'fourth');
  assert.equal(await log.append(Buffer.from('fourth')), 7);
  assert.deepEqual((await take(log, 0, 7)).map(({ text }) => text), ['first', 'first', 'second', 'second', 'first', 'third', 'fourth']);
});
