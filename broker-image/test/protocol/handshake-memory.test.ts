import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestBroker, type RawClient } from './harness.js';
import { HandshakeMemory } from '../../src/protocol/limits/handshake-memory.js';

test('what connections hold is counted together, but for the first 4096 bytes of each', () => {
  const memory = new HandshakeMemory(10_000);
  assert.equal(memory.change(0, 4096), true);
  assert.equal(memory.held, 0);
  assert.equal(memory.change(4096, 8000), true);
  assert.equal(memory.change(0, 5000), false, 'more than there is room for');
  assert.equal(memory.change(5000, 0), true);
  assert.equal(memory.held, 8000);
  assert.equal(memory.change(8000, 0), true);
  assert.equal(memory.held, 0);
});

/** All of a CONNECT with a large will but its last byte. */
function halfConnect(): Buffer {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
  const body = Buffer.concat([field(Buffer.from('MQTT')), Buffer.from([4, 0x06, 0, 0]), field(Buffer.from('half')), field(Buffer.from('will')), field(Buffer.alloc(65_535))]);
  const length = [(body.length & 0x7f) | 0x80, ((body.length >> 7) & 0x7f) | 0x80, body.length >> 14];
  return Buffer.concat([Buffer.from([0x10, ...length]), body]).subarray(0, -1);
}

test('large CONNECTs that never end: beyond the limit connections are closed, and a client whose CONNECT comes at once is let in', async (t) => {
  const broker = await TestBroker.start(t);
  const { handshakeMemory } = broker.broker;
  const bytes = halfConnect();
  const possible = Math.floor(handshakeMemory.maxBytes / bytes.length);
  const clients: RawClient[] = [];
  for (let i = 0; i < possible + 20; i++) {
    const client = await broker.raw();
    client.write(bytes);
    clients.push(client);
  }
  const refused = await broker.observer.event('refused');
  assert.deepEqual(refused.slice(1), ['connection-limit', `what all connections have sent before their clients are connected takes more than ${handshakeMemory.maxBytes} bytes`]);
  assert.ok(handshakeMemory.held <= handshakeMemory.maxBytes, String(handshakeMemory.held));
  await broker.connect({ clientId: 'honest' });
  for (const client of clients) client.socket.destroy();
  await Promise.all(clients.map((client) => client.end()));
  while (handshakeMemory.held > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a large CONNECT that is whole in the end counts no more', async (t) => {
  const broker = await TestBroker.start(t);
  const client = await broker.raw();
  client.write(halfConnect());
  while (broker.broker.handshakeMemory.held < 65_000) await new Promise((resolve) => setTimeout(resolve, 5));
  client.write(Buffer.alloc(1));
  assert.equal((await client.next())?.cmd, 'connack');
  assert.equal(broker.broker.handshakeMemory.held, 0);
});
