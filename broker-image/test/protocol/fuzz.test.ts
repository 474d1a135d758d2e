import assert from 'node:assert/strict';
import { connect as connectSocket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { collectGarbage } from './garbage.js';
import { publishPacket, RawClient, TestBroker } from './harness.js';

// More of them: FUZZ_RUNS=100000
const RUNS = Number(process.env.FUZZ_RUNS ?? 200);

/** Packets that brokers were brought down or led astray with. */
const recorded = [
  '10ffffffff7f', // CONNECT with a length of five bytes
  '100c00044d51545404020000ffff', // a client id longer than the packet
  '102000044d51545404c6000000016100016100ff', // a will payload longer than the packet
  '100600044d515454', // nothing behind the name of the protocol
  '10100009636f6e7374727563746f7204020000', // another protocol
  '101700044d51545404020000000b5f5f70726f746f5f5f', // a length that is not that of the client id
  '3000', '3001ff', '3002ffff', '30020000', '320400016100', '3003000161ff', // PUBLISH: empty, cut off, an empty topic, no packet id
  '34050001610000', '3605000161ffff', // packet id 0; QoS 3
  '3d0500016100013d0500016100013d050001610001', // DUP on a message that never was
  '4000', '4001ff', '40020000', '4002ffff', '400300010000', // acknowledgements: empty, cut off, of packet id 0, of nothing, too long
  '5002ffff', '6002ffff', '6202ffff', '7002ffff', // of steps that were never reached
  '8000', '82020001', '820400010000', '82050001ffff61', '8206000100016103', '820700010002612b00', '82080001000361232f00', // SUBSCRIBE: without filters, cut off, QoS 3, wildcards
  '8206000100012400', '821000010009245359532f2325232300'.slice(0, 36), // $ and what looks like $SYS
  'a000', 'a2020001', 'a20500010000ff', // UNSUBSCRIBE
  'c001ff', 'd000', 'e001ff', 'f000', '0000', '00ffffff7f', // PINGREQ and DISCONNECT with a body; types for brokers, reserved types
  '16030100b5010000b10303', // a TLS client
  '474554202f20485454502f312e310d0a0d0a', // HTTP
  '0d0a0d0a000d0a515549540a21110000', // PROXY protocol
].map((hex) => Buffer.from(hex, 'hex'));

const name = fc.constantFrom('a', 'a/b', '__proto__', 'constructor', 'toString', '__proto__/constructor', '$SYS/x', 'ä/€', '', '/', 'x'.repeat(300));
const filter = fc.oneof(name, fc.constantFrom('#', '+', 'a/+', 'a/#', '$SYS/#', '__proto__/+', '#/a', '$share/g/a'));
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);
const id = fc.integer({ min: 1, max: 5 });
const packets: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ topic: name.filter((topic) => topic !== ''), payload: fc.string({ maxLength: 50 }), qos, messageId: id, retain: fc.boolean(), dup: fc.boolean() }).map(({ topic, payload, qos: level, messageId, retain, dup }) => publishPacket(topic, payload, level, messageId, { retain, dup: dup && level > 0 })),
  fc.record({ cmd: fc.constant('subscribe' as const), messageId: id, subscriptions: fc.array(fc.record({ topic: filter, qos }), { minLength: 1, maxLength: 4 }) }),
  fc.record({ cmd: fc.constant('unsubscribe' as const), messageId: id, unsubscriptions: fc.array(filter, { minLength: 1, maxLength: 4 }) }),
  fc.record({ cmd: fc.constantFrom('puback' as const, 'pubrec' as const, 'pubrel' as const, 'pubcomp' as const), messageId: id }),
  fc.constantFrom({ cmd: 'pingreq' as const }, { cmd: 'disconnect' as const }),
);
const clientId = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'hasOwnProperty', '');
const connect: fc.Arbitrary<Packet> = fc.record({
  cmd: fc.constant('connect' as const), protocolId: fc.constant('MQTT' as const), protocolVersion: fc.constant(4 as const), clean: fc.boolean(), clientId, keepalive: fc.constantFrom(0, 1, 65_535),
  username: fc.constantFrom('__proto__', 'constructor', 'u'), password: fc.constant(Buffer.from('p')),
  will: fc.option(fc.record({ topic: name.filter((topic) => topic !== ''), payload: fc.constant(Buffer.from('gone')), qos, retain: fc.boolean() }), { nil: undefined }),
}).map((packet) => (packet.clientId === '' ? { ...packet, clean: true } : packet)) as fc.Arbitrary<Packet>;

