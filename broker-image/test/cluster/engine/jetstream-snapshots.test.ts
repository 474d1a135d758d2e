import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { EngineConnection, JetStreamSnapshots } from '../../../src/cluster/engine/index.js';
import { eventually, Nats, natsMissing } from './nats.js';

const skip = natsMissing;
const MEBIBYTE = 1024 ** 2;

async function openSnapshots(nats: Nats, replicas = 1, maxBytes = 900 * 1024 ** 2) {
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  const store = await JetStreamSnapshots.open(connection, { cluster: 'mqtt', maxBytes, incarnation: randomUUID(), replicas });
  return { connection, store, close: async () => { store.close(); await connection.close(); } };
}

async function* chunksOf(count: number, size: number, fill: (index: number) => number = (index) => index % 256) {
  for (let index = 0; index < count; index++) yield Buffer.alloc(size, fill(index));
}

async function contentOf(store: JetStreamSnapshots): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of (await store.load())!.chunks) hash.update(chunk);
  return hash.digest('hex');
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

test('on one server', { skip, timeout: 180_000 }, async (t) => {
  const nats = await Nats.start({ maxPayload: 64 * 1024 });
  t.after(() => nats.stop());
  const one = await openSnapshots(nats);
  const other = await openSnapshots(nats);
  t.after(() => Promise.all([one.close(), other.close()]));
  const manager = await jetstreamManager(one.connection.nats);
  const partsStored = async () => Object.keys((await manager.streams.info('mqtt-snapshots', { subjects_filter: 'mqtt.snapshots.part.>' })).state.subjects ?? {}).length;

  await t.test('none at first', async () => {
    assert.deepEqual([await one.store.latest(), await one.store.load()], [undefined, undefined]);
  });

  await t.test('what was saved is what others load', async () => {
    const { sequence, bytes } = await one.store.save(10, chunksOf(100, 10_007));
    assert.deepEqual([sequence, bytes], [10, 1_000_700]);
    assert.equal((await other.store.latest())?.sequence, 10);
    assert.equal(await contentOf(other.store), await hashOf(chunksOf(100, 10_007)));
  });

  await t.test('a newer one takes its place, and only the one before it is kept', async () => {
    await other.store.save(20, chunksOf(3, 50_000, () => 7));
    assert.equal((await one.store.latest())?.sequence, 20);
    assert.equal(await contentOf(one.store), await hashOf(chunksOf(3, 50_000, () => 7)));
    assert.equal(await partsStored(), 3 + 16);
    await other.store.save(22, chunksOf(1, 1));
    assert.equal(await partsStored(), 1 + 3);
  });

  await t.test('an older or equal one is not saved', async () => {
    assert.equal((await one.store.save(22, chunksOf(1, 2))).bytes, 1);
    assert.equal((await one.store.save(19, chunksOf(1, 2))).sequence, 22);
  });

  await t.test('an empty one', async () => {
    await one.store.save(23, chunksOf(0, 0));
    assert.equal(await contentOf(other.store), createHash('sha256').digest('hex'));
  });

  await t.test('one that is interrupted is never seen, and what is left of it goes with the next', async () => {
    const broken = (async function* () {
      yield* chunksOf(20, 64_000);
      throw new Error('the disk fails');
    })();
    await assert.rejects(one.store.save(30, broken), { message: 'the disk fails' });
    assert.equal((await other.store.latest())?.sequence, 23);
    await eventually('some of it is there', async () => (await partsStored()) > 0);
    await other.store.save(31, chunksOf(2, 60_000));
    assert.equal(await partsStored(), 2);
  });

  await t.test('one broker saves at a time', async () => {
    let goOn = () => {};
    const paused = new Promise<void>((resolve) => (goOn = resolve));
    const slow = one.store.save(40, (async function* () {
      yield* chunksOf(1, 100);
      await paused;
    })());
    await eventually('it has begun', async () => (await manager.streams.getMessage('mqtt-snapshots', { last_by_subj: 'mqtt.snapshots.lease' }))!.string().includes('incarnation'));
    await assert.rejects(other.store.save(41, chunksOf(1, 1)), { name: 'SnapshotInProgressError', message: 'Another broker of the cluster saves a snapshot.' });
    goOn();
    assert.equal((await slow).sequence, 40);
    assert.equal((await other.store.save(42, chunksOf(1, 1))).sequence, 42);
  });

  await t.test('a lease of a broker that was killed is taken over', async () => {
    await one.connection.nats.request('mqtt.snapshots.lease', JSON.stringify({ incarnation: 'killed' }));
    assert.equal((await other.store.save(50, chunksOf(1, 1))).sequence, 50);
  });

  await t.test('one that was replaced while it was read says so', async () => {
    await one.store.save(60, chunksOf(400, 63_000));
    const reading = (await one.store.load())!.chunks;
    const hash = createHash('sha256').update((await reading.next()).value as Uint8Array);
    // The one before the latest can still be read.
    await other.store.save(61, chunksOf(400, 63_000));
    for await (const chunk of reading) hash.update(chunk);
    assert.equal(hash.digest('hex'), await hashOf(chunksOf(400, 63_000)));

    const late = (await one.store.load())!.chunks;
    await late.next();
    await other.store.save(62, chunksOf(1, 1));
    await other.store.save(63, chunksOf(1, 1));
    await assert.rejects(async () => {
      while (!(await late.next()).done);
    }, { name: 'SnapshotReplacedError', message: 'The snapshot was replaced by newer ones while it was read.' });
  });

  await t.test('one that is not what was saved says so', async () => {
    const latest = (await manager.streams.getMessage('mqtt-snapshots', { last_by_subj: 'mqtt.snapshots.latest' }))!;
    await one.connection.nats.request('mqtt.snapshots.latest', JSON.stringify({ ...latest.json<object>(), sha256: 'other' }));
    await assert.rejects(contentOf(one.store), { name: 'SnapshotDamagedError', message: /^The snapshot in the stream mqtt-snapshots is not what was saved: its checksum differs\./ });
  });
});

