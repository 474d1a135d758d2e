import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { test } from 'node:test';
import mqtt from 'mqtt';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { BrokerProcess } from './broker-process.js';

// IDLE_CONNECTIONS=15000 needs 16,000 open files, for this process and for the broker.
const COUNT = Number(process.env.IDLE_CONNECTIONS ?? 1500);
const TIMEOUT_SECONDS = COUNT > 5000 ? 20 : 5;
/** Beside what the garbage collector leaves lying around for a while. */
const BYTES_PER_CONNECTION = 10_000;
const SLACK_BYTES = 100_000_000;
/** Of one source address and one port there are some 28,000 connections at most. */
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];

const residentBytes = (pid: number): number => 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

async function openIdle(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(250, count - sockets.length) }, (_, i) => connectSocket({ port, host: '127.0.0.1', localAddress: ADDRESSES[i % ADDRESSES.length]! }));
    for (const socket of some) socket.on('error', () => {});
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    // A third says nothing, a third begins a CONNECT, a third all of it but its last byte.
    for (const [i, socket] of some.entries()) if (i % 3 > 0) socket.write(Buffer.from(i % 3 === 1 ? '10' : '100f00044d5154540402003c0003616263', 'hex').subarray(0, i % 3 === 1 ? 1 : 16));
    sockets.push(...some);
  }
  return sockets;
}

test(`${COUNT} connections that never send their CONNECT: bounded memory, all closed after the timeout, and others are served all the time`, async (t) => {
  const config = temporaryFile(`
listeners: [{name: mqtt, protocol: tcp, port: 1883}]
authentication: {anonymous: true}
limits: {connectTimeoutSeconds: ${TIMEOUT_SECONDS}}
shutdown: {delaySeconds: 0}
`);
  const broker = await BrokerProcess.start(['--config', config, '--listen', 'mqtt=tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', temporaryDirectory()]);
  const port = Number(new URL(broker.url('mqtt')).port);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'before' });
  await client.subscribeAsync('x');
  const before = residentBytes(broker.pid);

  const sockets = await openIdle(port, COUNT);
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  let open = sockets.length;
  const closed = Promise.all(sockets.map((socket) => (socket.closed ? undefined : once(socket, 'close').then(() => open--))));
  const taken = residentBytes(broker.pid) - before;
  assert.ok(taken < SLACK_BYTES + COUNT * BYTES_PER_CONNECTION, `${taken} bytes for ${COUNT} connections`);

  const during = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'during' });
  const received = once(client as never, 'message');
  await during.publishAsync('x', 'y', { qos: 1 });
  await received;
  for (const socket of sockets) socket.resume();
  await closed;
  assert.equal(open, 0);

  const after = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'after' });
  await after.publishAsync('x', 'y', { qos: 1 });
  assert.deepEqual([client.connected, during.connected, after.connected], [true, true, true]);
  const metrics = await (await fetch(`${broker.url('operations')}/metrics`)).text();
  const refused = (reason: string) => Number(new RegExp(`^mqtt_connections_refused_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(metrics)![1]);
  assert.deepEqual([refused('connect-timeout'), refused('malformed')], [COUNT, 0]);
  await Promise.all([client, during, after].map((each) => each.endAsync()));
  t.diagnostic(`${Math.round(taken / COUNT)} bytes for each connection`);
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});
