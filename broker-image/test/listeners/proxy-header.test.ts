import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c } from '../../src/listeners/crc32c.js';
import { parseProxyHeader } from '../../src/listeners/proxy-header.js';
import { proxyV2 } from './proxy-v2.js';

const text = (line: string) => Buffer.from(line, 'latin1');
const line = 'PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n';

test('version 1', () => {
  assert.deepEqual(parseProxyHeader(text(`${line}rest`), 'v1'), { state: 'complete', length: line.length, address: '192.0.2.1' });
  assert.deepEqual(parseProxyHeader(text('PROXY TCP6 2001:db8::1 ::1 1 65535\r\n'), 'any'), { state: 'complete', length: 36, address: '2001:db8::1' });
  for (const unknown of ['PROXY UNKNOWN\r\n', 'PROXY UNKNOWN whatever follows\r\n']) assert.deepEqual(parseProxyHeader(text(unknown), 'v1'), { state: 'complete', length: unknown.length, address: undefined });
});

test('version 2', () => {
  const tcp4 = proxyV2({ family: 0x11, addresses: [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0x07, 0x5b] });
  assert.deepEqual(parseProxyHeader(Buffer.concat([tcp4, text('rest')]), 'v2'), { state: 'complete', length: 28, address: '192.0.2.1' });
  const tcp6 = proxyV2({ family: 0x21, addresses: [0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1, ...Array<number>(16).fill(0), 0, 1, 0, 2] });
  assert.deepEqual(parseProxyHeader(tcp6, 'any'), { state: 'complete', length: 52, address: '2001:db8::1' });
  assert.deepEqual(parseProxyHeader(proxyV2({ command: 0, family: 0 }), 'v2'), { state: 'complete', length: 16, address: undefined });
  assert.deepEqual(parseProxyHeader(proxyV2({ family: 0 }), 'v2'), { state: 'complete', length: 16, address: undefined });
});

test('version 2 with type-length-value fields behind the addresses, as AWS sends', () => {
  const vpcEndpoint = [0xea, 0x00, 0x17, 0x01, ...Buffer.from('vpce-0123456789abcdef0')];
  const header = proxyV2({ family: 0x11, addresses: [192, 0, 2, 1, 198, 51, 100, 1, 1, 1, 2, 2, ...vpcEndpoint] });
  assert.deepEqual(parseProxyHeader(header, 'v2'), { state: 'complete', length: header.length, address: '192.0.2.1' });
  const local = proxyV2({ command: 0, family: 0, addresses: vpcEndpoint });
  assert.deepEqual(parseProxyHeader(local, 'v2'), { state: 'complete', length: local.length, address: undefined });
});

test('version 2 with a checksum: it has to match', () => {
  const addresses = [192, 0, 2, 1, 198, 51, 100, 1, 1, 1, 2, 2];
  const authority = [0x02, 0, 1, 0x61];
  const withChecksum = (checksum: readonly number[]) => proxyV2({ family: 0x11, addresses: [...addresses, ...authority, 0x03, 0, checksum.length, ...checksum, ...authority] });
  const value = crc32c(withChecksum([0, 0, 0, 0]));
  const right = withChecksum([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
  assert.deepEqual(parseProxyHeader(right, 'v2'), { state: 'complete', length: right.length, address: '192.0.2.1' });
  // Each bit counts, but those that make it another header.
  for (let at = 16; at < right.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(right);
      changed[at]! ^= 1 << bit;
      const found = parseProxyHeader(changed, 'v2');
      const outOfPlace = at >= 28 && at < 35 && [0, 1, 2].includes((at - 28) % 4);
      if (!outOfPlace) assert.deepEqual(found, { state: 'invalid', reason: 'the header does not match its checksum (CRC32c)' }, `bit ${bit} of byte ${at}`);
    }
  }
  for (const short of [[], [1, 2, 3], [1, 2, 3, 4, 5]]) assert.deepEqual(parseProxyHeader(withChecksum(short), 'v2'), { state: 'invalid', reason: `the header's checksum is not four bytes long` });
  const cut = proxyV2({ family: 0, addresses: [0x03, 0, 4, 1, 2] });
  assert.deepEqual(parseProxyHeader(cut, 'v2'), { state: 'invalid', reason: `the header's checksum is not four bytes long` });
});

const whole = [text(line), proxyV2({ family: 0x11, addresses: [192, 0, 2, 1, 198, 51, 100, 1, 1, 1, 2, 2, 0xea, 0, 1, 0] })];
test('every beginning of a header is incomplete', () => {
  for (const header of whole) for (let length = 0; length < header.length; length++) assert.deepEqual(parseProxyHeader(header.subarray(0, length), 'any'), { state: 'incomplete' }, `${length} bytes`);
});

const wrong: [name: string, bytes: Buffer, versions: 'v1' | 'v2' | 'any', reason: string][] = [
  ['no header', text('\x10\x0c\0\x04MQTT'), 'any', 'the connection does not begin with a header of PROXY protocol'],
  ['version 2 where 1 is asked for', whole[1]!, 'v1', 'the connection does not begin with a header of PROXY protocol v1'],
  ['version 1 where 2 is asked for', whole[0]!, 'v2', 'the connection does not begin with a header of PROXY protocol v2'],
  ['a line without end', text(`PROXY ${'x'.repeat(200)}`), 'v1', 'the header has no line end within 107 bytes'],
  ['another protocol', text('PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n'), 'v1', 'the header names the protocol "UDP4", not TCP4, TCP6 or UNKNOWN'],
  ['constructor as protocol', text('PROXY constructor\r\n'), 'v1', 'the header names the protocol "constructor", not TCP4, TCP6 or UNKNOWN'],
  ['an address of the other family', text('PROXY TCP4 ::1 2.2.2.2 1 2\r\n'), 'v1', `the header's addresses and ports cannot be read`],
  ['a port too large', text('PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n'), 'v1', `the header's addresses and ports cannot be read`],
  ['no ports', text('PROXY TCP4 1.1.1.1 2.2.2.2\r\n'), 'v1', `the header's addresses and ports cannot be read`],
  ['version 3', proxyV2({ version: 3, family: 0x11 }), 'v2', 'the header has version 3, not 2'],
  ['an unknown command', proxyV2({ command: 2, family: 0x11 }), 'v2', 'the header has the command 2, neither LOCAL nor PROXY'],
  ['IPv4 addresses cut short', proxyV2({ family: 0x11, addresses: [1, 2, 3] }), 'v2', 'the header is too short for its addresses'],
  ['IPv6 addresses cut short', proxyV2({ family: 0x21, addresses: [1, 2, 3] }), 'v2', 'the header is too short for its addresses'],
  ['UDP', proxyV2({ family: 0x12, addresses: Array<number>(12).fill(0) }), 'v2', 'the header names the transport 0x12, which is not TCP'],
];
for (const [name, bytes, versions, reason] of wrong) test(`refused: ${name}`, () => assert.deepEqual(parseProxyHeader(bytes, versions), { state: 'invalid', reason }));

test('no bytes whatever make it throw', () => {
  const anything = fc.tuple(fc.constantFrom(Buffer.alloc(0), whole[0]!.subarray(0, 6), whole[1]!.subarray(0, 13)), fc.uint8Array({ maxLength: 80 })).map(([start, rest]) => Buffer.concat([start, rest]));
  fc.assert(fc.property(anything, fc.constantFrom('v1' as const, 'v2' as const, 'any' as const), (bytes, versions) => {
    const header = parseProxyHeader(bytes, versions);
    if (header.state === 'complete') assert.ok(header.length <= bytes.length);
  }));
});
