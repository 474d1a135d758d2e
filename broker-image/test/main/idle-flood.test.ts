import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { BrokerProcess } from './broker-process.js';

// 15,000 in `npm run test:faults`; they need 16,000 open files, for this process and for the broker.
const COUNT = Number(process.env.IDLE_CONNECTIONS ?? 1500);
/** Of those that send much: in the buffers of the kernel, what the broker does not read is there as well. */
const LARGE_COUNT = Math.min(COUNT, 3000);
const TIMEOUT_SECONDS = COUNT > 5000 ? 20 : 5;
/** Beside what the garbage collector leaves lying around for a while. */
const BYTES_PER_CONNECTION = 10_000;
const SLACK_BYTES = 20_000_000;
/** What connections may hold together before their clients are connected. */
const HELD_BYTES = 64 * 1024 * 1024;
/** Of one source address and one port there are some 28,000 connections at most. */
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];

/** `VmHWM` is the highest of `VmRSS` so far. */
const residentBytes = (pid: number, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number => 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

/** Whether it was closed or reset. */
const gone = (socket: Socket): Promise<void> => (socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve())));

/** `first`: what the connection of this number sends. */
async function openIdle(port: number, count: number, first: (number: number) => Buffer): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(250, count - sockets.length) }, (_, i) => connectSocket({ port, host: '127.0.0.1', localAddress: ADDRESSES[i % ADDRESSES.length]! }));
    for (const socket of some) socket.on('error', () => {});
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    for (const [i, socket] of some.entries()) socket.write(first(sockets.length + i));
    sockets.push(...some);
  }
  return sockets;
}

/** A third says nothing, a third begins a CONNECT, a third sends all of it but its last byte. */
function partOfConnect(number: number): Buffer {
  return Buffer.from('100f00044d5154540402003c00036162', 'hex').subarray(0, [0, 1, 16][number % 3]);
}

/** All of the largest CONNECT but its last byte: client id, topic and payload of the will, user name and password. */
function largestConnect(): Buffer {
  const fields = Array.from({ length: 5 }, () => Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(0xffff, 'x')]));
  const body = Buffer.concat([Buffer.from('00044d51545404c6003c', 'hex'), ...fields]);
  const length = [(body.length & 0x7f) | 0x80, ((body.length >> 7) & 0x7f) | 0x80, body.length >> 14];
  return Buffer.concat([Buffer.from([0x10, ...length]), body]).subarray(0, -1);
}

const metricsOf = async (broker: BrokerProcess): Promise<string> => (await fetch(`${broker.url('operations')}/metrics`)).text();
const refusals = (metrics: string, reason: string): number => Number(new RegExp(`^mqtt_connections_refused_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(metrics)![1]);

function startBroker(): Promise<BrokerProcess> {
  const config = temporaryFile(`
listeners: [{name: mqtt, protocol: tcp, port: 1883}]
authentication: {anonymous: true}
limits: {connectTimeoutSeconds: ${TIMEOUT_SECONDS}}
shutdown: {delaySeconds: 0}
`);
  return BrokerProcess.start(['--config', config, '--listen', 'mqtt=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()]);
}

test(`${COUNT} connections that never send their CONNECT: bounded memory, all closed after the timeout, and others are served all the time`, async (t) => {
  const broker = await startBroker();
  const port = Number(new URL(broker.url('mqtt')).port);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'before' });
  t.after(() => client.end(true));
  await client.subscribeAsync('x');
  const before = residentBytes(broker.pid);

  const sockets = await openIdle(port, COUNT, partOfConnect);
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  let open = sockets.length;
  const closed = Promise.all(sockets.map((socket) => gone(socket).then(() => open--)));
  const taken = residentBytes(broker.pid) - before;
  assert.ok(taken < SLACK_BYTES + COUNT * BYTES_PER_CONNECTION, `${taken} bytes for ${COUNT} connections`);

  const during = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'during' });
  t.after(() => during.end(true));
  const received = once(client as never, 'message');
  await during.publishAsync('x', 'y', { qos: 1 });
  await received;
  for (const socket of sockets) socket.resume();
  await closed;
  assert.equal(open, 0);

  const after = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'after' });
  await after.publishAsync('x', 'y', { qos: 1 });
  assert.deepEqual([client.connected, during.connected, after.connected], [true, true, true]);
  const metrics = await metricsOf(broker);
  assert.deepEqual([refusals(metrics, 'connect-timeout'), refusals(metrics, 'malformed')], [COUNT, 0]);
  await Promise.all([client, during, after].map((each) => each.endAsync()));
  t.diagnostic(`${Math.round(taken / COUNT)} bytes for each connection`);
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});

test(`${LARGE_COUNT} connections that send all of the largest CONNECT but its last byte: what they hold together is bounded, and others are served`, async (t) => {
  const broker = await startBroker();
  const port = Number(new URL(broker.url('mqtt')).port);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'before' });
  t.after(() => client.end(true));
  const before = residentBytes(broker.pid);
  const bytes = largestConnect();
  // Without a bound they would hold this much, which the test has to tell from what is allowed.
  assert.ok(LARGE_COUNT * bytes.length > 4 * HELD_BYTES);

  const sockets = await openIdle(port, LARGE_COUNT, () => bytes);
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  for (const socket of sockets) socket.resume();
  const closed = Promise.all(sockets.map(gone));
  const during = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'during' });
  t.after(() => during.end(true));
  await closed;
  const taken = residentBytes(broker.pid, 'VmHWM') - before;
  // A packet that grows is copied, so that for a while it is there twice.
  assert.ok(taken < 2 * HELD_BYTES + SLACK_BYTES + LARGE_COUNT * BYTES_PER_CONNECTION, `${taken} bytes for ${LARGE_COUNT} connections`);

  const metrics = await metricsOf(broker);
  assert.ok(refusals(metrics, 'connection-limit') > 0);
  assert.equal(refusals(metrics, 'connection-limit') + refusals(metrics, 'connect-timeout'), LARGE_COUNT);
  assert.deepEqual([client.connected, during.connected], [true, true]);
  await Promise.all([client, during].map((each) => each.endAsync()));
  t.diagnostic(`at most ${Math.round(taken / 1e6)} MB more; ${refusals(metrics, 'connection-limit')} connections beyond what may be held`);
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});
