import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Packet } from 'mqtt-packet';
import { EngineConnection, LiveTraffic, Peers } from '../../src/cluster/engine/index.js';
import { ConnectedBrokers } from '../../src/cluster/other-brokers.js';
import { publishPacket, type RawClient } from '../protocol/harness.js';
import { ClusterBroker } from './cluster-broker.js';
import { allLeave, startBroker } from './engine/brokers.js';
import { eventually, Nats, natsMissing } from './engine/nats.js';
import { SharedLog } from './memory-log.js';

const skip = natsMissing;

/** For whom no broker is late: its clients wait for those that do not catch up. */
class Patient extends ConnectedBrokers {
  override isLate(): boolean {
    return false;
  }
}

/** A broker that shares a log in memory, which the test can take away from it, and has the real way past the log to the others. */
async function startMember(t: TestContext, nats: Nats, log: SharedLog, name: string, OtherBrokers = ConnectedBrokers) {
  const incarnation = randomUUID();
  const connection = await EngineConnection.open({ log: nats.log, name });
  const traffic = new LiveTraffic(connection, { cluster: 'mqtt', incarnation });
  let member: ClusterBroker | undefined;
  const peers = await Peers.join(connection, {
    cluster: 'mqtt', name, incarnation,
    status: () => ({ run: member?.journal.incarnation ?? 0, ready: true, applied: member?.store.applied ?? 0, connections: 0, draining: false }),
  });
  traffic.follow(peers);
  let others: ConnectedBrokers | undefined;
  member = await ClusterBroker.start(t, log, { name, others: (store) => (others = new OtherBrokers({ peers, traffic, applied: () => store.applied })) });
  traffic.onMessage = (packet) => member!.broker.receive(packet);
  t.after(async () => {
    others!.close();
    await peers.leave();
    traffic.close();
    await connection.close();
  });
  return { member, traffic, peers };
}

async function startNats(t: TestContext): Promise<Nats> {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  return nats;
}

async function answered(client: RawClient, packet: Packet): Promise<void> {
  client.send(packet);
  const { cmd, messageId } = (await client.next())!;
  assert.deepEqual([cmd, messageId], [packet.cmd === 'publish' ? 'puback' : 'pingresp', packet.messageId]);
}

async function subscribed(client: RawClient, topic: string): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] });
  assert.equal((await client.next())?.cmd, 'suback');
}

async function payloads(client: RawClient, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const packet = (await client.next()) as { messageId: number; payload: Buffer };
    found.push(packet.payload.toString());
    client.send({ cmd: 'puback', messageId: packet.messageId });
  }
  return found;
}

for (const [name, OtherBrokers] of [['known to be late', ConnectedBrokers], ['that stops just now', Patient]] as const) {
  test(`a broker ${name} holds up no publisher elsewhere, and its clients get what was published in order`, { skip, timeout: 120_000 }, async (t) => {
    const nats = await startNats(t);
    const log = new SharedLog();
    const [{ member: first, traffic, peers }, { member: second }] = [await startMember(t, nats, log, 'a', OtherBrokers), await startMember(t, nats, log, 'b')];
    await eventually('they know each other', () => peers.list().length === 1);
    const { client: subscriber } = await second.connected('subscriber');
    await subscribed(subscriber, 't/#');
    const { client: publisher } = await first.connected('publisher');
    await eventually('the other one is known to be up to date', () => peers.list()[0]!.applied >= first.store.applied);

    second.log.disconnect();
    await answered(publisher, publishPacket('t/state', 'online', 1, 1, { retain: true }));
    let sent = 0;
    // Beyond the time in which they would follow the retained one in any case.
    for (const end = performance.now() + 8000; performance.now() < end; await pause(100)) {
      await answered(publisher, publishPacket('t/value', `${sent++}`, 1, 2));
      await answered(publisher, { cmd: 'pingreq' });
    }
    assert.equal(traffic.statistics().sent, 0, 'what goes past the log would overtake the retained message');

    second.log.reconnect();
    await eventually('messages go past the log again', async () => {
      await answered(publisher, publishPacket('t/value', `${sent++}`, 1, 2));
      return traffic.statistics().sent > 0;
    });
    assert.deepEqual(await payloads(subscriber, sent + 1), ['online', ...Array.from({ length: sent }, (_, number) => `${number}`)]);
  });
}

test('a broker that has just begun to join, and has no clients, keeps nobody from going past the log', { skip, timeout: 60_000 }, async (t) => {
  const nats = await startNats(t);
  const log = new SharedLog();
  const [{ member: first, traffic, peers }, { member: second }] = [await startMember(t, nats, log, 'a', Patient), await startMember(t, nats, log, 'b')];
  // It says that it has applied no more than 7 entries, for ever.
  await startBroker(nats.log, 'joining');
  await eventually('they know each other', () => peers.list().length === 2);
  const { client: subscriber } = await second.connected('subscriber');
  await subscribed(subscriber, 't');
  const { client: publisher } = await first.connected('publisher');
  for (let number = 0; number < 10; number++) await answered(publisher, publishPacket('state', 'online', 1, 1, { retain: true }));
  assert.ok(first.store.applied > 7);
  await eventually('the one with clients is known to be up to date', () => peers.list()[0]!.applied >= first.store.applied);
  await answered(publisher, publishPacket('t', 'live', 1, 2));
  assert.equal(traffic.statistics().sent, 1);
  assert.deepEqual(await payloads(subscriber, 1), ['live']);
});

test('what waits for a broker that takes nothing is bounded, however many publish for it; others are not held up, and nothing is refused', { skip, timeout: 120_000 }, async (t) => {
  const nats = await startNats(t);
  const { member, traffic, peers } = await startMember(t, nats, new SharedLog(), 'a');
  const [slow, quick] = await Promise.all(['slow', 'quick'].map((name) => startBroker(nats.log, name)));
  await eventually('all know each other', () => [peers, slow!.peers, quick!.peers].every((each) => each.list().length === 2));
  await slow!.traffic.announce('slow', 'live');
  await quick!.traffic.announce('quick', 'live');
  await eventually('their interest is known', () => traffic.interested('slow') && traffic.interested('quick'));
  // It is alive, and takes no messages.
  slow!.traffic.close();

  const payload = 'x'.repeat(100_000);
  const perPublisher = 10;
  const publishers = await Promise.all(Array.from({ length: 60 }, async (_, index) => (await member.connected(`p${index}`)).client));
  for (const publisher of publishers) for (let id = 1; id <= perPublisher; id++) publisher.send(publishPacket('slow', payload, 1, id));
  await eventually('nothing more is taken for it', () => traffic.crowded('slow'));
  const { client: other } = await member.connected('other');
  for (let id = 1; id <= 100; id++) await answered(other, publishPacket('quick', payload, 1, id));
  assert.equal(quick!.received.length, 100);
  // Half of 64 MiB, for one of two brokers, of the 60 MB that were published.
  const { bufferedBytes } = traffic.statistics();
  assert.ok(bufferedBytes >= 32 * 1024 * 1024 && bufferedBytes < 33 * 1024 * 1024, `${bufferedBytes} bytes`);

  await slow!.peers.leave();
  for (const publisher of publishers) {
    for (let id = 1; id <= perPublisher; id++) assert.deepEqual(await publisher.next().then((packet) => [packet?.cmd, packet?.messageId]), ['puback', id]);
  }
  assert.equal(traffic.statistics().bufferedBytes, 0);
});
