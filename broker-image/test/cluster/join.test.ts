import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinCluster, shareContent, type Joined } from '../../src/cluster/join.js';
import { SnapshotKeeper } from '../../src/cluster/snapshot-keeper.js';
import { EmbeddedJournal, Message, Store, type SubmittedOperation } from '../../src/store/index.js';
import { cannotMount, mountedDirectory } from '../store/mounted-directory.js';
import { temporaryDirectory } from '../store/temporary-directory.js';
import { limits } from './cluster.js';
import { SharedLog } from './memory-log.js';
import { MemorySnapshots } from './memory-snapshots.js';

class TestCluster {
  readonly log = new SharedLog();
  readonly snapshots = new MemorySnapshots();
  readonly failures: Error[] = [];
  readonly waits: string[] = [];

  constructor(readonly t: TestContext) {}

  async join(broker: string, directory = temporaryDirectory(this.t), { cluster = 'c', start = true, firstBroker = undefined as string | undefined } = {}): Promise<Joined> {
    const storeOptions = { directory, maxBytes: 1e9, commitDelayMilliseconds: 5 };
    const log = this.log.connect();
    const joined = await joinCluster(await Store.open(storeOptions), {
      broker, log, cluster, storeOptions, snapshots: this.snapshots, failed: (error) => this.failures.push(error), waiting: ({ message }) => this.waits.push(message), endSeconds: 0.01,
      ...(firstBroker !== undefined && { firstBroker }),
    });
    this.t.after(() => leave(joined));
    if (start) await joined.journal.start({ published() {}, dropped() {} });
    return joined;
  }
}

async function leave({ store, journal }: Joined): Promise<void> {
  await journal.end();
  await store.close();
}

const applied = ({ journal }: Joined) => new Promise<void>((resolve, reject) => journal.afterCommit({ committed: resolve, failed: reject }));
const publish = (payload: string): SubmittedOperation => ({ kind: 'publish', time: 1, message: Message.create('x', Buffer.from(payload), 1, true) });
const queue = (store: Store) => store.read(store.session('s')!, 0, 1e6).map((entry) => entry.message!.payload.toString());

async function follow(broker: Joined, log: SharedLog): Promise<void> {
  while (broker.store.applied < log.last) await new Promise(setImmediate);
}

async function content({ store }: Joined): Promise<string> {
  await store.purged();
  return [...store.dump()].map(({ key, value }) => `${key.toString('hex')} ${value.toString('hex')}`).join('\n');
}

/** The store of a broker that stood alone: a session with a queue, and a client that was connected when it ended. */
async function standalone(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t);
  const store = await Store.open({ directory, maxBytes: 1e9 });
  const journal = new EmbeddedJournal(store);
  await journal.start({ published() {}, dropped() {} });
  const connection = journal.connection();
  await journal.open({ kind: 'open', time: 1, clientId: 's', connection, clean: false, limits, will: Message.create('x', Buffer.from('will'), 1, false) });
  journal.submit({ kind: 'subscribe', time: 1, clientId: 's', connection, subscriptions: [{ filter: '#', qos: 1 }] });
  for (let i = 0; i < 500; i++) journal.submit(publish(`${i}`));
  await store.close();
  return directory;
}

test('the store of a broker that stood alone becomes what a cluster begins with: nothing of it is lost, and others begin from its snapshot', async (t) => {
  const cluster = new TestCluster(t);
  const directory = await standalone(t);
  const first = await cluster.join('broker-0', directory);
  await shareContent(first.store, cluster.snapshots);
  await shareContent(first.store, cluster.snapshots);
  assert.equal(cluster.snapshots.saved, 1);
  first.journal.submit(publish('after'));
  await applied(first);
  const second = await cluster.join('broker-1');
  await follow(first, cluster.log);
  const expected = [...Array.from({ length: 500 }, (_, i) => `${i}`), 'will', 'after'];
  for (const { store } of [first, second]) assert.deepEqual([queue(store), store.session('s')!.connected, [...store.wills]], [expected, false, []]);
  assert.equal(await content(first), await content(second));
  // Once more, from its own disk.
  await leave(first);
  const again = await cluster.join('broker-0', directory);
  await follow(second, cluster.log);
  assert.equal(await content(again), await content(second));
  assert.deepEqual(cluster.failures, []);
});

