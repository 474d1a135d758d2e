import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, messages, openAccess, publishPacket, TestBroker, type RawClient } from './harness.js';

async function connected(broker: TestBroker, clientId: string, options: Record<string, unknown> = {}): Promise<RawClient> {
  const client = await broker.raw();
  client.connect(clientId, options);
  assert.equal((await client.next())?.cmd, 'connack');
  return client;
}

test('one subscriber that does not read slows nobody; its QoS 0 messages are dropped and counted', async (t) => {
  const broker = await TestBroker.start(t);
  const stuck = await connected(broker, 'stuck');
  stuck.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x/#', qos: 0 }] });
  await stuck.next();
  stuck.socket.pause();
  const reader = await broker.connect({ clientId: 'reader' });
  await reader.subscribeAsync('x/#', { qos: 1 });
  const publisher = await broker.connect();
  const payload = Buffer.alloc(100_000);
  for (let i = 0; i < 200; i++) {
    const received = event(reader, 'message');
    await publisher.publishAsync('x/y', payload, { qos: i % 2 === 0 ? 0 : 1 });
    await received;
  }
  const [, reason, , clientId] = await broker.observer.event('dropped');
  assert.deepEqual([reason, clientId], ['slow-consumer', 'stuck']);
  const dropped = broker.observer.events.filter(([name]) => name === 'dropped').length;
  assert.ok(dropped > 50 && dropped < 200, `${dropped} of 200 dropped: what fits into its buffers is kept`);
});

test('a subscriber that does not read keeps its QoS 1 messages in the queue and gets all of them when it does', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxBufferedBytes: 100_000_000 } });
  for (const clean of [true, false]) {
    const subscriber = await broker.connect({ clientId: `slow${clean}`, clean });
    await subscriber.subscribeAsync('big', { qos: 1 });
    subscriber.stream.pause();
    const publisher = await broker.connect();
    for (let i = 0; i < 200; i++) await publisher.publishAsync('big', Buffer.alloc(100_000, `${i} `), { qos: 1 });
    const received: number[] = [];
    const all = new Promise<void>((resolve) => {
      subscriber.on('message', (_topic, payload) => {
        received.push(Number.parseInt(payload.toString('latin1', 0, 4), 10));
        if (received.length === 200) resolve();
      });
    });
    subscriber.stream.resume();
    await all;
    assert.deepEqual(received, Array.from({ length: 200 }, (_, i) => i));
    await subscriber.endAsync();
  }
});

test('a client that reads nothing of what it asks for is not read either, and is cut off in the end', async (t) => {
  const broker = await TestBroker.start(t, { limits: { slowConsumerSeconds: 1 } });
  const publisher = await broker.connect();
  await publisher.publishAsync('r', Buffer.alloc(5000), { retain: true, qos: 1 });
  const greedy = await connected(broker, 'greedy');
  greedy.socket.pause();
  // SUBSCRIBE again and again: each is answered by SUBACK and by the retained message.
  const subscribe = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from('8206000100017200', 'hex')));
  const flood = () => {
    if (!greedy.closed) greedy.socket.write(subscribe, () => setImmediate(flood));
  };
  flood();
  await broker.observer.event('closed', ([, id, reason]) => id === 'greedy' && reason === 'slow-consumer');
});

test('retained messages are not dropped for a client that reads slowly', async (t) => {
  const broker = await TestBroker.start(t);
  const publisher = await broker.connect();
  for (let i = 0; i < 60; i++) await publisher.publishAsync(`r/${i}`, Buffer.alloc(100_000), { retain: true, qos: 0 });
  const client = await broker.connect();
  const received = messages(client, 60);
  client.subscribe('r/#', { qos: 0 });
  client.stream.pause();
  setTimeout(() => client.stream.resume(), 200);
  assert.equal((await received).length, 60);
});

test('acknowledgements keep the order of what they acknowledge, also when only some have to be stored', async (t) => {
  const broker = await TestBroker.start(t);
  const persistent = await broker.connect({ clientId: 's', clean: false });
  await persistent.subscribeAsync('stored', { qos: 1 });
  const publisher = await connected(broker, 'p');
  const topics = ['plain', 'stored', 'plain', 'plain', 'stored', 'plain'];
  publisher.send(...topics.map((topic, i) => publishPacket(topic, 'x', 1, i + 1)));
  const ids: unknown[] = [];
  for (const _ of topics) ids.push(((await publisher.next()) as { messageId: number }).messageId);
  assert.deepEqual(ids, [1, 2, 3, 4, 5, 6]);
});

test('no acknowledgement leaves before the commit, and none is needed when nothing is stored', async (t) => {
  const broker = await TestBroker.start(t);
  const persistent = await broker.connect({ clientId: 's', clean: false });
  await persistent.subscribeAsync('stored', { qos: 2 });
  const publisher = await connected(broker, 'p');
  let commits = 0;
  broker.observer.storeCommitted = () => commits++;
  for (const [topic, qos, expected] of [['plain', 1, 0], ['plain', 2, 0], ['stored', 1, 1], ['stored', 2, 1]] as const) {
    commits = 0;
    publisher.send(publishPacket(topic, 'x', qos, 9));
    await publisher.next();
    assert.equal(commits > 0, expected > 0, `${topic} at QoS ${qos}`);
    if (qos === 2) {
      publisher.send({ cmd: 'pubrel', messageId: 9 });
      await publisher.next();
    }
    await broker.store.durable();
  }
});

