import assert from 'node:assert/strict';
import { once, type EventEmitter } from 'node:events';
import { after, test } from 'node:test';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { startMembers, type Member } from './broker-processes.js';
import { eventually, Nats, natsMissing } from './engine/nats.js';

const skip = natsMissing;
const clients: MqttClient[] = [];
// Here and not in a hook, whose processes would end with it.
const nats = skip ? undefined : await Nats.start({ servers: 3, maxFile: '20G' });
const members = (nats === undefined ? [] : await startMembers(3, nats.log).catch((error: unknown) => nats.stop().then(() => Promise.reject(error)))) as [Member, Member, Member];
after(async () => {
  for (const client of clients) client.end(true);
  await Promise.all(members.map((member) => member.kill()));
  await nats?.stop();
});

interface Dialled {
  readonly client: MqttClient;
  /** Payloads as they arrive. */
  readonly received: string[];
}

async function dial(member: Member, options: IClientOptions = {}): Promise<Dialled> {
  const client = connect(`mqtt://127.0.0.1:${member.port}`, { reconnectPeriod: 0, ...options });
  clients.push(client);
  const received: string[] = [];
  // What is queued comes right behind the CONNACK.
  client.on('message', (_topic, payload) => received.push(payload.toString()));
  client.on('error', () => undefined);
  await once(client as unknown as EventEmitter, 'connect');
  return { client, received };
}

test('what is published at one broker reaches subscribers of all, at every QoS', { skip, timeout: 60_000 }, async () => {
  const subscribers = await Promise.all(members.map((member) => dial(member)));
  await Promise.all(subscribers.map(({ client }) => client.subscribeAsync('news/#', { qos: 2 })));
  for (const [index, member] of members.entries()) {
    const { client } = await dial(member);
    for (const qos of [0, 1, 2] as const) await client.publishAsync(`news/${index}`, `${index}:${qos}`, { qos });
  }
  await eventually('everything arrived', () => subscribers.every(({ received }) => received.length === 9));
  for (const { received } of subscribers) assert.deepEqual(received.toSorted(), ['0:0', '0:1', '0:2', '1:0', '1:1', '1:2', '2:0', '2:1', '2:2']);
});

test('a session goes on at another broker, with what was queued meanwhile, in order', { skip, timeout: 60_000 }, async () => {
  const { client: first } = await dial(members[0], { clientId: 'mover', clean: false });
  await first.subscribeAsync('queue', { qos: 1 });
  await first.endAsync();
  const { client: publisher } = await dial(members[2]);
  for (let number = 0; number < 100; number++) await publisher.publishAsync('queue', String(number), { qos: 1 });
  const { received } = await dial(members[1], { clientId: 'mover', clean: false });
  await eventually('the queue', () => received.length >= 100);
  assert.deepEqual(received, [...Array(100).keys()].map(String));
});

test('a client id belongs to the last connection, wherever it is', { skip, timeout: 60_000 }, async () => {
  const { client } = await dial(members[0], { clientId: 'one' });
  const ended = once(client as unknown as EventEmitter, 'close');
  await dial(members[1], { clientId: 'one' });
  await ended;
});

test('a retained message is the same everywhere', { skip, timeout: 60_000 }, async () => {
  const { client: publisher } = await dial(members[0]);
  await publisher.publishAsync('state', 'on', { qos: 1, retain: true });
  for (const member of members) {
    const { client, received } = await dial(member);
    await client.subscribeAsync('state', { qos: 1 });
    await eventually('the retained message', () => received.length === 1);
    assert.deepEqual(received, ['on']);
  }
});

test('messages of one publisher arrive in order, complete and once, whether they go through the log or past it', { skip, timeout: 120_000 }, async (t) => {
  const [first, second, third] = members;
  const subscribers = await Promise.all([first, second, third].map((member) => dial(member)));
  await Promise.all(subscribers.map(({ client }) => client.subscribeAsync('order', { qos: 1 })));
  const { client: publisher } = await dial(first);
  let sent = 0;
  let publishing = true;
  let stored = false;
  const stream = async () => {
    while (publishing) {
      // Retained ones go through the log, and all while a persistent session wants them.
      await Promise.all(Array.from({ length: 20 }, () => publisher.publishAsync('order', String(sent++), { qos: 1, retain: stored && Math.random() < 0.05 })));
    }
  };
  const streaming = stream();
  for (let round = 0; round < 3; round++) {
    stored = true;
    const { client } = await dial(members[round % 3]!, { clientId: 'now and then', clean: false });
    await client.subscribeAsync('order', { qos: 1 });
    await eventually('some more', ((goal) => () => sent > goal)(sent + 100));
    await client.unsubscribeAsync('order');
    await client.endAsync();
    stored = false;
    // They go past the log again, after a while.
    const past = await first.metric('mqtt_cluster_messages_total{direction="sent"}');
    await eventually('some past the log', async () => (await first.metric('mqtt_cluster_messages_total{direction="sent"}')) > past + 100);
  }
  publishing = false;
  await streaming;
  await eventually('all of them', () => subscribers.every(({ received }) => received.length >= sent));
  const all = [...Array(sent).keys()].map(String);
  for (const { received } of subscribers) assert.deepEqual(received, all);
  t.diagnostic(`${sent} messages, ${await first.metric('mqtt_cluster_messages_total{direction="sent"}')} past the log`);
});

test('a persistent session misses nothing from SUBACK on, at whichever broker it is published', { skip, timeout: 120_000 }, async () => {
  const publishers = await Promise.all(members.map((member) => dial(member)));
  for (let round = 0; round < 30; round++) {
    const { client, received } = await dial(members[round % 3]!, { clientId: 'fresh', clean: round % 2 === 0 });
    await client.subscribeAsync(`fresh/${round}`, { qos: 1 });
    await Promise.all(publishers.map(({ client: publisher }, index) => publisher.publishAsync(`fresh/${round}`, String(index), { qos: 1 })));
    await eventually('one from each', () => received.length === 3);
    assert.deepEqual(received.toSorted(), ['0', '1', '2']);
    await client.endAsync();
  }
});