test('room for little more than two snapshots', { skip, timeout: 180_000 }, async (t) => {
  const nats = await Nats.start();
  t.after(() => nats.stop());
  const one = await openSnapshots(nats, 1, 3 * MEBIBYTE);
  const other = await openSnapshots(nats, 1, 3 * MEBIBYTE);
  t.after(() => Promise.all([one.close(), other.close()]));
  const manager = await jetstreamManager(one.connection.nats);
  const bytesStored = async () => (await manager.streams.info('mqtt-snapshots')).state.bytes;
  const leftover = (part: number) => one.connection.nats.request(`mqtt.snapshots.part.killed.${part}`, Buffer.alloc(256 * 1024)).then((answer) => answer.json<{ error?: { description: string } }>().error?.description);
  assert.equal(one.store.maxBytes, 3 * MEBIBYTE);

  await t.test('the one before the latest goes when the next would not fit beside both', async () => {
    for (const sequence of [1, 2]) await one.store.save(sequence, chunksOf(10, 110_000, () => sequence));
    const { chunks: ofSecond } = (await one.store.load())!;
    assert.ok(await bytesStored() > 2.2e6);
    await one.store.save(3, chunksOf(10, 120_000, () => 3));
    assert.equal(await contentOf(other.store), await hashOf(chunksOf(10, 120_000, () => 3)));
    await one.store.save(4, chunksOf(10, 120_000, () => 4));
    await assert.rejects(hashOf(ofSecond), { name: 'SnapshotReplacedError' });
  });

  await t.test('one that does not fit beside the latest leaves it as it is, and nothing of itself', async () => {
    await assert.rejects(one.store.save(5, chunksOf(100, 100_000)), {
      name: 'SnapshotRoomError',
      message: /^A snapshot did not fit beside the latest one after \d+ bytes: the stream mqtt-snapshots may take 3145728 \(maximum bytes exceeded\)\. The log is not trimmed until one is saved, and fills up\. It has room again with more storage for the NATS servers: a broker that starts asks for twice its store\.maxBytes\.$/,
    });
    assert.ok(await bytesStored() < 1.3e6);
    assert.deepEqual([(await other.store.latest())?.sequence, await contentOf(other.store)], [4, await hashOf(chunksOf(10, 120_000, () => 4))]);
    await other.store.save(6, chunksOf(10, 110_000, () => 6));
    assert.equal(await contentOf(one.store), await hashOf(chunksOf(10, 110_000, () => 6)));
  });

  await t.test('what a killed broker left takes no room from the next one, not even from its lease', async () => {
    let refused: string | undefined;
    for (let part = 0; refused === undefined; part++) refused = await leftover(part);
    for (let filled: string | undefined; filled === undefined;) filled = (await one.connection.nats.request('mqtt.snapshots.part.killed.small', Buffer.alloc(1))).json<{ error?: { description: string } }>().error?.description;
    await one.store.save(7, chunksOf(10, 110_000, () => 7));
    assert.equal(await contentOf(other.store), await hashOf(chunksOf(10, 110_000, () => 7)));
  });

  await t.test('nor does the one before the latest, where nothing else can go', async () => {
    const { streams } = manager;
    await streams.update('mqtt-snapshots', { max_bytes: await bytesStored() });
    await one.store.save(8, chunksOf(10, 100_000, () => 8));
    assert.equal((await one.store.latest())?.sequence, 8);
    await streams.update('mqtt-snapshots', { max_bytes: MEBIBYTE / 2 });
    await assert.rejects(one.store.save(9, chunksOf(1, 1)), { name: 'SnapshotRoomError', message: /^A snapshot did not fit beside the latest one after 0 bytes:/ });
    assert.equal(await contentOf(other.store), await hashOf(chunksOf(10, 100_000, () => 8)));
  });
});

