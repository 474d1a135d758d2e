import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EngineConnection, type EngineAddress } from '../../../src/cluster/engine/index.js';
import { eventually, freePorts, Nats, natsMissing } from './nats.js';

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

test('a credentials file that is not there is said at once', { skip }, async () => {
  await assert.rejects(EngineConnection.open({ log: { servers: ['nats://127.0.0.1:1'], credentialsFile: '/nowhere.creds' }, name: 'test' }), { code: 'ENOENT' });
});
