import assert from 'node:assert/strict';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectAsync } from 'mqtt';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { Authority } from '../listeners/certificates.js';
import { BrokerProcess } from './broker-process.js';

const configuration = (more: string) => `listeners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\nshutdown: {delaySeconds: 0}\n${more}`;
const here = () => ['--listen', 'mqtt=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()];

async function visit(broker: BrokerProcess, clientId: string): Promise<void> {
  const client = await connectAsync(broker.url('mqtt').replace('tcp:', 'mqtt:'), { clientId, reconnectPeriod: 0 });
  await client.endAsync();
}

async function lastReload(broker: BrokerProcess): Promise<string | undefined> {
  const text = await (await fetch(`${broker.url('operations')}/metrics`)).text();
  return /^mqtt_config_last_reload_successful\{file="config"\} (\d)$/m.exec(text)?.[1];
}

test('the level of the log follows the file, other keys wait for a restart and are named', async () => {
  const file = temporaryFile(configuration(''));
  const broker = await BrokerProcess.start(['--config', file, ...here()]);
  await visit(broker, 'before');
  writeFileSync(file, configuration('log: {level: debug}\nsession: {expirySeconds: 7}\nkeepalive: {maxSeconds: 60}'));
  broker.kill('SIGHUP');
  const { level, keys } = await broker.logged('configuration.restart-needed');
  assert.deepEqual({ level, keys }, { level: 'warn', keys: ['keepalive.maxSeconds', 'session.expirySeconds'] });
  await broker.logged('file.reloaded');
  await visit(broker, 'after');
  assert.equal((await broker.logged('connection.opened')).clientId, 'after');
  assert.equal(await lastReload(broker), '1');

  writeFileSync(file, configuration('log: {level: loud}'));
  broker.kill('SIGHUP');
  const { file: rejected, cause } = await broker.logged('file.rejected');
  assert.equal(rejected, 'config');
  assert.match(String(cause), /log\.level \(line 4\): found "loud", expected one of debug, info, warn, error/);
  assert.equal(await lastReload(broker), '0');
  await visit(broker, 'still at debug');
  await broker.logged('connection.opened', 2);

  // Another file under the name, as a ConfigMap brings it, and without a signal.
  const other = temporaryFile(configuration('log: {level: error}'));
  renameSync(other, file);
  // Nothing is logged at this level, so the metric is asked.
  while ((await lastReload(broker)) !== '1') await new Promise((resolve) => setTimeout(resolve, 100));
  const opened = broker.lines.filter(({ event }) => event === 'connection.opened').length;
  await visit(broker, 'not told');
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
  assert.equal(broker.lines.filter(({ event }) => event === 'connection.opened').length, opened);
});

test('a file that names others that cannot be used is refused as a whole', async () => {
  const file = temporaryFile(configuration(''));
  const broker = await BrokerProcess.start(['--config', file, ...here()]);
  writeFileSync(file, configuration('log: {level: debug}\nauthorization: {aclFile: /nowhere/acl.yaml}'));
  broker.kill('SIGHUP');
  assert.match(String((await broker.logged('file.rejected')).cause), /authorization\.aclFile \(line 5\): found \/nowhere\/acl\.yaml, which does not exist/);
  await visit(broker, 'quiet');
  broker.kill('SIGTERM');
  await broker.exit();
  assert.ok(!broker.lines.some(({ event }) => event === 'connection.opened'));
});

test('SIGUSR2 writes a heap snapshot where the configuration allows it, and ends nothing where it does not', async () => {
  const directory = temporaryDirectory();
  const broker = await BrokerProcess.start(['--config', temporaryFile(configuration(`diagnostics: {heapSnapshotDirectory: ${directory}}`)), ...here()]);
  broker.kill('SIGUSR2');
  const { file } = await broker.logged('heap-snapshot.written');
  assert.deepEqual(readdirSync(directory).map((name) => join(directory, name)), [file]);

  const without = await BrokerProcess.start(['--config', temporaryFile(configuration('')), ...here()]);
  without.kill('SIGUSR2');
  assert.equal((await without.logged('heap-snapshot.failed')).cause, 'diagnostics.heapSnapshotDirectory is not set');
  await visit(without, 'still there');
});

test('scrapes tell when certificates are over, and follow the files', async () => {
  const authority = await Authority.create(temporaryDirectory(), 'test authority');
  const { certificateFile, privateKeyFile } = await authority.issue('server', { notAfter: new Date('2031-01-01T00:00:00Z') });
  const file = temporaryFile(`listeners: [{name: mqtts, protocol: tls, port: 8883, tls: {certificateFile: ${certificateFile}, privateKeyFile: ${privateKeyFile}}}]\nauthentication: {anonymous: true}\nshutdown: {delaySeconds: 0}\n`);
  const broker = await BrokerProcess.start(['--config', file, '--listen', 'mqtts=tls://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()]);
  const expiries = async () => [...(await (await fetch(`${broker.url('operations')}/metrics`)).text()).matchAll(/^mqtt_tls_certificate_expiry_timestamp_seconds(\{.*\}) (\d+)$/gm)].map(([, labels, time]) => [labels, new Date(Number(time) * 1000).toISOString()]);
  assert.deepEqual(await expiries(), [['{listener="mqtts",file="certificate"}', '2031-01-01T00:00:00.000Z']]);
  await authority.issue('server', { notAfter: new Date('2032-01-01T00:00:00Z') });
  broker.kill('SIGHUP');
  await broker.logged('file.reloaded');
  assert.deepEqual(await expiries(), [['{listener="mqtts",file="certificate"}', '2032-01-01T00:00:00.000Z']]);
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});
