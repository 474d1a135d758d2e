import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once, type EventEmitter } from 'node:events';
import { test } from 'node:test';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { EngineConnection, JetStreamLog } from '../../src/cluster/engine/index.js';
import { Member } from './broker-processes.js';
import { eventually, Nats, natsMissing, type NatsServer } from './engine/nats.js';

const skip = natsMissing;

async function dial(member: Member, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connect(`mqtt://127.0.0.1:${member.port}`, { reconnectPeriod: 0, ...options });
  client.on('error', () => undefined);
  await once(client as unknown as EventEmitter, 'connect');
  return client;
}

test('NATS is divided: brokers on the side of the fewer acknowledge nothing and are not ready, the others go on, and all is one again afterwards', { skip, timeout: 240_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3, divisible: true, maxFile: '20G' });
  t.after(() => nats.stop());
  const servers = nats.servers as unknown as [NatsServer, NatsServer, NatsServer];
  const members = servers.map(({ url }, index) => new Member(`broker-${index}`, { servers: [url] })) as [Member, Member, Member];
  const clients: MqttClient[] = [];
  t.after(async () => {
    for (const client of clients) client.end(true);
    await Promise.all(members.map((member) => member.kill()));
  });
  await Promise.all(members.map((member) => member.start()));
  const [alone, ...together] = members;
  const ready = async (member: Member) => (await member.readiness()).ready;

  const received: string[] = [];
  const device = await dial(together[0]!, { clientId: 'device', clean: false });
  device.on('message', (_topic, payload) => received.push(payload.toString()));
  await device.subscribeAsync('#', { qos: 1 });
  const stranded = await dial(alone, { clientId: 'stranded', keepalive: 0, will: { topic: 'will', payload: Buffer.from('will'), qos: 1, retain: false } });
  const publisher = await dial(together[1]!);
  clients.push(device, stranded, publisher);
  await stranded.publishAsync('x', 'before', { qos: 1 });

  nats.divide(servers[0]);
  const answers: string[] = [];
  stranded.publish('x', 'from the side of the fewer', { qos: 1 }, (error) => answers.push(error === undefined || error === null ? 'acknowledged' : 'refused'));
  await eventually('it is not ready', async () => !(await ready(alone)));
  for (const member of together) await eventually('the others are ready', () => ready(member));
  await publisher.publishAsync('x', 'meanwhile', { qos: 1 });
  await eventually('the will of the client that is cut off', () => received.includes('will'));
  assert.ok(!answers.includes('acknowledged'));
  assert.equal(await ready(alone), false);

  const closed = stranded.connected ? once(stranded as unknown as EventEmitter, 'close') : undefined;
  nats.unite();
  for (const member of members) await eventually('all are ready', () => ready(member));
  await closed;
  assert.ok(!answers.includes('acknowledged'), 'what was not in the log in time is not acknowledged later');
  const again = await dial(alone, { clientId: 'stranded', clean: true });
  clients.push(again);
  await again.publishAsync('x', 'after', { qos: 1 });
  await eventually('what is published afterwards', () => received.includes('after'));
  // The message of the side of the fewer was given up, or came in; its publisher does not know.
  assert.deepEqual(received.filter((payload) => !payload.startsWith('from')), ['before', 'meanwhile', 'will', 'after'].toSorted((one, other) => received.indexOf(one) - received.indexOf(other)));
  assert.deepEqual(members.map(({ failure }) => failure), [undefined, undefined, undefined]);
});

test('a broker that reaches servers of both sides leaves the one that is cut off', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3, divisible: true });
  t.after(() => nats.stop());
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  const log = await JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes: 64 * 1024 ** 2, incarnation: randomUUID() });
  t.after(async () => {
    await log.close();
    await connection.close();
  });
  await log.append(Buffer.from('before'));
  const left = nats.servers.find(({ port }) => connection.nats.getServer().endsWith(`:${port}`))!;
  nats.divide(left);
  await log.append(Buffer.from('from the other side'));
  assert.ok(!connection.nats.getServer().endsWith(`:${left.port}`));
  await eventually('it is available', () => log.available);
});
