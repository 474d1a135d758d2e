import assert from 'node:assert/strict';
import { Writable, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { PacketWriter } from '../../src/protocol/packet-writer.js';
import { PacketType } from '../../src/protocol/packets.js';
import { Message } from '../../src/store/index.js';

/** A stream that takes what it is given when the test says so. */
function slowStream() {
  const writes: Buffer[] = [];
  const pending: Array<() => void> = [];
  const stream = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _encoding, done) {
      // As the kernel would: what was handed over must not change until it is done.
      writes.push(chunk);
      pending.push(done);
    },
  });
  return { stream: stream as unknown as Duplex, writes, take: () => pending.shift()!() };
}

const turn = () => new Promise(setImmediate);

test('the packets of one turn leave in one write, in order', async () => {
  const { stream, writes } = slowStream();
  const writer = new PacketWriter(stream, 2_000_000, () => {}, () => {});
  writer.acknowledge(PacketType.puback, 0x1234);
  writer.acknowledge(PacketType.pubrel, 0xffff);
  writer.publish(Message.create('a', Buffer.from('x'), 1, false), true, 5);
  writer.publish(Message.create('a', Buffer.from('x'), 0, true), false, 0);
  writer.raw(Buffer.from('..\xd0\x00..', 'latin1'), 2, 4);
  assert.equal(writes.length, 0);
  await turn();
  assert.deepEqual(writes.map((bytes) => bytes.toString('hex')), ['400212346202ffff3a060001610005783104000161' + '78d000']);
});

test('a message is never changed by sending it', async () => {
  const { stream } = slowStream();
  const message = Message.create('a', Buffer.from('x'), 2, false);
  const before = message.bytes.toString('hex');
  new PacketWriter(stream, 2_000_000, () => {}, () => {}).publish(message, true, 77);
  await turn();
  assert.equal(message.bytes.toString('hex'), before);
});

test('what is larger than a chunk comes out whole and in order, and no chunk is used again before it has left', async () => {
  const { stream, writes, take } = slowStream();
  const writer = new PacketWriter(stream, 2_000_000, () => {}, () => {});
  const expected: Buffer[] = [];
  for (let i = 0; i < 30; i++) {
    const bytes = Buffer.alloc([10, 5000, 40_000][i % 3]!, i + 1);
    expected.push(bytes);
    writer.raw(bytes, 0, bytes.length);
    if (i % 4 === 0) await turn();
  }
  await turn();
  while (writes.length < 1000 && stream.writableLength > 0) {
    take();
    await turn();
  }
  assert.ok(Buffer.concat(writes).equals(Buffer.concat(expected)));
});

test('congestion is what waits, in the chunk and in the stream; sent is what no longer does', async () => {
  const { stream, take } = slowStream();
  const writer = new PacketWriter(stream, 2_000_000, () => {}, () => {});
  const half = Buffer.alloc(600_000);
  writer.raw(half, 0, half.length);
  assert.deepEqual([writer.congested, writer.sent], [false, 0]);
  writer.raw(half, 0, half.length);
  assert.equal(writer.congested, true);
  await turn();
  assert.deepEqual([writer.congested, writer.sent], [true, 0]);
  take();
  assert.deepEqual([writer.congested, writer.sent], [false, 600_000]);
});

test('what would be more than the limit is not taken, nor is anything after it, and it is said once', async () => {
  const { stream, writes } = slowStream();
  let overflowed = 0;
  const writer = new PacketWriter(stream, 1000, () => overflowed++, () => {});
  const bytes = Buffer.alloc(600);
  writer.raw(bytes, 0, 400);
  assert.deepEqual([writer.congested, writer.unused], [false, false]);
  await turn();
  writer.raw(bytes, 0, 600);
  assert.equal(writer.congested, true);
  await turn();
  assert.equal(overflowed, 0, 'exactly the limit is no overflow');
  writer.acknowledge(PacketType.puback, 1);
  assert.equal(overflowed, 0, 'not while others may be being sent to');
  writer.publish(Message.create('a', Buffer.from('x'), 1, false), false, 1);
  writer.raw(bytes, 0, 1);
  await turn();
  await turn();
  assert.deepEqual([overflowed, writer.waiting, writes.length], [1, 1000, 1]);
});

test('nothing is written to a stream that has ended', async () => {
  const { stream, writes } = slowStream();
  const writer = new PacketWriter(stream, 2_000_000, () => {}, () => {});
  writer.acknowledge(PacketType.puback, 1);
  stream.destroy();
  await turn();
  assert.equal(writes.length, 0);
});

test('a client that keeps up again is told of, also where its limit is below the mark of the stream, which says nothing then', async () => {
  for (const [maxBytes, size] of [[1000, 600], [2_000_000, 1_100_000]] as const) {
    const { stream, take } = slowStream();
    let relieved = 0;
    const writer = new PacketWriter(stream, maxBytes, () => assert.fail('no overflow'), () => relieved++);
    writer.raw(Buffer.alloc(size), 0, size);
    assert.equal(writer.congested, true);
    await turn();
    assert.deepEqual([writer.congested, relieved], [true, 0], `${maxBytes}`);
    take();
    await turn();
    assert.deepEqual([writer.congested, relieved], [false, 1], `${maxBytes}`);
  }
});

test('a client that is still behind is not told of', async () => {
  const { stream, take } = slowStream();
  let relieved = 0;
  const writer = new PacketWriter(stream, 1000, () => assert.fail('no overflow'), () => relieved++);
  for (let i = 0; i < 2; i++) {
    writer.raw(Buffer.alloc(400), 0, 400);
    await turn();
  }
  writer.raw(Buffer.alloc(150), 0, 150);
  take();
  await turn();
  assert.deepEqual([writer.congested, relieved], [true, 0]);
  take();
  await turn();
  assert.deepEqual([writer.congested, relieved], [false, 1]);
});
