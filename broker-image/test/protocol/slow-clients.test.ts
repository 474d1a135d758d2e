import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { test } from 'node:test';
import { generate } from 'mqtt-packet';
import { publishPacket, RawClient, TestBroker } from './harness.js';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Writes a byte now and then until the connection ends. */
async function trickle(client: RawClient, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length && !client.closed; at++) {
    client.write(bytes.subarray(at, at + 1));
    await Promise.race([pause(100), client.end()]);
  }
}

test('a CONNECT that comes byte by byte has its time like any other', async (t) => {
  const broker = await TestBroker.start(t, { limits: { connectTimeoutSeconds: 1 } });
  const client = await broker.raw();
  await trickle(client, generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'slow'.repeat(20), keepalive: 0 }));
  await client.end();
  assert.equal(client.bytes.length, 0);
  assert.deepEqual(broker.observer.events, [['refused', 'connect-timeout', undefined]]);
  assert.equal(broker.broker.statistics().connections, 0);
});

test('part of a packet is no sign of life [MQTT-3.1.2-24]', async (t) => {
  // The test alone looks after the connections, at the times that it says.
  t.mock.timers.enable({ apis: ['setInterval'] });
  const broker = await TestBroker.start(t);
  const accepted = once(broker.server, 'connection') as Promise<[Socket]>;
  const client = await broker.raw();
  const [socket] = await accepted;
  client.connect('slow', { keepalive: 10 });
  assert.equal((await client.next())?.cmd, 'connack');
  const connection = broker.broker.clients.get('slow')!;
  const now = performance.now();
  connection.check(now); // CONNECT was heard
  const packet = generate(publishPacket('x', 'x'.repeat(1000)));
  for (const [at, later] of [[0, 10_000], [500, 15_000]] as const) {
    const before = socket.bytesRead;
    client.write(packet.subarray(at, at + 500));
    while (socket.bytesRead < before + 500) await pause(1);
    connection.check(now + later);
    assert.deepEqual(broker.observer.events.filter(([name]) => name === 'closed'), []);
  }
  connection.check(now + 15_001);
  assert.deepEqual(await broker.observer.event('closed'), ['closed', 'slow', 'keepalive', undefined]);
});

test('a client that closed its half of the connection is gone: its will is published, and the other half is closed', async (t) => {
  const broker = await TestBroker.start(t);
  const watcher = await broker.raw();
  watcher.connect('watcher');
  await watcher.next();
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'will', qos: 0 }] });
  await watcher.next();
  const half = new RawClient(connectSocket({ port: broker.port, host: '127.0.0.1', allowHalfOpen: true }));
  t.after(() => half.socket.destroy());
  half.connect('half', { will: { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false } });
  assert.equal((await half.next())?.cmd, 'connack');
  half.socket.end();
  assert.equal((await watcher.next())?.cmd, 'publish');
  await half.end();
  await broker.observer.event('closed', ([, id, reason]) => id === 'half' && reason === 'network');
});

test('a connection whose client has vanished makes way for its successor, which gets the queue', async (t) => {
  const broker = await TestBroker.start(t);
  const vanished = await broker.raw();
  vanished.connect('device', { clean: false });
  await vanished.next();
  vanished.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 1 }] });
  await vanished.next();
  // From here on it neither reads nor closes, as one that has lost its network.
  vanished.socket.pause();
  const publisher = await broker.raw();
  publisher.connect('publisher');
  await publisher.next();
  for (let i = 1; i <= 50; i++) publisher.send(publishPacket('x', 'x'.repeat(100_000), 1, i));
  for (let i = 1; i <= 50; i++) assert.equal((await publisher.next())?.cmd, 'puback');
  const successor = await broker.raw();
  successor.connect('device', { clean: false });
  assert.equal(((await successor.next()) as unknown as { sessionPresent: boolean }).sessionPresent, true);
  const ids = new Set<number>();
  while (ids.size < 50) {
    const { messageId } = (await successor.next()) as unknown as { messageId: number };
    ids.add(messageId);
    successor.send({ cmd: 'puback', messageId });
  }
  assert.equal(broker.broker.statistics().connections, 2);
});

test('names of JavaScript are topics like any other, retained ones too', async (t) => {
  const broker = await TestBroker.start(t);
  const client = await broker.raw();
  client.connect('c');
  await client.next();
  const topics = ['__proto__', 'constructor', '__proto__/__proto__', 'constructor/prototype', 'toString', 'hasOwnProperty'];
  for (const [i, topic] of topics.entries()) {
    client.send(publishPacket(topic, topic, 1, i + 1, { retain: true }));
    assert.equal((await client.next())?.cmd, 'puback');
  }
  assert.equal(broker.broker.statistics().retainedMessages, topics.length);
  const received = async (filter: string, count: number) => {
    client.send({ cmd: 'subscribe', messageId: 99, subscriptions: [{ topic: filter, qos: 0 }] });
    assert.equal((await client.next())?.cmd, 'suback');
    const found: string[] = [];
    while (found.length < count) found.push(((await client.next()) as unknown as { topic: string }).topic);
    return found.sort();
  };
  assert.deepEqual(await received('__proto__/#', 2), ['__proto__', '__proto__/__proto__']);
  assert.deepEqual(await received('+', 4), ['__proto__', 'constructor', 'hasOwnProperty', 'toString']);
  assert.deepEqual(await received('#', 6), [...topics].sort());
});
