import { connect as connectSocket } from 'node:net';
import { once } from 'node:events';
import { mqttPacket } from '../packages.mjs';
import { between, oneOf } from '../site.mjs';

const topic = 'bulk/stream';

/** Subscribes and stops reading, until the broker cuts it: with a queue on disk that overflows, or without. */
export function slowConsumer(site, number) {
  const clientId = `slow-${number}`;
  return site.repeat('a slow consumer', async () => {
    // One that is clean now and then ends the session, and with it the queue.
    const clean = number % 2 === 0 || Math.random() < 0.3;
    const socket = connectSocket(site.address('tcp'));
    socket.on('error', () => {});
    await once(socket, 'connect');
    const { username, password } = site.access;
    socket.write(mqttPacket.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean, keepalive: 0, username, password: Buffer.from(password) }));
    await once(socket, 'data');
    socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] }));
    await once(socket, 'data');
    socket.pause();
    // A socket that is not read does not notice its end: what the broker keeps is let go of when it gives up, about a minute later.
    await site.wait(between(60_000, 100_000));
    socket.destroy();
    await site.wait(5_000);
  });
}

/** What the slow consumers do not read. */
export async function firehose(site) {
  const client = await site.connect({ clientId: 'firehose' });
  const payload = Buffer.alloc(64 * 1024);
  while (!site.stopping) {
    client.publish(topic, payload, { qos: oneOf([0, 1]) });
    await site.wait(125);
  }
  await new Promise((resolve) => client.end(false, {}, resolve));
}
