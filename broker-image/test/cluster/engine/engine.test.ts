import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Engine } from '../../../src/cluster/engine/index.js';
import { eventually, Nats, natsMissing } from './nats.js';

const skip = natsMissing;
const status = () => ({ run: 1, ready: true, applied: 0, connections: 0, draining: false });

test('two brokers: one log, one place for snapshots, messages between them, a goodbye', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start();
  t.after(() => nats.stop());
  const log = { ...nats.log, replicas: 1, maxBytes: 16 * 1024 ** 2 };
  const cluster = { name: 'factory', log };
  const open = (broker: string, clusterId?: string) => Engine.open({ cluster, broker, maxStoreBytes: 16 * 1024 ** 2, ...(clusterId !== undefined && { clusterId }) });
  const a = await open('a');
  const b = await open('b', a.log.clusterId);
  const [peers] = await Promise.all([a.join(status), b.join(status)]);
  await eventually('they know each other', () => peers.list().length === 1);
  assert.equal(await a.log.append(Buffer.from('x')), 1);
  await a.snapshots.save(1, (async function* () { yield Buffer.from('state'); })());
  assert.deepEqual([await b.log.last(), (await b.snapshots.latest())?.sequence], [1, 1]);
  const received: string[] = [];
  b.traffic.onMessage = (packet) => received.push(packet.toString());
  await b.traffic.announce('t/#', 'live');
  a.traffic.publish('t', Buffer.from('last words'), 1);
  await a.close();
  assert.deepEqual(received, ['last words']);
  await b.close();

  await assert.rejects(open('c', 'another'), { name: 'ClusterMismatchError' });
  // Snapshots that another cluster left are not this one's.
  const connection = await connect({ servers: [...log.servers] });
  await (await jetstreamManager(connection)).streams.delete('factory-log');
  await assert.rejects(open('c'), { name: 'ClusterMismatchError' });
  const connections = async () => ((await (await fetch(`http://127.0.0.1:${nats.servers[0]!.monitoringPort}/connz`)).json()) as { num_connections: number }).num_connections;
  await eventually('no connection is left', async () => (await connections()) === 1);
  await connection.close();
});

test('who waits for NATS can end it', { skip, timeout: 60_000 }, async () => {
  const end = new AbortController();
  const waiting: string[] = [];
  const opening = Engine.open({ cluster: { name: 'mqtt', log: { servers: ['nats://127.0.0.1:1'], maxBytes: 1 } }, broker: 'a', maxStoreBytes: 1, signal: end.signal, onWaiting: (error) => {
    waiting.push(error.message);
    end.abort();
  } });
  await assert.rejects(opening, { name: 'EngineClosedError', message: 'The connection to the replicated log was closed.' });
  assert.deepEqual(waiting, ['NATS at nats://127.0.0.1:1 cannot be reached: connection refused']);
});

test('snapshots that have no room leave the log its own', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3, maxFile: '128M' });
  t.after(() => nats.stop());
  const warnings: string[] = [];
  const engine = await Engine.open({ cluster: { name: 'mqtt', log: { ...nats.log, maxBytes: 64 * 1024 ** 2 } }, broker: 'a', maxStoreBytes: 100 * 1024 ** 2, onWarning: (message) => warnings.push(message) });
  t.after(() => engine.close());
  const room = engine.snapshots.maxBytes;
  assert.ok(room > 32 * 1024 ** 2 && room < 64 * 1024 ** 2, `${room}`);
  assert.deepEqual(warnings, [`NATS has ${room} bytes for the stream mqtt-snapshots, and two snapshots of a store of 104857600 bytes (store.maxBytes) take 209715200. Once the store holds more than ${Math.floor(room / 2)}, none may fit, and the log fills up. Give the NATS servers more storage, or write store.maxBytes: ${Math.floor(room / 2)}.`]);
  const entry = Buffer.alloc(500_000);
  await engine.log.append(entry);
  await engine.snapshots.save(1, chunks(30));
  await assert.rejects(engine.snapshots.save(2, chunks(100)), { name: 'SnapshotRoomError' });
  // All that the log was promised is there, however much the snapshots have taken.
  for (let appended = 1; appended < 120; appended++) await engine.log.append(entry);
  assert.equal(engine.log.failure, undefined);
  await engine.log.trim(120);
  await engine.snapshots.save(3, chunks(10));
  assert.equal((await engine.snapshots.latest())?.sequence, 3);
});

async function* chunks(mebibytes: number) {
  for (let index = 0; index < mebibytes; index++) yield Buffer.alloc(1024 ** 2, index);
}
