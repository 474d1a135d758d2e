import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { publishPacket } from '../protocol/harness.js';
import { SessionClient } from '../protocol/session-client.js';
import { ClusterBroker, type ClusterBrokerOptions } from './cluster-broker.js';
import { SharedLog } from './memory-log.js';

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
const IN_FLIGHT = 20;

async function two(t: TestContext, options: Partial<ClusterBrokerOptions> = {}): Promise<[ClusterBroker, ClusterBroker]> {
  const log = new SharedLog();
  return [await ClusterBroker.start(t, log, { ...options, name: 'broker-0' }), await ClusterBroker.start(t, log, { ...options, name: 'broker-1' })];
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

test('a session moves to another broker with its subscriptions, its queue in order, and its packet ids', async (t) => {
  const [first, second] = await two(t);
  const { client } = await first.connected('s', { clean: false });
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 2 }] });
  assert.equal((await client.next())?.cmd, 'suback');
  const { client: publisher } = await first.connected('p');
  for (const [index, qos] of ([1, 2, 1] as const).entries()) {
    publisher.send(publishPacket('x', `${index}`, qos, index + 1));
    await publisher.next();
  }
  const before = [await client.next(), await client.next(), await client.next()] as Array<{ messageId: number; payload: Buffer }>;
  client.send({ cmd: 'pubrec', messageId: before[1]!.messageId });
  assert.equal((await client.next())?.cmd, 'pubrel');
  const { client: moved, sessionPresent } = await second.connected('s', { clean: false });
  assert.equal(sessionPresent, true);
  await client.end();
  const after = [await moved.next(), await moved.next(), await moved.next()] as Array<{ cmd: string; messageId: number; dup: boolean }>;
  assert.deepEqual(after.map(({ cmd, messageId, dup }) => [cmd, messageId, dup]), [['publish', before[0]!.messageId, true], ['pubrel', before[1]!.messageId, false], ['publish', before[2]!.messageId, true]]);
  publisher.send(publishPacket('x', 'live', 1, 9));
  assert.equal((await moved.next() as { payload: Buffer }).payload.toString(), 'live');
  await first.observer.event('closed', ([, id, reason]) => id === 's' && reason === 'takeover');
});

test('the acknowledgement leaves when the message came back from the log, and subscribers of every broker get it then', async (t) => {
  const [first, second] = await two(t);
  const { client: queue } = await second.connected('queue', { clean: false });
  queue.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 1 }] });
  await queue.next();
  const { client: live } = await second.connected('live');
  live.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 1 }] });
  await live.next();
  while (!first.store.reaches('x')) await turns(1);
  const { client: publisher } = await first.connected('p');
  first.log.disconnect();
  publisher.send(publishPacket('x', 'one', 1, 1), publishPacket('y', 'behind', 1, 2), { cmd: 'pingreq' });
  assert.equal((await publisher.next())?.cmd, 'pingresp', 'no acknowledgement without the log, also none that would overtake');
  first.log.reconnect();
  assert.deepEqual([await publisher.next(), await publisher.next()].map((packet) => [packet?.cmd, packet?.messageId]), [['puback', 1], ['puback', 2]]);
  for (const client of [queue, live]) assert.equal((await client.next() as { payload: Buffer }).payload.toString(), 'one');
});

