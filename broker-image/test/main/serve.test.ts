import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { connect, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { costForRandomSecrets, ScryptHash } from '../../src/access/index.js';
import { logEvents } from '../../src/operations/log.js';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { Authority, type CertificateFiles } from '../listeners/certificates.js';
import { BrokerProcess } from './broker-process.js';

async function dial(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url.replace(/^tcp:/, 'mqtt:').replace(/^tls:/, 'mqtts:').replace(/^(wss?:.*)$/, '$1/mqtt'), { reconnectPeriod: 0, connectTimeout: 10_000, ...options }, false);
  client.on('error', () => undefined);
  after(() => client.end(true));
  return client;
}

async function metric(broker: BrokerProcess, series: string): Promise<number> {
  const text = await (await fetch(`${broker.url('operations')}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  assert.ok(line, `no series ${series}`);
  return Number(line.slice(series.length));
}

/** The arguments of the next such event. */
const next = (client: MqttClient, event: 'close' | 'connect' | 'message') => new Promise<unknown[]>((resolve) => client.once(event, (...args: unknown[]) => resolve(args)));

/** Waits until a series has a value: what a client sees can come before what the broker counts. */
async function metricReaches(broker: BrokerProcess, series: string, value: number): Promise<void> {
  while ((await metric(broker, series)) !== value) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function received(client: MqttClient, topic: string, publish: () => Promise<unknown>): Promise<string> {
  const message = new Promise<string>((resolve) => client.on('message', (from, payload) => from === topic && resolve(String(payload))));
  await publish();
  return message;
}

test('without a file: MQTT over TCP and WebSocket, and an orderly end', async () => {
  const broker = await BrokerProcess.start(['--listen', 'tcp://127.0.0.1:0', '--listen', 'ws://127.0.0.1:0', '--data', temporaryDirectory(), '--allow-anonymous']);
  const overTcp = await dial(broker.url('tcp'));
  const overWebSocket = await dial(broker.url('ws'));
  for (const qos of [0, 1, 2] as const) {
    await overWebSocket.subscribeAsync(`q${qos}/#`, { qos });
    assert.equal(await received(overWebSocket, `q${qos}/x`, () => overTcp.publishAsync(`q${qos}/x`, `hello ${qos}`, { qos })), `hello ${qos}`);
  }
  assert.ok(!broker.lines.some(({ event }) => event === 'operations.opened'), 'no HTTP server unless asked for');
  broker.kill('SIGINT');
  assert.equal(await broker.exit(), 0);
  assert.deepEqual(broker.lines.map(({ event }) => event), ['broker.starting', 'store.opened', 'listener.opened', 'listener.opened', 'broker.ready', 'broker.draining', 'listener.closed', 'listener.closed', 'broker.stopped']);
});

test('a persistent session and its messages outlive the process', async () => {
  const data = temporaryDirectory();
  const args = ['--listen', 'tcp://127.0.0.1:0', '--data', data, '--allow-anonymous'];
  const first = await BrokerProcess.start(args);
  const subscriber = await dial(first.url('tcp'), { clientId: 'sleeper', clean: false });
  await subscriber.subscribeAsync('news', { qos: 1 });
  await subscriber.endAsync();
  await (await dial(first.url('tcp'))).publishAsync('news', 'while you slept', { qos: 1 });
  first.kill('SIGTERM');
  assert.equal(await first.exit(), 0);

  const second = await BrokerProcess.start(args);
  // mqtt.js gets the queued message with the CONNACK: the listener must be there before.
  const returned = connect(second.url('tcp').replace('tcp:', 'mqtt:'), { clientId: 'sleeper', clean: false, reconnectPeriod: 0 });
  after(() => returned.end(true));
  const [[{ sessionPresent }], [topic, payload]] = (await Promise.all([next(returned, 'connect'), next(returned, 'message')])) as unknown as [[{ sessionPresent: boolean }], [string, Buffer]];
  assert.deepEqual({ sessionPresent, topic, payload: String(payload) }, { sessionPresent: true, topic: 'news', payload: 'while you slept' });
});

