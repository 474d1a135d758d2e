import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EngineConnection, type EngineAddress } from '../../../src/cluster/engine/index.js';
import { Authority } from '../../listeners/certificates.js';
import { credentialsOf, newAccount } from './nats-accounts.js';
import { eventually, freePorts, Nats, natsMissing } from './nats.js';
import { Proxy } from './proxy.js';

const skip = natsMissing;

test('a server that hangs is given up, also while there is more to send than the network takes', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => nats.stop());
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  t.after(() => connection.close());
  const changes: boolean[] = [];
  connection.onChange((connected) => changes.push(connected));
  nats.servers[0]!.freeze();
  for (let index = 0; index < 64; index++) connection.nats.publish('x', Buffer.alloc(512 * 1024));
  await eventually('it is given up', () => !connection.connected, 20);
  assert.match(connection.failure!.message, /^The connection to NATS at nats:\/\/127\.0\.0\.1:\d+ is lost; it is tried again\.$/);
  nats.servers[0]!.thaw();
  await eventually('it comes back', () => connection.connected);
  assert.deepEqual([connection.failure, changes], [undefined, [false, true]]);
});

test('a server that is not there is waited for', { skip, timeout: 60_000 }, async () => {
  const [port] = await freePorts(1);
  const waiting: string[] = [];
  const end = new AbortController();
  const opening = EngineConnection.open({ log: { servers: [`nats://127.0.0.1:${port}`] }, name: 'test', onWaiting: (error) => waiting.push(`${error.name}: ${error.message}`), signal: end.signal });
  await eventually('it says so', () => waiting.length > 1);
  assert.equal(waiting[0], `EngineUnavailableError: NATS at nats://127.0.0.1:${port} cannot be reached: connection refused`);
  end.abort();
  await assert.rejects(opening, { name: 'EngineClosedError' });
});

test('credentials come from files, and are read again', { skip, timeout: 60_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const nats = await Nats.start({ jetStream: false, more: 'authorization { users: [{user: me, password: secret}, {user: new, password: better}] }' });
  t.after(() => nats.stop());
  const [usernameFile, passwordFile] = [join(directory, 'user'), join(directory, 'password')];
  const log: EngineAddress = { ...nats.log, usernameFile, passwordFile };
  writeFileSync(usernameFile, 'me\n');
  writeFileSync(passwordFile, 'wrong\n');
  const refusal = { name: 'EngineAuthenticationError', message: `NATS at ${log.servers[0]} refuses the credentials of this broker. Check usernameFile and passwordFile, or credentialsFile, in cluster.log against the accounts of NATS.` };
  await assert.rejects(EngineConnection.open({ log, name: 'test' }), refusal);
  await assert.rejects(EngineConnection.open({ log: nats.log, name: 'test' }), refusal);

  writeFileSync(passwordFile, 'secret\n');
  const connection = await EngineConnection.open({ log, name: 'test' });
  t.after(() => connection.close());
  writeFileSync(passwordFile, 'outdated');
  await nats.servers[0]!.kill();
  await nats.servers[0]!.start();
  await eventually('it is refused', () => connection.failure?.name === 'EngineAuthenticationError');
  rmSync(passwordFile);
  writeFileSync(usernameFile, 'new');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal(connection.connected, false);
  writeFileSync(passwordFile, 'better');
  await eventually('it comes back', () => connection.connected);
});

test('a server that is too busy to look at the credentials in time is waited for: it has not refused them', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false, more: 'authorization { user: me, password: secret, timeout: 0.5 }' });
  t.after(() => nats.stop());
  const proxy = await Proxy.start(nats.servers[0]!.port);
  t.after(() => proxy.stop());
  const directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [usernameFile, passwordFile] = [join(directory, 'user'), join(directory, 'password')];
  writeFileSync(usernameFile, 'me');
  writeFileSync(passwordFile, 'secret');
  proxy.muffle();
  const waiting: string[] = [];
  const opening = EngineConnection.open({ log: { servers: [proxy.url], usernameFile, passwordFile }, name: 'test', onWaiting: ({ message }) => waiting.push(message) });
  t.after(async () => (await opening).close());
  await eventually('it waits', () => waiting.length > 1);
  assert.match(waiting[0]!, /cannot be reached: .*authentication timeout/i);
  proxy.mend();
  const connection = await opening;
  // The same later on.
  proxy.muffle();
  proxy.reset();
  await eventually('it is lost', () => !connection.connected);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  assert.equal(connection.failure!.name, 'EngineUnavailableError');
  proxy.mend();
  await eventually('it comes back', () => connection.connected);
});

