import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { BrokerProcess } from './broker-process.js';

const tokens = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'] as const;
const configuration = (admin: string) => `listeners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\nshutdown: {delaySeconds: 0}\n${admin}`;
const here = () => ['--listen', 'mqtt=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()];
const status = async (url: string, token: string) => (await fetch(`${url}/v1/clients`, { headers: { Authorization: `Bearer ${token}` } })).status;

test('nothing listens unless there is a token', async () => {
  const broker = await BrokerProcess.start(['--config', temporaryFile(configuration('')), ...here()]);
  assert.ok(!broker.lines.some(({ event }) => event === 'admin.opened'));
});

test('on a loopback address, with the token of the file, also of the changed one', async () => {
  const tokenFile = temporaryFile(tokens[0], 'token');
  const broker = await BrokerProcess.start(['--config', temporaryFile(configuration(`admin: {tokenFile: ${tokenFile}}`)), ...here(), '--admin', 'http://127.0.0.1:0']);
  const url = (await broker.logged('admin.opened')).url as string;
  assert.ok(!broker.lines.some(({ event }) => event === 'admin.exposed'));
  assert.equal(await status(url, tokens[0]), 200);
  assert.equal(await status(url, tokens[1]), 401);

  writeFileSync(tokenFile, tokens[1]);
  broker.kill('SIGHUP');
  assert.equal((await broker.logged('file.reloaded')).file, 'admin-token');
  assert.equal(await status(url, tokens[0]), 401);
  assert.equal(await status(url, tokens[1]), 200);

  writeFileSync(tokenFile, 'too short');
  broker.kill('SIGHUP');
  const { file, cause } = await broker.logged('file.rejected');
  assert.equal(file, 'admin-token');
  assert.ok(!String(cause).includes('too short'));
  assert.equal(await status(url, tokens[1]), 200);
  const scraped = await (await fetch(`${broker.url('operations')}/metrics`)).text();
  assert.match(scraped, /^mqtt_config_last_reload_successful\{file="admin-token"\} 0$/m);
  assert.match(scraped, /^mqtt_config_last_reload_successful\{file="acl"\} 1$/m);
  for (const token of tokens) assert.ok(!broker.output.includes(token), 'a token is in the log');
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});

test('on any other address, the log warns', async () => {
  const broker = await BrokerProcess.start(['--config', temporaryFile(configuration(`admin: {tokenFile: ${temporaryFile(tokens[0], 'exposed')}}`)), ...here(), '--admin', 'http://0.0.0.0:0']);
  const { level, address } = await broker.logged('admin.exposed');
  assert.deepEqual({ level, address }, { level: 'warn', address: '0.0.0.0' });
});

test('a token that cannot be used is an error of the configuration', async () => {
  const tokenFile = temporaryFile('short', 'short');
  const broker = BrokerProcess.spawn(['--config', temporaryFile(configuration(`admin: {tokenFile: ${tokenFile}}`)), ...here()]);
  assert.equal(await broker.exit(), 78);
  assert.ok(broker.output.includes(`admin.tokenFile (line 4): ${tokenFile}: found 5 characters, expected a token of 32 characters or more; make one by: openssl rand -hex 32`), broker.output);
});
