import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../../src/listeners/crc32c.js';

test('the examples of RFC 3720, B.4', () => {
  const cases: Array<[string, Uint8Array, number]> = [
    ['nothing', Buffer.of(), 0],
    ['32 bytes of zeroes', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 bytes of incrementing 00..1f', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ['32 bytes of decrementing 1f..00', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
    ['an iSCSI SCSI Read (10) command PDU', Buffer.from('01c00000' + '00000000'.repeat(3) + '14000000' + '00000400' + '00000014' + '00000018' + '28000000' + '00000000' + '02000000' + '00000000', 'hex'), 0xd9963a56],
    ['the usual check', Buffer.from('123456789'), 0xe3069283],
  ];
  for (const [name, bytes, expected] of cases) assert.equal(crc32c(bytes), expected, name);
});