test('a connection outlives whatever a server does to it', { skip, timeout: 240_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false, more: 'max_connections: 1\nping_interval: "500ms"\nping_max: 1\nlame_duck_grace_period: "100ms"\nlame_duck_duration: "30s"' });
  t.after(() => nats.stop());
  const [server] = nats.servers as [Nats['servers'][0]];
  const proxy = await Proxy.start(server.port);
  t.after(() => proxy.stop());
  const ended: string[] = [];
  const connection = await EngineConnection.open({ log: { servers: [proxy.url] }, name: 'test', onEnded: ({ message }) => ended.push(message) });
  t.after(() => connection.close());
  const returns = async () => {
    await eventually('it comes back', () => connection.connected);
    await connection.nats.flush();
    assert.deepEqual(ended, []);
  };

  await t.test('restarts, again and again', async () => {
    for (let time = 0; time < 5; time++) {
      await server.kill(time % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await eventually('it is lost', () => !connection.connected);
      await server.start();
      await returns();
    }
  });
  await t.test('connections that break while they begin', async () => {
    for (let time = 0; time < 50; time++) {
      proxy.reset();
      await new Promise((resolve) => setTimeout(resolve, 20 * (time % 10)));
    }
    await returns();
  });
  await t.test('a lame duck', async () => {
    await server.kill('SIGUSR2');
    await eventually('it is lost', () => !connection.connected);
    await server.start();
    await returns();
  });
  await t.test('a server that takes it for stale', async () => {
    proxy.muffle();
    await eventually('it is lost', () => !connection.connected);
    proxy.mend();
    await returns();
  });
  await t.test('a server that has as many connections as it takes', async () => {
    proxy.refuse();
    await eventually('it is lost', () => !connection.connected);
    const other = await EngineConnection.open({ log: nats.log, name: 'other' });
    proxy.mend();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal(connection.connected, false);
    await other.close();
    await returns();
  });
});

test('a connection that ends for good is told', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => nats.stop());
  const ended: string[] = [];
  const connection = await EngineConnection.open({ log: nats.log, name: 'test', onEnded: ({ message }) => ended.push(message) });
  await connection.nats.close();
  await eventually('it is told', () => ended.length > 0);
  assert.deepEqual(ended, [`The connection to NATS at ${nats.log.servers.join(', ')} ended for good (without a reason), so this broker has to start again.`]);
  assert.equal(connection.connected, false);
  const closed = await EngineConnection.open({ log: nats.log, name: 'test', onEnded: ({ message }) => ended.push(message) });
  await closed.close();
  await new Promise(setImmediate);
  assert.equal(ended.length, 1, 'one that was closed is not');
});

test('a credentials file that is not there is said at once', { skip }, async () => {
  await assert.rejects(EngineConnection.open({ log: { servers: ['nats://127.0.0.1:1'], credentialsFile: '/nowhere.creds' }, name: 'test' }), { code: 'ENOENT' });
});

test('a credentials file', { skip, timeout: 60_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const account = newAccount();
  const nats = await Nats.start({ jetStream: false, more: account.configuration });
  t.after(() => nats.stop());
  const credentialsFile = join(directory, 'broker.creds');
  writeFileSync(credentialsFile, credentialsOf(account));
  const connection = await EngineConnection.open({ log: { ...nats.log, credentialsFile }, name: 'test' });
  t.after(() => connection.close());
  assert.equal(connection.connected, true);
  // Half written while the connection is lost: what worked before is tried on.
  writeFileSync(credentialsFile, credentialsOf(account).slice(0, 100));
  await nats.servers[0]!.kill();
  await nats.servers[0]!.start();
  await eventually('it is lost and comes back', () => connection.connected);
  await connection.nats.flush();
  await assert.rejects(EngineConnection.open({ log: { ...nats.log, credentialsFile }, name: 'test' }), /unable to parse credentials/);
  writeFileSync(credentialsFile, credentialsOf(newAccount()));
  await assert.rejects(EngineConnection.open({ log: { ...nats.log, credentialsFile }, name: 'test' }), { name: 'EngineAuthenticationError' });
});

test('TLS, with certificates of both sides', { skip, timeout: 60_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const authority = await Authority.create(join(directory, 'authority'), 'NATS');
  const stranger = await Authority.create(join(directory, 'stranger'), 'Somebody');
  const server = await authority.issue('server');
  const broker = await authority.issue('broker');
  const nats = await Nats.start({ jetStream: false, more: `tls { cert_file: "${server.certificateFile}", key_file: "${server.privateKeyFile}", ca_file: "${authority.file}", verify: true }` });
  t.after(() => nats.stop());
  const servers = [`tls://localhost:${nats.servers[0]!.port}`];
  const connection = await EngineConnection.open({ log: { servers, tls: { caFile: authority.file, ...broker } }, name: 'test' });
  t.after(() => connection.close());
  await connection.nats.flush();

  const failureWith = async (log: EngineAddress) => {
    const end = new AbortController();
    let message = '';
    await assert.rejects(EngineConnection.open({ log, name: 'test', onWaiting: (error) => {
      message = error.message;
      end.abort();
    }, signal: end.signal }));
    return message;
  };
  assert.match(await failureWith({ servers, tls: { caFile: stranger.file, ...broker } }), /cannot be reached: .*(self.signed|unable to verify|unable to get)/);
  assert.match(await failureWith({ servers, tls: { caFile: authority.file } }), /cannot be reached: /);
});

test('TLS that a server does not speak is not left out', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => nats.stop());
  const end = new AbortController();
  let message = '';
  await assert.rejects(EngineConnection.open({ log: { servers: [nats.servers[0]!.url.replace('nats:', 'tls:')] }, name: 'test', onWaiting: (error) => {
    message = error.message;
    end.abort();
  }, signal: end.signal }));
  assert.match(message, /cannot be reached: server does not support 'tls'$/);
});

test('a server that is too old', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => nats.stop());
  const proxy = await Proxy.start(nats.servers[0]!.port, (data) => Buffer.from(data.toString('latin1').replace(/"version":"[^"]*"/, '"version":"2.10.29"'), 'latin1'));
  t.after(() => proxy.stop());
  await assert.rejects(EngineConnection.open({ log: { servers: [proxy.url] }, name: 'test' }), { name: 'EngineVersionError', message: 'The NATS server has version 2.10.29; the log needs 2.12.0 or newer. Upgrade the servers, one after the other.' });
});
