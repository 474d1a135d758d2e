import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { temporaryDirectory } from '../config/files.js';
import { Authority } from './certificates.js';
import { connect, open } from './harness.js';

test('as many connections as a second brings come in at once, the others in order after them, with what they sent meanwhile', async () => {
  const { sink, port } = await open({ connectionsPerSecond: 5 });
  const begin = performance.now();
  const clients: Socket[] = [];
  for (let i = 0; i < 8; i++) {
    const client = await connect(port);
    client.write(`${i}`);
    clients.push(client);
  }
  const answers = await Promise.all(clients.map(async (client) => String((await once(client, 'data'))[0])));
  assert.deepEqual(answers, ['0', '1', '2', '3', '4', '5', '6', '7']);
  assert.ok(performance.now() - begin >= 595, 'three more than five at once, at five a second');
  const ports = clients.map((client) => client.localPort);
  assert.deepEqual(sink.connections.map(({ stream }) => (stream as Socket).remotePort), ports);
  assert.deepEqual(sink.refusals, []);
});

test('those that would wait for more than half the time for CONNECT are closed, and told', async () => {
  // Half of it brings five.
  const { sink, port } = await open({ connectionsPerSecond: 1 }, { handshakeTimeoutSeconds: 10 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect(port)));
  // One came in and five wait, if this machine is quick.
  while (sink.refusals.length + sink.connections.length < 12) await sink.refusal(sink.refusals.length);
  for (const { reason, remoteAddress } of sink.refusals) assert.deepEqual([reason, remoteAddress], ['connection-rate', '127.0.0.1']);
  await Promise.any(clients.map((client) => once(client, 'close')));
});

test('a client that gives up while it waits takes no place', async () => {
  const { sink, port } = await open({ connectionsPerSecond: 1 });
  await connect(port);
  const gone = await Promise.all([connect(port), connect(port)]);
  const last = await connect(port);
  for (const client of gone) client.resetAndDestroy();
  last.write('still here');
  assert.equal(String((await once(last, 'data'))[0]), 'still here');
  assert.equal(sink.connections.length, 2);
});

test('a TLS handshake begins when the connection comes in', async () => {
  const authority = await Authority.create(temporaryDirectory(), 'test authority');
  const files = await authority.issue('server');
  const { port } = await open({ protocol: 'tls', connectionsPerSecond: 2, tls: { ...files, clientCertificate: 'none', minVersion: 'TLSv1.2' } });
  const clients = [0, 1, 2, 3].map(() => connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.pem }));
  await Promise.all(clients.map((client) => once(client, 'secureConnect')));
  for (const client of clients) {
    client.write('hello');
    assert.equal(String((await once(client, 'data'))[0]), 'hello');
    client.destroy();
  }
});

test('when the listener closes, those that wait are closed', async () => {
  const { listener, port, sink } = await open({ connectionsPerSecond: 1 }, { handshakeTimeoutSeconds: 2 });
  await connect(port);
  const waiting = await connect(port);
  // Once there is no room for a third, the second waits.
  await connect(port);
  await sink.refusal();
  listener.close();
  await once(waiting, 'close');
  assert.equal(sink.connections.length, 1);
});
