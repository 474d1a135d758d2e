import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store } from '../../src/store/index.js';
import { event, TestBroker } from '../protocol/harness.js';
import { temporaryDirectory } from '../store/temporary-directory.js';
import { TestAdmin } from './harness.js';

test('retained messages by filter, a page at a time, and one of them with its payload', async (t) => {
  const admin = await TestAdmin.start(t);
  const publisher = await admin.mqtt.connect();
  for (const [topic, payload, qos] of [['site/2/state', 'on', 1], ['site/1/state', 'off', 0], ['site/1/name', 'one', 2], ['other', Buffer.of(0xff, 0), 1]] as const) {
    await publisher.publishAsync(topic, payload as string, { qos, retain: true });
  }
  // QoS 0 has no acknowledgement: the last one says that all are there.
  const list = async (query = '') => (await admin.get(`/v1/retained${query}`)).body;
  const all = [
    { topic: 'other', qos: 1, payloadBytes: 2 },
    { topic: 'site/1/name', qos: 2, payloadBytes: 3 },
    { topic: 'site/1/state', qos: 0, payloadBytes: 3 },
    { topic: 'site/2/state', qos: 1, payloadBytes: 2 },
  ];
  assert.deepEqual(await list(), { retained: all, next: null });
  assert.deepEqual((await list('?filter=site/%2B/state')).retained, all.slice(2));
  const first = await list('?limit=2');
  assert.deepEqual(first.retained, all.slice(0, 2));
  assert.deepEqual(await list(`?limit=2&after=${first.next}`), { retained: all.slice(2), next: null });

  assert.deepEqual((await admin.get('/v1/retained/site%2F1%2Fstate')).body, { topic: 'site/1/state', qos: 0, payloadBytes: 3, payloadBase64: 'b2Zm', payloadText: 'off' });
  assert.deepEqual((await admin.get('/v1/retained/other')).body, { topic: 'other', qos: 1, payloadBytes: 2, payloadBase64: '/wA=', payloadText: null });
});

test('what the broker says of itself can be read, and is not in # ', async (t) => {
  const admin = await TestAdmin.start(t);
  admin.mqtt.broker.publishSystem('$SYS/broker/uptime', '5 seconds');
  assert.deepEqual((await admin.get('/v1/retained')).body.retained, []);
  assert.deepEqual((await admin.get('/v1/retained?filter=$SYS/%23')).body.retained, [{ topic: '$SYS/broker/uptime', qos: 0, payloadBytes: 9 }]);
  assert.deepEqual((await admin.get('/v1/retained?filter=$SYS/%2B/version')).body.retained, []);
  assert.deepEqual((await admin.get('/v1/retained?filter=$SYS')).body.retained, []);
  assert.equal((await admin.get('/v1/retained/$SYS%2Fbroker%2Fuptime')).body.payloadText, '5 seconds');
});

test('a long payload is cut', async (t) => {
  const admin = await TestAdmin.start(t, { limits: { maxPacketBytes: 4 * 1024 * 1024 } });
  await (await admin.mqtt.connect()).publishAsync('large', Buffer.alloc(1024 * 1024 + 1, 'x'), { qos: 1, retain: true });
  const { body } = await admin.get('/v1/retained/large');
  assert.deepEqual({ payloadBytes: body.payloadBytes, truncatedAt: body.truncatedAt, payloadText: body.payloadText }, { payloadBytes: 1024 * 1024 + 1, truncatedAt: 1024 * 1024, payloadText: undefined });
  assert.equal(Buffer.from(body.payloadBase64, 'base64').length, 1024 * 1024);
});

test('a retained message is deleted for good, and subscribers hear nothing of it', async (t) => {
  const directory = temporaryDirectory(t);
  const broker = await TestBroker.start(t, { directory });
  const admin = await TestAdmin.of(t, broker);
  const client = await broker.connect();
  await client.publishAsync('a/b', 'x', { qos: 1, retain: true });
  const heard: string[] = [];
  client.on('message', (topic, payload) => heard.push(`${topic} ${String(payload)}`));
  await client.subscribeAsync('#', { qos: 1 });
  const { status, body } = await admin.delete('/v1/retained/a%2Fb');
  assert.deepEqual({ status, body }, { status: 204, body: undefined });
  assert.equal((await admin.get('/v1/retained/a%2Fb')).status, 404);
  const marker = event(client, 'message');
  if (heard.length === 0) await marker;
  await client.publishAsync('end', '', { qos: 1 });
  while (heard.at(-1) !== 'end ') await event(client, 'message');
  assert.deepEqual(heard, ['a/b x', 'end ']);
  await broker.stop();
  const reopened = await Store.open({ directory, maxBytes: 1e9 });
  t.after(() => reopened.close());
  assert.deepEqual([...reopened.retained('#')], []);
});

test('a store that cannot write is an honest answer', async (t) => {
  const admin = await TestAdmin.start(t, { maxStoreBytes: 16_777_216 });
  const client = await admin.mqtt.connect();
  await client.publishAsync('a', 'x', { qos: 1, retain: true });
  Object.defineProperty(admin.mqtt.store, 'writable', { get: () => false });
  Object.defineProperty(admin.mqtt.store, 'failure', { get: () => new Error('no space left') });
  const { status, body, headers } = await admin.delete('/v1/retained/a');
  assert.deepEqual({ status, body, retryAfter: headers['retry-after'] }, { status: 503, body: { error: 'no space left' }, retryAfter: '5' });
});
