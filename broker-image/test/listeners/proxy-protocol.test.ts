import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { temporaryDirectory } from '../config/files.js';
import { Authority, type CertificateFiles } from './certificates.js';
import { connect, open } from './harness.js';
import { proxyV2 } from './proxy-v2.js';

const line = 'PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n';
const binary = proxyV2({ family: 0x11, addresses: [192, 0, 2, 1, 198, 51, 100, 1, 1, 1, 2, 2, 0xea, 0, 1, 0] });

/** Waits for this many bytes. */
async function take(socket: Socket, length: number): Promise<string> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < length) bytes = Buffer.concat([bytes, (await once(socket, 'data'))[0] as Buffer]);
  return bytes.toString();
}

for (const [name, header] of [['version 1', Buffer.from(line)], ['version 2', binary]] as const) {
  test(`${name}: the client's address is told, and its first bytes are kept`, async () => {
    const { sink, port } = await open({ proxyProtocol: 'any' });
    const client = await connect(port);
    client.write(Buffer.concat([header, Buffer.from('first')]));
    assert.equal(await take(client, 5), 'first');
    assert.equal((await sink.connection()).remoteAddress, '192.0.2.1');
    client.write('second');
    assert.equal(await take(client, 6), 'second');
  });

  test(`${name}: the header may come byte by byte`, async () => {
    const { sink, port } = await open({ proxyProtocol: 'any' });
    const client = await connect(port);
    client.setNoDelay(true);
    for (const byte of header) {
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await sink.connection()).remoteAddress, '192.0.2.1');
    client.write('hello');
    assert.equal(await take(client, 5), 'hello');
  });
}

test('a proxy that speaks for itself has its own address', async () => {
  const { sink, port } = await open({ proxyProtocol: 'v2' });
  const client = await connect(port);
  client.write(proxyV2({ command: 0, family: 0 }));
  assert.equal((await sink.connection()).remoteAddress, '127.0.0.1');
});

test('without the header nobody gets in', async () => {
  const { sink, port } = await open({ proxyProtocol: 'v2' });
  const client = await connect(port);
  client.write('\x10\x0c\0\x04MQTT');
  await once(client, 'close');
  const { reason, remoteAddress, error } = await sink.refusal();
  assert.deepEqual({ reason, remoteAddress, message: error?.message }, { reason: 'proxy-protocol', remoteAddress: '127.0.0.1', message: 'the connection does not begin with a header of PROXY protocol v2' });
  assert.equal(sink.connections.length, 0);
});

test('a header that does not come in time', async () => {
  const { sink, port } = await open({ proxyProtocol: 'v1' }, { handshakeTimeoutSeconds: 0.2 });
  const client = await connect(port);
  client.write('PROXY ');
  await once(client, 'close');
  assert.equal((await sink.refusal()).reason, 'connect-timeout');
});

test('only trusted proxies are believed', async () => {
  const trusted = await open({ proxyProtocol: 'v1', trustedProxies: ['10.0.0.0/8', '127.0.0.0/8'] });
  const client = await connect(trusted.port);
  client.write(line);
  assert.equal((await trusted.sink.connection()).remoteAddress, '192.0.2.1');

  const others = await open({ proxyProtocol: 'v1', trustedProxies: ['10.0.0.0/8', 'fd00::/8'] });
  const stranger = await connect(others.port);
  await once(stranger, 'close');
  const { reason, error } = await others.sink.refusal();
  assert.deepEqual({ reason, message: error?.message }, { reason: 'proxy-protocol', message: 'the peer is not among trustedProxies' });
});

test('a health check that connects and leaves is not reported', async () => {
  const { sink, port } = await open({ proxyProtocol: 'v1' });
  (await connect(port)).destroy();
  (await connect(port)).write(line);
  await sink.connection();
  assert.deepEqual(sink.refusals, []);
});

let authority: Authority;
let server: CertificateFiles;
before(async () => {
  authority = await Authority.create(temporaryDirectory(), 'test authority');
  server = await authority.issue('server');
});
const tls = () => ({ ...server, clientCertificate: 'none', minVersion: 'TLSv1.2' }) as const;

/** TLS through a connection that began with the header; with the ClientHello in the same piece or after it. */
async function secure(port: number, together: boolean): Promise<Socket> {
  const transport = await connect(port);
  if (together) transport.cork();
  transport.write(binary);
  const socket = connectTls({ socket: transport, servername: 'localhost', ca: authority.pem });
  after(() => socket.destroy());
  if (together) setImmediate(() => transport.uncork());
  await once(socket, 'secureConnect');
  return socket;
}

for (const together of [false, true]) {
  test(`TLS behind the header, ${together ? 'in the same piece' : 'in pieces of its own'}`, async () => {
    const { sink, port } = await open({ protocol: 'tls', tls: tls(), proxyProtocol: 'v2' });
    const socket = await secure(port, together);
    socket.write('hello');
    assert.equal(await take(socket, 5), 'hello');
    assert.equal((await sink.connection()).remoteAddress, '192.0.2.1');
  });
}

const upgrade = 'GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n';
const maskedPing = Buffer.from([0x82, 0x84, 0, 0, 0, 0, ...Buffer.from('ping')]);

for (const together of [false, true]) {
  test(`WebSocket behind the header, ${together ? 'in the same piece' : 'in pieces of its own'}`, async () => {
    const { sink, port } = await open({ protocol: 'ws', proxyProtocol: 'v1' });
    const client = await connect(port);
    client.setNoDelay(true);
    if (together) client.write(line + upgrade);
    else {
      client.write(line);
      await new Promise((resolve) => setTimeout(resolve, 20));
      client.write(upgrade);
    }
    assert.match(String((await once(client, 'data'))[0]), /^HTTP\/1\.1 101 /);
    client.write(maskedPing);
    assert.deepEqual((await once(client, 'data'))[0], Buffer.from([0x82, 4, ...Buffer.from('ping')]));
    assert.equal((await sink.connection()).remoteAddress, '192.0.2.1');
  });
}
