import assert from 'node:assert/strict';
import { connect as connectSocket } from 'node:net';
import { test } from 'node:test';
import { openAccess, publishPacket, RawClient, TestBroker } from './harness.js';
import type { AccessControl } from '../../src/access/access-control.js';

async function connected(broker: TestBroker, clientId: string, options: Record<string, unknown> = {}): Promise<RawClient> {
  const client = await broker.raw();
  client.connect(clientId, options);
  assert.equal(((await client.next()) as unknown as { returnCode: number }).returnCode, 0, clientId);
  return client;
}

test('connections of one address above the limit are closed, and make room again', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxConnectionsPerAddress: 2 } });
  const first = await connected(broker, 'first');
  await broker.raw();
  const third = await broker.raw();
  await third.end();
  assert.equal(third.bytes.length, 0);
  assert.deepEqual(await broker.observer.event('refused'), ['refused', 'address-limit', undefined]);
  // Another address has room of its own.
  const other = new RawClient(connectSocket({ port: broker.port, host: '127.0.0.1', localAddress: '127.0.0.2' }));
  t.after(() => other.socket.destroy());
  other.connect('other');
  assert.equal((await other.next())?.cmd, 'connack');
  first.send({ cmd: 'disconnect' });
  await first.end();
  await connected(broker, 'fourth');
  assert.equal(broker.broker.statistics().connections, 3);
});

test('connections of one user above the limit are refused with return code 3; one that takes over its own is not', async (t) => {
  const access: AccessControl = { ...openAccess, authenticate: async ({ username }) => ({ accepted: true, ...(username === undefined ? {} : { username }) }) };
  const broker = await TestBroker.start(t, { access, limits: { maxConnectionsPerUser: 2 } });
  const user = (username: string) => ({ username, password: Buffer.from('x') });
  for (const name of ['alice', 'constructor', '__proto__']) {
    const first = await connected(broker, `${name} 1`, user(name));
    await connected(broker, `${name} 2`, user(name));
    const third = await broker.raw();
    third.connect(`${name} 3`, user(name));
    assert.equal(((await third.next()) as unknown as { returnCode: number }).returnCode, 3, name);
    await third.end();
    const again = await connected(broker, `${name} 1`, user(name));
    await first.end();
    again.send({ cmd: 'disconnect' });
    await again.end();
    await connected(broker, `${name} 3`, user(name));
  }
  for (let i = 0; i < 5; i++) await connected(broker, `nobody ${i}`);
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'refused').map(([, reason]) => reason), ['user-limit', 'user-limit', 'user-limit']);
});

test('a user above the limit takes over no connection of another user', async (t) => {
  const access: AccessControl = { ...openAccess, authenticate: async ({ username }) => ({ accepted: true, ...(username === undefined ? {} : { username }) }) };
  const broker = await TestBroker.start(t, { access, limits: { maxConnectionsPerUser: 1 } });
  const user = (username: string) => ({ username, password: Buffer.from('x') });
  const bobs = await connected(broker, 'shared id', user('bob'));
  const alices = await connected(broker, 'alice 1', user('alice'));
  const third = await broker.raw();
  third.connect('shared id', user('alice'));
  assert.equal(((await third.next()) as unknown as { returnCode: number }).returnCode, 3);
  await third.end();
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'closed'), []);

  // With a place left she does, and it is hers: bob gets his back, and she is full.
  alices.send({ cmd: 'disconnect' });
  await alices.end();
  await connected(broker, 'shared id', user('alice'));
  await bobs.end();
  await connected(broker, 'bob 2', user('bob'));
  const fourth = await broker.raw();
  fourth.connect('alice 2', user('alice'));
  assert.equal(((await fourth.next()) as unknown as { returnCode: number }).returnCode, 3);
});

test('a user that was not let in holds no place', async (t) => {
  const access: AccessControl = {
    ...openAccess,
    authenticate: async ({ password }) => (password?.toString() === 'right' ? { accepted: true, username: 'alice' } : { accepted: false, reason: 'bad-credentials' }),
  };
  const broker = await TestBroker.start(t, { access, limits: { maxConnectionsPerUser: 1 } });
  for (let i = 0; i < 3; i++) {
    const client = await broker.raw();
    client.connect('c', { username: 'alice', password: Buffer.from('wrong') });
    assert.equal(((await client.next()) as unknown as { returnCode: number }).returnCode, 4);
  }
  await connected(broker, 'c', { username: 'alice', password: Buffer.from('right') });
});

