import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MqttClient } from 'mqtt';
import { openAccess, publishPacket, TestBroker, type RawClient } from './harness.js';

type Qos = 0 | 1 | 2;

/** Notes what a client gets. */
function noting(client: MqttClient): string[] {
  const received: string[] = [];
  client.on('message', (_topic, payload) => received.push(payload.toString()));
  return received;
}

async function members(broker: TestBroker, qos: Qos, clean: boolean, ...ids: string[]): Promise<string[][]> {
  const found: string[][] = [];
  for (const clientId of ids) {
    const client = await broker.connect({ clientId, clean });
    found.push(noting(client));
    await client.subscribeAsync('$share/g/x/+', { qos });
  }
  return found;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

async function rawMember(broker: TestBroker, clientId: string, qos: Qos, options: Record<string, unknown> = {}): Promise<RawClient> {
  const client = await broker.raw();
  client.connect(clientId, options);
  await client.next();
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '$share/g/x/+', qos }] });
  assert.deepEqual((await client.next() as unknown as { granted: number[] }).granted, [qos]);
  return client;
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));
const sum = (received: string[][]) => received.reduce((total, { length }) => total + length, 0);

for (const clean of [true, false]) {
  for (const qos of [0, 1, 2] as const) {
    test(`QoS ${qos}: each message goes to one of three members with ${clean ? 'clean' : 'persistent'} sessions, and all have their share`, async (t) => {
      const broker = await TestBroker.start(t);
      const received = await members(broker, qos, clean, 'a', 'b', 'c');
      const everything = await broker.connect();
      const ordinary = noting(everything);
      await everything.subscribeAsync('x/#', { qos });
      const publisher = await broker.connect();
      for (let i = 0; i < 300; i++) await publisher.publishAsync(`x/${i % 7}`, String(i), { qos });
      await until(() => sum(received) >= 300 && ordinary.length >= 300);
      assert.deepEqual(received.flat().sort(), numbers(300).sort());
      assert.deepEqual(ordinary, numbers(300));
      for (const { length } of received) assert.ok(length >= 60, `${received.map((each) => each.length)}`);
      for (const each of received) assert.deepEqual(each.map(Number), each.map(Number).toSorted((x, y) => x - y), 'in order');
      await until(() => broker.store.statistics().queuedMessages === 0);
    });
  }
}

test('members have the QoS that each was granted', async (t) => {
  const broker = await TestBroker.start(t);
  const clients = await Promise.all(([0, 1, 2] as const).map((qos) => rawMember(broker, `m${qos}`, qos)));
  const publisher = await broker.connect();
  for (let i = 0; i < 3; i++) await publisher.publishAsync('x/y', String(i), { qos: 2 });
  const packets = (await Promise.all(clients.map((client) => client.next()))) as Array<{ qos: number; payload: Buffer }>;
  assert.deepEqual(packets.map(({ qos }) => qos), [0, 1, 2]);
  assert.deepEqual(packets.map(({ payload }) => payload.toString()).sort(), ['0', '1', '2']);
});

test('10,000 messages that came while all members were away go to three that come back, each to one', async (t) => {
  const broker = await TestBroker.start(t);
  for (const clientId of ['a', 'b', 'c']) {
    const client = await broker.connect({ clientId, clean: false });
    await client.subscribeAsync('$share/g/x/+', { qos: clientId === 'a' ? 2 : 1 });
    await client.endAsync();
  }
  const publisher = await broker.connect();
  await Promise.all(numbers(10_000).map((payload, i) => publisher.publishAsync('x/y', payload, { qos: i % 2 === 0 ? 1 : 2 })));
  assert.equal(broker.broker.statistics().queuedMessages, 10_000);
  const clients = ['a', 'b', 'c'].map((clientId) => broker.client({ clientId, clean: false }));
  const received = clients.map(noting);
  await until(() => sum(received) >= 10_000 && broker.store.statistics().queuedMessages === 0);
  assert.deepEqual(received.flat().sort(), numbers(10_000).sort());
  for (const { length } of received) assert.ok(length > 0);
});

test('what a clean member did not acknowledge when its connection broke goes to another one; with QoS 2 only what it was not sent', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxInFlight: 2 } });
  const lost = await rawMember(broker, 'lost', 2);
  const publisher = await broker.connect();
  const payloads = ['sent 1', 'sent 2', 'waiting 1', 'waiting 2'];
  for (const payload of payloads) await publisher.publishAsync('x/y', payload, { qos: payload.endsWith('1') ? 1 : 2 });
  const sent = [await lost.next(), await lost.next()] as Array<{ payload: Buffer }>;
  assert.deepEqual(sent.map(({ payload }) => payload.toString()), ['sent 1', 'sent 2']);
  const [received] = await members(broker, 2, true, 'other');
  lost.socket.destroy();
  await until(() => received!.length === 3);
  assert.deepEqual(received, ['sent 1', 'waiting 1', 'waiting 2']);
});

