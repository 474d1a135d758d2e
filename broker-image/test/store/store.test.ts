import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Message, Store, StoreUnavailableError, type Operation, type SessionLimits, type StoreOptions } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

const limits: SessionLimits = { expirySeconds: 3600, maxQueuedMessages: 1000, maxQueuedBytes: 1_000_000 };
const open = (clientId: string, time = 1): Operation => ({ kind: 'open', time, clientId, clean: false, limits });
const close = (clientId: string, time = 2): Operation => ({ kind: 'close', time, clientId, discardWill: true, sentUpTo: 0 });
const subscribe = (clientId: string, filter: string, qos: 0 | 1 | 2 = 1): Operation => ({ kind: 'subscribe', time: 1, clientId, subscriptions: [{ filter, qos }] });
const publish = (topic: string, payload: string, qos: 0 | 1 | 2 = 1, retain = false): Operation => ({
  kind: 'publish', time: 1, message: Message.create(topic, Buffer.from(payload), qos, retain),
});

async function openStore(t: TestContext, directory = temporaryDirectory(t), options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await Store.open({ directory, maxBytes: 1e9, ...options });
  t.after(() => store.close());
  return store;
}

function queue(store: Store, clientId: string): string[] {
  return store.read(store.session(clientId)!, 0, 1_000_000).map((entry) => (entry.released ? `released ${entry.sequence}` : `${entry.message!.topic} ${entry.message!.payload.toString()} ${entry.message!.qos}`));
}

test('a message waits in the queue of every persistent session that it matches, at the lower of both QoS', async (t) => {
  const store = await openStore(t);
  for (const id of ['a', 'b', 'c']) store.apply(open(id));
  store.apply(subscribe('a', 'x/+', 1));
  store.apply(subscribe('b', 'x/#', 2));
  store.apply(subscribe('c', 'x/y', 0));
  store.apply(publish('x/y', 'one', 2));
  await store.durable();
  assert.deepEqual(queue(store, 'a'), ['x/y one 1']);
  assert.deepEqual(queue(store, 'b'), ['x/y one 2']);
  assert.deepEqual(queue(store, 'c'), []);
});

test('a session with overlapping subscriptions gets one copy with the highest QoS', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply(subscribe('a', 'x/y', 1));
  store.apply(subscribe('a', 'x/+', 2));
  store.apply(publish('x/y', 'one', 2));
  assert.deepEqual(queue(store, 'a'), ['x/y one 2']);
});

test('everything is there after closing and opening, and counters go on', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await Store.open({ directory, maxBytes: 1e9 });
  first.apply({ ...open('a'), will: Message.create('will/a', Buffer.from('gone'), 1, false) } as Operation);
  first.apply(subscribe('a', 'x/#', 2));
  first.apply(publish('x/1', 'one', 2));
  first.apply(publish('x/2', 'two', 1));
  first.apply(publish('x/3', 'three', 2));
  first.apply(publish('kept', 'value', 1, true));
  first.apply({ kind: 'publish', time: 1, message: Message.create('other', Buffer.of(), 2, false), received: { clientId: 'a', packetId: 7 } });
  first.apply({ kind: 'acknowledge', time: 1, clientId: 'a', sequence: 1 });
  first.apply({ kind: 'receive', time: 1, clientId: 'a', sequence: 0 });
  await first.close();

  const second = await openStore(t, directory);
  assert.deepEqual(queue(second, 'a'), ['released 0', 'x/3 three 2']);
  assert.deepEqual([...second.session('a')!.received], [7]);
  assert.deepEqual([...second.session('a')!.subscriptions], [['x/#', { qos: 2, number: 0 }]]);
  assert.deepEqual([...second.retained('#')].map((message) => message.payload.toString()), ['value']);
  assert.deepEqual([...second.wills].map((will) => [will.clientId, will.message.topic]), [['a', 'will/a']]);
  assert.deepEqual(second.statistics().queuedMessages, 2);
  assert.equal(second.session('a')!.nextSequence, 3);
  second.apply(publish('x/4', 'four', 1));
  assert.deepEqual(queue(second, 'a'), ['released 0', 'x/3 three 2', 'x/4 four 1']);
});

test('positions in a queue are never given twice, even if the queue was empty at the restart', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await Store.open({ directory, maxBytes: 1e9 });
  first.apply(open('a'));
  first.apply(subscribe('a', 'x'));
  for (let sequence = 0; sequence < 5; sequence++) {
    first.apply(publish('x', 'm'));
    first.apply({ kind: 'acknowledge', time: 1, clientId: 'a', sequence });
  }
  await first.close();
  const second = await openStore(t, directory);
  second.apply(publish('x', 'm'));
  assert.deepEqual(second.read(second.session('a')!, 0, 10).map((entry) => entry.sequence), [5]);
});