test('a client that publishes too fast is slowed down, loses nothing, and disturbs nobody', async (t) => {
  const broker = await TestBroker.start(t, { limits: { messagesPerSecond: 100 } });
  const subscriber = await connected(broker, 'subscriber');
  subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] });
  assert.equal((await subscriber.next())?.cmd, 'suback');
  const fast = await connected(broker, 'fast');
  const slow = await connected(broker, 'slow');
  const begin = performance.now();
  fast.send(...Array.from({ length: 250 }, (_, i) => publishPacket('fast', `${i}`)), publishPacket('fast', 'last', 1, 1));
  const payloads: string[] = [];
  while (payloads.length < 251) {
    // Others go on meanwhile.
    if (payloads.length === 120) {
      slow.send(publishPacket('slow', 'x', 1, 1));
      assert.equal((await slow.next())?.cmd, 'puback');
    }
    const { topic, payload } = (await subscriber.next()) as unknown as { topic: string; payload: Buffer };
    if (topic === 'fast') payloads.push(payload.toString());
  }
  assert.deepEqual(payloads, [...Array.from({ length: 250 }, (_, i) => `${i}`), 'last']);
  assert.ok(performance.now() - begin >= 1450, 'a hundred at once, the others at a hundred a second');
  assert.equal((await fast.next())?.cmd, 'puback');
  const told = broker.observer.events.filter(([name]) => name === 'throttled').map((event) => event.join(' '));
  assert.deepEqual(new Set(told), new Set(['throttled fast messages']));
  assert.ok(told.length <= 1 + Math.floor((performance.now() - begin) / 1000), `${told.length} times: once a second at most`);
});

test('bytes are limited too; a client that is not read is not taken for dead, and can be closed', async (t) => {
  const broker = await TestBroker.start(t, { limits: { bytesPerSecond: 10_000 } });
  const client = await connected(broker, 'large', { keepalive: 1 });
  client.send(publishPacket('x', 'x'.repeat(9000), 1, 1));
  assert.equal((await client.next())?.cmd, 'puback');
  client.send(publishPacket('x', 'x'.repeat(900_000), 1, 2), { cmd: 'pingreq' });
  assert.equal((await client.next())?.cmd, 'puback', 'the message itself is taken');
  assert.deepEqual(await broker.observer.event('throttled'), ['throttled', 'large', 'bytes']);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const again = await connected(broker, 'large');
  await client.end();
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'closed').map(([, , reason]) => reason), ['takeover']);
  assert.equal(client.bytes.length, 3, 'CONNACK and two PUBACKs: PINGREQ was not read');
  again.send({ cmd: 'pingreq' });
  assert.equal((await again.next())?.cmd, 'pingresp');
});

test('no more messages are in flight than allowed', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxInFlight: 3 } });
  const subscriber = await connected(broker, 'subscriber');
  subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] });
  assert.equal((await subscriber.next())?.cmd, 'suback');
  const publisher = await connected(broker, 'publisher');
  for (let i = 1; i <= 10; i++) publisher.send(publishPacket('x', `${i}`, 1, i));
  for (let i = 1; i <= 10; i++) await publisher.next();
  const inFlight: number[] = [];
  for (let acknowledged = 0; acknowledged < 10;) {
    while (inFlight.length < Math.min(3, 10 - acknowledged)) inFlight.push(((await subscriber.next()) as unknown as { messageId: number }).messageId);
    subscriber.send({ cmd: 'pingreq' });
    assert.equal((await subscriber.next())?.cmd, 'pingresp', 'nothing more comes before an answer');
    subscriber.send({ cmd: 'puback', messageId: inFlight.shift()! });
    acknowledged++;
  }
});

