import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import WebSocket from 'ws';
import { costForPasswords, costForRandomSecrets, ScryptHash, type ScryptCost } from '../../src/access/index.js';
import { Issuer, keySet, now, Signer } from '../access/tokens.js';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { Authority, type CertificateFiles } from '../listeners/certificates.js';
import { BrokerProcess, run } from './broker-process.js';

async function dial(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url.replace(/^tcp:/, 'mqtt:').replace(/^tls:/, 'mqtts:'), { reconnectPeriod: 0, connectTimeout: 10_000, ...options }, false);
  client.on('error', () => undefined);
  after(() => client.end(true));
  return client;
}

const refusedWith = (code: number) => (error: { code?: number }) => error.code === code;
const withToken = (token: string): IClientOptions => ({ username: 'unused', password: token });

async function metric(broker: BrokerProcess, series: string): Promise<number> {
  const text = await (await fetch(`${broker.url('operations')}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  assert.ok(line, `no series ${series}`);
  return Number(line.slice(series.length));
}

const start = (file: string, ...listeners: string[]) =>
  BrokerProcess.start(['--config', temporaryFile(file), ...listeners.flatMap((listener) => ['--listen', listener]), '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()]);

let authority: Authority;
let server: CertificateFiles;
let signer: Signer;
let secret: string;
let passwords: string;
let hash: string;
before(async () => {
  authority = await Authority.create(temporaryDirectory(), 'test authority');
  server = await authority.issue('server');
  signer = await Signer.create('ES256', 'key-1');
  secret = randomBytes(24).toString('base64url');
  hash = (await ScryptHash.create(Buffer.from(secret), costForRandomSecrets)).toString();
  passwords = temporaryFile(`alice:${hash}\n`, 'passwords');
});

test('every method on the listeners that take it, and no secret in the log', async () => {
  const issuer = await Issuer.start(keySet(signer), server);
  const broker = await start(
    `
listeners:
  - {name: inside, protocol: tcp, port: 1, authentication: [anonymous]}
  - {name: people, protocol: tcp, port: 2, authentication: [password, jwt]}
  - name: devices
    protocol: tls
    port: 3
    authentication: [certificate]
    tls: {certificateFile: ${server.certificateFile}, privateKeyFile: ${server.privateKeyFile}, clientCaFile: ${authority.file}, clientCertificate: require}
authentication:
  anonymous: true
  passwordFile: ${passwords}
  jwt: {jwksUrl: "${issuer.url}?key=url-secret", caFile: ${authority.file}, audience: mqtt, aclClaim: acl}
  clientCertificate: {username: commonName}
  backoff: {failures: 3}
log: {level: debug}
`,
    'inside=tcp://127.0.0.1:0', 'people=tcp://127.0.0.1:0', 'devices=tls://127.0.0.1:0',
  );
  const [inside, people, devices] = ['inside', 'people', 'devices'].map((name) => broker.url(name)) as [string, string, string];
  await dial(inside, { clientId: 'a', username: 'nobody', password: secret });
  await dial(people, { clientId: 'p', username: 'alice', password: secret });

  const acl = [{ effect: 'allow', actions: ['publish', 'subscribe'], topics: ['own/%u/#'] }];
  const good = await signer.sign({ aud: 'mqtt', sub: 'bob', acl });
  const bob = await dial(people, { clientId: 't', ...withToken(good) });
  await bob.subscribeAsync('own/bob/x');
  await assert.rejects(bob.subscribeAsync('own/alice/x'));

  const device = await authority.issue('pump-7');
  const identity = { ca: authority.pem, cert: readFileSync(device.certificateFile), key: readFileSync(device.privateKeyFile) };
  await dial(devices, { clientId: 'd', ...identity });
  await assert.rejects(dial(devices, { ca: authority.pem, username: 'alice', password: secret }));

  const names = Object.fromEntries(broker.lines.filter(({ event }) => event === 'connection.opened').map(({ clientId, username }) => [clientId, username]));
  assert.deepEqual(names, { a: undefined, p: 'alice', t: 'bob', d: 'pump-7' });

  const [expired, elsewhere] = [await signer.sign({ aud: 'mqtt', exp: now() - 3600 }), await signer.sign({ aud: 'web' })];
  const strange = await (await Signer.create('ES256', 'key-1')).sign({ aud: 'mqtt' });
  const unknown = await (await Signer.create('ES256', 'key-2')).sign({ aud: 'mqtt' });
  for (const token of [expired, elsewhere, strange, unknown]) await assert.rejects(dial(people, withToken(token)), refusedWith(4));
  await assert.rejects(dial(people), refusedWith(5));
  const guesses = Array.from({ length: 4 }, () => randomBytes(24).toString('base64url'));
  for (const [index, guess] of guesses.entries()) await assert.rejects(dial(people, { username: 'root', password: guess }), refusedWith(index < 3 ? 4 : 3));

  const refusals = Object.fromEntries(await Promise.all(['token-expired', 'bad-credentials', 'anonymous', 'too-many-failures'].map(async (reason) => [reason, await metric(broker, `mqtt_connections_refused_total{reason="${reason}"}`)])));
  assert.deepEqual(refusals, { 'token-expired': 1, 'bad-credentials': 6, anonymous: 1, 'too-many-failures': 1 });

  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
  const secrets = [secret, hash, 'url-secret', ...guesses, ...[good, expired, elsewhere, strange, unknown].flatMap((token) => token.split('.').slice(1)), ...readFileSync(server.privateKeyFile, 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('-'))];
  for (const text of secrets) assert.ok(!broker.output.includes(text), `a secret is in the log: ${text}`);
});

test('keys in a file are read again, bad ones are refused, and a token ends its connection', async () => {
  const directory = temporaryDirectory();
  const keyFile = join(directory, 'keys.json');
  writeFileSync(keyFile, keySet(signer));
  const broker = await start(
    `listeners: [{name: mqtt, protocol: tcp, port: 1}]\nauthentication: {jwt: {keyFile: ${keyFile}, clockToleranceSeconds: 0}}\nlog: {level: debug}`,
    'mqtt=tcp://127.0.0.1:0',
  );
  const url = broker.url('mqtt');
  const lasting = await dial(url, withToken(await signer.sign()));
  const brief = await dial(url, withToken(await signer.sign({ exp: now() + 2 })));
  await once(brief as unknown as NodeJS.EventEmitter, 'close');
  const { reason, cause } = await broker.logged('connection.closed');
  assert.deepEqual([reason, cause], ['token-expired', 'the token has expired']);
  assert.equal(await metric(broker, 'mqtt_connections_closed_total{reason="token-expired"}'), 1);

  const next = await Signer.create('ES256', 'key-2');
  const token = withToken(await next.sign());
  await assert.rejects(dial(url, token), refusedWith(4));
  writeFileSync(keyFile, next.pem!);
  broker.kill('SIGHUP');
  assert.equal((await broker.logged('file.reloaded')).file, 'jwt');
  await dial(url, token);
  await assert.rejects(dial(url, withToken(await signer.sign())), refusedWith(4));

  writeFileSync(keyFile, next.privatePem!);
  broker.kill('SIGHUP');
  assert.match(String((await broker.logged('file.rejected')).cause), /a private key; the broker needs the public key alone/);
  assert.equal(await metric(broker, 'mqtt_config_reloads_total{file="jwt",result="failure"}'), 1);
  await dial(url, token);
  assert.equal(lasting.connected, true);
  for (const line of next.privatePem!.split('\n').filter((text) => text !== '' && !text.startsWith('-'))) assert.ok(!broker.output.includes(line));
});

test('an issuer that is down is told, its keys come when it is back, and other methods go on', async () => {
  const issuer = await Issuer.start((_request, response) => void response.writeHead(503).end());
  const broker = await start(
    `listeners: [{name: mqtt, protocol: tcp, port: 1}]\nauthentication: {passwordFile: ${passwords}, jwt: {jwksUrl: "${issuer.url}", refreshSeconds: 10}}`,
    'mqtt=tcp://127.0.0.1:0',
  );
  const url = broker.url('mqtt');
  const { file, paths, cause } = await broker.logged('file.rejected');
  assert.deepEqual({ file, paths, cause }, { file: 'jwks', paths: [issuer.url], cause: 'the answer has the status 503, not 200' });
  assert.equal(await metric(broker, 'mqtt_config_reloads_total{file="jwks",result="failure"}'), 1);
  const token = withToken(await signer.sign());
  await assert.rejects(dial(url, token), refusedWith(3));
  await dial(url, { username: 'alice', password: secret });
  issuer.answers(keySet(signer));
  await broker.logged('file.reloaded');
  await dial(url, token);
});

test('a revocation list is read again, and a page of another origin is turned away', async () => {
  const device = await authority.issue('pump-7');
  const crlFile = join(temporaryDirectory(), 'crl.pem');
  writeFileSync(crlFile, readFileSync(await authority.revoke([])));
  const broker = await start(
    `
listeners:
  - name: mqtts
    protocol: tls
    port: 1
    tls: {certificateFile: ${server.certificateFile}, privateKeyFile: ${server.privateKeyFile}, clientCaFile: ${authority.file}, crlFile: ${crlFile}, clientCertificate: require}
  - {name: ws, protocol: ws, port: 2, allowedOrigins: ["https://app.example.com"], authentication: [anonymous]}
authentication: {anonymous: true, clientCertificate: {username: commonName}}
`,
    'mqtts=tls://127.0.0.1:0', 'ws=ws://127.0.0.1:0',
  );
  const identity = { ca: authority.pem, cert: readFileSync(device.certificateFile), key: readFileSync(device.privateKeyFile) };
  const connected = await dial(broker.url('mqtts'), identity);
  writeFileSync(crlFile, readFileSync(await authority.revoke([device])));
  broker.kill('SIGHUP');
  await broker.logged('file.reloaded');
  const { hostname, port } = new URL(broker.url('mqtts').replace('tls:', 'http:'));
  const refused = connectTls({ host: hostname, port: Number(port), servername: 'localhost', ...identity });
  refused.on('error', () => undefined);
  await new Promise((resolve) => refused.once('close', resolve));
  assert.equal((await broker.logged('connection.refused')).cause, "the client's certificate does not verify: CERT_REVOKED");
  writeFileSync(crlFile, 'nonsense');
  broker.kill('SIGHUP');
  assert.match(String((await broker.logged('file.rejected')).cause), /holds no revocation list in PEM/);
  assert.equal(connected.connected, true);

  const page = new WebSocket(`${broker.url('ws')}/mqtt`, ['mqtt'], { origin: 'https://evil.example.com' });
  page.on('error', () => undefined);
  const [, response] = (await once(page, 'unexpected-response')) as [unknown, { statusCode?: number }];
  assert.equal(response.statusCode, 403);
  assert.equal((await broker.logged('connection.refused', 2)).cause, 'the origin https://evil.example.com is not among allowedOrigins');
});

test('--check-config looks into keys, authorities and revocation lists', async () => {
  const [keyFile, crlFile, caFile] = [temporaryFile(signer.privatePem!, 'private.pem'), temporaryFile('nonsense', 'crl'), temporaryFile('nonsense', 'ca')];
  const tls = `{certificateFile: ${server.certificateFile}, privateKeyFile: ${server.privateKeyFile}, clientCaFile: ${authority.file}, crlFile: ${crlFile}, clientCertificate: require}`;
  const problems = async (jwt: string) => {
    const { code, stdout, stderr } = await run(['--check-config', '--config', temporaryFile(`listeners: [{name: a, protocol: tls, port: 1, tls: ${tls}}]\nauthentication: {jwt: ${jwt}}`)]);
    assert.equal(code, 78);
    return stdout + stderr;
  };
  const first = await problems(`{keyFile: ${keyFile}}`);
  assert.ok(first.includes(`${keyFile}: block 1: a private key`), first);
  assert.ok(first.includes(`${crlFile} holds no revocation list in PEM`), first);
  for (const line of signer.privatePem!.split('\n').filter((text) => text !== '' && !text.startsWith('-'))) assert.ok(!first.includes(line));
  assert.ok((await problems(`{jwksUrl: "https://x/jwks", caFile: ${caFile}}`)).includes(`${caFile} holds no certificate in PEM`));
});

test('a password file with many hashes that take long to check is told at the start and when it is read again', async () => {
  const users = (count: number, cost: ScryptCost) => Array.from({ length: count }, (_, i) => `device-${i}:${ScryptHash.decoy(cost).toString()}\n`).join('');
  const file = join(temporaryDirectory(), 'passwords');
  writeFileSync(file, users(501, costForPasswords));
  const broker = await start(`listeners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {passwordFile: ${file}}\n`, 'mqtt=tcp://127.0.0.1:0');
  const { level, msg, file: named, users: all, slowHashes } = await broker.logged('passwords.slow');
  assert.deepEqual({ level, named, all, slowHashes }, { level: 'warn', named: file, all: 501, slowHashes: 501 });
  assert.match(msg, /hash-password --random-secret$/);
  for (const quick of [users(500, costForPasswords), users(1000, costForRandomSecrets)]) {
    const reloads = broker.lines.filter(({ event }) => event === 'file.reloaded').length;
    writeFileSync(file, quick);
    broker.kill('SIGHUP');
    await broker.logged('file.reloaded', reloads + 1);
  }
  assert.equal(broker.lines.filter(({ event }) => event === 'passwords.slow').length, 1);
  writeFileSync(file, users(600, costForPasswords));
  broker.kill('SIGHUP');
  assert.equal((await broker.logged('passwords.slow', 2)).slowHashes, 600);
});