test('a broker that ended between its first entry and its disk goes on with its content', async (t) => {
  const cluster = new TestCluster(t);
  const directory = await standalone(t);
  const first = await cluster.join('broker-0', directory, { start: false });
  await first.store.durable();
  const before = temporaryDirectory(t);
  await Store.restore(before, first.store.snapshot().chunks);
  await first.journal.start({ published() {}, dropped() {} });
  await leave(first);
  const again = await cluster.join('broker-0', before);
  assert.equal(queue(again.store).length, 501);
});

test('a broker that needs the content of another one waits for its snapshot', async (t) => {
  const cluster = new TestCluster(t);
  const first = await cluster.join('broker-0', await standalone(t));
  const joining = cluster.join('broker-1');
  while (cluster.waits.length === 0) await new Promise(setImmediate);
  await shareContent(first.store, cluster.snapshots);
  const second = await joining;
  assert.equal(queue(second.store).length, 501);
});

test('where the cluster began without it, the store of a broker that stood alone is not given up silently', async (t) => {
  const cluster = new TestCluster(t);
  await cluster.join('broker-1');
  const directory = await standalone(t);
  const refused = /holds sessions or messages from before it was part of a cluster, and the cluster began without them, with broker broker-1\. Start the cluster with this broker alone on a new log \(or name it in cluster\.firstBroker of all brokers\), or name an empty folder/;
  await assert.rejects(cluster.join('broker-0', directory), refused);
  await assert.rejects(cluster.join('broker-0', directory), refused);
  const store = await Store.open({ directory, maxBytes: 1e9 });
  assert.equal(queue(store).length, 501);
  await store.close();
});

test('two brokers that stood alone cannot both bring their stores', async (t) => {
  const cluster = new TestCluster(t);
  await cluster.join('broker-0', await standalone(t));
  await assert.rejects(cluster.join('broker-1', await standalone(t)), /the cluster began without them, with broker broker-0/);
});

test('an empty log is begun by the first broker alone, whoever comes before it; a log with entries is joined by all', async (t) => {
  const cluster = new TestCluster(t);
  const firstBroker = 'broker-2';
  const joining = ['broker-0', 'broker-1'].map((broker) => cluster.join(broker, undefined, { firstBroker }));
  while (cluster.waits.length < 2) await new Promise(setImmediate);
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  assert.equal(cluster.log.last, 0);
  const waiting = 'The replicated log is empty, and broker broker-2 begins it (cluster.firstBroker). Waiting for that broker.';
  assert.deepEqual(cluster.waits, [waiting, waiting]);
  const first = await cluster.join(firstBroker, await standalone(t), { firstBroker });
  await shareContent(first.store, cluster.snapshots);
  const others = await Promise.all(joining);
  await cluster.join('broker-3', undefined, { firstBroker });
  for (const broker of [first, ...others]) {
    await follow(broker, cluster.log);
    assert.equal(queue(broker.store).length, 501);
  }
  assert.deepEqual(cluster.failures, []);
});

test('a broker that waits for the first one can be ended', async (t) => {
  const cluster = new TestCluster(t);
  const directory = temporaryDirectory(t);
  const storeOptions = { directory, maxBytes: 1e9 };
  const log = cluster.log.connect();
  let waits = 0;
  const joining = joinCluster(await Store.open(storeOptions), { broker: 'broker-1', firstBroker: 'broker-0', log, cluster: 'c', storeOptions, snapshots: cluster.snapshots, failed: (error) => cluster.failures.push(error), waiting: () => waits++ });
  while (waits === 0) await new Promise(setImmediate);
  await log.close();
  await assert.rejects(joining, /the replicated log ended/);
  // Its folder is free again.
  await (await Store.open(storeOptions)).close();
});

test('a store belongs to one cluster', async (t) => {
  const cluster = new TestCluster(t);
  const directory = temporaryDirectory(t);
  await leave(await cluster.join('broker-0', directory));
  await assert.rejects(cluster.join('broker-0', directory, { cluster: 'other' }), /belongs to the cluster c, the log to the cluster other\. Name the log of its own cluster, or an empty folder/);
});