test('a persistent member that comes back gets what it had not acknowledged, with its packet ids, and others get the rest meanwhile', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxInFlight: 2 } });
  const first = await rawMember(broker, 'p', 2, { clean: false });
  const publisher = await broker.connect();
  for (let i = 0; i < 4; i++) await publisher.publishAsync('x/y', String(i), { qos: i % 2 === 0 ? 1 : 2 });
  const before = [await first.next(), await first.next()] as Array<{ messageId: number }>;
  first.socket.destroy();
  const [others] = await members(broker, 2, true, 'other');
  await until(() => others!.length === 2);
  const again = await broker.raw();
  again.connect('p', { clean: false });
  assert.equal((await again.next() as { sessionPresent: boolean }).sessionPresent, true);
  const after = [await again.next(), await again.next()] as Array<{ messageId: number; dup: boolean; payload: Buffer }>;
  assert.deepEqual(after.map(({ messageId, dup, payload }) => [messageId, dup, payload.toString()]), [[before[0]!.messageId, true, '0'], [before[1]!.messageId, true, '1']]);
  assert.deepEqual(others, ['2', '3']);
});

test('a graceful end of the broker says what was sent, also for members with a will', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxInFlight: 1 } });
  const away = await rawMember(broker, 'away', 2, { clean: false });
  away.send({ cmd: 'disconnect' });
  await away.end();
  const member = await rawMember(broker, 'm', 2, { will: { topic: 'w', payload: Buffer.from('x'), qos: 0, retain: false } });
  const publisher = await broker.connect();
  for (let i = 0; i < 3; i++) await publisher.publishAsync('x/y', String(i), { qos: 2 });
  await member.next();
  await broker.stop();
  const restarted = await TestBroker.start(t, { directory: broker.directory });
  const client = restarted.client({ clientId: 'away', clean: false });
  const received = noting(client);
  await until(() => received.length === 2);
  assert.deepEqual(received, ['1', '2']);
});

test('nothing retained is sent for a shared subscription, and after UNSUBSCRIBE nothing at all', async (t) => {
  for (const clean of [true, false]) {
    const broker = await TestBroker.start(t);
    const publisher = await broker.connect();
    for (const qos of [0, 1] as const) await publisher.publishAsync(`x/${qos}`, 'retained', { qos, retain: true });
    const client = await broker.connect({ clientId: 'm', clean });
    const received = noting(client);
    await client.subscribeAsync('$share/g/x/+', { qos: 1 });
    for (const qos of [0, 1] as const) await publisher.publishAsync('x/y', `live ${qos}`, { qos });
    await until(() => received.length >= 2);
    await client.unsubscribeAsync('$share/g/x/+');
    for (const qos of [0, 1] as const) await publisher.publishAsync('x/y', `later ${qos}`, { qos });
    await client.subscribeAsync('end', { qos: 1 });
    await publisher.publishAsync('end', 'end', { qos: 1 });
    await until(() => received.includes('end'));
    assert.deepEqual(received, ['live 0', 'live 1', 'end']);
    assert.equal([...broker.store.sharedSubscriptions].length, 0);
  }
});

test('what only begins like a shared subscription is refused in SUBACK; wildcards where none can be end the connection', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxSubscriptionsPerClient: 11 } });
  const client = await broker.raw();
  client.connect('x');
  await client.next();
  const filters = ['$share', '$share/', '$share/g', '$share/g/', '$share//x', '$share/+/x', '$share/#', '$share/g/x', '$share/h/x', 'x', '$share/i/x'];
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })) });
  assert.deepEqual((await client.next() as unknown as { granted: number[] }).granted, [128, 128, 128, 128, 128, 128, 128, 1, 1, 1, 1]);
  client.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: '$share/a+b/x', qos: 1 }] });
  assert.equal(await client.next(), undefined);
  const [, , reason, message] = await broker.observer.event('closed', ([, id]) => id === 'x');
  assert.deepEqual([reason, message], ['protocol-error', 'the topic filter of a SUBSCRIBE cannot be: + must be a whole level']);
});

test('a resumed session loses the shared subscriptions that are not allowed any more', async (t) => {
  let allowed = true;
  const broker = await TestBroker.start(t, { access: { ...openAccess, maySubscribe: () => allowed } });
  const first = await broker.connect({ clientId: 'p', clean: false });
  await first.subscribeAsync('$share/g/x/+', { qos: 1 });
  await first.endAsync();
  allowed = false;
  await broker.connect({ clientId: 'p', clean: false });
  await until(() => [...broker.store.sharedSubscriptions].length === 0);
  assert.equal(broker.store.reaches('x/y'), false);
});

test('messages that no group matches, and all with QoS 0, are no business of the store', async (t) => {
  const broker = await TestBroker.start(t);
  const received = await members(broker, 1, true, 'a', 'b');
  await broker.store.purged();
  const commits = broker.store.pendingOperations;
  const client = await broker.raw();
  client.connect('publisher');
  await client.next();
  client.send(publishPacket('x/y', 'zero'), publishPacket('y', 'elsewhere', 1, 1));
  assert.equal((await client.next())?.cmd, 'puback');
  assert.deepEqual([broker.store.reaches('y'), broker.store.pendingOperations], [false, commits]);
  await until(() => sum(received) === 1);
});

test('clean and persistent sessions that follow one another under one client id are members by what each subscribes to', async (t) => {
  const broker = await TestBroker.start(t);
  for (const clean of [true, false, true]) {
    const client = await broker.connect({ clientId: 'same', clean });
    const received = noting(client);
    await client.subscribeAsync(['$share/g/x/+', 'x/+'], { qos: 1 });
    const publisher = await broker.connect();
    await publisher.publishAsync('x/y', 'm', { qos: 1 });
    await until(() => received.length >= 2);
    await client.endAsync();
    assert.deepEqual(received, ['m', 'm']);
  }
});