test('what is acknowledged does not come back while its removal is being written', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply(subscribe('a', 'x', 2));
  store.apply(publish('x', 'one', 2));
  await store.durable();
  store.apply({ kind: 'acknowledge', time: 1, clientId: 'a', sequence: 0 });
  assert.deepEqual(queue(store, 'a'), []);
  const durable = store.durable();
  await new Promise(setImmediate);
  assert.deepEqual(queue(store, 'a'), []);
  await durable;
  assert.deepEqual(queue(store, 'a'), []);
});

test('an acknowledgement of something unknown, twice or of another session changes nothing', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply(subscribe('a', 'x'));
  store.apply(publish('x', 'one'));
  for (const sequence of [0, 0, 5]) store.apply({ kind: 'acknowledge', time: 1, clientId: 'a', sequence });
  store.apply({ kind: 'acknowledge', time: 1, clientId: 'nobody', sequence: 0 });
  assert.deepEqual([store.statistics().queuedMessages, store.statistics().queuedBytes], [0, 0]);
});

test('a queue takes no more messages and bytes than its limits, and says what was dropped', async (t) => {
  const store = await openStore(t);
  const dropped: unknown[] = [];
  store.onDrop = (...drop) => dropped.push(drop);
  store.apply({ kind: 'open', time: 1, clientId: 'few', clean: false, limits: { ...limits, maxQueuedMessages: 2 } });
  store.apply({ kind: 'open', time: 1, clientId: 'small', clean: false, limits: { ...limits, maxQueuedBytes: 10 } });
  store.apply(subscribe('few', 'x'));
  store.apply(subscribe('small', 'x'));
  for (const payload of ['12345', '123', '1']) store.apply(publish('x', payload));
  assert.deepEqual(queue(store, 'few'), ['x 12345 1', 'x 123 1']);
  assert.deepEqual(queue(store, 'small'), ['x 12345 1', 'x 123 1']);
  assert.deepEqual(dropped, [['queue-full', 1, 'few'], ['queue-full', 1, 'small']]);
});

test('a clean session begins empty and leaves nothing, on disk neither', async (t) => {
  const directory = temporaryDirectory(t);
  const store = await Store.open({ directory, maxBytes: 1e9 });
  store.apply(open('a'));
  store.apply(subscribe('a', 'x'));
  for (let i = 0; i < 5000; i++) store.apply(publish('x', `${i}`));
  await store.durable();
  store.apply({ kind: 'open', time: 2, clientId: 'a', clean: true, limits });
  await store.durable();
  assert.equal(store.session('a'), undefined);
  assert.deepEqual([store.statistics().queuedMessages, store.statistics().queuedBytes], [0, 0]);
  store.apply(open('a'));
  store.apply(publish('x', 'later'));
  assert.deepEqual(queue(store, 'a'), []);
  for (let i = 0; i < 5; i++) {
    store.apply({ kind: 'unsubscribe', time: 1, clientId: 'a', filters: ['none'] });
    await store.durable();
  }
  await store.close();
  const again = await openStore(t, directory);
  assert.equal([...again.dump()].filter(({ key }) => key[0] === 5).length, 1, 'only the progress of the new session is left');
});

test('sessions end after their expiry, not before, and never while connected or without a limit', async (t) => {
  const store = await openStore(t);
  const dropped: unknown[] = [];
  store.onDrop = (...drop) => dropped.push(drop);
  const hour = { ...limits, expirySeconds: 3600 };
  store.apply({ kind: 'open', time: 0, clientId: 'gone', clean: false, limits: hour });
  store.apply({ kind: 'open', time: 0, clientId: 'connected', clean: false, limits: hour });
  store.apply({ kind: 'open', time: 0, clientId: 'for ever', clean: false, limits: { ...limits, expirySeconds: 0 } });
  store.apply(subscribe('gone', 'x'));
  store.apply(publish('x', 'one'));
  store.apply(close('gone', 1000));
  store.apply(close('for ever', 1000));
  store.apply({ kind: 'expire', time: 3_600_999 });
  assert.deepEqual(dropped, []);
  assert.ok(store.session('gone'));
  store.apply({ kind: 'expire', time: 3_601_000 });
  assert.equal(store.session('gone'), undefined);
  assert.ok(store.session('connected') && store.session('for ever'));
  assert.deepEqual(dropped, [['expired-session', 1, 'gone']]);
});

