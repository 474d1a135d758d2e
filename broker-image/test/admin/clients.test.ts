import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, openAccess } from '../protocol/harness.js';
import { TestAdmin } from './harness.js';

const isTime = (text: unknown) => assert.ok(typeof text === 'string' && Math.abs(Date.parse(text) - Date.now()) < 60_000, String(text));

test('clients come in the order of their ids, connected or with a session, a page at a time', async (t) => {
  const admin = await TestAdmin.start(t);
  const { mqtt } = admin;
  for (const clientId of ['b-clean', 'a-clean']) await mqtt.connect({ clientId });
  for (const clientId of ['b-here', 'a-away', 'c-away']) {
    const client = await mqtt.connect({ clientId, clean: false });
    await client.subscribeAsync('x', { qos: 1 });
    if (clientId.endsWith('away')) await client.endAsync();
  }
  const ids = ({ body }: { body: any }) => body.clients.map(({ clientId }: { clientId: string }) => clientId);
  assert.deepEqual(ids(await admin.get('/v1/clients')), ['a-away', 'a-clean', 'b-clean', 'b-here', 'c-away']);
  assert.deepEqual(ids(await admin.get('/v1/clients?prefix=b-')), ['b-clean', 'b-here']);
  assert.deepEqual(ids(await admin.get('/v1/clients?state=connected')), ['a-clean', 'b-clean', 'b-here']);
  assert.deepEqual(ids(await admin.get('/v1/clients?state=disconnected')), ['a-away', 'c-away']);
  assert.deepEqual(ids(await admin.get('/v1/clients?state=disconnected&prefix=b')), []);

  const first = await admin.get('/v1/clients?limit=2');
  assert.deepEqual(ids(first), ['a-away', 'a-clean']);
  // The one that the page ended with is gone.
  await admin.delete('/v1/clients/a-clean/connection');
  const second = await admin.get(`/v1/clients?limit=2&after=${first.body.next}`);
  assert.deepEqual(ids(second), ['b-clean', 'b-here']);
  const third = await admin.get(`/v1/clients?limit=2&after=${second.body.next}`);
  assert.deepEqual({ ids: ids(third), next: third.body.next }, { ids: ['c-away'], next: null });
});

test('what is known of a connected client', async (t) => {
  const admin = await TestAdmin.start(t, { session: { expirySeconds: 60 }, access: { ...openAccess, authenticate: async ({ username }) => ({ accepted: true, ...(username !== undefined && { username }) }) } });
  const { mqtt } = admin;
  const client = mqtt.client({
    clientId: 'meter/1', clean: false, keepalive: 25, username: 'alice', password: 'not-to-be-told',
    will: { topic: 'gone', payload: Buffer.from('abc'), qos: 1, retain: true },
  });
  // Acknowledges nothing.
  (client as unknown as { handleMessage: () => void }).handleMessage = () => {};
  await event(client, 'connect');
  await client.subscribeAsync({ 'in/+': { qos: 1 }, other: { qos: 0 } });
  const publisher = await mqtt.connect({ clientId: 'publisher', protocolVersion: 3, protocolId: 'MQIsdp' });
  for (const payload of ['one', 'two']) await publisher.publishAsync('in/x', payload, { qos: 1 });
  const { status, body } = await admin.get('/v1/clients/meter%2F1');
  assert.equal(status, 200);
  const { connectedSince, delivery, ...rest } = body;
  isTime(connectedSince);
  assert.equal(delivery.inFlight, 2);
  assert.deepEqual(rest, {
    clientId: 'meter/1', connected: true, persistent: true, subscriptions: 2, queuedMessages: 2,
    username: 'alice', listener: 'tcp', remoteAddress: '127.0.0.1', protocol: 'MQTT 3.1.1', keepaliveSeconds: 25,
    session: { queuedMessages: 2, queuedBytes: 14, unreleasedMessages: 0, limits: { expirySeconds: 60, maxQueuedMessages: 100_000, maxQueuedBytes: 100_000_000 }, expiresAt: null },
    will: { topic: 'gone', qos: 1, retain: true, payloadBytes: 3 },
  });
  const { body: clean } = await admin.get('/v1/clients/publisher');
  assert.deepEqual({ persistent: clean.persistent, protocol: clean.protocol, username: clean.username, session: clean.session, will: clean.will }, { persistent: false, protocol: 'MQTT 3.1', username: null, session: undefined, will: undefined });
  assert.ok(!JSON.stringify([body, clean]).includes('not-to-be-told'));
});

