import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Member } from './broker-processes.js';
import { ClusterProcesses } from './cluster-processes.js';
import { eventually, natsMissing } from './engine/nats.js';
import { SessionClient } from '../protocol/session-client.js';

const skip = natsMissing;
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);
const WAITING = 3000;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

const dialled = ({ port }: Member, options: { clientId?: string; clean?: boolean } = {}): Promise<MqttClient> => connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0, ...options });

/** Answers of the log: what stood before took effect at every broker. */
async function settled(members: readonly Member[]): Promise<void> {
  for (const member of members) {
    const client = await dialled(member);
    await client.publishAsync('settled', member.name, { qos: 1, retain: true });
    await client.endAsync();
  }
}

for (const qos of [1, 2] as const) {
  test(`${WAITING} messages with QoS ${qos} that waited for a group go to members at three brokers, of which one is killed meanwhile, ${ROUNDS} times: each to one${qos === 2 ? ', once' : ' at least'}`, { skip, timeout: 120_000 + ROUNDS * 120_000 }, async (t) => {
    const cluster = await ClusterProcesses.start(t);
    const { members } = cluster;
    for (let round = 0; round < ROUNDS; round++) {
      const filter = `$share/workers/jobs/${round}`;
      const ids = members.map(({ name }) => `worker of ${name}, round ${round}`);
      for (const [index, clientId] of ids.entries()) {
        const worker = await dialled(members[index]!, { clientId, clean: false });
        await worker.subscribeAsync(filter, { qos });
        await worker.endAsync();
      }
      // Whoever takes the messages knows that nobody is there.
      await settled(members);
      const publisher = await dialled(members[(round + 1) % 3]!);
      await Promise.all(numbers(WAITING).map((payload) => publisher.publishAsync(`jobs/${round}`, payload, { qos })));
      await publisher.endAsync();
      const queued = await Promise.all(members.map(async (member) => {
        await eventually(`all that waits at ${member.name}`, async () => (await member.metric('mqtt_shared_queued_messages')) === WAITING);
        return member.metric('mqtt_shared_subscriptions');
      }));
      assert.deepEqual(queued, [round + 1, round + 1, round + 1]);

      // Each at a broker of its own first, then where one is left.
      const workers = ids.map((id, index) => new SessionClient(id, () => (cluster.avoided.has(members[index]!) ? cluster.anyPort() : members[index]!.port)));
      t.after(() => workers.forEach((worker) => worker.stop()));
      const received = () => workers.flatMap((worker) => worker.received);
      const killed = members[round % 3]!;
      while (received().length < WAITING / 3) await pause(1);
      cluster.avoided.add(killed);
      await killed.kill();
      await eventually('every message came', () => new Set(received()).size >= WAITING, 60);
      await killed.start();
      cluster.avoided.delete(killed);

      for (const member of members) await eventually(`nothing waits at ${member.name}`, async () => (await member.metric('mqtt_queued_messages')) === 0);
      assert.deepEqual([...new Set(received())].sort(), numbers(WAITING).sort());
      if (qos === 2) assert.equal(received().length, WAITING, 'delivered twice');
      for (const worker of workers) assert.ok(worker.received.length > 0, `${worker.clientId} had its share`);
      t.diagnostic(`${workers.map((worker) => worker.received.length).join(', ')} at each, ${received().length - WAITING} repetitions`);
      for (const worker of workers) worker.stop();
    }
  });
}

test('QoS 0: each message goes to one of the members at three brokers, wherever it is published', { skip, timeout: 120_000 }, async (t) => {
  const { members } = await ClusterProcesses.start(t);
  const received: string[][] = [];
  for (const member of [...members, members[0]!]) {
    const worker = await dialled(member);
    t.after(() => worker.end(true));
    const own: string[] = [];
    received.push(own);
    worker.on('message', (_topic, payload) => own.push(payload.toString()));
    await worker.subscribeAsync('$share/workers/jobs', { qos: 0 });
  }
  await settled(members);
  for (const [index, member] of members.entries()) {
    const publisher = await dialled(member);
    for (let i = index; i < 900; i += 3) await publisher.publishAsync('jobs', String(i), { qos: 0 });
    await publisher.endAsync();
  }
  await eventually('every message came', () => received.flat().length >= 900);
  assert.deepEqual(received.flat().sort(), numbers(900).sort());
  for (const { length } of received) assert.ok(length > 100, received.map((own) => own.length).join(', '));
});