test('what the access rules do not allow any more is not resumed', async (t) => {
  let allowed = true;
  const broker = await TestBroker.start(t, { access: { ...openAccess, maySubscribe: (_client, filter) => allowed || filter !== 'secret' } });
  const first = await broker.connect({ clientId: 's', clean: false });
  await first.subscribeAsync(['secret', 'open'], { qos: 1 });
  await first.endAsync();
  allowed = false;
  await broker.connect({ clientId: 's', clean: false });
  await broker.observer.event('subscribe denied', ([, id, filter]) => id === 's' && filter === 'secret');
  assert.deepEqual([...broker.store.session('s')!.subscriptions.keys()], ['open']);
});

test('a full store: a message that has to be stored ends its publisher\'s connection unacknowledged; what needs no store goes on; space brings all back', async (t) => {
  const broker = await TestBroker.start(t, { maxStoreBytes: 400_000 });
  const persistent = await broker.connect({ clientId: 's', clean: false });
  await persistent.subscribeAsync('stored', { qos: 1 });
  await persistent.endAsync();
  const live = await broker.connect({ clientId: 'live' });
  await live.subscribeAsync('plain', { qos: 1 });
  const publisher = await connected(broker, 'publisher');
  let answer;
  for (let id = 1; ; id++) {
    publisher.send(publishPacket('stored', 'x'.repeat(10_000), 1, id));
    answer = await publisher.next();
    if (answer === undefined) break;
  }
  await broker.observer.event('closed', ([, id, reason]) => id === 'publisher' && reason === 'store-failure');
  assert.match((await broker.observer.event('store failed'))[1] as string, /is full/);
  assert.equal(broker.store.writable, false);

  const other = await connected(broker, 'other');
  const received = messages(live, 2);
  other.send(publishPacket('plain', 'one', 1, 1), publishPacket('plain', 'two', 0, undefined, { retain: true }));
  assert.equal((await other.next())?.cmd, 'puback');
  assert.deepEqual(await received, ['plain one 1', 'plain two 0']);

  const back = broker.client({ clientId: 's', clean: false });
  await broker.observer.event('store recovered');
  assert.equal(broker.store.writable, true);
  other.send(publishPacket('stored', 'again', 1, 2));
  assert.equal((await other.next())?.cmd, 'puback');
  await back.endAsync();
});

test('a queue that is full drops what comes, and says so', async (t) => {
  const broker = await TestBroker.start(t, { session: { maxQueuedMessages: 3 } });
  const first = await broker.connect({ clientId: 's', clean: false });
  await first.subscribeAsync('q', { qos: 1 });
  await first.endAsync();
  const publisher = await broker.connect();
  for (let i = 0; i < 5; i++) await publisher.publishAsync('q', `${i}`, { qos: 1 });
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'dropped'), [['dropped', 'queue-full', 1, 's'], ['dropped', 'queue-full', 1, 's']]);
  assert.deepEqual(await messages(broker.client({ clientId: 's', clean: false }), 3), ['q 0 1', 'q 1 1', 'q 2 1']);
});

test('statistics count what is there', async (t) => {
  const broker = await TestBroker.start(t);
  const first = await broker.connect({ clientId: 's', clean: false });
  await first.subscribeAsync(['q', 'w'], { qos: 1 });
  const other = await broker.connect();
  await other.subscribeAsync('e');
  await other.publishAsync('r', 'x', { retain: true, qos: 1 });
  assert.deepEqual({ ...broker.broker.statistics(), retainedMaxBytes: 0, storeBytes: 0 }, { connections: 2, sessions: { connected: 1, disconnected: 0 }, subscriptions: 3, retainedMessages: 1, retainedBytes: 1024, retainedMaxBytes: 0, queuedMessages: 0, queuedBytes: 0, shared: { count: 0, queuedMessages: 0, queuedBytes: 0, droppedMessages: 0 }, storeBytes: 0 });
  await first.endAsync();
  await broker.observer.event('closed', ([, id]) => id === 's');
  await other.publishAsync('q', 'four', { qos: 1 });
  const { storeBytes, retainedMaxBytes, ...rest } = broker.broker.statistics();
  assert.equal(retainedMaxBytes, broker.broker.retention.maxBytes);
  assert.deepEqual(rest, { connections: 1, sessions: { connected: 0, disconnected: 1 }, subscriptions: 1, retainedMessages: 1, retainedBytes: 1024, queuedMessages: 1, queuedBytes: 5, shared: { count: 0, queuedMessages: 0, queuedBytes: 0, droppedMessages: 0 } });
  assert.ok(storeBytes >= 4096);
});