test('a broker that was away while the log was trimmed begins from the latest snapshot, and waits for one that is new enough', async (t) => {
  const cluster = new TestCluster(t);
  const first = await cluster.join('broker-0');
  const directory = temporaryDirectory(t);
  await leave(await cluster.join('broker-1', directory));
  const more = async () => {
    for (let i = 0; i < 10; i++) {
      first.journal.submit(publish(`${i}`));
      await applied(first);
    }
    await first.store.durable();
  };
  await cluster.snapshots.save(first.store.applied, first.store.snapshot().chunks);
  await more();
  cluster.log.trim(first.store.applied - 2);
  const joining = cluster.join('broker-1', directory);
  while (cluster.waits.length === 0) await new Promise(setImmediate);
  await cluster.snapshots.save(first.store.applied, first.store.snapshot().chunks);
  const second = await joining;
  await follow(first, cluster.log);
  assert.equal(await content(second), await content(first));
});

test('a snapshot that is replaced while it is read is read anew; one that cannot be read leaves the store as it is', async (t) => {
  const cluster = new TestCluster(t);
  const first = await cluster.join('broker-0', await standalone(t));
  await shareContent(first.store, cluster.snapshots);
  const directory = temporaryDirectory(t);
  cluster.snapshots.reading = () => {
    throw new Error('the network is gone');
  };
  await assert.rejects(cluster.join('broker-1', directory), /the network is gone/);
  first.journal.submit(publish('after'));
  await applied(first);
  await first.store.durable();
  const bytes: Buffer[] = [];
  const { sequence, chunks } = first.store.snapshot();
  for await (const chunk of chunks) bytes.push(chunk);
  let reads = 0;
  cluster.snapshots.reading = () => {
    if (reads++ === 1) void cluster.snapshots.save(sequence, pieces(bytes));
  };
  const second = await cluster.join('broker-1', directory);
  assert.equal(queue(second.store).at(-1), 'after');
  assert.deepEqual(cluster.waits, []);
});

async function* pieces(chunks: Iterable<Buffer>) {
  yield* chunks;
}

test('snapshots are saved when they are due, by who is responsible, and the log goes back to the one before the latest', async (t) => {
  const cluster = new TestCluster(t);
  const { store, journal } = await cluster.join('broker-0');
  const failures: string[] = [];
  let responsible = false;
  let bytes = 0;
  const keeper = new SnapshotKeeper({
    store, snapshots: cluster.snapshots, entries: 5, maxLogBytes: 4000, responsible: () => responsible, failed: (error) => failures.push(error.message),
    log: { get bytes() { return bytes; }, trim: async (upTo) => cluster.log.trim(upTo) },
  });
  const round = async (entries: number) => {
    for (let i = 0; i < entries; i++) {
      journal.submit(publish('x'));
      await applied({ store, journal });
    }
    await store.durable();
    await keeper.check();
    return [cluster.snapshots.saved, (await cluster.snapshots.latest())?.sequence, cluster.log.first];
  };
  assert.deepEqual(await round(9), [0, undefined, 1], 'another one is responsible');
  responsible = true;
  assert.deepEqual(await round(0), [1, 10, 1]);
  assert.deepEqual(await round(4), [1, 10, 1], 'not due');
  assert.deepEqual(await round(1), [2, 15, 11]);
  bytes = 1000;
  assert.deepEqual(await round(0), [2, 15, 11], 'nothing new');
  assert.deepEqual(await round(1), [3, 16, 16]);
  bytes = 999;
  assert.deepEqual(await round(1), [3, 16, 16], 'less than a quarter of a full log');
  bytes = 1000;
  assert.deepEqual(await round(0), [4, 17, 17]);
  cluster.snapshots.save = () => Promise.reject(new Error('no room'));
  await round(1);
  assert.deepEqual(failures, ['no room']);
  await keeper.close();
});

