import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Message, Store, StoreUnavailableError, type ConnectionId, type Operation, type SessionLimits, type StoreOptions } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

const limits: SessionLimits = { expirySeconds: 3600, maxQueuedMessages: 1000, maxQueuedBytes: 1_000_000 };
/** The one connection that most tests have. */
const connection: ConnectionId = { broker: 'b', incarnation: 1, number: 1 };
const open = (clientId: string, time = 1): Operation => ({ kind: 'open', time, clientId, connection, clean: false, limits });
const close = (clientId: string, time = 2): Operation => ({ kind: 'close', time, clientId, connection, discardWill: true, sentUpTo: 0 });
const subscribe = (clientId: string, filter: string, qos: 0 | 1 | 2 = 1): Operation => ({ kind: 'subscribe', time: 1, clientId, connection, subscriptions: [{ filter, qos }] });
const publish = (topic: string, payload: string, qos: 0 | 1 | 2 = 1, retain = false): Operation => ({
  kind: 'publish', time: 1, message: Message.create(topic, Buffer.from(payload), qos, retain),
});

const quiet = { dropped() {}, willPublished() {}, superseded() {} };

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
  first.apply({ kind: 'publish', time: 1, message: Message.create('other', Buffer.of(), 2, false), received: { clientId: 'a', connection, packetId: 7 } });
  first.apply({ kind: 'acknowledge', time: 1, clientId: 'a', sequence: 1 });
  first.apply({ kind: 'receive', time: 1, clientId: 'a', connection, sequence: 0 });
  await first.close();

  const second = await openStore(t, directory);
  assert.deepEqual(queue(second, 'a'), ['released 0', 'x/3 three 2']);
  assert.deepEqual([...second.session('a')!.received], [7]);
  assert.deepEqual([...second.session('a')!.subscriptions], [['x/#', { qos: 2, number: 0, retainedDue: false }]]);
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
  store.listener = { ...quiet, dropped: (...drop) => dropped.push(drop) };
  store.apply({ kind: 'open', time: 1, clientId: 'few', connection, clean: false, limits: { ...limits, maxQueuedMessages: 2 } });
  store.apply({ kind: 'open', time: 1, clientId: 'small', connection, clean: false, limits: { ...limits, maxQueuedBytes: 10 } });
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
  store.apply({ kind: 'open', time: 2, clientId: 'a', connection, clean: true, limits });
  await store.durable();
  assert.equal(store.session('a'), undefined);
  assert.deepEqual([store.statistics().queuedMessages, store.statistics().queuedBytes], [0, 0]);
  store.apply(open('a'));
  store.apply(publish('x', 'later'));
  assert.deepEqual(queue(store, 'a'), []);
  for (let i = 0; i < 5; i++) {
    store.apply({ kind: 'unsubscribe', time: 1, clientId: 'a', connection, filters: ['none'] });
    await store.durable();
  }
  await store.close();
  const again = await openStore(t, directory);
  assert.equal([...again.dump()].filter(({ key }) => key[0] === 5).length, 1, 'only the progress of the new session is left');
});

