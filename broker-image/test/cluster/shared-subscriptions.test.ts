import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishPacket, type RawClient } from '../protocol/harness.js';
import { PublishStream } from '../protocol/publish-stream.js';
import { SessionClient } from '../protocol/session-client.js';
import { ClusterBroker } from './cluster-broker.js';
import { SharedLog } from './memory-log.js';

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
const IN_FLIGHT = 20;

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

async function subscribed(broker: ClusterBroker, clientId: string, clean: boolean): Promise<RawClient> {
  const { client } = await broker.connected(clientId, { clean });
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '$share/g/x', qos: 2 }] });
  assert.equal((await client.next())?.cmd, 'suback');
  return client;
}

/** The next message at QoS 1, acknowledged. */
async function take(client: RawClient): Promise<string> {
  const packet = (await client.next()) as unknown as { payload: Buffer; messageId: number };
  client.send({ cmd: 'puback', messageId: packet.messageId });
  return packet.payload.toString();
}

test('members on two brokers, with clean and persistent sessions, share messages and the queue of the group', async (t) => {
  const log = new SharedLog();
  const [first, second] = [await ClusterBroker.start(t, log, { name: 'broker-0' }), await ClusterBroker.start(t, log, { name: 'broker-1' })] as const;
  const members = [await subscribed(first, 'p0', false), await subscribed(first, 'c0', true), await subscribed(second, 'p1', false), await subscribed(second, 'c1', true)];
  const { client: publisher } = await first.connected('publisher');
  const publish = async (payload: string, id: number) => {
    publisher.send(publishPacket('x', payload, 1, id));
    assert.equal((await publisher.next())?.cmd, 'puback');
  };
  for (let i = 1; i <= 8; i++) await publish(`m${i}`, i);
  const taken = await Promise.all(members.map(async (member) => [await take(member), await take(member)]));
  assert.deepEqual(taken.flat().sort(), ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8']);

  for (const member of members) {
    member.send({ cmd: 'disconnect' });
    await member.end();
  }
  // Every broker knows that nobody is left before it is told of the next messages.
  while (first.store.owner('p1') !== undefined || first.store.owner('c1') !== undefined || first.store.owner('p0') !== undefined) await turns(1);
  for (let i = 1; i <= 5; i++) await publish(`later ${i}`, i);
  const { client: back, sessionPresent } = await second.connected('p0', { clean: false });
  assert.equal(sessionPresent, true);
  assert.deepEqual([await take(back), await take(back), await take(back), await take(back), await take(back)], [1, 2, 3, 4, 5].map((i) => `later ${i}`));
});

for (const qos of [1, 2] as const) {
  test(`a group at QoS ${qos} whose members change brokers, which are killed, ${ROUNDS} times: every message comes to one${qos === 2 ? ', once' : ' at least'}, and the brokers agree`, async (t) => {
    const log = new SharedLog();
    let seed = 5;
    const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    const options = { delays: () => Math.floor(random() * 3), duplicates: () => random() < 0.05 };
    const brokers = await Promise.all([0, 1, 2].map((number) => ClusterBroker.start(t, log, { name: `broker-${number}`, ...options })));
    const anyPort = () => brokers[Math.floor(random() * brokers.length)]!.port;
    const members = ['a', 'b', 'c'].map((id) => new SessionClient(id, anyPort, { topic: '$share/g/stream/#', qos }));
    for (const member of members) await member.until(() => member.connections > 0);
    for (const broker of brokers) while (!broker.store.reaches('stream/0')) await turns(1);
    t.after(() => members.forEach((client) => client.stop()));
    const stream = new PublishStream(t, anyPort, { qos, inFlight: IN_FLIGHT });
    for (let round = 0; round < ROUNDS; round++) {
      await stream.progress(100);
      members[round % 3]!.breakConnection();
      await stream.progress(50);
      const number = round % 3;
      const killed = brokers[number]!;
      brokers[number] = brokers[(number + 1) % 3]!;
      await killed.kill();
      await stream.progress(50);
      brokers[number] = await ClusterBroker.start(t, log, { name: killed.name, directory: killed.directory, ...options });
    }
    await stream.end();

    const received = () => members.flatMap((member) => member.received);
    while (new Set(received()).size < stream.sent) await turns(50);
    const distinct = new Set(received());
    assert.deepEqual(stream.acknowledged.filter((payload) => !distinct.has(payload)), [], 'acknowledged and lost');
    if (qos === 2) assert.equal(received().length, distinct.size, 'delivered twice');
    for (const member of members) assert.ok(member.received.length > 0, `${member.clientId} had its share`);
    while (brokers.some((broker) => broker.store.applied < log.last || broker.store.statistics().queuedMessages > 0)) await turns(50);
    t.diagnostic(`${stream.sent} messages, ${received().length - distinct.size} repetitions`);
  });
}
