import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { EngineConnection, JetStreamLog, JetStreamSnapshots, LogFullError } from '../../../src/cluster/engine/index.js';
import { eventually, Nats, natsMissing } from './nats.js';

const skip = natsMissing;
const maxBytes = 16 * 1024 ** 2;

test('a stream that is not this cluster\'s is left alone, and told', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start();
  t.after(() => nats.stop());
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  t.after(() => connection.close());
  const manager = await jetstreamManager(connection.nats);
  const open = (more: Partial<Parameters<typeof JetStreamLog.open>[1]> = {}) => JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes, incarnation: randomUUID(), ...more });
  const refused = (name: string, message: string, more: Partial<Parameters<typeof JetStreamLog.open>[1]> = {}) => assert.rejects(open(more), { name, message });

  await t.test('more copies than servers', () =>
    refused('StreamMismatchError', 'The stream mqtt-log cannot have 3 copies on this NATS, which is a single server. Run at least 3 servers as a cluster, or write cluster.log.replicas: 1.', { replicas: 3 }));

  await t.test('a store whose stream is gone', async () => {
    await refused('ClusterMismatchError', 'The store of this broker belongs to the cluster 4711, whose stream mqtt-log is not in this NATS. Point cluster.log.servers to the NATS that has it, restore the stream, or start with an empty store. If the log was lost, a new one can begin with what this broker has: mqtt-broker leave-cluster.', { clusterId: '4711' });
    await assert.rejects(manager.streams.info('mqtt-log'));
  });

  await t.test('somebody else\'s stream', async () => {
    await manager.streams.add({ name: 'mqtt-log', subjects: ['orders'] });
    await refused('StreamMismatchError', 'The stream mqtt-log of this NATS was not made by the brokers "mqtt", so it is left alone. Give the brokers another cluster.name, or remove the stream if nobody needs it.');
    assert.deepEqual((await manager.streams.info('mqtt-log')).config.subjects, ['orders']);
    await manager.streams.delete('mqtt-log');
  });

  let clusterId = '';
  await t.test('the stream is made once', async () => {
    const log = await open();
    clusterId = log.clusterId;
    await log.append(Buffer.from('a'));
    await log.close();
    const again = await open({ clusterId });
    assert.deepEqual([again.clusterId, await again.last()], [clusterId, 1]);
    await again.close();
  });

  await t.test('a stranger who writes as this broker', async () => {
    const log = await open({ incarnation: 'me' });
    await connection.nats.request('mqtt.log.me', 'forged');
    await assert.rejects(log.append(Buffer.from('x')), { name: 'EngineRefusedError', message: 'Somebody else writes to mqtt.log.me, which is of this process alone. Let no other client of NATS publish to mqtt.log.>.' });
    await log.trim(2);
    await log.close();
  });

  await t.test('another cluster under the same name', () =>
    refused('ClusterMismatchError', `The store of this broker belongs to the cluster 4711, the stream mqtt-log to the cluster ${clusterId}: two clusters use one name on one NATS, or the stream was made anew. Give this cluster another cluster.name, or start with an empty store. If the log was lost, a new one can begin with what this broker has: mqtt-broker leave-cluster.`, { clusterId: '4711' }));

  await t.test('more copies than servers, of a stream that is there', () =>
    refused('StreamMismatchError', 'The stream mqtt-log cannot have 5 copies on this NATS, which is a single server. Run at least 5 servers as a cluster, or write cluster.log.replicas: 1.', { replicas: 5 }));

  await t.test('a store that is ahead of its log', async () => {
    const log = await open();
    await assert.rejects(async () => {
      for await (const _ of log.read(99)) break;
    }, { name: 'LogBehindError', message: 'The stream mqtt-log ends at 2, but this broker has applied it up to 99: NATS lost entries, or was restored from an older copy. Restore a copy that is not older than the brokers, or begin a new log. If the log was lost, a new one can begin with what this broker has: mqtt-broker leave-cluster.' });
    await log.close();
  });

  await t.test('a full log says so, and what waits goes on once it was trimmed', async () => {
    const log = await open();
    const entry = Buffer.alloc(700_000);
    let appended = 0;
    let stopped = false;
    const appending = (async () => {
      for (; !stopped; appended++) await log.append(entry);
    })();
    await eventually('it is full', () => log.failure instanceof LogFullError);
    assert.equal(log.failure!.message, 'NATS cannot store more in the stream mqtt-log: maximum bytes exceeded. Nothing durable is accepted until a snapshot lets the log be trimmed; check that snapshots are made, cluster.log.maxBytes, and the storage of the NATS servers.');
    assert.equal(log.available, false);
    stopped = true;
    const last = await log.last();
    assert.equal(last, 2 + appended);
    await log.trim(last - 1);
    await appending;
    assert.deepEqual([log.available, await log.last()], [true, last + 1]);
    await log.close();
  });

  await t.test('an entry that no NATS takes', async () => {
    const log = await open();
    const size = 1000 * (1024 ** 2 - 512);
    await assert.rejects(log.append({ length: size + 1 } as Uint8Array), { name: 'EntryTooLargeError', message: `An entry of ${size + 1} bytes is too large for the log, which takes ${size}. Raise max_payload of the NATS servers, or lower limits.maxPacketBytes.` });
    await log.close();
  });

  await t.test('another size of the same stream is taken over', async () => {
    await (await open({ maxBytes: 2 * maxBytes })).close();
    assert.equal((await manager.streams.info('mqtt-log')).config.max_bytes, 2 * maxBytes);
  });

  await t.test('a format of the future', async () => {
    const { config } = await manager.streams.info('mqtt-log');
    await manager.streams.update('mqtt-log', { metadata: { ...config.metadata, 'mqtt-format': '2' } });
    await refused('StreamMismatchError', 'The stream mqtt-log has format 2; this broker knows 1. A newer broker wrote it, so run that version or a newer one.');
  });

  await t.test('a size that does not fit is waited for, with the reason', async () => {
    const waiting: string[] = [];
    const end = new AbortController();
    const opening = open({ cluster: 'large', maxBytes: 1024 ** 5, onWaiting: (error) => waiting.push(error.message), signal: end.signal });
    await eventually('it says so', () => waiting.length > 0);
    assert.match(waiting[0]!, /^JetStream is not ready: the stream large-log of 1125899906842624 bytes does not fit \(.*\)\. Give the NATS servers more storage, or write a smaller cluster\.log\.maxBytes\.$/);
    end.abort();
    await assert.rejects(opening, { name: 'EngineClosedError' });
  });
});

