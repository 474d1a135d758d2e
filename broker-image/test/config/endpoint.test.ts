import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEndpoint } from '../../src/config/index.js';

const protocols = ['tcp', 'ws'];

test('protocol, address, port and path', () => {
  assert.deepEqual(parseEndpoint('tcp://127.0.0.1:1883', protocols), { protocol: 'tcp', address: '127.0.0.1', port: 1883 });
  assert.deepEqual(parseEndpoint('tcp://[::1]:0', protocols), { protocol: 'tcp', address: '::1', port: 0 });
  assert.deepEqual(parseEndpoint('ws://0.0.0.0:80/mqtt', protocols), { protocol: 'ws', address: '0.0.0.0', port: 80, path: '/mqtt' });
});

const wrong: Record<string, string> = {
  '127.0.0.1:1883': 'found "127.0.0.1:1883", expected PROTOCOL://ADDRESS:PORT, such as tcp://127.0.0.1:1883',
  'tcp://127.0.0.1': 'found "tcp://127.0.0.1", expected PROTOCOL://ADDRESS:PORT, such as tcp://127.0.0.1:1883',
  'tcp://::1:1883': 'found "tcp://::1:1883", expected PROTOCOL://ADDRESS:PORT, such as tcp://127.0.0.1:1883',
  'mqtt://127.0.0.1:1883': 'found the protocol "mqtt", expected tcp or ws, such as tcp://127.0.0.1:1883',
  'tcp://localhost:1883': 'found the address "localhost", expected an IP address, such as tcp://127.0.0.1:1883 or tcp://[::1]:1883',
  'tcp://127.0.0.1:65536': 'found the port 65536, expected 1 to 65535, or 0 for any free port',
  'tcp://127.0.0.1:1883/mqtt': 'found the path "/mqtt", which only ws:// and wss:// have',
};
for (const [text, message] of Object.entries(wrong)) test(`refused: ${text}`, () => assert.throws(() => parseEndpoint(text, protocols), { message }));
