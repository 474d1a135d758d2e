import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, messages, publishPacket, TestBroker } from './harness.js';

for (const clean of [true, false]) {
  for (const qos of [0, 1, 2] as const) {
    test(`a message at QoS ${qos} reaches a subscriber with a ${clean ? 'clean' : 'persistent'} session, once and in order`, async (t) => {
      const broker = await TestBroker.start(t);
      const subscriber = await broker.connect({ clientId: 'subscriber', clean });
      await subscriber.subscribeAsync('a/+', { qos });
      const publisher = await broker.connect({ clientId: 'publisher' });
      const received = messages(subscriber, 1000);
      await Promise.all(Array.from({ length: 1000 }, (_, i) => publisher.publishAsync('a/b', `${i}`, { qos })));
      assert.deepEqual(await received, Array.from({ length: 1000 }, (_, i) => `a/b ${i} ${qos}`));
    });
  }
}

test('a persistent session gets the whole queue on return, in order, then what comes live', async (t) => {
  const broker = await TestBroker.start(t);
  const first = await broker.connect({ clientId: 's', clean: false });
  await first.subscribeAsync('q', { qos: 1 });
  await first.endAsync();
  const publisher = await broker.connect();
  await Promise.all(Array.from({ length: 3000 }, (_, i) => publisher.publishAsync('q', `${i}`, { qos: 1 })));
  const received = messages(broker.client({ clientId: 's', clean: false }), 3200);
  for (let i = 3000; i < 3200; i++) void publisher.publishAsync('q', `${i}`, { qos: 1 });
  assert.deepEqual(await received, Array.from({ length: 3200 }, (_, i) => `q ${i} 1`));
});

test('QoS is the lower of publication and subscription, the highest of overlapping subscriptions', async (t) => {
  const broker = await TestBroker.start(t);
  const one = await broker.connect({ clientId: 'one', clean: false });
  await one.subscribeAsync({ 'a/+': { qos: 1 }, '#': { qos: 0 } });
  const received = messages(one, 2);
  const publisher = await broker.connect();
  await publisher.publishAsync('a/b', 'two', { qos: 2 });
  await publisher.publishAsync('c', 'two', { qos: 2 });
  assert.deepEqual((await received).sort(), ['a/b two 1', 'c two 0']);
});

test('CONNACK says whether there was a session, with and without subscriptions', async (t) => {
  const broker = await TestBroker.start(t);
  const present = async (clean: boolean): Promise<boolean> => {
    const client = await broker.raw();
    client.connect('x', { clean });
    const connack = await client.next();
    client.send({ cmd: 'disconnect' });
    await client.end();
    assert.equal(connack?.cmd, 'connack');
    return (connack as { sessionPresent: boolean }).sessionPresent;
  };
  assert.deepEqual([await present(false), await present(false), await present(true), await present(false), await present(false)], [false, true, false, false, true]);
});

test('retained messages come with a new subscription, marked, and once more with a repeated one', async (t) => {
  const broker = await TestBroker.start(t);
  const publisher = await broker.connect();
  await publisher.publishAsync('r/0', 'zero', { qos: 0, retain: true });
  await publisher.publishAsync('r/2', 'two', { qos: 2, retain: true });
  await publisher.publishAsync('gone', 'x', { qos: 1, retain: true });
  await publisher.publishAsync('gone', '', { qos: 1, retain: true });
  for (const clean of [true, false]) {
    const client = await broker.connect({ clientId: `c${clean}`, clean });
    for (let round = 0; round < 2; round++) {
      const received = messages(client, 2);
      await client.subscribeAsync('#', { qos: 1 });
      assert.deepEqual((await received).sort(), ['r/0 zero 0 retained', 'r/2 two 1 retained']);
    }
    const live = messages(client, 1);
    await publisher.publishAsync('r/2', 'new', { qos: 2, retain: true });
    assert.deepEqual(await live, ['r/2 new 1']);
    await publisher.publishAsync('r/2', 'two', { qos: 2, retain: true });
    await client.endAsync();
  }
});

test('a second connection with the same client id takes over', async (t) => {
  const broker = await TestBroker.start(t);
  const first = await broker.connect({ clientId: 'same', clean: false, will: { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false } });
  await first.subscribeAsync('x', { qos: 1 });
  const watcher = await broker.connect();
  await watcher.subscribeAsync('will', { qos: 1 });
  const will = messages(watcher, 1);
  const ended = event(first, 'close');
  const second = await broker.connect({ clientId: 'same', clean: false });
  await ended;
  assert.deepEqual(await will, ['will gone 1']);
  const received = messages(second, 1);
  await watcher.publishAsync('x', 'to the second', { qos: 1 });
  assert.deepEqual(await received, ['x to the second 1']);
  assert.equal(broker.broker.connectedClients, 2);
  await broker.observer.event('closed', ([, id, reason]) => id === 'same' && reason === 'takeover');
});