test('sessions end after their expiry, not before, and never while connected or without a limit', async (t) => {
  const store = await openStore(t);
  const dropped: unknown[] = [];
  store.listener = { ...quiet, dropped: (...drop) => dropped.push(drop) };
  const hour = { ...limits, expirySeconds: 3600 };
  store.apply({ kind: 'open', time: 0, clientId: 'gone', connection, clean: false, limits: hour });
  store.apply({ kind: 'open', time: 0, clientId: 'connected', connection, clean: false, limits: hour });
  store.apply({ kind: 'open', time: 0, clientId: 'for ever', connection, clean: false, limits: { ...limits, expirySeconds: 0 } });
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

test('retained messages that a subscription left out follow by operations of their own, also after a restart and beyond the queue\'s limit; what is gone, or not wanted any more, does not', async (t) => {
  const directory = temporaryDirectory(t);
  const before = await openStore(t, directory);
  for (const topic of ['r/0', 'r/1', 'r/2', 'r/3']) before.apply(publish(topic, topic, 2, true));
  before.apply({ kind: 'open', time: 0, clientId: 'a', connection, clean: false, limits: { ...limits, maxQueuedMessages: 1 } });
  before.apply({ kind: 'subscribe', time: 1, clientId: 'a', connection, subscriptions: [{ filter: 'r/#', qos: 1, retainedLater: true }, { filter: '$share/g/r/#', qos: 1, retainedLater: true }, { filter: 'r/+', qos: 0, retainedLater: true }] });
  const add = (store: Store, topics: string[], last: boolean, filter = 'r/#'): boolean => store.apply({ kind: 'queue-retained', time: 1, clientId: 'a', connection, filter, topics, last });
  const queued = (store: Store) => store.read(store.session('a')!, 0, 10).map(({ message }) => [message!.topic, message!.payload.toString(), message!.qos, message!.retain]);
  assert.deepEqual(queued(before), []);
  assert.equal(add(before, ['r/0'], false), true);
  await before.close();

  const store = await openStore(t, directory);
  assert.deepEqual([...store.session('a')!.subscriptions].map(([filter, { retainedDue }]) => [filter, retainedDue]), [['r/#', true], ['$share/g/r/#', false], ['r/+', false]]);
  store.apply(publish('r/1', '', 1, true));
  store.apply(publish('r/2', 'newer', 0, true));
  assert.equal(add(store, ['r/1', 'r/2', 'r/3'], true), true);
  assert.deepEqual(queued(store), [['r/0', 'r/0', 1, true], ['r/3', 'r/3', 1, true]]);
  assert.equal(store.session('a')!.subscriptions.get('r/#')!.retainedDue, false);
  assert.equal(add(store, ['r/0'], true), false, 'it is complete');
  for (const filter of ['$share/g/r/#', 'r/+', 'unknown']) assert.equal(add(store, ['r/0'], true, filter), false, filter);
  assert.equal(store.apply({ kind: 'queue-retained', time: 1, clientId: 'a', connection: { ...connection, number: 99 }, filter: 'r/#', topics: ['r/0'], last: true }), false, 'another connection');
  assert.equal(queued(store).length, 2);
});

test('what retained messages take in memory is known: added, replaced, removed, and after a restart', async (t) => {
  const directory = temporaryDirectory(t);
  let store = await Store.open({ directory, maxBytes: 1e9 });
  const sizes = () => [store.retainedBytes, store.retainedSize('r/1'), store.retainedSize('r/2')];
  assert.deepEqual(sizes(), [0, 0, 0]);
  store.apply(publish('r/1', 'online', 1, true));
  store.apply(publish('r/2', 'x'.repeat(2000), 0, true));
  assert.deepEqual(sizes(), [1024 + 2560, 1024, 2560]);
  store.apply(publish('r/1', 'offline', 2, true));
  store.apply(publish('r/2', 'x'.repeat(600), 1, true));
  assert.deepEqual(sizes(), [1024 + 1536, 1024, 1536]);
  store.apply(publish('other', 'not retained', 1, false));
  await store.close();
  store = await Store.open({ directory, maxBytes: 1e9 });
  assert.deepEqual(sizes(), [1024 + 1536, 1024, 1536]);
  store.apply(publish('r/2', '', 1, true));
  store.apply(publish('none', '', 1, true));
  assert.deepEqual(sizes(), [1024, 1024, 0]);
  await store.close();
});

/** A store, and everything that it says on its own. */
async function overheard(t: TestContext): Promise<{ store: Store; heard: string[] }> {
  const store = await openStore(t);
  const heard: string[] = [];
  store.listener = {
    dropped() {},
    willPublished: (message) => heard.push(`will ${message.topic}`),
    superseded: (clientId, { number }) => heard.push(`${clientId} no longer has ${number}`),
  };
  return { store, heard };
}

const opened = (clientId: string, number: number, more: Partial<Extract<Operation, { kind: 'open' }>> = {}): Operation => ({
  ...(open(clientId) as Extract<Operation, { kind: 'open' }>), connection: { ...connection, number }, ...more,
});
const will = (topic: string) => ({ will: Message.create(topic, Buffer.of(1), 1, false) });

test('a will is published when its connection ends, is taken over, or its broker is gone; once, and not after DISCONNECT', async (t) => {
  const { store, heard } = await overheard(t);
  store.apply({ kind: 'recover', time: 1, broker: 'b', incarnation: 1 });
  store.apply(open('watcher'));
  store.apply(subscribe('watcher', 'will/#'));
  store.apply(opened('a', 1, will('will/closed')));
  store.apply({ kind: 'close', time: 1, clientId: 'a', connection, discardWill: false, sentUpTo: 0 });
  store.apply(opened('a', 2, will('will/polite')));
  store.apply({ kind: 'close', time: 1, clientId: 'a', connection: { ...connection, number: 2 }, discardWill: true, sentUpTo: 0 });
  store.apply(opened('a', 3, will('will/taken over')));
  store.apply(opened('a', 4, { ...will('will/broker gone'), clean: true }));
  const gone: Operation = { kind: 'expel', time: 1, broker: 'b', incarnation: 1 };
  store.apply(gone);
  store.apply(gone);
  assert.deepEqual(heard, ['will will/closed', 'a no longer has 3', 'will will/taken over', 'watcher no longer has 1', 'a no longer has 4', 'will will/broker gone']);
  assert.deepEqual(queue(store, 'watcher').map((entry) => entry.split(' \u0001')[0]), ['will/closed', 'will/taken over', 'will/broker gone']);
  assert.deepEqual([...store.wills], []);
});

test('a client id belongs to the connection that opened it last; what comes from another one is ignored, apart from acknowledgements', async (t) => {
  const { store, heard } = await overheard(t);
  store.apply(opened('a', 1));
  store.apply(subscribe('a', 'x', 2));
  for (const payload of ['0', '1']) store.apply(publish('x', payload, 2));
  store.apply({ kind: 'publish', time: 1, message: Message.create('y', Buffer.of(1), 2, false), received: { clientId: 'a', connection, packetId: 5 } });
  store.apply(opened('a', 2));
  assert.deepEqual(heard, ['a no longer has 1']);
  assert.equal(store.session('a')!.sentUpTo, 2, 'how far the other broker got is not known');
  const refused: Operation[] = [
    { kind: 'subscribe', time: 1, clientId: 'a', connection, subscriptions: [{ filter: 'y', qos: 1 }] },
    { kind: 'unsubscribe', time: 1, clientId: 'a', connection, filters: ['x'] },
    { kind: 'publish', time: 1, message: Message.create('x', Buffer.of(1), 2, false), received: { clientId: 'a', connection, packetId: 6 } },
    { kind: 'receive', time: 1, clientId: 'a', connection, sequence: 0 },
    { kind: 'release', time: 1, clientId: 'a', connection, packetId: 5 },
    { kind: 'close', time: 1, clientId: 'a', connection, discardWill: true, sentUpTo: 0 },
  ];
  for (const operation of refused) assert.equal(store.apply(operation), false, operation.kind);
  const session = store.session('a')!;
  assert.deepEqual([session.connected, [...session.subscriptions.keys()], [...session.received], queue(store, 'a')], [true, ['x'], [5], ['x 0 2', 'x 1 2']]);
  store.apply({ kind: 'acknowledge', time: 1, clientId: 'a', sequence: 0 });
  assert.deepEqual(queue(store, 'a'), ['x 1 2']);
});

test('clients with clean sessions own their ids as well, over a restart too', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await Store.open({ directory, maxBytes: 1e9 });
  first.apply(opened('a', 1, { clean: true, ...will('will/a') }));
  first.apply(opened('b', 2, { clean: true }));
  first.apply({ kind: 'close', time: 1, clientId: 'b', connection: { ...connection, number: 2 }, discardWill: true, sentUpTo: 0 });
  await first.close();
  const second = await openStore(t, directory);
  assert.deepEqual([second.owner('a'), second.owner('b')], [connection, undefined]);
  second.apply(opened('a', 3));
  assert.deepEqual([second.owner('a')?.number, [...second.wills]], [3, []]);
  assert.equal(second.statistics().connectedSessions, 1);
});

test('a run of a broker that was followed by another, or expelled, opens nothing any more', async (t) => {
  const { store } = await overheard(t);
  assert.equal(store.apply({ kind: 'recover', time: 1, broker: 'b', incarnation: 1 }), true);
  assert.equal(store.apply(opened('a', 1)), true);
  store.apply({ kind: 'recover', time: 1, broker: 'b', incarnation: 7 });
  assert.deepEqual([store.owner('a'), store.brokers.get('b')?.incarnation], [undefined, 7]);
  assert.equal(store.apply(opened('a', 2)), false, 'from the run before');
  assert.equal(store.apply(opened('a', 3, { connection: { broker: 'b', incarnation: 7, number: 3 } })), true);
  assert.equal(store.apply({ kind: 'expel', time: 1, broker: 'b', incarnation: 1 }), false, 'that run is over already');
  assert.equal(store.owner('a')?.number, 3);
  assert.equal(store.apply({ kind: 'expel', time: 1, broker: 'b', incarnation: 7 }), true);
  assert.equal(store.owner('a'), undefined);
  assert.equal(store.apply(opened('a', 4, { connection: { broker: 'b', incarnation: 7, number: 4 } })), false);
  assert.equal(store.apply(opened('a', 5, { connection: { broker: 'other', incarnation: 7, number: 5 } })), true);
});

test('the wills of a broker that recovers are published in the order in which their clients connected', async (t) => {
  const { store, heard } = await overheard(t);
  for (const [index, id] of ['c', 'a', 'b'].entries()) store.apply(opened(id, index, { clean: id === 'a', ...will(`will/${id}`) }));
  store.apply(opened('elsewhere', 9, { ...will('will/elsewhere'), connection: { ...connection, broker: 'other' } }));
  store.apply({ kind: 'recover', time: 1, broker: 'b', incarnation: 2 });
  assert.deepEqual(heard.filter((line) => line.startsWith('will')), ['will will/c', 'will will/a', 'will will/b']);
  assert.equal(store.owner('elsewhere')?.broker, 'other');
});

test('a QoS 2 packet that is published again before its release has no effect', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply(subscribe('a', 'x', 2));
  const packet: Operation = { kind: 'publish', time: 1, message: Message.create('x', Buffer.from('once'), 2, false), received: { clientId: 'a', connection, packetId: 9 } };
  assert.deepEqual([store.apply(packet), store.apply(packet)], [true, false]);
  assert.deepEqual(queue(store, 'a'), ['x once 2']);
});

