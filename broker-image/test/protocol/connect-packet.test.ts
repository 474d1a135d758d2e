import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { generate, parser, type IConnectPacket } from 'mqtt-packet';
import { readConnect, type ConnectPacket } from '../../src/protocol/connect-packet.js';
import { PacketError } from '../../src/protocol/packets.js';

/** The packet in the middle of other bytes, as it arrives. */
function read(packet: Buffer): ConnectPacket {
  let body = 2;
  while (packet[body - 1]! > 0x7f) body++;
  return readConnect(Buffer.concat([Buffer.from('zzz'), packet, Buffer.from('zzz')]), 3, 3 + body, 3 + packet.length);
}

const string = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((text) => !text.includes('\0'));
const connects = fc.record({
  old: fc.boolean(),
  clean: fc.boolean(),
  keepalive: fc.integer({ min: 0, max: 65_535 }),
  clientId: string.filter((text) => text !== ''),
  will: fc.option(fc.record({ topic: string.filter((text) => text !== ''), payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), qos: fc.constantFrom(0 as const, 1 as const, 2 as const), retain: fc.boolean() }), { nil: undefined }),
  username: fc.option(string.filter((text) => text !== ''), { nil: undefined }),
  password: fc.option(fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => Buffer.from(bytes)), { nil: undefined }),
});

test('a CONNECT is read as the codec that wrote it reads it', () => {
  fc.assert(
    fc.property(connects, ({ old, will, username, password, ...rest }) => {
      const written: IConnectPacket = {
        cmd: 'connect', protocolId: old ? 'MQIsdp' : 'MQTT', protocolVersion: old ? 3 : 4, ...rest,
        ...(will === undefined ? {} : { will }), ...(username === undefined ? {} : { username, ...(password === undefined ? {} : { password }) }),
      };
      const bytes = generate(written);
      let expected: IConnectPacket | undefined;
      parser().on('packet', (packet) => (expected = packet as IConnectPacket)).parse(bytes);
      const found = read(bytes);
      assert.deepEqual(found, {
        clientId: expected!.clientId, clean: expected!.clean, keepaliveSeconds: expected!.keepalive, protocolVersion: expected!.protocolVersion,
        ...(expected!.will === undefined ? {} : { will: { topic: expected!.will.topic, payload: Buffer.from(expected!.will.payload), qos: expected!.will.qos, retain: expected!.will.retain } }),
        ...(expected!.username === undefined ? {} : { username: expected!.username }), ...(expected!.password === undefined ? {} : { password: expected!.password }),
      });
    }),
  );
});

test('what it reads is its own: the chunk can be used again', () => {
  const bytes = generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'me', keepalive: 0, username: 'u', password: Buffer.from('secret'), will: { topic: 'w', payload: Buffer.from('gone'), qos: 0, retain: false } });
  const { password, will } = readConnect(bytes, 0, 2, bytes.length);
  bytes.fill(0);
  assert.deepEqual([password!.toString(), will!.payload.toString()], ['secret', 'gone']);
});

test('empty fields, and the mark of a bridge', () => {
  assert.deepEqual(read(Buffer.from('101400044d515454' + '84c6' + '003c' + '0000' + '0000' + '0000' + '0000' + '0000', 'hex')), {
    clientId: '', clean: true, keepaliveSeconds: 60, protocolVersion: 4, will: { topic: '', payload: Buffer.of(), qos: 0, retain: false }, username: '', password: Buffer.of(),
  });
});

/** The CONNECT of a client `a` with these flags and these fields behind its client id. */
const connect = (flags: number, fields = ''): Buffer => {
  const rest = Buffer.from(fields, 'hex');
  return Buffer.concat([Buffer.of(0x10, 13 + rest.length), Buffer.from('00044d51545404', 'hex'), Buffer.of(flags, 0, 60, 0, 1, 0x61), rest]);
};

test('a CONNECT that is wrong', () => {
  const whole = connect(0xc6, '0001770001780001750001ff');
  assert.equal(read(whole).username, 'u');
  const cases: Array<[Buffer, string]> = [
    [connect(0x03), 'the CONNECT has its reserved flag set'],
    [connect(0x0a), 'the CONNECT has a QoS or retain flag for a will, but no will'],
    [connect(0x12), 'the CONNECT has a QoS or retain flag for a will, but no will'],
    [connect(0x22), 'the CONNECT has a QoS or retain flag for a will, but no will'],
    [connect(0x1e, '000177000178'), 'the CONNECT has a will with a QoS that does not exist'],
    [connect(0x42, '000178'), 'the CONNECT has a password, but no user name'],
    [connect(0x02, '00'), 'the CONNECT has bytes behind its last field'],
    [connect(0x02, '000178'), 'the CONNECT has bytes behind its last field'],
    [connect(0x82, '0001ff'), 'a string in the CONNECT is not valid UTF-8'],
    [connect(0x82, '000100'), 'a string in the CONNECT is not valid UTF-8'],
    [connect(0x06, '0002c328000178'), 'a string in the CONNECT is not valid UTF-8'],
    [Buffer.concat([Buffer.of(0x11), connect(0x02).subarray(1)]), 'the CONNECT is malformed'],
  ];
  for (const [bytes, message] of cases) assert.throws(() => read(bytes), (error) => error instanceof PacketError && error.message === message, `${message}: ${bytes.toString('hex')}`);
  // From the level of the protocol on; what is shorter is no CONNECT at all.
  for (let length = 9; length < whole.length; length++) {
    const cut = Buffer.from(whole.subarray(0, length));
    cut[1] = length - 2;
    assert.throws(() => read(cut), (error) => error instanceof PacketError && error.message === 'the CONNECT is cut off', `${length} bytes`);
  }
});