test('what waits for a log that is away is bounded: who adds to it is not read any more, then turned away, and nothing of it is acknowledged', async (t) => {
  const [first] = await two(t, { maxWaitingOperations: 10 });
  const [much, ...little] = await Promise.all(Array.from({ length: 6 }, async (_, index) => (await first.connected(`p${index}`, { clean: false })).client));
  first.log.disconnect();
  for (let id = 1; id <= 12; id++) much!.send(publishPacket('x', 'kept', 1, id, { retain: true }));
  while (!first.journal.crowded) await turns(1);
  for (const client of little) client.send(publishPacket('x', 'kept', 1, 1, { retain: true }));
  const closed = await first.observer.event('closed', ([, , reason]) => String(reason).startsWith('store-failure'));
  assert.match(String(closed.slice(2)), /^store-failure,.* wait for the replicated log: the log is away/);
  const refused = await first.raw();
  refused.connect('q', { clean: false });
  assert.equal((await refused.next() as { returnCode: number }).returnCode, 3);
  first.log.reconnect();
  const acknowledged: unknown[] = [];
  while (acknowledged.length < 12) acknowledged.push((await much!.next())?.messageId);
  assert.deepEqual(acknowledged, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  await first.connected('q', { clean: false });
});

test(`clients that connect to two brokers at once, ${ROUNDS * 5} times: one stays, and its will is the only one that is not published`, async (t) => {
  let seed = 1;
  const [first, second] = await two(t, { delays: () => (seed = (seed * 7) % 5) });
  const watcher = new SessionClient('watcher', first.port, { topic: 'will/#', qos: 2 });
  t.after(() => watcher.stop());
  await watcher.until(() => watcher.connections > 0);
  const connected: Array<{ readonly clientId: string; readonly name: string; readonly closed: () => boolean }> = [];
  for (let round = 0; round < ROUNDS * 5; round++) {
    const clients = await Promise.all([first, second, first, second].map((broker) => broker.raw()));
    clients.forEach((client, index) => client.connect(`c${round}`, { clean: round % 2 === 0, will: { topic: `will/${round}`, payload: Buffer.from(`${round}.${index}`), qos: 2, retain: false } }));
    clients.forEach((client, index) => connected.push({ clientId: `c${round}`, name: `${round}.${index}`, closed: () => client.closed }));
    // Three of them end, one way or another.
    await Promise.all([0, 1, 2].map(() => Promise.race(clients.filter((client) => !client.closed).map((client) => client.end()))));
    while (clients.filter((client) => !client.closed).length > 1) await turns(1);
    const alive = clients.find((client) => !client.closed);
    assert.notEqual(alive, undefined);
    assert.equal((await alive!.next())?.cmd, 'connack');
  }
  const staying = new Set(connected.filter(({ closed }) => !closed()).map(({ name }) => name));
  assert.equal(staying.size, ROUNDS * 5);
  // Of each race up to three were connected in between.
  const last = await first.connected('last', { will: { topic: 'will/last', payload: Buffer.from('last'), qos: 2, retain: false } });
  last.client.socket.destroy();
  await watcher.until(() => watcher.received.includes('last'));
  assert.equal(new Set(watcher.received).size, watcher.received.length, 'a will twice');
  assert.deepEqual(watcher.received.filter((name) => staying.has(name)), []);
});

test(`QoS 2 streams between clients that change brokers, which are killed and cut off, ${ROUNDS} times: nothing lost, nothing twice, in order`, async (t) => {
  const log = new SharedLog();
  let seed = 3;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const options = { delays: () => Math.floor(random() * 3), duplicates: () => random() < 0.05 };
  const brokers = await Promise.all([0, 1, 2].map((number) => ClusterBroker.start(t, log, { name: `broker-${number}`, ...options })));
  const anyPort = () => brokers[Math.floor(random() * brokers.length)]!.port;
  const subscriber = new SessionClient('subscriber', anyPort, { topic: 'stream/#', qos: 2 });
  await subscriber.until(() => subscriber.connections > 0);
  for (const broker of brokers) while (!broker.store.reaches('stream/0')) await turns(1);
  const publishers = [0, 1].map((number) => new SessionClient(`publisher ${number}`, anyPort));
  t.after(() => [subscriber, ...publishers].forEach((client) => client.stop()));

  let sent = 0;
  let streaming = true;
  const streams = publishers.map(async (publisher, number) => {
    while (streaming) {
      await publisher.until(() => publisher.inFlight < IN_FLIGHT);
      if (streaming) publisher.publish(`stream/${number}`, `${number}:${sent++}`, 2);
    }
  });
  for (let round = 0; round < ROUNDS; round++) {
    const progress = async (count: number) => {
      const [publisher] = publishers as [SessionClient];
      const goal = publisher.acknowledged.length + count;
      await publisher.until(() => publisher.acknowledged.length > goal);
    };
    await progress(100);
    publishers[round % 2]!.breakConnection();
    await progress(50);
    const number = round % brokers.length;
    const killed = brokers[number]!;
    brokers[number] = brokers[(number + 1) % brokers.length]!;
    await killed.kill();
    await progress(50);
    brokers[number] = await ClusterBroker.start(t, log, { name: killed.name, directory: killed.directory, ...options });
    // Cut off from the log, and taken for gone by another one.
    const cut = brokers[(number + 1) % brokers.length]!;
    cut.log.disconnect();
    const other = brokers[(number + 2) % brokers.length]!;
    other.journal.submit({ kind: 'expel', time: Date.now(), broker: cut.name, incarnation: cut.journal.incarnation });
    await turns(200);
    subscriber.breakConnection();
    cut.log.reconnect();
  }
  streaming = false;
  for (const publisher of publishers) await publisher.until(() => publisher.inFlight === 0);
  await Promise.all(streams);
  await subscriber.until(() => new Set(subscriber.received).size >= sent);
  assert.equal(subscriber.received.length, new Set(subscriber.received).size, 'delivered twice');
  for (const number of [0, 1]) {
    const positions = subscriber.received.filter((payload) => payload.startsWith(`${number}:`)).map((payload) => Number(payload.slice(2)));
    assert.deepEqual(positions, positions.toSorted((a, b) => a - b), 'order of one publisher');
  }
  t.diagnostic(`${sent} messages, ${subscriber.connections} connections of the subscriber, ${publishers.map(({ connections }) => connections).join(' and ')} of the publishers`);
});
