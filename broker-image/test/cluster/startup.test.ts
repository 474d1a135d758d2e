import assert from 'node:assert/strict';
import { once, type EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { eventually, Nats, natsMissing, type NatsOptions } from './engine/nats.js';
import { temporaryDirectory } from '../config/files.js';
import { BrokerProcess, run } from '../main/broker-process.js';

const skip = natsMissing;
const limits = { skip, timeout: 60_000 };

async function natsFor(t: TestContext, options: NatsOptions = {}): Promise<Nats> {
  const nats = await Nats.start({ maxFile: '20G', ...options });
  t.after(() => nats.stop());
  return nats;
}

async function dial(broker: BrokerProcess, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connect(broker.url('tcp').replace('tcp:', 'mqtt:'), { reconnectPeriod: 0, ...options });
  await once(client as unknown as EventEmitter, 'connect');
  return client;
}

const quickTry = (directory: string, name: string, log: string) => ['--listen', 'tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', directory, '--allow-anonymous', '--name', name, '--log', log];

/** What a broker that ends says, and its exit code. */
async function refusal(args: readonly string[]): Promise<string> {
  const broker = BrokerProcess.spawn(args);
  const { msg, error } = await broker.logged('broker.failed');
  assert.equal(error, undefined, 'a sentence, not a stack');
  return `${await broker.exit()}: ${msg}`;
}

test('a command line that names no usable log or name is refused', async () => {
  const args = ['--listen', 'tcp://127.0.0.1:0', '--data', temporaryDirectory(), '--allow-anonymous'];
  const url = await run([...args, '--name', 'a', '--log', 'http://127.0.0.1:4222']);
  assert.equal(url.code, 78);
  assert.match(url.stderr, /cluster\.log\.servers\[0\].*http:\/\/127\.0\.0\.1:4222/);
  const name = await run([...args, '--name', '']);
  assert.deepEqual([name.code, /--name: found nothing, expected a name for this broker/.test(name.stderr)], [64, true]);
  const file = join(temporaryDirectory(), 'broker.yaml');
  writeFileSync(file, 'listeners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\n');
  const alone = await run(['--config', file, '--log', 'nats://127.0.0.1:4222']);
  assert.equal(alone.code, 78);
  assert.match(alone.stderr, /--log: the file has no section cluster, so this broker stands alone and has no log/);
});

test('a broker waits for NATS, not ready, and says what for; a signal ends it meanwhile', limits, async (t) => {
  const nats = await natsFor(t);
  const [server] = nats.servers as [Nats['servers'][0]];
  await server.kill();
  const waiting = BrokerProcess.spawn(quickTry(temporaryDirectory(), 'a', server.url));
  const stopped = BrokerProcess.spawn(quickTry(temporaryDirectory(), 'b', server.url));
  assert.equal((await waiting.logged('cluster.waiting')).msg, `NATS at ${server.url} cannot be reached: connection refused`);
  const readyz = async () => (await (await fetch(`${waiting.url('operations')}/readyz`)).json()) as { ready: boolean; parts: { cluster: string } };
  const { ready, parts } = await readyz();
  assert.deepEqual([ready, parts.cluster], [false, `NATS at ${server.url} cannot be reached: connection refused`]);
  await stopped.logged('cluster.waiting');
  stopped.kill('SIGTERM');
  assert.equal(await stopped.exit(), 0);
  await server.start();
  await waiting.logged('broker.ready');
  assert.deepEqual((await readyz()).parts.cluster, 'ok');
});

test('wrong credentials end the broker, right ones do not', limits, async (t) => {
  const nats = await natsFor(t, { more: 'authorization { user: brokers, password: "the right one" }' });
  const [{ url }] = nats.servers as [Nats['servers'][0]];
  const refused = `76: NATS at ${url} refuses the credentials of this broker. Check usernameFile and passwordFile, or credentialsFile, in cluster.log against the accounts of NATS.`;
  assert.equal(await refusal(quickTry(temporaryDirectory(), 'a', url)), refused);
  const directory = temporaryDirectory();
  const [user, password, file] = ['user', 'password', 'broker.yaml'].map((name) => join(directory, name)) as [string, string, string];
  writeFileSync(user, 'brokers\n');
  writeFileSync(password, 'a wrong one\n');
  writeFileSync(file, `name: a\nlisteners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\noperations: {port: 8080}\ncluster: {log: {servers: ["nats://nats:4222"], usernameFile: ${user}, passwordFile: ${password}}}\n`);
  const args = ['--config', file, '--listen', 'mqtt=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', join(directory, 'data'), '--log', url];
  assert.equal(await refusal(args), refused);
  writeFileSync(password, 'the right one\n');
  await BrokerProcess.start(args);
});

test('NATS without JetStream ends the broker', limits, async (t) => {
  const nats = await natsFor(t, { jetStream: false });
  const [{ url }] = nats.servers as [Nats['servers'][0]];
  assert.match(await refusal(quickTry(temporaryDirectory(), 'a', url)), /^76: NATS at .* has no JetStream for this broker's account, so nothing could be stored\. Turn it on: /);
});

test('a log that is not the one of the store, or of a newer version, ends the broker and stays as it is', limits, async (t) => {
  const [ours, theirs] = [await natsFor(t), await natsFor(t)];
  const [{ url: here }, { url: there }] = [ours.servers[0]!, theirs.servers[0]!];
  const [directory, other] = [temporaryDirectory(), temporaryDirectory()];
  for (const [folder, url] of [[directory, here], [other, there]] as const) {
    const broker = await BrokerProcess.start(quickTry(folder, 'a', url));
    broker.kill('SIGKILL');
    await broker.exit();
  }
  const connection = await connectNats({ servers: here });
  t.after(() => connection.close());
  const manager = await jetstreamManager(connection);
  const before = (await manager.streams.info('mqtt-log')).state.last_seq;
  assert.match(await refusal(quickTry(other, 'b', here)), /^76: The store of this broker belongs to the cluster \S+, the stream mqtt-log to the cluster \S+: two clusters use one name on one NATS, or the stream was made anew\./);
  assert.equal((await manager.streams.info('mqtt-log')).state.last_seq, before);

  const { config } = await manager.streams.info('mqtt-log');
  await manager.streams.update('mqtt-log', { ...config, metadata: { ...config.metadata, 'mqtt-format': '2' } });
  assert.match(await refusal(quickTry(directory, 'a', here)), /^76: The stream mqtt-log has format 2; this broker knows 1\. A newer broker wrote it/);

  await manager.streams.delete('mqtt-log');
  await manager.streams.add({ name: 'mqtt-log', subjects: ['something.else'] });
  assert.match(await refusal(quickTry(temporaryDirectory(), 'c', here)), /^76: The stream mqtt-log of this NATS was not made by the brokers "mqtt", so it is left alone\./);
});

test('two brokers of one name: the one that comes later ends', limits, async (t) => {
  const nats = await natsFor(t);
  const [{ url }] = nats.servers as [Nats['servers'][0]];
  const first = await BrokerProcess.start(quickTry(temporaryDirectory(), 'twin', url));
  const client = await dial(first);
  assert.equal(await refusal(quickTry(temporaryDirectory(), 'twin', url)), '76: Another broker of the cluster "mqtt" runs under the name "twin". Names of brokers must differ (in a StatefulSet they do), and so must cluster.name of two clusters on one NATS.');
  await client.publishAsync('x', 'still served', { qos: 1, retain: true });
  client.end(true);
});

test('two clusters under one name: the brokers of the one that comes later end, also those whose names are their own', limits, async (t) => {
  const nats = await natsFor(t);
  const start = (workload: string, index: number) => {
    const directory = temporaryDirectory();
    const file = join(directory, 'broker.yaml');
    writeFileSync(file, `name: ${workload}-${index}\nlisteners: [{name: tcp, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\ncluster: {name: plant, firstBroker: ${workload}-0, log: {servers: ["${nats.servers[0]!.url}"], replicas: 1}}\n`);
    return ['--config', file, '--listen', 'tcp=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', join(directory, 'data')];
  };
  const first = await BrokerProcess.start(start('one', 0));
  assert.match(await refusal(start('other', 4)), /^76: The broker "one-0" of the cluster "plant" on this NATS has "one-0" for cluster\.firstBroker, this one has "other-0": two clusters use one name\./);
  await BrokerProcess.start(start('one', 1));
  const client = await dial(first);
  await client.publishAsync('x', 'still served', { qos: 1, retain: true });
  client.end(true);
});

/** A single broker that leaves a persistent session with two messages queued, and one retained. */
async function fillAlone(directory: string): Promise<void> {
  const single = await BrokerProcess.start(['--listen', 'tcp://127.0.0.1:0', '--allow-anonymous', '--data', directory]);
  const device = await dial(single, { clientId: 'device', clean: false });
  await device.subscribeAsync('commands', { qos: 1 });
  await device.endAsync();
  const publisher = await dial(single);
  for (const command of ['one', 'two']) await publisher.publishAsync('commands', command, { qos: 1 });
  await publisher.publishAsync('state', 'kept', { qos: 1, retain: true });
  await publisher.endAsync();
  single.kill('SIGTERM');
  await single.exit();
}

test('what a single broker had becomes what the cluster begins with; a second such store is refused', limits, async (t) => {
  const [kept, refused] = [temporaryDirectory(), temporaryDirectory()];
  for (const directory of [kept, refused]) await fillAlone(directory);
  const nats = await natsFor(t);
  const [{ url }] = nats.servers as [Nats['servers'][0]];
  await BrokerProcess.start(quickTry(kept, 'a', url));
  // Another one gets it as a snapshot.
  const second = await BrokerProcess.start(quickTry(temporaryDirectory(), 'b', url));
  const received: string[] = [];
  const client = connect(second.url('tcp').replace('tcp:', 'mqtt:'), { clientId: 'device', clean: false, reconnectPeriod: 0 });
  client.on('message', (_topic, payload) => received.push(payload.toString()));
  await once(client as unknown as EventEmitter, 'connect');
  await client.subscribeAsync('state', { qos: 1 });
  await eventually('what was queued and retained', () => received.length === 3);
  assert.deepEqual(received, ['one', 'two', 'kept']);
  client.end(true);
  assert.match(await refusal(quickTry(refused, 'c', url)), /^76: The store of this broker holds sessions or messages from before it was part of a cluster, and the cluster began without them, with broker a\./);
});

test('three brokers start at once on an empty log: the first one begins it with what it had alone, and all have that', limits, async (t) => {
  const directories = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()];
  await fillAlone(directories[2]!);
  const nats = await natsFor(t);
  const [{ url }] = nats.servers as [Nats['servers'][0]];
  const firstBroker = 'mqtt-2';
  const start = (name: string, directory: string) => {
    const file = join(temporaryDirectory(), 'broker.yaml');
    writeFileSync(file, `name: ${name}\nlisteners: [{name: tcp, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\ncluster: {firstBroker: ${firstBroker}, log: {servers: ["${url}"], replicas: 1}}\n`);
    return BrokerProcess.spawn(['--config', file, '--listen', 'tcp=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', directory]);
  };
  const waiting = [start('mqtt-0', directories[0]!), start('mqtt-1', directories[1]!), start('stopped', temporaryDirectory())];
  const message = `The replicated log is empty, and broker ${firstBroker} begins it (cluster.firstBroker). Waiting for that broker.`;
  for (const broker of waiting) {
    await broker.logged('operations.opened');
    await eventually('it waits', () => broker.lines.some(({ event, msg }) => event === 'cluster.waiting' && msg === message));
    const { ready, parts } = (await (await fetch(`${broker.url('operations')}/readyz`)).json()) as { ready: boolean; parts: { cluster: string } };
    assert.deepEqual([ready, parts.cluster], [false, message]);
  }
  const stopped = waiting.pop()!;
  stopped.kill('SIGTERM');
  assert.equal(await stopped.exit(), 0);

  const brokers = [start(firstBroker, directories[2]!), ...waiting];
  await Promise.all(brokers.map((broker) => broker.logged('broker.ready')));
  for (const broker of waiting) assert.equal(broker.lines.filter(({ msg }) => msg === message).length, 1, 'it says so once');
  for (const broker of brokers) {
    const watcher = connect(broker.url('tcp').replace('tcp:', 'mqtt:'), { reconnectPeriod: 0 });
    const retained = once(watcher as unknown as EventEmitter, 'message');
    await watcher.subscribeAsync('state', { qos: 1 });
    assert.equal(String((await retained)[1]), 'kept');
    watcher.end(true);
  }
  const received: string[] = [];
  const again = connect(waiting[0]!.url('tcp').replace('tcp:', 'mqtt:'), { clientId: 'device', clean: false, reconnectPeriod: 0 });
  again.on('message', (_topic, payload) => received.push(payload.toString()));
  await eventually('what was queued', () => received.length === 2);
  assert.deepEqual(received, ['one', 'two']);
  again.end(true);
});

test('while NATS is away: QoS 0 goes on, what needs the log waits, who connects is refused after a while, and all goes on by itself', limits, async (t) => {
  const nats = await natsFor(t);
  const [server] = nats.servers as [Nats['servers'][0]];
  const directory = temporaryDirectory();
  const file = join(directory, 'broker.yaml');
  writeFileSync(file, `name: a\nlisteners: [{name: tcp, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\nlimits: {connectTimeoutSeconds: 1}\nshutdown: {delaySeconds: 0}\ncluster: {log: {servers: ["${server.url}"], replicas: 1}}\n`);
  const broker = await BrokerProcess.start(['--config', file, '--listen', 'tcp=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', join(directory, 'data')]);
  const client = await dial(broker);
  const received: string[] = [];
  client.on('message', (_topic, payload) => received.push(payload.toString()));
  await client.subscribeAsync('#', { qos: 1 });
  await server.kill();
  const begun = performance.now();
  let acknowledged = false;
  const publishing = client.publishAsync('state', 'waits', { qos: 1, retain: true }).then(() => (acknowledged = true));
  await client.publishAsync('now', 'at once', { qos: 0 });
  await eventually('QoS 0', () => received.length === 1);
  const refused = connect(broker.url('tcp').replace('tcp:', 'mqtt:'), { reconnectPeriod: 0 });
  const [error] = (await once(refused as unknown as EventEmitter, 'error')) as [{ code: number }];
  assert.equal(error.code, 3);
  await broker.logged('cluster.unavailable');
  await eventually('it is not ready', async () => (await fetch(`${broker.url('operations')}/readyz`)).status === 503);
  assert.deepEqual([acknowledged, received], [false, ['at once']]);
  assert.ok(performance.now() - begun > 1000);
  await server.start();
  await publishing;
  await eventually('what waited', () => received.length === 2);
  await broker.logged('cluster.recovered');
  await eventually('it is ready', async () => (await fetch(`${broker.url('operations')}/readyz`)).status === 200);
  client.end(true);
});

test('more than the log holds, faster than snapshots are looked after: it fills up, is trimmed, and goes on', { skip, timeout: 180_000 }, async (t) => {
  const nats = await natsFor(t);
  const directory = temporaryDirectory();
  const file = join(directory, 'broker.yaml');
  const maxBytes = 16 * 1024 ** 2;
  writeFileSync(file, `name: a\nlisteners: [{name: tcp, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\ncluster: {log: {servers: ["${nats.servers[0]!.url}"], replicas: 1, maxBytes: ${maxBytes}}}\n`);
  const broker = await BrokerProcess.start(['--config', file, '--listen', 'tcp=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', join(directory, 'data')]);
  const client = await dial(broker);
  const payload = Buffer.alloc(100_000);
  let acknowledged = 0;
  // Retained, so that each passes the log, and the store keeps one.
  const publishing = Promise.all(Array.from({ length: 400 }, () => client.publishAsync('state', payload, { qos: 1, retain: true }).then(() => acknowledged++)));
  const { msg } = await broker.logged('cluster.unavailable');
  assert.match(msg, /^NATS cannot store more in the stream mqtt-log: maximum bytes exceeded/);
  assert.ok(acknowledged * payload.length < maxBytes);
  await publishing;
  await broker.logged('cluster.recovered');
  await eventually('it is ready', async () => (await fetch(`${broker.url('operations')}/readyz`)).status === 200);
  client.end(true);
});