test('a will is published when the connection breaks, not after DISCONNECT', async (t) => {
  const broker = await TestBroker.start(t);
  const watcher = await broker.connect();
  await watcher.subscribeAsync('will/#', { qos: 1 });
  const received = messages(watcher, 1);
  const will = (topic: string) => ({ will: { topic, payload: Buffer.from('gone'), qos: 1 as const, retain: false } });
  await (await broker.connect({ clientId: 'polite', ...will('will/polite') })).endAsync();
  await broker.observer.event('closed', ([, id, reason]) => id === 'polite' && reason === 'client');
  (await broker.connect({ clientId: 'broken', ...will('will/broken') })).stream.destroy();
  assert.deepEqual(await received, ['will/broken gone 1']);
});

test('what is published while the subscriber is silent about PUBACK is sent again with DUP and the same packet id', async (t) => {
  const broker = await TestBroker.start(t);
  const first = await broker.raw();
  first.connect('s', { clean: false });
  await first.next();
  first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 2 }] });
  assert.equal((await first.next())?.cmd, 'suback');
  const publisher = await broker.connect();
  await publisher.publishAsync('x', 'one', { qos: 1 });
  await publisher.publishAsync('x', 'two', { qos: 2 });
  const one = await first.next() as { messageId: number; dup: boolean };
  const two = await first.next() as { messageId: number; dup: boolean };
  assert.deepEqual([one.dup, two.dup], [false, false]);
  first.socket.destroy();
  await broker.observer.event('closed', ([, id]) => id === 's');
  const second = await broker.raw();
  second.connect('s', { clean: false });
  assert.equal((await second.next() as { sessionPresent: boolean }).sessionPresent, true);
  const again = [await second.next(), await second.next()] as Array<{ messageId: number; dup: boolean; payload: Buffer }>;
  assert.deepEqual(again.map(({ messageId, dup, payload }) => [messageId, dup, payload.toString()]), [[one.messageId, true, 'one'], [two.messageId, true, 'two']]);
  second.send({ cmd: 'pubrec', messageId: two.messageId });
  assert.deepEqual([(await second.next())?.cmd], ['pubrel']);
  second.socket.destroy();
  await broker.observer.event('closed', ([, id]) => id === 's' && broker.observer.events.filter(([name, who]) => name === 'closed' && who === 's').length === 2);
  const third = await broker.raw();
  third.connect('s', { clean: false });
  await third.next();
  assert.deepEqual([(await third.next())?.cmd, (await third.next())?.cmd], ['publish', 'pubrel']);
  third.send({ cmd: 'puback', messageId: one.messageId }, { cmd: 'pubcomp', messageId: two.messageId });
  third.send({ cmd: 'pingreq' });
  assert.equal((await third.next())?.cmd, 'pingresp');
  assert.equal(broker.broker.statistics().queuedMessages, 0);
});

test('a QoS 2 message that is repeated before its release is published once, also over a new connection', async (t) => {
  const broker = await TestBroker.start(t);
  const subscriber = await broker.connect();
  await subscriber.subscribeAsync('x', { qos: 2 });
  const seen: string[] = [];
  subscriber.on('message', (_topic, payload) => seen.push(payload.toString()));
  const first = await broker.raw();
  first.connect('p', { clean: false });
  await first.next();
  first.send(publishPacket('x', 'once', 2, 7), publishPacket('x', 'once', 2, 7, { dup: true }));
  assert.deepEqual([(await first.next())?.cmd, (await first.next())?.cmd], ['pubrec', 'pubrec']);
  first.socket.destroy();
  const second = await broker.raw();
  second.connect('p', { clean: false });
  await second.next();
  second.send(publishPacket('x', 'once', 2, 7, { dup: true }));
  assert.equal((await second.next())?.cmd, 'pubrec');
  second.send({ cmd: 'pubrel', messageId: 7 });
  assert.equal((await second.next())?.cmd, 'pubcomp');
  second.send(publishPacket('x', 'next', 2, 7));
  assert.equal((await second.next())?.cmd, 'pubrec');
  second.send({ cmd: 'pubrel', messageId: 7 });
  assert.equal((await second.next())?.cmd, 'pubcomp');
  while (seen.length < 2) await event(subscriber, 'message');
  assert.deepEqual(seen, ['once', 'next']);
});

test('everything survives a restart of the broker', async (t) => {
  const before = await TestBroker.start(t);
  const subscriber = await before.connect({ clientId: 's', clean: false });
  await subscriber.subscribeAsync('q/#', { qos: 2 });
  await subscriber.endAsync();
  const publisher = await before.connect();
  for (const qos of [1, 2] as const) await publisher.publishAsync(`q/${qos}`, 'queued', { qos });
  await publisher.publishAsync('kept', 'value', { qos: 1, retain: true });
  await before.stop();
  const after = await TestBroker.start(t, { directory: before.directory });
  const back = await after.raw();
  back.connect('s', { clean: false });
  assert.equal((await back.next() as { sessionPresent: boolean }).sessionPresent, true);
  const queued = [await back.next(), await back.next()] as Array<{ topic: string }>;
  assert.deepEqual(queued.map(({ topic }) => topic), ['q/1', 'q/2']);
  const other = await after.connect();
  const received = messages(other, 1);
  await other.subscribeAsync('kept');
  assert.deepEqual(await received, ['kept value 0 retained']);
});