test('a QoS 2 packet is known until it is released', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply({ kind: 'publish', time: 1, message: Message.create('x', Buffer.of(1), 2, false), received: { clientId: 'a', connection, packetId: 9 } });
  assert.deepEqual([...store.session('a')!.received], [9]);
  store.apply({ kind: 'release', time: 1, clientId: 'a', connection, packetId: 9 });
  assert.deepEqual([...store.session('a')!.received], []);
});

test('recovery disconnects everyone and takes everything queued for possibly sent', async (t) => {
  const store = await openStore(t);
  store.apply(open('a'));
  store.apply(subscribe('a', 'x'));
  store.apply(publish('x', '1'));
  store.apply({ kind: 'recover', time: 5, broker: 'b', incarnation: 2 });
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
  store.apply({ kind: 'open', time: 1, clientId: 'a', connection, clean: false, limits: { ...limits, maxQueuedBytes: 1e9 } });
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

test('entries of a log: each batch counts once, and not when its broker has begun anew or was expelled', async (t) => {
  const store = await openStore(t);
  const recover = (incarnation: number): Operation => ({ kind: 'recover', time: 1, broker: 'b', incarnation });
  let sequence = 0;
  const entry = (incarnation: number, batch: number, ...operations: Operation[]): boolean => {
    const counts = store.beginEntry(++sequence, { broker: 'b', incarnation, batch });
    if (counts) for (const operation of operations) store.applyLogged(operation);
    return counts;
  };
  assert.equal(entry(5, 2), false, 'it never began');
  assert.equal(entry(5, 1, recover(5)), true);
  assert.equal(entry(5, 1, recover(5)), false);
  assert.deepEqual([entry(5, 2), entry(5, 2), entry(5, 3), entry(5, 2)], [true, false, true, false]);
  assert.equal(entry(4, 1, recover(4)), false, 'an earlier run');
  assert.equal(entry(6, 1, recover(6)), true);
  assert.equal(entry(5, 4), false);
  store.apply({ kind: 'expel', time: 1, broker: 'b', incarnation: 6 });
  assert.deepEqual(store.brokers.get('b'), { incarnation: 6, batch: 0, expelled: true });
  assert.equal(entry(6, 2), false);
  assert.equal(entry(7, 1, recover(7)), true);
  assert.equal(store.applied, sequence);
});

test('the position in the log is on disk together with what was applied', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await Store.open({ directory, maxBytes: 1e9, commitDelayMilliseconds: 5 });
  assert.equal(first.applied, 0);
  first.beginEntry(41, { broker: 'b', incarnation: 1, batch: 1 });
  first.applyLogged({ kind: 'recover', time: 1, broker: 'b', incarnation: 1 });
  first.beginEntry(42, { broker: 'b', incarnation: 1, batch: 2 });
  first.applyLogged(open('a'));
  assert.equal(first.pendingOperations, 4);
  await first.durable();
  assert.equal(first.pendingOperations, 0);
  await first.close();
  const second = await openStore(t, directory);
  assert.deepEqual([second.applied, second.session('a')?.connected, second.brokers.get('b')], [42, true, { incarnation: 1, batch: 2, expelled: false }]);
});

test('with a delay, changes are gathered over many turns of the event loop, until there are enough', async (t) => {
  const commits: number[] = [];
  const observer = { storeCommitted: (operations: number) => commits.push(operations), storeFailed: assert.fail, storeRecovered: assert.fail };
  const store = await openStore(t, undefined, { commitDelayMilliseconds: 1e6, observer });
  for (let i = 0; i < 20_000; i++) {
    store.apply(publish('r', `${i % 2}`, 1, true));
    if (i % 4000 === 0) await new Promise(setImmediate);
  }
  assert.deepEqual(commits, []);
  await store.durable();
  assert.deepEqual(commits, [20_000]);
});

test('what nobody waits for is written with what somebody waits for, or after ten milliseconds', async (t) => {
  const commits: number[] = [];
  const observer = { storeCommitted: (operations: number) => commits.push(operations), storeFailed: assert.fail, storeRecovered: assert.fail };
  const store = await openStore(t, undefined, { observer });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  store.apply(open('a'));
  t.mock.timers.tick(9);
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
  assert.equal(store.pendingOperations, 1);
  store.apply(subscribe('a', 't'));
  await store.durable();
  assert.deepEqual(commits, [2]);

  store.apply(publish('t', 'x'));
  t.mock.timers.tick(10);
  while (store.pendingOperations > 0) await new Promise(setImmediate);
  assert.deepEqual(commits, [2, 1]);
  t.mock.timers.reset();
});
