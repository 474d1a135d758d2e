import assert from 'node:assert/strict';
import { once, type EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { eventually, Nats, natsMissing } from './engine/nats.js';
import { temporaryDirectory } from '../config/files.js';
import { BrokerProcess, run } from '../main/broker-process.js';

const listen = ['--listen', 'tcp://127.0.0.1:0', '--allow-anonymous'];
const member = (name: string, directory: string, log: string) => [...listen, '--data', directory, '--name', name, '--log', log];
const leave = (directory: string, ...more: string[]) => run(['leave-cluster', '--data', directory, ...more]);

async function dial(broker: BrokerProcess, options: IClientOptions = {}, received: string[] = []): Promise<MqttClient> {
  const client = connect(broker.url('tcp').replace('tcp:', 'mqtt:'), { reconnectPeriod: 0, ...options });
  client.on('message', (topic, payload) => received.push(`${topic} ${String(payload)}`));
  await once(client as unknown as EventEmitter, 'connect');
  return client;
}

/** A session whose client is away, with two messages waiting, and one whose client is there, with a will that leaves a retained message. */
async function fill(broker: BrokerProcess): Promise<void> {
  const device = await dial(broker, { clientId: 'device', clean: false });
  await device.subscribeAsync('commands', { qos: 2 });
  await device.endAsync();
  await dial(broker, { clientId: 'sensor', clean: false, will: { topic: 'sensor/state', payload: Buffer.from('gone'), qos: 1, retain: true } });
  const publisher = await dial(broker);
  for (const command of ['one', 'two']) await publisher.publishAsync('commands', command, { qos: 2 });
  await publisher.endAsync();
}

async function hasEverything(broker: BrokerProcess): Promise<void> {
  const received: string[] = [];
  const device = await dial(broker, { clientId: 'device', clean: false }, received);
  await device.subscribeAsync('sensor/state', { qos: 1 });
  await eventually('what waited, and the retained message', () => received.length === 3);
  assert.deepEqual(received, ['commands one', 'commands two', 'sensor/state gone']);
  device.end(true);
}

test('a log that was lost is begun anew with the store of a broker', { skip: natsMissing, timeout: 120_000 }, async (t) => {
  const [kept, behind] = [temporaryDirectory(), temporaryDirectory()];
  const lost = await Nats.start({ maxFile: '20G' });
  const first = await BrokerProcess.start(member('a', kept, lost.servers[0]!.url));
  const second = await BrokerProcess.start(member('b', behind, lost.servers[0]!.url));
  await fill(first);
  second.kill('SIGKILL');
  await second.exit();
  // In order: what is in the log may reach the broker's own disk a little later.
  first.kill('SIGTERM');
  await first.exit();
  await lost.stop();

  const nats = await Nats.start({ maxFile: '20G' });
  t.after(() => nats.stop());
  const [{ url }] = nats.servers as [Nats['servers'][0]];
  const refused = BrokerProcess.spawn(member('a', kept, url));
  assert.match((await refused.logged('broker.failed')).msg, /^The store of this broker belongs to the cluster \S+, whose stream mqtt-log is not in this NATS\. .* mqtt-broker leave-cluster\.$/);
  assert.equal(await refused.exit(), 76);

  const looked = await leave(kept, '--dry-run');
  assert.match(looked.stdout, /^The store in \S+ belongs to the cluster \S+, and is at entry \d+ of its log\.\nIt has 2 sessions, 2 queued messages and 1 retained ones\.\n$/);
  assert.deepEqual(looked, await leave(kept, '--dry-run'), 'nothing was changed');
  const left = await leave(kept);
  assert.match(left.stdout, /^The store in \S+ has left the cluster \S+ at entry \d+ of its log\.\nIt has 2 sessions, 2 queued messages and 1 retained ones\.\n$/);
  assert.deepEqual(await leave(kept), { code: 0, stdout: `The store in ${kept} belongs to no cluster; nothing to do.\nIt has 2 sessions, 2 queued messages and 1 retained ones.\n`, stderr: '' });

  await BrokerProcess.start(member('a', kept, url));
  await hasEverything(await BrokerProcess.start(member('c', temporaryDirectory(), url)));
  // What it had is in the log that was lost, and in what another one began with.
  const old = BrokerProcess.spawn(member('b', behind, url));
  assert.equal(await old.exit(), 76);
});

test('the store of a cluster is not used by a broker that stands alone, until it has left the cluster', { skip: natsMissing, timeout: 60_000 }, async (t) => {
  const directory = temporaryDirectory();
  const nats = await Nats.start({ maxFile: '20G' });
  t.after(() => nats.stop());
  const broker = await BrokerProcess.start(member('a', directory, nats.servers[0]!.url));
  await fill(broker);
  assert.deepEqual([(await leave(directory)).code, (await leave(directory, '--dry-run')).code], [74, 74], 'it is in use');
  broker.kill('SIGKILL');
  await broker.exit();

  const alone = BrokerProcess.spawn([...listen, '--data', directory]);
  assert.match((await alone.logged('broker.failed')).msg, /^The store in \S+ belongs to the cluster \S+, and would not fit its log any more if this broker went on alone\. .*: mqtt-broker leave-cluster --data \S+$/);
  assert.equal(await alone.exit(), 74);
  assert.equal((await leave(directory)).code, 0);
  await hasEverything(await BrokerProcess.start([...listen, '--data', directory]));
});

test('leaving a cluster needs a store', async () => {
  const empty = temporaryDirectory();
  assert.deepEqual(await leave(empty), { code: 74, stdout: '', stderr: `mqtt-broker: There is no store in ${empty}. Name the folder that the broker has as store.directory.\n` });
  const directory = temporaryDirectory();
  const broker = await BrokerProcess.start([...listen, '--data', directory]);
  broker.kill('SIGTERM');
  await broker.exit();
  const before = readFileSync(join(directory, 'data.mdb'));
  assert.match((await leave(directory)).stdout, /^The store in \S+ belongs to no cluster; nothing to do\.\nIt has 0 sessions/);
  assert.deepEqual(readFileSync(join(directory, 'data.mdb')), before);
});