test('what is known of a session without its client', async (t) => {
  const admin = await TestAdmin.start(t, { session: { expirySeconds: 60 } });
  const client = await admin.mqtt.connect({ clientId: 'away', clean: false });
  await client.subscribeAsync('x', { qos: 2 });
  await client.endAsync();
  await (await admin.mqtt.connect({ clientId: 'p' })).publishAsync('x', 'hello', { qos: 1 });
  const { body } = await admin.get('/v1/clients/away');
  const { disconnectedSince, session: { expiresAt, limits, ...session }, ...rest } = body;
  assert.deepEqual(rest, { clientId: 'away', connected: false, persistent: true, subscriptions: 1, queuedMessages: 1 });
  assert.deepEqual(session, { queuedMessages: 1, queuedBytes: 6, unreleasedMessages: 0 });
  isTime(disconnectedSince);
  assert.equal(Date.parse(expiresAt), Date.parse(disconnectedSince) + 60_000);
});

test('a session that never expires says so', async (t) => {
  const admin = await TestAdmin.start(t, { session: { expirySeconds: 0 } });
  await (await admin.mqtt.connect({ clientId: 'away', clean: false })).endAsync();
  assert.equal((await admin.get('/v1/clients/away')).body.session.expiresAt, null);
});

test('a client is disconnected: its will is published, its session stays, it may come back', async (t) => {
  const admin = await TestAdmin.start(t);
  const { mqtt } = admin;
  const watcher = await mqtt.connect({ clientId: 'watcher' });
  await watcher.subscribeAsync('gone', { qos: 1 });
  const client = await mqtt.connect({ clientId: 'é/1', clean: false, will: { topic: 'gone', payload: Buffer.from('é/1'), qos: 1, retain: false } });
  await client.subscribeAsync('x', { qos: 1 });
  const [closed, will] = [event(client, 'close'), event(watcher, 'message')];
  const answer = await admin.delete('/v1/clients/%C3%A9%2F1/connection');
  assert.deepEqual({ status: answer.status, body: answer.body }, { status: 204, body: undefined });
  await closed;
  assert.equal(String((await will)[1]), 'é/1');
  assert.deepEqual((await mqtt.observer.event('closed')).slice(1, 3), ['é/1', 'admin']);
  assert.deepEqual(admin.log.lines, [{ level: 'info', event: 'admin.changed', message: 'done for an administrator', details: { method: 'DELETE', path: '/v1/clients/%C3%A9%2F1/connection', remoteAddress: '127.0.0.1' } }]);

  const again = await admin.delete('/v1/clients/%C3%A9%2F1/connection');
  assert.deepEqual({ status: again.status, body: again.body }, { status: 409, body: { error: 'the client is not connected' } });
  const returned = mqtt.client({ clientId: 'é/1', clean: false });
  const [{ sessionPresent }] = (await event(returned, 'connect')) as [{ sessionPresent: boolean }];
  assert.equal(sessionPresent, true);
});