test('two brokers on one host do not clash, and the folder of one is refused to the other', async () => {
  const data = temporaryDirectory();
  await BrokerProcess.start(['--listen', 'tcp://127.0.0.1:0', '--data', data, '--allow-anonymous']);
  await BrokerProcess.start(['--listen', 'tcp://127.0.0.1:0', '--data', temporaryDirectory(), '--allow-anonymous']);
  const intruder = BrokerProcess.spawn(['--listen', 'tcp://127.0.0.1:0', '--data', data, '--allow-anonymous']);
  assert.equal(await intruder.exit(), 74);
  assert.ok((await intruder.logged('broker.failed')).msg.includes(data));
});

interface Mounts {
  readonly configuration: string;
  readonly passwords: string;
  readonly acl: string;
  readonly tls: CertificateFiles;
}

const secrets = { alice: 'the-secret-of-alice-123', bob: 'the-secret-of-bob-456789' };
let authority: Authority;
let hashes: Record<keyof typeof secrets, string>;
before(async () => {
  authority = await Authority.create(temporaryDirectory(), 'test authority');
  const hash = async (secret: string) => (await ScryptHash.create(Buffer.from(secret), costForRandomSecrets)).toString();
  hashes = { alice: await hash(secrets.alice), bob: await hash(secrets.bob) };
});

async function mount(more = ''): Promise<Mounts> {
  const directory = temporaryDirectory();
  const tls = { certificateFile: join(directory, 'tls.crt'), privateKeyFile: join(directory, 'tls.key') };
  const issued = await authority.issue('first');
  copyFileSync(issued.certificateFile, tls.certificateFile);
  copyFileSync(issued.privateKeyFile, tls.privateKeyFile);
  const passwords = join(directory, 'passwords');
  writeFileSync(passwords, `alice:${hashes.alice}\n`);
  const acl = join(directory, 'acl.yaml');
  writeFileSync(acl, '- {effect: allow, actions: [publish, subscribe], topics: ["own/%u/#"]}\n');
  const configuration = temporaryFile(`
name: broker-0
listeners:
  - {name: mqtt, protocol: tcp, port: 1883}
  - {name: mqtts, protocol: tls, port: 8883, tls: {certificateFile: ${tls.certificateFile}, privateKeyFile: ${tls.privateKeyFile}}}
  - {name: wss, protocol: wss, port: 8084, tls: {certificateFile: ${tls.certificateFile}, privateKeyFile: ${tls.privateKeyFile}}}
authentication: {passwordFile: ${passwords}}
authorization: {aclFile: ${acl}}
shutdown: {delaySeconds: 0}
log: {level: debug}
${more}`);
  return { configuration, passwords, acl, tls };
}