test('a retained message is replaced, removed by an empty one, and queued with its flag for a new subscription', async (t) => {
  const store = await openStore(t);
  store.apply(publish('r/1', 'old', 1, true));
  store.apply(publish('r/1', 'new', 2, true));
  store.apply(publish('r/2', 'two', 1, true));
  store.apply(publish('r/2', '', 1, true));
  store.apply(publish('r/0', 'zero', 0, true));
  store.apply(open('a'));
  store.apply(subscribe('a', 'r/#', 1));
  const entries = store.read(store.session('a')!, 0, 10);
  assert.deepEqual(entries.map(({ message }) => [message!.topic, message!.payload.toString(), message!.qos, message!.retain]), [['r/1', 'new', 1, true]]);
  assert.deepEqual([...store.retained('r/+')].map((message) => message.topic), ['r/1', 'r/0']);
});

test('a will is kept until it is published, discarded or replaced', async (t) => {
  const store = await openStore(t);
  const withWill = (topic: string): Operation => ({ ...open('a'), will: Message.create(topic, Buffer.of(1), 1, false) }) as Operation;
  const topics = () => [...store.wills].map((will) => will.message.topic);
  store.apply(withWill('first'));
  store.apply(withWill('second'));
  assert.deepEqual(topics(), ['second']);
  store.apply({ kind: 'close', time: 1, clientId: 'a', discardWill: false, sentUpTo: 0 });
  assert.deepEqual(topics(), ['second']);
  store.apply({ kind: 'publish', time: 1, message: Message.create('second', Buffer.of(1), 1, false), willOf: 'a' });
  assert.deepEqual(topics(), []);
  store.apply(withWill('third'));
  store.apply(close('a'));
  assert.deepEqual(topics(), []);
});

test('a QoS 2 packet is known until it is released', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply({ kind: 'publish', time: 1, message: Message.create('x', Buffer.of(1), 2, false), received: { clientId: 'a', packetId: 9 } });
  assert.deepEqual([...store.session('a')!.received], [9]);
  store.apply({ kind: 'release', time: 1, clientId: 'a', packetId: 9 });
  assert.deepEqual([...store.session('a')!.received], []);
});

test('recovery disconnects everyone and takes everything queued for possibly sent', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply(subscribe('a', 'x'));
  store.apply(publish('x', '1'));
  store.apply({ kind: 'recover', time: 5 });
  const session = store.session('a')!;
  assert.deepEqual([session.connected, session.disconnectedAt, session.sentUpTo], [false, 5, 1]);
});

test('a commit is reported with its operations, and waiters are called in order', async (t) => {
  const commits: number[] = [];
  const store = await openStore(t, undefined, { observer: { storeCommitted: (operations) => commits.push(operations), storeFailed: assert.fail, storeRecovered: assert.fail } });
  const order: number[] = [];
  for (let i = 0; i < 3; i++) {
    store.apply(publish('r', `${i}`, 1, true));
    store.afterCommit({ committed: () => order.push(i), failed: assert.fail });
  }
  assert.deepEqual(order, []);
  await store.durable();
  assert.deepEqual(order, [0, 1, 2]);
  assert.deepEqual(commits, [3]);
  let called = false;
  store.afterCommit({ committed: () => (called = true), failed: assert.fail });
  assert.ok(called, 'nothing is open: at once');
});

test('a full store refuses messages, still takes acknowledgements, and recovers when space returned', async (t) => {
  const events: string[] = [];
  const observer = { storeCommitted() {}, storeFailed: (error: Error) => events.push(error.message), storeRecovered: () => events.push('recovered') };
  const store = await openStore(t, undefined, { maxBytes: 200_000, observer });
  store.apply({ kind: 'open', time: 1, clientId: 'a', clean: false, limits: { ...limits, maxQueuedBytes: 1e9 } });
  store.apply(subscribe('a', 'x'));
  let refused: unknown;
  for (let i = 0; i < 100 && refused === undefined; i++) {
    try {
      store.apply(publish('x', 'm'.repeat(10_000)));
      await store.durable();
    } catch (error) {
      refused = error;
    }
  }
  assert.ok(refused instanceof StoreUnavailableError);
  assert.match(refused.message, /is full: \d+ bytes in use, store\.maxBytes is 200000\. New messages are refused until queued ones are delivered; raise store\.maxBytes/);
  assert.equal(store.writable, false);
  assert.equal(events.length, 1);
  const queued = store.read(store.session('a')!, 0, 1000);
  for (const { sequence } of queued) store.apply({ kind: 'acknowledge', time: 1, clientId: 'a', sequence });
  await store.durable();
  assert.equal(store.writable, true);
  assert.deepEqual(events.slice(1), ['recovered']);
  store.apply(publish('x', 'again'));
  await store.durable();
});