test('a session is deleted, with its connection, its subscriptions and its queue', async (t) => {
  const admin = await TestAdmin.start(t);
  const { mqtt } = admin;
  for (const clientId of ['here', 'away']) {
    const client = await mqtt.connect({ clientId, clean: false });
    await client.subscribeAsync('x', { qos: 1 });
    if (clientId === 'away') await client.endAsync();
    else (client as unknown as { handleMessage: () => void }).handleMessage = () => {};
  }
  await (await mqtt.connect({ clientId: 'publisher' })).publishAsync('x', 'hello', { qos: 1 });
  assert.equal(mqtt.broker.statistics().queuedMessages, 2);
  for (const clientId of ['here', 'away']) {
    assert.equal((await admin.delete(`/v1/clients/${clientId}/session`)).status, 204);
    assert.equal((await admin.get(`/v1/clients/${clientId}`)).status, 404);
  }
  const { sessions, subscriptions, queuedMessages } = mqtt.broker.statistics();
  assert.deepEqual({ sessions, subscriptions, queuedMessages }, { sessions: { connected: 0, disconnected: 0 }, subscriptions: 0, queuedMessages: 0 });
  await mqtt.observer.event('closed', ([, id, reason]) => id === 'here' && reason === 'admin');
  const returned = mqtt.client({ clientId: 'away', clean: false });
  const [{ sessionPresent }] = (await event(returned, 'connect')) as [{ sessionPresent: boolean }];
  assert.equal(sessionPresent, false);
});

test('a client of another broker of the cluster is seen, and disconnected there or by deleting its session', async (t) => {
  const admin = await TestAdmin.start(t);
  const { store } = admin.mqtt;
  const limits = { expirySeconds: 0, maxQueuedMessages: 1, maxQueuedBytes: 1024 };
  store.apply({ kind: 'open', time: Date.now(), clientId: 'elsewhere', connection: { broker: 'broker-1', incarnation: 1, number: 1 }, clean: false, limits });
  await store.durable();
  const { body } = await admin.get('/v1/clients/elsewhere');
  assert.deepEqual({ connected: body.connected, broker: body.broker, listener: body.listener, disconnectedSince: body.disconnectedSince }, { connected: true, broker: 'broker-1', listener: undefined, disconnectedSince: undefined });
  assert.equal((await admin.get('/v1/clients?state=connected')).body.clients.length, 1);
  const { status, body: refused } = await admin.delete('/v1/clients/elsewhere/connection');
  assert.deepEqual({ status, body: refused }, { status: 409, body: { error: 'the client is connected to the broker broker-1: ask that one' } });
  assert.equal((await admin.delete('/v1/clients/elsewhere/session')).status, 204);
  assert.equal((await admin.get('/v1/clients/elsewhere')).status, 404);
});

test('a clean session cannot be deleted apart from its connection', async (t) => {
  const admin = await TestAdmin.start(t);
  await admin.mqtt.connect({ clientId: 'clean' });
  const { status, body } = await admin.delete('/v1/clients/clean/session');
  assert.deepEqual({ status, body }, { status: 404, body: { error: 'the client has no persistent session: clean session is 1' } });
});

test('a hundred thousand sessions are listed while clients are served', async (t) => {
  const admin = await TestAdmin.start(t);
  const { mqtt } = admin;
  const limits = { expirySeconds: 0, maxQueuedMessages: 1, maxQueuedBytes: 1024 };
  const connection = mqtt.broker.journal.connection();
  for (let i = 0; i < 100_000; i++) {
    const clientId = `sensor-${String(i).padStart(6, '0')}`;
    mqtt.store.apply({ kind: 'open', time: 1, clientId, connection: { ...connection, number: 1_000_000 + i }, clean: false, limits });
    mqtt.store.apply({ kind: 'close', time: 1, clientId, connection: { ...connection, number: 1_000_000 + i }, discardWill: true, sentUpTo: 0 });
    if (i % 5_000 === 0) await mqtt.store.durable();
  }
  await mqtt.store.durable();
  let turns = 0;
  const turning = setInterval(() => turns++, 0);
  const { body } = await admin.get(`/v1/clients?limit=1000&after=${Buffer.from('sensor-050000').toString('base64url')}`);
  clearInterval(turning);
  assert.equal(body.clients.length, 1000);
  assert.deepEqual([body.clients[0].clientId, body.clients[999].clientId], ['sensor-050001', 'sensor-051000']);
  assert.ok(turns > 1, 'the event loop turned while the page was made');
});
