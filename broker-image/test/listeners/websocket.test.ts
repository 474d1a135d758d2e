import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import WebSocket, { type ClientOptions } from 'ws';
import { temporaryDirectory } from '../config/files.js';
import { Authority, type CertificateFiles } from './certificates.js';
import { connect, open } from './harness.js';

function dial(url: string, subprotocols: string[] = ['mqtt'], options: ClientOptions = {}): WebSocket {
  const socket = new WebSocket(url, subprotocols, options);
  socket.on('error', () => undefined);
  after(() => socket.terminate());
  return socket;
}

async function echoes(socket: WebSocket): Promise<boolean> {
  if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
  socket.send(Buffer.from([1, 2, 3]));
  const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
  return isBinary && data.equals(Buffer.from([1, 2, 3]));
}

async function refusedWith(socket: WebSocket): Promise<number | undefined> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  return response.statusCode;
}

test('binary frames are a stream of bytes both ways', async () => {
  const { sink, port } = await open({ protocol: 'ws' });
  const socket = dial(`ws://127.0.0.1:${port}/mqtt`);
  assert.equal(await echoes(socket), true);
  assert.equal(socket.protocol, 'mqtt');
  const { listener, remoteAddress } = await sink.connection();
  assert.deepEqual({ listener, remoteAddress }, { listener: 'test', remoteAddress: '127.0.0.1' });
});

test('the subprotocol of MQTT 3.1 is spoken too, and mqtt comes first', async () => {
  const { port } = await open({ protocol: 'ws' });
  const old = dial(`ws://127.0.0.1:${port}/mqtt`, ['mqttv3.1']);
  assert.equal(await echoes(old), true);
  assert.equal(old.protocol, 'mqttv3.1');
  const both = dial(`ws://127.0.0.1:${port}/mqtt`, ['mqttv3.1', 'mqtt']);
  assert.equal(await echoes(both), true);
  assert.equal(both.protocol, 'mqtt');
});

test('without the subprotocol the handshake is refused', async () => {
  const { sink, port } = await open({ protocol: 'ws' });
  assert.equal(await refusedWith(dial(`ws://127.0.0.1:${port}/mqtt`, ['soap'])), 400);
  assert.equal(await refusedWith(dial(`ws://127.0.0.1:${port}/mqtt`, [])), 400);
  assert.deepEqual([(await sink.refusal(0)).error?.message, (await sink.refusal(1)).error?.message], [
    'the subprotocols offered are "soap", without mqtt',
    'the subprotocols offered are "", without mqtt',
  ]);
  assert.equal(sink.refusals[0]?.reason, 'websocket');
});

test('another path is not found, a query is ignored', async () => {
  const { sink, port } = await open({ protocol: 'ws', path: '/socket' });
  assert.equal(await refusedWith(dial(`ws://127.0.0.1:${port}/mqtt`)), 404);
  assert.equal((await sink.refusal()).error?.message, 'the path is /mqtt, not /socket');
  assert.equal(await echoes(dial(`ws://127.0.0.1:${port}/socket?token=x`)), true);
});

test('a plain HTTP request is told to upgrade', async () => {
  const { sink, port } = await open({ protocol: 'ws' });
  const response = await fetch(`http://127.0.0.1:${port}/mqtt`);
  assert.equal(response.status, 426);
  await response.text();
  assert.equal((await sink.refusal()).error?.message, 'GET /mqtt is not a WebSocket handshake');
});