test('a part that is lost is not waited for for ever', { skip, timeout: 180_000 }, async (t) => {
  const nats = await Nats.start();
  t.after(() => nats.stop());
  const one = await openSnapshots(nats);
  t.after(() => one.close());
  const manager = await jetstreamManager(one.connection.nats);
  await one.store.save(1, chunksOf(3, 256 * 1024));
  const lost = Object.keys((await manager.streams.info('mqtt-snapshots', { subjects_filter: 'mqtt.snapshots.part.*.1' })).state.subjects!);
  await manager.streams.purge('mqtt-snapshots', { filter: lost[0]! });
  await assert.rejects(contentOf(one.store), { name: 'SnapshotDamagedError', message: 'The snapshot in the stream mqtt-snapshots is not what was saved: part 2 of 3 is missing. Remove the stream; another broker of the cluster saves a new one.' });
});

test('three servers: 150 MB in bounded memory, while the leader is killed', { skip, timeout: 300_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3 });
  t.after(() => nats.stop());
  const one = await openSnapshots(nats, 3);
  t.after(() => one.close());
  const manager = await jetstreamManager(one.connection.nats);
  const leader = () => eventually('a leader', async () => (await manager.streams.info('mqtt-snapshots')).cluster?.leader || undefined);
  let most = 0;
  let killed: string | undefined;
  const chunks = async function* () {
    for (let index = 0; index < 1500; index++) {
      yield Buffer.alloc(100_000, index);
      if (index % 50 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers);
      if (index === 700) {
        killed = await leader();
        await nats.server(killed).kill();
      }
    }
  };
  const { bytes } = await one.store.save(1, chunks());
  assert.equal(bytes, 150_000_000);
  assert.ok(most < 100 * 1024 ** 2, `${most} bytes in buffers`);
  await nats.server(killed!).start();

  const hash = createHash('sha256');
  const expected = createHash('sha256');
  for (let index = 0; index < 1500; index++) expected.update(Buffer.alloc(100_000, index));
  let seen = 0;
  let frozen: string | undefined;
  for await (const chunk of (await one.store.load())!.chunks) {
    hash.update(chunk);
    if (++seen === 100) {
      frozen = await leader();
      nats.server(frozen).freeze();
    }
  }
  nats.server(frozen!).thaw();
  assert.equal(hash.digest('hex'), expected.digest('hex'));
});
