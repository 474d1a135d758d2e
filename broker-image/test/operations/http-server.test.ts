import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createOperationsServer, Health, Metrics } from '../../src/operations/index.js';

let writable = true;
let open = true;
let broken: Error | undefined;
const health = new Health({ storeWritable: () => writable, listenersOpen: () => open });
const metrics = new Metrics(
  { version: '1', name: 'b', listeners: [], storeMaxBytes: 1 },
  { statistics: () => { if (broken) throw broken; return undefined; }, storeWritable: () => writable, draining: () => health.draining },
);
const server = createOperationsServer(health, metrics);
let base: string;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function get(path: string, method = 'GET'): Promise<{ status: number; body: unknown }> {
  const response = await fetch(base + path, { method });
  const text = await response.text();
  return { status: response.status, body: response.headers.get('content-type') === 'application/json' && text !== '' ? JSON.parse(text) : text };
}

const ok = { startup: 'ok', store: 'ok', listeners: 'ok' };

// One after the other: they are the life of one broker.
test('while the store is being opened: alive, not started, not ready', async () => {
  assert.deepEqual(await get('/livez'), { status: 200, body: { alive: true } });
  assert.deepEqual(await get('/startupz'), { status: 503, body: { started: false } });
  assert.deepEqual(await get('/readyz'), { status: 503, body: { ready: false, parts: { ...ok, startup: 'the store is being opened' } } });
});

test('then started and ready', async () => {
  health.markStarted();
  assert.deepEqual(await get('/startupz'), { status: 200, body: { started: true } });
  assert.deepEqual(await get('/readyz'), { status: 200, body: { ready: true, parts: ok } });
  assert.deepEqual(await get('/healthz'), { status: 200, body: { ready: true, parts: { ...ok, shutdown: 'ok' } } });
});

test('not ready while the store cannot write, and alive all the same', async () => {
  writable = false;
  assert.deepEqual(await get('/readyz'), { status: 503, body: { ready: false, parts: { ...ok, store: 'cannot write' } } });
  assert.deepEqual(await get('/healthz'), { status: 503, body: { ready: false, parts: { ...ok, store: 'cannot write', shutdown: 'ok' } } });
  assert.equal((await get('/livez')).status, 200);
  assert.equal((await get('/startupz')).status, 200);
  writable = true;
});

test('not ready while a listener is closed', async () => {
  open = false;
  assert.deepEqual(await get('/readyz'), { status: 503, body: { ready: false, parts: { ...ok, listeners: 'not all are open' } } });
  open = true;
});

test('on the way out: load balancers are told at once, the kubelet when the listeners are closed', async () => {
  health.markDraining();
  assert.deepEqual(await get('/healthz'), { status: 503, body: { ready: false, parts: { ...ok, shutdown: 'draining' } } });
  assert.deepEqual(await get('/readyz'), { status: 200, body: { ready: true, parts: ok } });
  open = false;
  assert.deepEqual(await get('/readyz'), { status: 503, body: { ready: false, parts: { ...ok, listeners: 'not all are open' } } });
  assert.equal((await get('/livez')).status, 200);
  assert.equal((await get('/startupz')).status, 200);
});

test('metrics come in the text format of Prometheus', async () => {
  const response = await fetch(`${base}/metrics?x=y`);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(await response.text(), /^mqtt_draining 1$/m);
});

test('a fault in a metric is an error of this request alone', async () => {
  broken = new Error('statistics are broken');
  assert.deepEqual(await get('/metrics'), { status: 500, body: { error: 'statistics are broken' } });
  broken = undefined;
  assert.equal((await get('/metrics')).status, 200);
});

test('nothing else is there, and nothing can be written', async () => {
  for (const path of ['/', '/constructor', '/__proto__', '/metrics/']) {
    assert.deepEqual(await get(path), { status: 404, body: { error: 'not found; there are /livez, /readyz, /healthz, /startupz, /metrics' } }, path);
  }
  assert.deepEqual(await get('/livez', 'POST'), { status: 405, body: { error: 'only GET and HEAD' } });
  assert.deepEqual(await get('/livez', 'HEAD'), { status: 200, body: '' });
});