test('a handshake with an unknown version is refused', async () => {
  const { sink, port } = await open({ protocol: 'ws' });
  const client = await connect(port);
  client.write('GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 7\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n');
  assert.match(String((await once(client, 'data'))[0]), /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.equal((await sink.refusal()).reason, 'websocket');
});

test('what is no HTTP is refused, and the listener goes on', async () => {
  const { sink, port } = await open({ protocol: 'ws' });
  const client = await connect(port);
  client.write('\0\0\0 not http\r\n\r\n');
  await once(client, 'close');
  assert.equal((await sink.refusal()).reason, 'websocket');
  assert.equal(await echoes(dial(`ws://127.0.0.1:${port}/mqtt`)), true);
});

test('a client that goes silent before its handshake is cut after the timeout', async () => {
  const { sink, port } = await open({ protocol: 'ws' }, { handshakeTimeoutSeconds: 0.2 });
  const silent = await connect(port);
  silent.write('GET /mqtt HTTP/1.1\r\n');
  await once(silent, 'close');
  assert.equal((await sink.refusal()).reason, 'connect-timeout');
});

test('a connection that arrived outlives the handshake timeout', async () => {
  const { port } = await open({ protocol: 'ws' }, { handshakeTimeoutSeconds: 0.2 });
  const socket = dial(`ws://127.0.0.1:${port}/mqtt`);
  assert.equal(await echoes(socket), true);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(await echoes(socket), true);
});

test('a text frame ends the connection and is not taken for MQTT', async () => {
  const { sink, port } = await open({ protocol: 'ws' });
  const socket = dial(`ws://127.0.0.1:${port}/mqtt`);
  await once(socket, 'open');
  const received: Buffer[] = [];
  (await sink.connection()).stream.on('data', (data: Buffer) => received.push(data));
  socket.send('text');
  const [code] = (await once(socket, 'close')) as [number];
  assert.equal(code, 1003);
  assert.deepEqual(received, []);
});

test('a frame far larger than the largest packet ends the connection', async () => {
  const { port } = await open({ protocol: 'ws' }, { maxPacketBytes: 1024 });
  const socket = dial(`ws://127.0.0.1:${port}/mqtt`);
  await once(socket, 'open');
  socket.send(Buffer.alloc(1024 + 64 * 1024 + 1));
  const [code] = (await once(socket, 'close')) as [number];
  assert.equal(code, 1009);
});

test('pages of the origins that are allowed, and clients that are no browsers', async () => {
  const { sink, port } = await open({ protocol: 'ws', allowedOrigins: ['https://app.example.com', 'http://localhost:3000'] });
  const from = (origin?: string) => dial(`ws://127.0.0.1:${port}/mqtt`, ['mqtt'], origin === undefined ? {} : { origin });
  for (const origin of ['https://app.example.com', 'http://localhost:3000', undefined]) assert.equal(await echoes(from(origin)), true, origin);
  const others = ['https://evil.example.com', 'http://app.example.com', 'https://app.example.com:8443', 'https://app.example.com.evil.example', 'null'];
  for (const [index, origin] of others.entries()) {
    assert.equal(await refusedWith(from(origin)), 403, origin);
    const { reason, error } = await sink.refusal(index);
    assert.deepEqual([reason, error?.message], ['websocket', `the origin ${origin} is not among allowedOrigins`]);
  }
});

test('without a list every page may connect, with an empty one none', async () => {
  const every = await open({ protocol: 'ws' });
  assert.equal(await echoes(dial(`ws://127.0.0.1:${every.port}/mqtt`, ['mqtt'], { origin: 'https://any.example.com' })), true);
  const none = await open({ protocol: 'ws', allowedOrigins: [] });
  assert.equal(await refusedWith(dial(`ws://127.0.0.1:${none.port}/mqtt`, ['mqtt'], { origin: 'https://any.example.com' })), 403);
  assert.equal(await echoes(dial(`ws://127.0.0.1:${none.port}/mqtt`)), true);
});

let authority: Authority;
let server: CertificateFiles;
before(async () => {
  authority = await Authority.create(temporaryDirectory(), 'test authority');
  server = await authority.issue('server');
});

test('wss: the same over TLS, with the certificate of the client', async () => {
  const device = await authority.issue('device-1');
  const { sink, port } = await open({ protocol: 'wss', tls: { ...server, clientCaFile: authority.file, clientCertificate: 'require', minVersion: 'TLSv1.2' } });
  const identity = { ca: authority.pem, cert: readFileSync(device.certificateFile), key: readFileSync(device.privateKeyFile) };
  const socket = dial(`wss://127.0.0.1:${port}/mqtt`, ['mqtt'], identity);
  assert.equal(await echoes(socket), true);
  assert.equal((await sink.connection()).certificate?.subject.CN, 'device-1');
  assert.equal(await refusedWith(dial(`wss://127.0.0.1:${port}/other`, ['mqtt'], identity)), 404);
});

test('wss with client certificates: a page must be named, since its browser presents the certificate of its user', async () => {
  const device = await authority.issue('device-1');
  const tls = { ...server, clientCaFile: authority.file, clientCertificate: 'request', minVersion: 'TLSv1.2' } as const;
  const identity = { ca: authority.pem, cert: readFileSync(device.certificateFile), key: readFileSync(device.privateKeyFile) };
  const unnamed = await open({ protocol: 'wss', tls });
  assert.equal(await refusedWith(dial(`wss://127.0.0.1:${unnamed.port}/mqtt`, ['mqtt'], { ...identity, origin: 'https://app.example.com' })), 403);
  assert.equal(await echoes(dial(`wss://127.0.0.1:${unnamed.port}/mqtt`, ['mqtt'], identity)), true);
  const named = await open({ protocol: 'wss', tls, allowedOrigins: ['https://app.example.com'] });
  assert.equal(await echoes(dial(`wss://127.0.0.1:${named.port}/mqtt`, ['mqtt'], { ...identity, origin: 'https://app.example.com' })), true);
});
