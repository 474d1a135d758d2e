import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messages, openAccess, TestBroker } from './harness.js';
import type { AccessControl } from '../../src/access/access-control.js';

/** Alice may have everything, everybody else what does not begin with `secret`. */
const rules: AccessControl = {
  ...openAccess,
  authenticate: async ({ username }) => ({ accepted: true, ...(username !== undefined && { username }) }),
  maySubscribe: ({ username }, filter) => username === 'alice' || !(filter.startsWith('secret') || filter === '#'),
};
const alice = { clientId: 's', clean: false, username: 'alice', password: 'x' };
const bob = { ...alice, username: 'bob' };

const drops = (broker: TestBroker) => broker.observer.events.filter(([name]) => name === 'dropped');

test('what was queued is not sent to whoever may not have it: another user with the client id, or one whose right was withdrawn', async (t) => {
  const broker = await TestBroker.start(t, { access: rules });
  const first = await broker.connect(alice);
  await first.subscribeAsync(['secret/x', 'open/x', '#'], { qos: 2 });
  await first.endAsync();
  const publisher = await broker.connect();
  for (const [topic, payload, qos] of [['secret/x', '1', 1], ['open/x', '2', 1], ['secret/x', '3', 2], ['open/x', '4', 2]] as const) await publisher.publishAsync(topic, payload, { qos });
  assert.equal(broker.store.session('s')!.queuedMessages, 4);

  assert.deepEqual(await messages(broker.client(bob), 2), ['open/x 2 1', 'open/x 4 2']);
  assert.deepEqual(drops(broker), [['dropped', 'not-authorized', 1, 's'], ['dropped', 'not-authorized', 1, 's']]);
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'subscribe denied').map(([, , ...details]) => details), [['secret/x', 'access', 1], ['#', 'access', 1]]);
  while (broker.store.session('s')!.queuedMessages > 0) await broker.store.durable().then(() => new Promise(setImmediate));
});

test('whoever may have all that was queued is sent all of it', async (t) => {
  const broker = await TestBroker.start(t, { access: rules });
  const first = await broker.connect(alice);
  await first.subscribeAsync('#', { qos: 1 });
  await first.endAsync();
  const publisher = await broker.connect();
  for (const topic of ['secret/x', 'open/x']) await publisher.publishAsync(topic, 'x', { qos: 1 });
  assert.deepEqual(await messages(broker.client(alice), 2), ['secret/x x 1', 'open/x x 1']);
  assert.deepEqual(drops(broker), []);
});

test('a long queue that may not be sent is passed over, and what comes behind it is sent', async (t) => {
  const broker = await TestBroker.start(t, { access: rules });
  const first = await broker.connect(alice);
  await first.subscribeAsync(['secret/x', 'open/x'], { qos: 1 });
  await first.endAsync();
  const publisher = await broker.connect();
  for (let i = 0; i < 1700; i++) publisher.publish('secret/x', `${i}`, { qos: 1 });
  await publisher.publishAsync('open/x', 'last', { qos: 1 });
  assert.deepEqual(await messages(broker.client(bob), 1), ['open/x last 1']);
  assert.equal(drops(broker).length, 1700);
  while (broker.store.session('s')!.queuedMessages > 0) await broker.store.durable().then(() => new Promise(setImmediate));
});