test('a client that more would wait for than allowed is disconnected, with the message in its queue', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxOutboundBytes: 4096 } });
  const subscriber = await connected(broker, 'subscriber', { clean: false });
  subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] });
  assert.equal((await subscriber.next())?.cmd, 'suback');
  const publisher = await connected(broker, 'publisher');
  publisher.send(publishPacket('x', 'x'.repeat(5000), 1, 1));
  await subscriber.end();
  await broker.observer.event('closed', ([, id, reason]) => id === 'subscriber' && reason === 'slow-consumer');
  assert.equal((await publisher.next())?.cmd, 'puback');
  assert.equal(broker.broker.statistics().queuedMessages, 1);
});

for (const clean of [true, false]) {
  test(`${clean ? 'a clean' : 'a persistent'} session: a client with a small outbound buffer is sent everything, also what it did not read at once`, async (t) => {
    const broker = await TestBroker.start(t, { limits: { maxOutboundBytes: 4096, maxPacketBytes: 2048, maxBufferedBytes: 10_000_000 } });
    const client = await connected(broker, 'c', { clean });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] });
    assert.equal((await client.next())?.cmd, 'suback');
    const publisher = await connected(broker, 'publisher');
    const count = 6000;
    // More than the sockets hold between them.
    client.socket.pause();
    for (let i = 1; i <= count; i++) publisher.send(publishPacket('x', 'x'.repeat(1500), 1, i));
    for (let i = 1; i <= count; i++) assert.equal((await publisher.next())?.cmd, 'puback');
    client.socket.resume();
    for (let i = 1; i <= count; i++) {
      const { cmd, messageId } = (await client.next()) as unknown as { cmd: string; messageId: number };
      assert.deepEqual([cmd, messageId], ['publish', i]);
      client.send({ cmd: 'puback', messageId });
    }
    client.send({ cmd: 'pingreq' });
    assert.equal((await client.next())?.cmd, 'pingresp', 'it is read again');
  });
}

/** Publishes messages of a thousand bytes with QoS 1, and waits until they are acknowledged. */
async function publishThousands(broker: TestBroker, count: number): Promise<void> {
  const publisher = await connected(broker, 'publisher');
  for (let i = 1; i <= count; i++) publisher.send(publishPacket('x', 'x'.repeat(999), 1, i));
  for (let i = 1; i <= count; i++) assert.equal((await publisher.next())?.cmd, 'puback');
}

test('a clean session: a client that reads and never acknowledges has a bounded number of bytes in memory; the rest is dropped and counted', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxBufferedBytes: 10_000 } });
  const client = await connected(broker, 'c');
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] });
  assert.equal((await client.next())?.cmd, 'suback');
  await publishThousands(broker, 50);
  const drops = () => broker.observer.events.filter(([name]) => name === 'dropped');
  assert.deepEqual(drops(), Array.from({ length: 40 }, () => ['dropped', 'queue-full', 1, 'c']));
  for (let i = 1; i <= 10; i++) {
    assert.equal((await client.next())?.cmd, 'publish');
    client.send({ cmd: 'puback', messageId: i });
  }
  client.send({ cmd: 'pingreq' });
  assert.equal((await client.next())?.cmd, 'pingresp');
  const more = await connected(broker, 'more');
  more.send(publishPacket('x', 'again', 1, 1));
  assert.equal((await more.next())?.cmd, 'puback');
  assert.equal(((await client.next()) as unknown as { payload: Buffer }).payload.toString(), 'again');
  assert.equal(drops().length, 40);
});

test('a persistent session: a client that reads and never acknowledges has a bounded number of bytes in memory; the rest waits on disk', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxBufferedBytes: 10_000 } });
  const client = await connected(broker, 'c', { clean: false });
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] });
  assert.equal((await client.next())?.cmd, 'suback');
  await publishThousands(broker, 50);
  await broker.store.durable();
  const session = broker.store.session('c')!;
  assert.deepEqual([session.entries.size, session.queuedMessages, broker.broker.clients.get('c')!.describe()!.inFlight], [10, 50, 10]);
  for (let i = 1; i <= 50; i++) {
    assert.equal(((await client.next()) as unknown as { messageId: number }).messageId, i);
    client.send({ cmd: 'puback', messageId: i });
  }
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'dropped'), []);
});
