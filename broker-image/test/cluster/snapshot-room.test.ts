import assert from 'node:assert/strict';
import { once, type EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'mqtt';
import { eventually, Nats, natsMissing } from './engine/nats.js';
import { temporaryDirectory } from '../config/files.js';
import { BrokerProcess } from '../main/broker-process.js';

const MEBIBYTE = 1024 ** 2;
const MESSAGE_BYTES = 100_000;

test('a store that has outgrown the room for snapshots: the log goes on, the broker is ready, and snapshots go on when they fit again', { skip: natsMissing, timeout: 240_000 }, async (t) => {
  const nats = await Nats.start({ maxFile: '192M' });
  t.after(() => nats.stop());
  const directory = temporaryDirectory();
  const file = join(directory, 'broker.yaml');
  // NATS has 64 MiB for snapshots, where 2 GiB are asked for.
  writeFileSync(file, `name: a
listeners: [{name: tcp, protocol: tcp, port: 1883}]
authentication: {anonymous: true}
store: {maxBytes: ${1024 * MEBIBYTE}}
cluster: {log: {servers: ["${nats.servers[0]!.url}"], replicas: 1, maxBytes: ${128 * MEBIBYTE}}}
`);
  const broker = await BrokerProcess.start(['--config', file, '--listen', 'tcp=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', join(directory, 'data')]);
  const [warning] = broker.lines.filter(({ event, level }) => event === 'cluster.warning' && level === 'warn');
  const room = Number(/^NATS has (\d+) bytes for the stream mqtt-snapshots, /.exec(warning!.msg)?.[1]);
  assert.ok(room > 40 * MEBIBYTE && room <= 64 * MEBIBYTE, warning!.msg);
  const get = (path: string) => fetch(`${broker.url('operations')}/${path}`);
  const saved = async () => Number(/^mqtt_cluster_snapshots_total\{[^}]*result="success"[^}]*\} (\d+)$/m.exec(await (await get('metrics')).text())?.[1]);
  const client = connect(broker.url('tcp').replace('tcp:', 'mqtt:'), { reconnectPeriod: 0 });
  t.after(() => client.end(true));
  await once(client as unknown as EventEmitter, 'connect');
  const topics = Array.from({ length: 400 }, (_, index) => `state/${index}`);
  const publish = (names: readonly string[], payload: Buffer) => Promise.all(names.map((topic) => client.publishAsync(topic, payload, { qos: 1, retain: true })));

  // One snapshot of 40 MB fits, and no second one beside it.
  await publish(topics, Buffer.alloc(MESSAGE_BYTES, 1));
  await eventually('the first snapshot', async () => (await saved()) >= 1);
  await publish(topics, Buffer.alloc(MESSAGE_BYTES, 2));
  const { error } = await broker.logged('cluster.snapshot-failed');
  assert.match(String((error as { message: string }).message), /^A snapshot did not fit beside the latest one after \d+ bytes: the stream mqtt-snapshots may take \d+ \(maximum bytes exceeded\)\./);
  // All servers' room for streams would be used up now, if the snapshots took what they want.
  await publish(topics.slice(0, 100), Buffer.alloc(MESSAGE_BYTES, 3));
  assert.equal((await get('readyz')).status, 200);

  const before = await saved();
  await publish(topics, Buffer.of());
  await eventually('a snapshot of the smaller store', async () => (await saved()) > before);
  assert.equal((await get('readyz')).status, 200);
  assert.deepEqual(broker.lines.filter(({ event }) => event === 'cluster.unavailable'), []);
});