/** The documented overrides: the configuration of the pod, on free ports of this host. */
const here = () => ['--listen', 'mqtt=tcp://127.0.0.1:0', '--listen', 'mqtts=tls://127.0.0.1:0', '--listen', 'wss=wss://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()];
const alice = { username: 'alice', password: secrets.alice };

test('with a file: TLS, passwords and access rules', async () => {
  const { configuration } = await mount();
  const broker = await BrokerProcess.start(here(), { MQTT_BROKER_CONFIG: configuration });
  assert.equal((await broker.logged('broker.starting')).broker, 'broker-0');

  await assert.rejects(dial(broker.url('mqtt')), { code: 5 });
  await assert.rejects(dial(broker.url('mqtt'), { ...alice, password: 'guess' }), (error: { code?: number }) => error.code === 4 || error.code === 5);
  await metricReaches(broker, 'mqtt_connections_refused_total{reason="anonymous"}', 1);
  await metricReaches(broker, 'mqtt_connections_refused_total{reason="bad-credentials"}', 1);

  for (const listener of ['mqtt', 'mqtts', 'wss']) {
    const client = await dial(broker.url(listener), { ...alice, ca: authority.pem });
    await client.subscribeAsync('own/alice/+', { qos: 1 });
    assert.equal(await received(client, 'own/alice/x', () => client.publishAsync('own/alice/x', listener, { qos: 1 })), listener);
    await metricReaches(broker, `mqtt_connections{listener="${listener}"}`, 1);
  }
  const client = await dial(broker.url('mqtt'), alice);
  await assert.rejects(client.subscribeAsync('#'));
  await metricReaches(broker, 'mqtt_subscribe_denied_total{reason="access"}', 1);

  for (const [line, secret] of Object.entries({ ...secrets, hash: hashes.alice })) assert.ok(!broker.output.includes(secret), `a secret is in the log: ${line}`);
  for (const { event } of broker.lines) assert.ok((logEvents as readonly string[]).includes(event), `${event} is not among the documented events`);
});

test('password, rules and certificate are taken from changed files, and no connection is lost', async () => {
  const mounts = await mount();
  const broker = await BrokerProcess.start(['--config', mounts.configuration, ...here()]);
  const connected = await dial(broker.url('mqtts'), { ...alice, ca: authority.pem });
  let lost = false;
  connected.on('close', () => (lost = true));
  const bob = { username: 'bob', password: secrets.bob };
  await assert.rejects(dial(broker.url('mqtt'), bob));

  writeFileSync(mounts.passwords, `alice:${hashes.alice}\nbob:${hashes.bob}\n`);
  writeFileSync(mounts.acl, '- {effect: allow, actions: [publish, subscribe], topics: ["shared/#"]}\n');
  const renewed = await authority.issue('second');
  copyFileSync(renewed.certificateFile, mounts.tls.certificateFile);
  copyFileSync(renewed.privateKeyFile, mounts.tls.privateKeyFile);
  broker.kill('SIGHUP');
  // One for each of the two TLS listeners.
  await broker.logged('file.reloaded', 4);
  assert.equal(await metric(broker, 'mqtt_config_reloads_total{file="password",result="success"}'), 1);
  assert.equal(await metric(broker, 'mqtt_config_reloads_total{file="acl",result="success"}'), 1);
  assert.equal(await metric(broker, 'mqtt_config_reloads_total{file="tls",result="success"}'), 2);

  const newcomer = await dial(broker.url('mqtt'), bob);
  await newcomer.subscribeAsync('shared/x', { qos: 1 });
  assert.equal(await received(newcomer, 'shared/x', () => connected.publishAsync('shared/x', 'still here', { qos: 1 })), 'still here');
  const { hostname, port } = new URL(broker.url('mqtts').replace('tls:', 'http:'));
  const socket = connectTls({ host: hostname, port: Number(port), servername: 'localhost', ca: authority.pem });
  await once(socket, 'secureConnect');
  assert.equal(socket.getPeerCertificate().subject.CN, 'second');
  socket.destroy();

  writeFileSync(mounts.passwords, 'alice:plain text\n');
  writeFileSync(mounts.acl, 'nonsense');
  writeFileSync(mounts.tls.certificateFile, 'nonsense');
  broker.kill('SIGHUP');
  await broker.logged('file.rejected', 4);
  assert.equal(await metric(broker, 'mqtt_config_reloads_total{file="password",result="failure"}'), 1);
  await dial(broker.url('mqtts'), { ...bob, ca: authority.pem });
  assert.equal(lost, false);
  assert.ok(!broker.output.includes('plain text'));
});

test('a mount of Kubernetes that is swapped is noticed without a signal', async () => {
  const directory = temporaryDirectory();
  const publish = (version: string, users: string) => {
    mkdirSync(join(directory, version));
    writeFileSync(join(directory, version, 'passwords'), users);
    symlinkSync(version, join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  };
  publish('..1', `alice:${hashes.alice}\n`);
  symlinkSync(join('..data', 'passwords'), join(directory, 'passwords'));
  const file = temporaryFile(`listeners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {passwordFile: ${directory}/passwords}`);
  const broker = await BrokerProcess.start(['--config', file, '--listen', 'mqtt=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()]);
  publish('..2', `alice:${hashes.alice}\nbob:${hashes.bob}\n`);
  await broker.logged('file.reloaded');
  await dial(broker.url('mqtt'), { username: 'bob', password: secrets.bob });
});

const status = async (broker: BrokerProcess, path: '/livez' | '/readyz' | '/healthz') => (await fetch(`${broker.url('operations')}${path}`)).status;

test('on SIGTERM: serving on, ready, and out of what load balancers ask for; a second signal ends it', async () => {
  const { configuration } = await mount();
  const waiting = temporaryFile(readFileSync(configuration, 'utf8').replace('delaySeconds: 0', 'delaySeconds: 3600'));
  const broker = await BrokerProcess.start(['--config', waiting, ...here()]);
  assert.equal(await status(broker, '/healthz'), 200);
  const client = await dial(broker.url('mqtt'), alice);
  broker.kill('SIGTERM');
  await broker.logged('broker.draining');
  assert.equal(await status(broker, '/healthz'), 503);
  assert.equal(await status(broker, '/readyz'), 200);
  assert.equal(await status(broker, '/livez'), 200);
  assert.equal(await metric(broker, 'mqtt_draining'), 1);
  const late = await dial(broker.url('mqtt'), alice);
  await client.publishAsync('own/alice/x', 'served', { qos: 1 });
  const closed = Promise.all([next(client, 'close'), next(late, 'close')]);
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
  await closed;
  assert.ok(broker.lines.some(({ event }) => event === 'broker.hurrying'));
});

test('unready once the listeners are closed, while clients are still being disconnected', async () => {
  const { configuration } = await mount();
  // Twenty clients take twenty seconds, so there is time to ask.
  const slow = temporaryFile(readFileSync(configuration, 'utf8').replace('delaySeconds: 0', 'delaySeconds: 1, connectionsPerSecond: 1'));
  const broker = await BrokerProcess.start(['--config', slow, ...here()]);
  await Promise.all(Array.from({ length: 20 }, () => dial(broker.url('mqtt'), alice)));
  broker.kill('SIGTERM');
  await broker.logged('broker.draining');
  assert.equal(await status(broker, '/readyz'), 200);
  await broker.logged('listener.closed', 3);
  assert.equal(await status(broker, '/readyz'), 503);
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});

test('clients are disconnected at the configured rate', async () => {
  const { configuration } = await mount();
  const slow = temporaryFile(readFileSync(configuration, 'utf8').replace('delaySeconds: 0', 'delaySeconds: 0, connectionsPerSecond: 10'));
  const broker = await BrokerProcess.start(['--config', slow, ...here()]);
  const clients = await Promise.all(Array.from({ length: 6 }, () => dial(broker.url('mqtt'), alice)));
  const closed: number[] = [];
  const all = Promise.all(clients.map(async (client) => {
    await next(client, 'close');
    closed.push(performance.now());
  }));
  broker.kill('SIGTERM');
  await all;
  assert.equal(await broker.exit(), 0);
  // Ten a second: from the first to the sixth half a second. A slow machine only makes it longer.
  const span = closed[closed.length - 1]! - closed[0]!;
  assert.ok(span >= 300, `all six were gone within ${Math.round(span)} ms`);
});

test('a signal while it starts ends it in order', async () => {
  const broker = BrokerProcess.spawn(['--listen', 'tcp://127.0.0.1:0', '--data', temporaryDirectory(), '--allow-anonymous']);
  await broker.logged('broker.starting');
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});

test('what turns a client away before MQTT is counted and logged', async () => {
  const { configuration } = await mount();
  const broker = await BrokerProcess.start(['--config', configuration, ...here()]);
  const { hostname, port } = new URL(broker.url('mqtts').replace('tls:', 'http:'));
  const stranger = connectTls({ host: hostname, port: Number(port), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
  await once(stranger, 'error');
  const { reason, listener } = await broker.logged('connection.refused');
  assert.deepEqual({ reason, listener }, { reason: 'tls', listener: 'mqtts' });
  assert.equal(await metric(broker, 'mqtt_connections_refused_total{reason="tls"}'), 1);
});