/** What happens to the bytes of a packet on their way. */
const damage = fc.oneof(
  { weight: 6, arbitrary: fc.constant((bytes: Buffer) => bytes) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (bytes: Buffer) => Buffer.from(bytes).fill(bytes[at % bytes.length]! ^ bits, at % bytes.length, (at % bytes.length) + 1)) },
  { weight: 1, arbitrary: fc.nat().map((at) => (bytes: Buffer) => bytes.subarray(0, at % bytes.length)) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 20 })).map(([at, more]) => (bytes: Buffer) => Buffer.concat([bytes.subarray(0, at % bytes.length), more, bytes.subarray(at % bytes.length)])) },
);
const sent = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(packets, damage).map(([packet, harm]) => harm(generate(packet))) },
  { weight: 1, arbitrary: fc.constantFrom(...recorded) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)) },
);
const connection = fc.record({
  first: fc.oneof({ weight: 8, arbitrary: connect.map((packet) => generate(packet)) }, { weight: 1, arbitrary: fc.tuple(connect, damage).map(([packet, harm]) => harm(generate(packet))) }, { weight: 1, arbitrary: fc.constantFrom(...recorded) }),
  rest: fc.array(sent, { maxLength: 12 }),
  sizes: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }),
  ending: fc.constantFrom('end', 'destroy', 'reset'),
  pause: fc.boolean(),
});

test('whatever a client sends, the broker stays up, keeps to its memory, and serves others', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxPacketBytes: 4096, maxTopicLevels: 4, maxSubscriptionsPerClient: 8 }, session: { maxQueuedMessages: 100, maxQueuedBytes: 100_000 } });
  const witness = await broker.connect({ clientId: 'witness' });
  await witness.subscribeAsync('witness/+', { qos: 1 });
  let number = 0;
  const served = async () => {
    const wanted = `${++number}`;
    const received = new Promise<void>((resolve) => {
      const take = (_topic: string, payload: Buffer) => {
        if (payload.toString() !== wanted) return;
        witness.off('message', take);
        resolve();
      };
      witness.on('message', take);
    });
    await witness.publishAsync('witness/w', wanted, { qos: 1 });
    await received;
  };

  const run = async ({ first, rest, sizes, ending, pause }: typeof connection extends fc.Arbitrary<infer C> ? C : never) => {
    const client = new RawClient(connectSocket(broker.port, '127.0.0.1'));
    const bytes = Buffer.concat([first, ...rest]);
    for (let at = 0, i = 0; at < bytes.length && !client.closed; i++) {
      const size = sizes[i % sizes.length]!;
      client.write(bytes.subarray(at, at + size));
      at += size;
      if (pause) await new Promise(setImmediate);
    }
    if (ending === 'end') client.socket.end();
    else if (ending === 'destroy') client.socket.destroy();
    else client.socket.resetAndDestroy();
    await client.end();
    await served();
  };

  await fc.assert(fc.asyncProperty(connection, run), { numRuns: Math.ceil(RUNS / 4) });
  broker.observer.events.length = 0;
  const before = collectGarbage();
  await fc.assert(fc.asyncProperty(connection, run), { numRuns: RUNS });
  while (broker.broker.statistics().connections > 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(broker.broker.connectedClients, 1, 'nobody but the witness is left');
  const { subscriptions, queuedMessages, sessions } = broker.broker.statistics();
  // Of the persistent sessions of five client ids.
  assert.ok(sessions.disconnected <= 5 && queuedMessages <= 500, `${sessions.disconnected} sessions, ${queuedMessages} messages`);
  assert.equal(subscriptions, 1, 'only the connected are in the tree');
  broker.observer.events.length = 0;
  const grown = collectGarbage() - before;
  assert.ok(grown < 10_000_000, `${grown} bytes more after ${RUNS} connections`);
});
