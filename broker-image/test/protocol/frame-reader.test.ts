import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { collectGarbage } from './garbage.js';
import { FrameError, FrameReader } from '../../src/protocol/frame-reader.js';

function reader(maxBytes = 1_000_000) {
  const frames: string[] = [];
  const frameReader = new FrameReader({ packet: (bytes, start, body, end) => frames.push(`${bytes.toString('hex', start, body)}:${bytes.toString('hex', body, end)}`) > 0 }, maxBytes);
  return { frames, frameReader };
}

function frame(type: number, length: number): Buffer {
  const header = [type];
  let rest = length;
  do header.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  while ((rest >>>= 7) > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, type)]);
}

test('packets come out whole, however their bytes arrived', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 127, 128, 5000, 16_384)), { minLength: 1, maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 50 }), fc.boolean(), (packets, sizes, pausing) => {
      const frames = packets.map(([type, length]) => frame(type, length));
      const bytes = Buffer.concat(frames);
      const { frameReader, frames: found } = reader();
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length]!;
        if (pausing && i % 3 === 0) frameReader.pause();
        // Whatever the reader keeps must be its own.
        const chunk = Buffer.from(bytes.subarray(at, at + size));
        frameReader.push(chunk);
        if (pausing && i % 3 === 2) frameReader.resume();
        at += size;
      }
      frameReader.resume();
      assert.equal(found.map((hex) => hex.replace(':', '')).join(''), bytes.toString('hex'));
      assert.equal(found.length, frames.length);
      assert.equal(frameReader.partial, false);
    }),
    { numRuns: 100 },
  );
});

test('nothing is handled while paused, not even the rest of the chunk', () => {
  const handled: number[] = [];
  const frameReader: FrameReader = new FrameReader({
    packet: (bytes, start) => {
      handled.push(bytes[start]!);
      frameReader.pause();
      return true;
    },
  }, 100);
  frameReader.push(Buffer.concat([frame(1, 2), frame(2, 2), frame(3, 2)]));
  assert.deepEqual(handled, [1]);
  frameReader.push(frame(4, 0));
  assert.deepEqual(handled, [1]);
  for (let i = 0; i < 3; i++) frameReader.resume();
  assert.deepEqual(handled, [1, 2, 3, 4]);
});

test('a packet that is not taken comes again, before those behind it', () => {
  const handled: number[] = [];
  let refusals = 2;
  const frameReader: FrameReader = new FrameReader({
    packet: (bytes, start) => {
      handled.push(bytes[start]!);
      if (bytes[start] !== 2 || refusals-- === 0) return true;
      frameReader.pause();
      return false;
    },
  }, 100);
  frameReader.push(Buffer.concat([frame(1, 2), frame(2, 2), frame(3, 2)]));
  frameReader.push(frame(4, 0));
  assert.deepEqual(handled, [1, 2]);
  frameReader.resume();
  frameReader.resume();
  assert.deepEqual(handled, [1, 2, 2, 2, 3, 4]);
});

test('a packet above the limit is refused by its header', () => {
  const { frameReader, frames } = reader(100);
  frameReader.push(frame(1, 98));
  assert.equal(frames.length, 1);
  assert.throws(() => frameReader.push(Buffer.of(0x30, 99)), (error) => error instanceof FrameError && error.message === 'a packet of 101 bytes; at most 100 are allowed');
  assert.throws(() => reader(100).frameReader.push(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f)), FrameError);
});

test('a length of more than four bytes is refused', () => {
  assert.throws(() => reader().frameReader.push(Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01)), (error) => error instanceof FrameError && error.message === 'the remaining length of a packet has more than four bytes');
});

test('a packet that comes byte by byte takes little more memory than its bytes', () => {
  const { frameReader, frames } = reader(2_000_000);
  const bytes = frame(0x30, 1_000_000);
  const before = collectGarbage();
  for (let at = 0; at < bytes.length - 1; at++) frameReader.push(bytes.subarray(at, at + 1));
  const taken = collectGarbage() - before;
  assert.ok(taken < 4_000_000, `${taken} bytes`);
  frameReader.push(bytes.subarray(-1));
  assert.equal(frames[0]!.replace(':', ''), bytes.toString('hex'));
});
