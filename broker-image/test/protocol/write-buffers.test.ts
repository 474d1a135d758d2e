import assert from 'node:assert/strict';
import { test } from 'node:test';
import { returnBuffer, takeBuffer } from '../../src/protocol/write-buffers.js';

test('a buffer has room for what it was asked for, and what was returned is given out again', () => {
  for (const [bytes, length] of [[1, 1024], [1024, 1024], [1025, 16_384], [16_384, 16_384], [16_385, 16_385], [1_000_000, 1_000_000]] as const) {
    const buffer = takeBuffer(bytes);
    assert.equal(buffer.length, length);
    returnBuffer(buffer);
    assert.equal(takeBuffer(bytes) === buffer, length <= 16_384, `${bytes} bytes`);
  }
});

test('no two buffers share a byte', () => {
  const buffers = Array.from({ length: 600 }, () => takeBuffer(1));
  for (const [index, buffer] of buffers.entries()) buffer.fill(index & 0xff);
  for (const [index, buffer] of buffers.entries()) assert.ok(buffer.every((byte) => byte === (index & 0xff)));
});

test('after a burst, no more than 4 MiB of either kind stay', () => {
  const given = (size: number, count: number) => {
    const buffers = new Set(Array.from({ length: count }, () => takeBuffer(size)));
    for (const buffer of buffers) returnBuffer(buffer);
    return Array.from({ length: count }, () => takeBuffer(size)).filter((buffer) => buffers.has(buffer)).length;
  };
  assert.deepEqual([given(1024, 6000), given(16_384, 300)], [4096, 256]);
});
