import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parser, type IPublishPacket } from 'mqtt-packet';
import { Message } from '../../src/store/index.js';

function parsed(bytes: Buffer): IPublishPacket {
  const packets = parser({ protocolVersion: 4 });
  let found: IPublishPacket | undefined;
  packets.on('packet', (packet) => (found = packet as IPublishPacket));
  packets.on('error', (error) => assert.equal(error.message, 'messageId is zero'));
  const { topicEnd } = Message.decode(bytes);
  const copy = Buffer.from(bytes);
  if (copy[0]! & 0x06) copy[topicEnd + 1] = 1;
  packets.parse(copy);
  return found!;
}

const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>;
// Around the borders of one, two and three bytes of length.
const size = fc.constantFrom(0, 1, 100, 120, 121, 122, 123, 124, 125, 126, 130, 16_370, 16_376, 16_377, 16_378, 16_379, 16_380, 16_385, 2_097_140, 2_097_160);

test('a message is the PUBLISH packet that carries it, in every variant', () => {
  fc.assert(
    fc.property(fc.constantFrom('a', 'ä/€', 'topic/of/some/length'), size, qos, fc.boolean(), qos, fc.boolean(), (topic, length, first, retain, second, again) => {
      const payload = Buffer.alloc(length, 'p');
      const original = Message.create(topic, payload, first, retain);
      for (const message of [original, Message.decode(original.bytes), original.with(second, again), original.with(second, again).with(first, retain)]) {
        const packet = parsed(message.bytes);
        assert.deepEqual([packet.topic, packet.qos, packet.retain, packet.dup], [topic, message.qos, message.retain, false]);
        assert.ok(Buffer.compare(packet.payload as Buffer, payload) === 0 && Buffer.compare(message.payload, payload) === 0);
        assert.equal(message.size, Buffer.byteLength(topic) + length);
        assert.equal(message.isEmpty, length === 0);
      }
      assert.deepEqual([original.with(second, again).qos, original.with(second, again).retain], [second, again]);
    }),
    { numRuns: 60 },
  );
});

test('a variant is made once', () => {
  const message = Message.create('a', Buffer.from('x'), 2, false);
  assert.equal(message.with(2, false), message);
  assert.equal(message.with(1, false), message.with(1, false));
  assert.equal(message.qos, 2, 'the original is as it was');
});

test('from a packet: a copy without DUP and packet id', () => {
  const source = Buffer.concat([Buffer.from('xx'), Buffer.from('3d0700016112347879', 'hex'), Buffer.from('yy')]);
  const message = Message.fromPacket('a', source, 2, 11, 5);
  source.fill(0);
  assert.equal(message.bytes.toString('hex'), '350700016100007879');
  assert.deepEqual([message.qos, message.retain, message.payload.toString(), message.size], [2, true, 'xy', 3]);
});

test('bytes that are no message are refused', () => {
  for (const hex of ['', '30', '3000', '300100', '30020005', '3203000161', '400200016100', 'ff', '30ffffffff']) assert.throws(() => Message.decode(Buffer.from(hex, 'hex')), RangeError, hex);
});
