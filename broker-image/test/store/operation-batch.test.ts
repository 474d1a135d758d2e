import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchVersionError, BatchWriter, Message, readBatch, type Operation } from '../../src/store/index.js';
import { operation } from './any-operation.js';

const origin = { broker: 'broker-0', incarnation: 1_795_000_000_000, batch: 7 };
/** As a broker submits them: from its own connections. */
const own = (each: Operation): Operation => {
  const connection = { broker: origin.broker, incarnation: origin.incarnation, number: 3 };
  if ('connection' in each) return { ...each, connection };
  return each.kind === 'publish' && each.received !== undefined ? { ...each, received: { ...each.received, connection } } : each;
};
/** Messages have their bytes as identity. */
const plain = (operations: readonly Operation[]) => JSON.parse(JSON.stringify(operations, (_key, value: unknown) => (value instanceof Message ? value.bytes.toString('hex') : value))) as unknown;

function written(operations: readonly Operation[], time = 1000): Buffer {
  const writer = new BatchWriter(origin, time);
  for (const each of operations) writer.add(each);
  assert.equal(writer.operations, operations.length);
  return writer.finish();
}

test('operations are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(operation.map(own), { maxLength: 50 }), fc.nat({ max: 1e13 }), (operations, time) => {
      const batch = readBatch(written(operations, time));
      assert.deepEqual([batch.broker, batch.incarnation, batch.batch], [origin.broker, origin.incarnation, origin.batch]);
      assert.deepEqual(plain(batch.operations), plain(operations));
    }),
  );
});

test('numbers keep their value up to 2^53 - 1', () => {
  for (const sequence of [0, 127, 128, 2 ** 31, 2 ** 32 + 1, 2 ** 48, Number.MAX_SAFE_INTEGER]) {
    const operations: Operation[] = [{ kind: 'acknowledge', time: 5, clientId: 'a', sequence }];
    assert.deepEqual(readBatch(written(operations)).operations, operations);
  }
});

test('an acknowledgement takes few bytes', () => {
  const acknowledgements = (count: number): Operation[] => Array.from({ length: count }, (_, sequence) => ({ kind: 'acknowledge', time: 1000, clientId: 'a client with quite a long name', sequence: 100_000 + sequence }));
  assert.ok((written(acknowledgements(101)).length - written(acknowledgements(1)).length) / 100 <= 6);
});

test('a message that was read does not hold on to its batch', () => {
  const batch = written([{ kind: 'publish', time: 1, message: Message.create('x', Buffer.alloc(10_000), 1, false) }, { kind: 'publish', time: 1, message: Message.create('x', Buffer.alloc(10_000), 1, false) }]);
  for (const each of readBatch(batch).operations) assert.notEqual((each as { message: Message }).message.bytes.buffer, batch.buffer);
});

test('a batch of a newer version says what to do', () => {
  const batch = written([]);
  batch[0] = 2;
  assert.throws(() => readBatch(batch), (error) => error instanceof BatchVersionError && /^it has format version 2; this broker reads 1\. Run the broker version that wrote it, or a newer one$/.test(error.message));
});

test('bytes that are no batch, or not all of one, are refused and nothing else happens', () => {
  const whole = written([{ kind: 'subscribe', time: 1, clientId: 'a', connection: { ...origin, number: 1 }, subscriptions: [{ filter: 'x', qos: 1 }] }]);
  const header = written([]);
  for (let length = 0; length < whole.length; length++) if (length !== header.length) assert.throws(() => readBatch(whole.subarray(0, length)), RangeError, `${length} of ${whole.length} bytes`);
  assert.throws(() => readBatch(Buffer.from([0])), /its first byte is 0/);
  for (const [bytes, pattern] of [
    [[99, 0], /there is no operation 99/],
    [[7, 0, 5, 1], /there is no client id 5/],
    [[7, 0, 0, 1, 0x61, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], /a number is too large/],
    [[3, 0, 0, 1, 0x61, 1, 1, 3, 1, 0x61], /there is no QoS 3/],
    [[5, 0, 2, 0x30, 0], /not a message/],
  ] as const) {
    assert.throws(() => readBatch(Buffer.concat([header, Buffer.from(bytes)])), (error) => error instanceof RangeError && pattern.test(error.message));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readBatch(bytes);
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof BatchVersionError, String(error));
      }
    }),
  );
});
