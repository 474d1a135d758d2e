import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../config/files.js';
import { Authority, type CertificateFiles } from './certificates.js';
import { connect, open } from './harness.js';

let authority: Authority;
let server: CertificateFiles;
before(async () => {
  authority = await Authority.create(temporaryDirectory(), 'test authority');
  server = await authority.issue('server');
});

/** Beginnings that get past the first look of a layer. */
const beginnings = ['', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'GET /mqtt HTTP/1.1\r\nHost: x\r\n', 'GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt\r\n', 'PROXY TCP4 ', '\r\n\r\n\0\r\nQUIT\n\x21\x11'];

for (const protocol of ['tls', 'ws', 'wss'] as const) {
  for (const proxyProtocol of ['none', 'any'] as const) {
    test(`${protocol}${proxyProtocol === 'any' ? ' behind a proxy' : ''}: no bytes whatever harm the listener`, async () => {
      const { listener, sink, port } = await open({ protocol, proxyProtocol, ...(protocol !== 'ws' && { tls: { ...server, clientCertificate: 'none', minVersion: 'TLSv1.2' } }) }, { handshakeTimeoutSeconds: 0.5 });
      const bytes = fc.tuple(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }), fc.boolean());
      await fc.assert(
        fc.asyncProperty(bytes, async ([beginning, rest, reset]) => {
          const client = await connect(port);
          client.on('error', () => undefined);
          client.resume();
          const closed = new Promise((resolve) => client.once('close', resolve));
          client.write(Buffer.concat([Buffer.from(beginning, 'latin1'), rest]), () => (reset ? client.resetAndDestroy() : client.end()));
          await closed;
        }),
        { numRuns: 40 },
      );
      assert.equal(sink.connections.length, 0);
      assert.equal(listener.isOpen, true);
      await connect(port);
    });
  }
}