for (const servers of [1, 3] as const) {
  test(`room for snapshots is kept for them: all that is asked for, or as much as NATS has; ${servers} servers`, { skip, timeout: 120_000 }, async (t) => {
    const nats = await Nats.start({ servers, maxFile: '512M' });
    t.after(() => nats.stop());
    const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
    t.after(() => connection.close());
    const manager = await jetstreamManager(connection.nats, { checkAPI: false });
    const [mebibyte, incarnation] = [1024 ** 2, randomUUID()];
    const room = async (maxBytes: number, cluster = 'mqtt') => {
      const snapshots = await JetStreamSnapshots.open(connection, { cluster, maxBytes: maxBytes * mebibyte, orLess: true, incarnation });
      const { config: { max_bytes, discard } } = await manager.streams.info(`${cluster}-snapshots`);
      assert.deepEqual([max_bytes, discard], [snapshots.maxBytes, 'new']);
      return snapshots.maxBytes / mebibyte;
    };
    // Brokers before there was a limit.
    const { config } = await eventually('JetStream is ready', () => manager.streams.add({ name: 'old-snapshots', subjects: ['old.snapshots.>'], num_replicas: servers, discard: 'new', metadata: { 'mqtt-cluster': 'old', 'mqtt-cluster-id': 'x', 'mqtt-content': 'snapshots', 'mqtt-format': '1' } }));
    assert.equal(config.max_bytes, -1);
    assert.equal(await room(1000, 'old'), 421.875, 'three quarters of three quarters of three quarters');
    assert.equal(await room(100, 'old'), 100, 'less than it has');
    assert.equal(await room(100), 100);
    assert.equal(await room(400), 400 * (3 / 4), 'not 400, which the other one leaves no room for');
    assert.equal(await room(450), 337.5, 'more, where there is more');
    assert.equal(await room(400), 337.5, 'it stays where there is not');
    await manager.streams.delete('old-snapshots');
    assert.equal(await room(400), 400, 'where there is, it gets it');
    await assert.rejects(manager.streams.add({ name: 'other', subjects: ['other'], max_bytes: 200 * mebibyte, num_replicas: servers }), 'nobody else gets what is kept');
  });
}

test('another number of copies is taken over, with what the stream has', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3 });
  t.after(() => nats.stop());
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  t.after(() => connection.close());
  const manager = await jetstreamManager(connection.nats, { checkAPI: false });
  const open = (more: Partial<Parameters<typeof JetStreamLog.open>[1]>) => JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes, incarnation: randomUUID(), ...more });

  const one = await open({ replicas: 1 });
  await one.append(Buffer.from('a'));
  await one.close();
  const three = await open({ replicas: 3, clusterId: one.clusterId });
  await eventually('three copies have it', async () => {
    const { config, cluster } = await manager.streams.info('mqtt-log');
    return config.num_replicas === 3 && cluster?.replicas?.length === 2 && cluster.replicas.every(({ current }) => current);
  });
  assert.deepEqual([three.clusterId, await three.last()], [one.clusterId, 1]);
  assert.equal(await three.append(Buffer.from('b')), 2);
  await three.close();

  // Without a word about copies, they stay as they are.
  await (await open({})).close();
  assert.equal((await manager.streams.info('mqtt-log')).config.num_replicas, 3);

  const waiting: string[] = [];
  const end = new AbortController();
  const opening = open({ replicas: 5, onWaiting: (error) => waiting.push(error.message), signal: end.signal });
  await eventually('five wait for servers', () => waiting.length > 0);
  assert.match(waiting[0]!, /^JetStream is not ready: the stream mqtt-log cannot have 5 copies now \(.*\)\. Run at least 5 NATS servers with JetStream, or write a smaller cluster\.log\.replicas\.$/);
  end.abort();
  await assert.rejects(opening, { name: 'EngineClosedError' });
});

test('NATS without JetStream', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => nats.stop());
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  t.after(() => connection.close());
  await assert.rejects(JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes, incarnation: 'i' }), {
    name: 'JetStreamMissingError',
    message: `NATS at ${nats.log.servers[0]} has no JetStream for this broker's account, so nothing could be stored. Turn it on: \`jetstream {}\` in the configuration of the servers, and \`jetstream: enabled\` for the account.`,
  });
});

test('an account without JetStream', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ more: 'accounts { A { users: [{user: a, password: a}], jetstream: enabled }, B { users: [{user: b, password: b}] } }\nno_auth_user: b' });
  t.after(() => nats.stop());
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  t.after(() => connection.close());
  await assert.rejects(JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes, incarnation: 'i' }), { name: 'JetStreamMissingError' });
});
