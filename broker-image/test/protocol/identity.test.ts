import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { event, openAccess, TestBroker } from './harness.js';
import type { AccessControl, ClientIdentity } from '../../src/access/access-control.js';
import { AccessRules } from '../../src/access/index.js';

test('the certificate of a connection is a credential', async (t) => {
  const seen: unknown[] = [];
  const access: AccessControl = {
    ...openAccess,
    authenticate: async ({ certificate, username }) => {
      seen.push([certificate?.subject.CN, username]);
      return { accepted: true, username: 'verified' };
    },
  };
  const broker = await TestBroker.start(t, { access });
  const certificate = { subject: { CN: 'device-1' } } as unknown as PeerCertificate;
  const server = createServer((stream) => broker.broker.accept({ stream, listener: 'tls', remoteAddress: '127.0.0.1', certificate })).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  await broker.connect({ port: (server.address() as AddressInfo).port });
  assert.deepEqual(seen, [['device-1', undefined]]);
});

test('after the handshake the user name is the one that was verified, not the one that the client wrote', async (t) => {
  const asked: unknown[] = [];
  const tokenRules = AccessRules.from([], 'token');
  const access: AccessControl = {
    ...openAccess,
    authenticate: async ({ clientId }) => (clientId === 'named' ? { accepted: true, username: 'verified', tokenRules } : { accepted: true }),
    mayPublish: (identity) => {
      asked.push([identity.clientId, identity.username, identity.tokenRules]);
      return true;
    },
  };
  const broker = await TestBroker.start(t, { access });
  for (const clientId of ['named', 'anonymous']) {
    const client = await broker.connect({ clientId, username: 'root', password: 'x' });
    await client.publishAsync('a', 'x', { qos: 1 });
  }
  assert.deepEqual(asked, [['named', 'verified', tokenRules], ['anonymous', undefined, undefined]]);
  const opened = broker.observer.events.filter(([name]) => name === 'opened').map(([, identity]) => (identity as ClientIdentity).username);
  assert.deepEqual(opened, ['verified', undefined]);
});

test('a connection ends when its token expires, and its will goes out', async (t) => {
  const access: AccessControl = {
    ...openAccess,
    authenticate: async ({ clientId }) => ({ accepted: true, expiresAt: Date.now() + (clientId === 'brief' ? 300 : 100 * 24 * 3600 * 1000) }),
  };
  const broker = await TestBroker.start(t, { access });
  const watcher = await broker.connect({ clientId: 'long' });
  await watcher.subscribeAsync('will');
  const will = event(watcher, 'message');
  const brief = await broker.connect({ clientId: 'brief', will: { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false } });
  await Promise.all([event(brief, 'close'), will]);
  assert.deepEqual(await broker.observer.event('closed'), ['closed', 'brief', 'token-expired', 'the token has expired']);
  assert.equal(watcher.connected, true);
});

test('a connection that comes with a token at its end is refused', async (t) => {
  const broker = await TestBroker.start(t, { access: { ...openAccess, authenticate: async () => ({ accepted: true, expiresAt: Date.now() - 1 }) } });
  const client = await broker.raw();
  client.connect('late');
  assert.equal(((await client.next()) as unknown as { returnCode: number }).returnCode, 4);
  await client.end();
  assert.deepEqual(await broker.observer.event('refused'), ['refused', 'token-expired', undefined]);
  assert.equal(broker.broker.connectedClients, 0);
});

test('why a client is refused is told with its cause, and answered with a code', async (t) => {
  const access: AccessControl = { ...openAccess, authenticate: async ({ username }) => ({ accepted: false, reason: username === 'old' ? 'token-expired' : 'too-many-failures', error: new Error('the cause') }) };
  const broker = await TestBroker.start(t, { access });
  for (const [username, returnCode, reason] of [['old', 4, 'token-expired'], ['guesser', 3, 'too-many-failures']] as const) {
    const client = await broker.raw();
    client.connect('me', { username });
    assert.equal(((await client.next()) as unknown as { returnCode: number }).returnCode, returnCode);
    assert.deepEqual(await broker.observer.event('refused', ([, found]) => found === reason), ['refused', reason, 'the cause']);
    await client.end();
  }
});
