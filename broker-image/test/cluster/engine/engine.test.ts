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
  const open = (broker: string, clusterId?: string) => Engine.open({ cluster, broker, ...(clusterId !== undefined && { clusterId }) });
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
  const opening = Engine.open({ cluster: { name: 'mqtt', log: { servers: ['nats://127.0.0.1:1'], maxBytes: 1 } }, broker: 'a', signal: end.signal, onWaiting: (error) => {
    waiting.push(error.message);
    end.abort();
  } });
  await assert.rejects(opening, { name: 'EngineClosedError', message: 'The connection to the replicated log was closed.' });
  assert.deepEqual(waiting, ['NATS at nats://127.0.0.1:1 cannot be reached: connection refused']);
});
