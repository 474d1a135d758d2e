import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SessionClient } from './session-client.js';
import { spawnBroker } from './spawn-broker.js';
import { temporaryDirectory } from '../store/temporary-directory.js';

/** How often the broker is killed in each test. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
const IN_FLIGHT = 50;

for (const qos of [1, 2] as const) {
  test(`members of a group at QoS ${qos} whose connections break, and kill -9 of the broker, ${ROUNDS} times: every message comes to one${qos === 2 ? ', once' : ' at least'}`, async (t) => {
    const directory = temporaryDirectory(t);
    let broker = await spawnBroker(t, directory);
    const { port } = broker;
    const members = ['a', 'b', 'c'].map((id) => new SessionClient(id, port, { topic: '$share/g/stream/+', qos }));
    const ordinary = new SessionClient('ordinary', port, { topic: 'stream/#', qos });
    const publishers = [0, 1].map((number) => new SessionClient(`publisher ${number}`, port));
    t.after(() => [...members, ordinary, ...publishers].forEach((client) => client.stop()));
    for (const client of [...members, ordinary]) await client.until(() => client.connections > 0);

    let sent = 0;
    let streaming = true;
    const streams = publishers.map(async (publisher, number) => {
      while (streaming) {
        await publisher.until(() => publisher.inFlight < IN_FLIGHT);
        if (streaming) publisher.publish(`stream/${number}`, `${number}:${sent++}`, qos);
      }
    });
    const [publisher] = publishers as [SessionClient];
    const more = (messages: number) => {
      const goal = publisher.acknowledged.length + messages;
      return publisher.until(() => publisher.acknowledged.length > goal);
    };
    for (let round = 0; round < ROUNDS; round++) {
      await more(100 + Math.floor(Math.random() * 200));
      members[round % 3]!.breakConnection();
      await more(Math.floor(Math.random() * 100));
      broker.process.kill('SIGKILL');
      await once(broker.process, 'exit');
      broker = await spawnBroker(t, directory, port);
    }
    streaming = false;
    for (const each of publishers) await each.until(() => each.inFlight === 0);
    await Promise.all(streams);

    const received = () => members.flatMap((member) => member.received);
    while (new Set(received()).size < sent) await sleep(20);
    await ordinary.until(() => new Set(ordinary.received).size >= sent);
    const distinct = new Set(received());
    const acknowledged = publishers.flatMap((each) => each.acknowledged);
    assert.deepEqual(acknowledged.filter((payload) => !distinct.has(payload)), [], 'acknowledged and lost');
    if (qos === 2) assert.equal(received().length, distinct.size, 'delivered twice');
    for (const member of members) assert.ok(member.received.length > 0, `${member.clientId} had its share`);
    t.diagnostic(`${sent} messages, ${received().length - distinct.size} repetitions`);
  });
}