test('a log that is about to be full is trimmed to its latest snapshot, also if nothing more comes that could make another one due', async (t) => {
  const cluster = new TestCluster(t);
  const { store, journal } = await cluster.join('broker-0');
  let bytes = 8 * 1024 * 1024;
  const keeper = new SnapshotKeeper({
    store, snapshots: cluster.snapshots, maxLogBytes: 16 * 1024 * 1024, responsible: () => true, failed: assert.fail,
    log: { get bytes() { return bytes; }, trim: async (upTo) => cluster.log.trim(upTo) },
  });
  const more = async () => {
    journal.submit(publish('x'));
    await applied({ store, journal });
    await store.durable();
  };
  await more();
  await keeper.check();
  assert.deepEqual([cluster.snapshots.saved, cluster.log.first], [1, store.applied + 1]);

  const first = cluster.log.first;
  await more();
  bytes = 4 * 1024 * 1024;
  await keeper.check();
  assert.deepEqual([cluster.snapshots.saved, cluster.log.first], [2, first], 'it goes back to the snapshot before');
  bytes = 8 * 1024 * 1024 - 1;
  await keeper.check();
  assert.equal(cluster.log.first, first);
  bytes++;
  await keeper.check();
  assert.deepEqual([cluster.snapshots.saved, cluster.log.first], [2, store.applied + 1]);
  await keeper.close();
});

test('a snapshot is due from 256 MiB on, however large the log may be', async (t) => {
  const cluster = new TestCluster(t);
  const { store } = await cluster.join('broker-0');
  await store.durable();
  let bytes = 256 * 1024 * 1024 - 1;
  const keeper = new SnapshotKeeper({
    store, snapshots: cluster.snapshots, maxLogBytes: 4 * 1024 ** 3, responsible: () => true, failed: assert.fail,
    log: { get bytes() { return bytes; }, trim: async (upTo) => cluster.log.trim(upTo) },
  });
  await keeper.check();
  assert.equal(cluster.snapshots.saved, 0);
  bytes++;
  await keeper.check();
  assert.equal(cluster.snapshots.saved, 1);
  await keeper.close();
});

test('the snapshots of a large store rest until the log is as large as the latest one, or for twenty times as long as that took; not longer than the log has room', async (t) => {
  const cluster = new TestCluster(t);
  const { store, journal } = await cluster.join('broker-0');
  let bytes = 0;
  const maxLogBytes = 1000 * 1024 ** 2;
  const keeper = new SnapshotKeeper({
    store, snapshots: cluster.snapshots, entries: 1, maxLogBytes, responsible: () => true, failed: assert.fail,
    log: { get bytes() { return bytes; }, trim: async (upTo) => cluster.log.trim(upTo) },
  });
  const saved = async () => {
    journal.submit(publish('x'.repeat(1000)));
    await applied({ store, journal });
    await store.durable();
    await keeper.check();
    return cluster.snapshots.saved;
  };
  cluster.snapshots.milliseconds = 3_600_000;
  assert.equal(await saved(), 1);
  const size = (await cluster.snapshots.latest())!.bytes;
  bytes = size - 1;
  assert.equal(await saved(), 1, 'the log is smaller');
  bytes = size;
  assert.equal(await saved(), 2, 'the log is as large');
  bytes = 0;
  assert.equal(await saved(), 2);
  cluster.snapshots.milliseconds = 0.001;
  assert.equal(await saved(), 3, 'it took so little that the time is over');
  // As large as the log has room for another one.
  cluster.snapshots.milliseconds = 3_600_000;
  await cluster.snapshots.save(store.applied, pieces([Buffer.alloc(300 * 1024 ** 2)]));
  bytes = maxLogBytes / 4 - 1;
  assert.equal(await saved(), 4);
  bytes = maxLogBytes / 4;
  assert.equal(await saved(), 5);
  await keeper.close();
});

test('a snapshot that cannot be saved is tried again when as much time has passed as the attempt took', async (t) => {
  const cluster = new TestCluster(t);
  const { store } = await cluster.join('broker-0');
  await store.durable();
  let attempts = 0;
  let takes = 0;
  cluster.snapshots.save = async () => {
    attempts++;
    await sleep(takes);
    throw new Error('no room');
  };
  const keeper = new SnapshotKeeper({
    store, snapshots: cluster.snapshots, entries: 1, maxLogBytes: 1, responsible: () => true, failed: () => undefined,
    log: { bytes: 1, trim: async () => undefined },
  });
  takes = 1000;
  await keeper.check();
  await keeper.check();
  assert.equal(attempts, 1);
  await sleep(1100);
  takes = 0;
  await keeper.check();
  assert.equal(attempts, 2);
  await keeper.close();
});

