import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate, type Packet } from 'mqtt-packet';
import { connackRefusal, CONNACK_UNSUPPORTED_V5, PacketError, readAcknowledgement, readProtocolLevel, readSubscribe, readUnsubscribe, subackPacket } from '../../src/protocol/packets.js';

/** The packet in the middle of other bytes, as it arrives. */
function within(packet: Buffer): [Buffer, number, number, number] {
  const body = packet.length > 129 ? 3 : 2;
  return [Buffer.concat([Buffer.from('zzz'), packet, Buffer.from('zzz')]), 3, 3 + body, 3 + packet.length];
}
const refused = (message: string) => (error: unknown) => error instanceof PacketError && error.message === message;

test('acknowledgements', () => {
  for (const cmd of ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const) {
    for (const messageId of [1, 255, 256, 65_535]) assert.equal(readAcknowledgement(...within(generate({ cmd, messageId }))), messageId);
  }
  for (const hex of ['41020001', '60020001', '620100', '4003000100', '4000']) assert.throws(() => readAcknowledgement(...within(Buffer.from(hex, 'hex'))), refused('an acknowledgement packet is malformed'), hex);
  assert.throws(() => readAcknowledgement(...within(Buffer.from('40020000', 'hex'))), refused('a packet id is 0'));
});

test('SUBSCRIBE and UNSUBSCRIBE', () => {
  const subscriptions = [{ topic: 'a/+', qos: 2 as const }, { topic: 'ä/#', qos: 0 as const }, { topic: 'x'.repeat(200), qos: 1 as const }];
  assert.deepEqual(readSubscribe(...within(generate({ cmd: 'subscribe', messageId: 513, subscriptions })), 3), { packetId: 513, subscriptions: subscriptions.map(({ topic, qos }) => ({ filter: topic, qos })), beyond: 0 });
  assert.deepEqual(readSubscribe(...within(generate({ cmd: 'subscribe', messageId: 513, subscriptions })), 1), { packetId: 513, subscriptions: [{ filter: 'a/+', qos: 2 }], beyond: 2 });
  assert.deepEqual(readUnsubscribe(...within(generate({ cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['a', 'b/€'] })), 2), { packetId: 7, filters: ['a', 'b/€'] });
});

test('SUBSCRIBE and UNSUBSCRIBE that are wrong', () => {
  const cases: Array<[typeof readSubscribe | typeof readUnsubscribe, string, string]> = [
    [readSubscribe, '80060001000161' + '00', 'a SUBSCRIBE is malformed'], [readSubscribe, '82020001', 'a SUBSCRIBE is malformed'], [readSubscribe, '82060000000161' + '00', 'a packet id is 0'],
    [readSubscribe, '82050001000161', 'a SUBSCRIBE asks for a QoS that does not exist'], [readSubscribe, '8206000100016103', 'a SUBSCRIBE asks for a QoS that does not exist'], [readSubscribe, '8203000100', 'a SUBSCRIBE is cut off'],
    [readSubscribe, '8205000100ff61', 'a SUBSCRIBE is cut off'], [readSubscribe, '82060001000100' + '00', 'a string in a SUBSCRIBE is not valid UTF-8'], [readUnsubscribe, 'a0050001000161', 'an UNSUBSCRIBE is malformed'],
    [readUnsubscribe, 'a2020001', 'an UNSUBSCRIBE is malformed'], [readUnsubscribe, 'a20500010001ff', 'a string in an UNSUBSCRIBE is not valid UTF-8'],
  ];
  for (const [read, hex, message] of cases) assert.throws(() => read(...within(Buffer.from(hex, 'hex')), 2), refused(message), `${hex} ${message}`);
  // What is beyond the limit has its form all the same.
  assert.throws(() => readSubscribe(...within(Buffer.from('820a0001' + '00016100' + '00016103', 'hex')), 1), refused('a SUBSCRIBE asks for a QoS that does not exist'));
  assert.throws(() => readSubscribe(...within(Buffer.from('820a0001' + '00016100' + '00096100', 'hex')), 1), refused('a SUBSCRIBE is cut off'));
  assert.throws(() => readUnsubscribe(...within(generate({ cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['a', 'b', 'c'] })), 2), refused('an UNSUBSCRIBE has more than 2 topic filters, the most subscriptions that a client may have'));
});

test('SUBACK: a return code for each filter, also for those that were not looked at', () => {
  assert.equal(subackPacket(0x0102, [0, 2, 0x80], 0).toString('hex'), '900501020002' + '80');
  const long = subackPacket(1, [1], 200);
  assert.equal(long.subarray(0, 6).toString('hex'), '90cb01000101');
  assert.equal(long.length, 3 + 2 + 201);
  assert.ok(long.subarray(6).every((code) => code === 0x80));
});

test('the protocol level of a CONNECT', () => {
  const level = (packet: Buffer) => {
    const [bytes, , body, end] = within(packet);
    return readProtocolLevel(bytes, body, end);
  };
  const connect = { cmd: 'connect', clientId: 'x', clean: true, keepalive: 0 } as const;
  assert.equal(level(generate({ ...connect, protocolId: 'MQTT', protocolVersion: 4 })), 4);
  assert.equal(level(generate({ ...connect, protocolId: 'MQIsdp', protocolVersion: 3 })), 3);
  assert.equal(level(generate({ ...connect, protocolId: 'MQTT', protocolVersion: 5 })), 5);
  assert.equal(level(generate({ ...connect, protocolId: 'MQTT', protocolVersion: 4, bridgeMode: true } as Packet)), 4);
  for (const hex of ['1000', '10070004' + '4d515458', '100700ff4d51545404', '10060004' + '4d515454']) assert.equal(level(Buffer.from(hex, 'hex')), undefined, hex);
});

test('CONNACKs', () => {
  assert.equal(connackRefusal(3).toString('hex'), '20020003');
  assert.equal(CONNACK_UNSUPPORTED_V5.toString('hex'), '2003008400');
});
