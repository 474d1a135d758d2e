import { randomBytes } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { mqttPacket } from '../packages.mjs';
import { between, oneOf } from '../site.mjs';

const connectPacket = (options) => mqttPacket.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 30, clientId: 'stranger', ...options });

/** What the broker has to turn away. */
const misdeeds = {
  'random bytes': () => randomBytes(100),
  'half a CONNECT, and then nothing': () => connectPacket({}).subarray(0, 10),
  nothing: () => Buffer.alloc(0),
  'a guess of a user name and a password': () => connectPacket({ username: `stranger-${randomBytes(3).toString('hex')}`, password: randomBytes(8) }),
  'no password': () => connectPacket({}),
  'MQTT 5': () => connectPacket({ protocolVersion: 5 }),
  'a packet that is too large': () => Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
  'a PUBLISH before CONNECT': () => mqttPacket.generate({ cmd: 'publish', topic: 'a', payload: 'b', qos: 0 }),
  'an HTTP request for another path': () => Buffer.from('GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
};

/** Connections that are no good, to every kind of listener. */
export async function stranger(site) {
  await site.repeat('a stranger', async () => {
    const socket = connectSocket(site.address(oneOf(['tcp', 'tls', 'ws', 'wss'])));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {}).resume();
    socket.write(oneOf(Object.values(misdeeds))());
    await Promise.race([ended, site.wait(between(1_000, 15_000))]);
    socket.destroy();
    await site.wait(between(100, 1_000));
  });
}