test('where a snapshot does not fit beside the old store, that goes first: all of it came out of the log', { skip: cannotMount }, async (t) => {
  const cluster = new TestCluster(t);
  const first = await cluster.join('broker-0');
  const more = async (count: number) => {
    for (let i = 0; i < count; i++) first.journal.submit({ kind: 'publish', time: 1, message: Message.create(`retained/${i % 25}`, Buffer.alloc(1e6, i), 1, true) });
    await applied(first);
    await first.store.durable();
  };
  await more(25);
  // 25 MB, on a volume that has room for one and a half.
  const directory = mountedDirectory(t, 40);
  const second = await cluster.join('broker-1', directory);
  await second.store.durable();
  await leave(second);
  await more(3);
  await cluster.snapshots.save(first.store.applied, first.store.snapshot().chunks);
  cluster.log.trim(first.store.applied);

  // One that is not whole is found out before anything goes.
  const whole = cluster.snapshots.load.bind(cluster.snapshots);
  cluster.snapshots.load = async () => {
    const found = await whole();
    return found && { ...found, chunks: cutOff(found.chunks) };
  };
  await assert.rejects(cluster.join('broker-1', directory), { name: 'StoreOpenError', message: /cannot be used: it is cut off/ });
  const kept = await Store.open({ directory, maxBytes: 1e9 });
  assert.equal(kept.cluster, 'c');
  await kept.close();

  cluster.snapshots.load = whole;
  const again = await cluster.join('broker-1', directory);
  assert.match(cluster.waits.at(-1)!, /^A snapshot of \d+ bytes does not fit beside the old store in .* \(\d+ bytes are free\), so that store is removed: the snapshot has all of it\.$/);
  await follow(again, cluster.log);
  assert.equal(await content(again), await content(first));
});

for (const [what, count, size, mebibytes] of [['its snapshot', 25, 1e6, 20], ['the pages of its records', 4000, 2500, 14]] as const) {
  test(`a volume that is smaller than ${what}`, { skip: cannotMount }, async (t) => {
    const cluster = new TestCluster(t);
    const first = await cluster.join('broker-0');
    for (let i = 0; i < count; i++) first.journal.submit({ kind: 'publish', time: 1, message: Message.create(`retained/${i}`, Buffer.alloc(size, i), 1, true) });
    await applied(first);
    await first.store.durable();
    await cluster.snapshots.save(first.store.applied, first.store.snapshot().chunks);
    cluster.log.trim(first.store.applied);
    await assert.rejects(cluster.join('broker-1', mountedDirectory(t, mebibytes)), {
      name: 'RestoreRoomError', message: /^The snapshot for the store in .* has \d+ bytes, which do not fit onto its volume: \d+ were free\. Give this broker a larger volume\.$/,
    });
  });
}

test('what a broker had alone is not given up either where the log does not have its beginning any more', async (t) => {
  const cluster = new TestCluster(t);
  const first = await cluster.join('broker-1');
  first.journal.submit(publish('x'));
  await applied(first);
  await first.store.durable();
  await cluster.snapshots.save(first.store.applied, first.store.snapshot().chunks);
  cluster.log.trim(first.store.applied);
  const directory = await standalone(t);
  for (let attempt = 0; attempt < 2; attempt++) {
    await assert.rejects(cluster.join('broker-0', directory), { name: 'ClusterError', message: /holds sessions or messages from before it was part of a cluster, and the cluster began without them\. Start the cluster with this broker alone/ });
  }
  const store = await Store.open({ directory, maxBytes: 1e9 });
  assert.equal(queue(store).length, 501);
  await store.close();
});

async function* cutOff(chunks: AsyncIterable<Uint8Array>) {
  let left = 2_000_000;
  for await (const chunk of chunks) {
    if ((left -= chunk.length) < 0) return;
    yield chunk;
  }
}
