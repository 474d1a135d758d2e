import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messages, publishPacket, TestBroker } from './harness.js';
import { ClusterBroker } from '../cluster/cluster-broker.js';
import { SharedLog } from '../cluster/memory-log.js';

/** Room for four small messages: each counts with 1024 bytes. */
const limits = { maxRetainedBytes: 4096 };
const payloads = (broker: TestBroker) => Object.fromEntries([...broker.store.retained('#')].map(({ topic, payload }) => [topic, payload.toString()]));

for (const qos of [0, 1, 2] as const) {
  for (const clean of [true, false]) {
    test(`beyond the limit a QoS ${qos} message of a ${clean ? 'clean' : 'persistent'} session is delivered, but not retained`, async (t) => {
      const broker = await TestBroker.start(t, { limits });
      const subscriber = await broker.connect({ clientId: 'subscriber' });
      await subscriber.subscribeAsync('#', { qos: 2 });
      const arrived = messages(subscriber, 6);
      const publisher = await broker.connect({ clientId: 'publisher', clean });
      for (let i = 1; i <= 6; i++) await publisher.publishAsync(`t/${i}`, `${i}`, { qos, retain: true });
      assert.deepEqual(await arrived, [1, 2, 3, 4, 5, 6].map((i) => `t/${i} ${i} ${qos}`));
      assert.deepEqual(payloads(broker), { 't/1': '1', 't/2': '2', 't/3': '3', 't/4': '4' });
      assert.deepEqual(broker.observer.events.filter(([name]) => name === 'retain refused'), [['retain refused', 'publisher', 't/5'], ['retain refused', 'publisher', 't/6']]);
      const { retainedMessages, retainedBytes, retainedMaxBytes } = broker.broker.statistics();
      assert.deepEqual({ retainedMessages, retainedBytes, retainedMaxBytes }, { retainedMessages: 4, retainedBytes: 4096, retainedMaxBytes: 4096 });
    });
  }
}

test('at the limit what is retained can be replaced and removed, and removing makes room', async (t) => {
  const broker = await TestBroker.start(t, { limits });
  const client = await broker.connect();
  const retain = (topic: string, payload: string) => client.publishAsync(topic, payload, { qos: 1, retain: true });
  for (const topic of ['a', 'b', 'c', 'd']) await retain(topic, 'online');
  await retain('a', 'offline');
  await retain('b', '');
  await retain('e', 'new');
  assert.deepEqual(payloads(broker), { a: 'offline', c: 'online', d: 'online', e: 'new' });
  assert.ok(!broker.observer.events.some(([name]) => name === 'retain refused'));
});

test('a value for which there is no room removes the one before it, which is the last no more', async (t) => {
  const broker = await TestBroker.start(t, { limits });
  const client = await broker.connect();
  await client.publishAsync('a', 'small', { qos: 1, retain: true });
  await client.publishAsync('b', 'small', { qos: 1, retain: true });
  await client.publishAsync('a', 'x'.repeat(4000), { qos: 1, retain: true });
  assert.deepEqual(payloads(broker), { b: 'small' });
});

test('a retained will beyond the limit is published, but not retained', async (t) => {
  const broker = await TestBroker.start(t, { limits });
  const watcher = await broker.connect({ clientId: 'watcher' });
  await watcher.subscribeAsync('will/#', { qos: 1 });
  const client = await broker.connect();
  for (const topic of ['a', 'b', 'c', 'will/known']) await client.publishAsync(topic, 'online', { qos: 1, retain: true });
  const arrived = messages(watcher, 2);
  for (const topic of ['will/new', 'will/known']) {
    const dying = await broker.raw();
    dying.connect(`dies on ${topic}`, { will: { topic, payload: Buffer.from('gone'), qos: 1, retain: true } });
    await dying.next();
    dying.socket.destroy();
    await broker.observer.event('closed', ([, clientId]) => clientId === `dies on ${topic}`);
  }
  assert.deepEqual((await arrived).sort(), ['will/known gone 1', 'will/new gone 1']);
  assert.deepEqual(payloads(broker), { a: 'online', b: 'online', c: 'online', 'will/known': 'gone' });
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'retain refused'), [['retain refused', 'dies on will/new', 'will/new']]);
});

test('without a limit of its own, a broker retains what fits into a quarter of its memory', async (t) => {
  const broker = await TestBroker.start(t);
  const { retainedMaxBytes } = broker.broker.statistics();
  assert.ok(retainedMaxBytes > 16 * 1024 * 1024 && Number.isInteger(retainedMaxBytes), String(retainedMaxBytes));
});

test('in a cluster the broker that takes the message decides, and all hold the same', async (t) => {
  const log = new SharedLog();
  const small = await ClusterBroker.start(t, log, { name: 'small', maxRetainedBytes: 2048 });
  const large = await ClusterBroker.start(t, log, { name: 'large' });
  const { client: subscriber } = await large.connected('subscriber');
  subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] });
  assert.equal((await subscriber.next())?.cmd, 'suback');
  const retain = async (broker: ClusterBroker, clientId: string, topics: readonly string[]) => {
    const { client } = await broker.connected(clientId);
    for (const [index, topic] of topics.entries()) {
      client.send(publishPacket(topic, 'value', 1, index + 1, { retain: true }));
      assert.equal((await client.next())?.cmd, 'puback');
    }
  };
  await retain(small, 'first', ['a', 'b', 'c']);
  await retain(large, 'second', ['d']);
  await retain(small, 'third', ['b', 'e']);
  const arrived: string[] = [];
  while (arrived.length < 6) arrived.push(((await subscriber.next()) as { topic: string }).topic);
  assert.deepEqual(arrived, ['a', 'b', 'c', 'd', 'b', 'e']);
  for (const { name, store } of [small, large]) assert.deepEqual([...store.retained('#')].map(({ topic }) => topic).sort(), ['a', 'b', 'd'], name);
  assert.deepEqual(small.observer.events.filter(([name]) => name === 'retain refused').map(([, , topic]) => topic), ['c', 'e']);
  assert.deepEqual(large.observer.events.filter(([name]) => name === 'retain refused'), []);
});
