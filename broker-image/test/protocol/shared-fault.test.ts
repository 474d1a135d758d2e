import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { PublishStream } from './publish-stream.js';
import { SessionClient } from './session-client.js';
import { spawnBroker } from './spawn-broker.js';
import { temporaryDirectory } from '../store/temporary-directory.js';

/** How often the broker is killed in each test. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
const IN_FLIGHT = 50;
const WAITING = 3000;
/** What is lost is waited for in vain. */
const limits = { timeout: 120_000 + ROUNDS * 60_000 };

for (const qos of [1, 2] as const) {
  test(`members of a group at QoS ${qos} whose connections break, and kill -9 of the broker, ${ROUNDS} times: every message comes to one${qos === 2 ? ', once' : ' at least'}`, limits, async (t) => {
    const directory = temporaryDirectory(t);
    let broker = await spawnBroker(t, directory);
    const { port } = broker;
    const members = ['a', 'b', 'c'].map((id) => new SessionClient(id, port, { topic: '$share/g/stream/+', qos }));
    const ordinary = new SessionClient('ordinary', port, { topic: 'stream/#', qos });
    t.after(() => [...members, ordinary].forEach((client) => client.stop()));
    for (const client of [...members, ordinary]) await client.until(() => client.connections > 0);
    const stream = new PublishStream(t, port, { qos, inFlight: IN_FLIGHT });
    for (let round = 0; round < ROUNDS; round++) {
      await stream.progress(100 + Math.floor(Math.random() * 200));
      members[round % 3]!.breakConnection();
      await stream.progress(Math.floor(Math.random() * 100));
      broker.process.kill('SIGKILL');
      await once(broker.process, 'exit');
      broker = await spawnBroker(t, directory, port);
    }
    await stream.end();

    const received = () => members.flatMap((member) => member.received);
    while (new Set(received()).size < stream.sent) await sleep(20);
    await ordinary.until(() => new Set(ordinary.received).size >= stream.sent);
    const distinct = new Set(received());
    assert.deepEqual(stream.acknowledged.filter((payload) => !distinct.has(payload)), [], 'acknowledged and lost');
    if (qos === 2) assert.equal(received().length, distinct.size, 'delivered twice');
    for (const member of members) assert.ok(member.received.length > 0, `${member.clientId} had its share`);
    t.diagnostic(`${stream.sent} messages, ${received().length - distinct.size} repetitions`);
  });
}

for (const qos of [1, 2] as const) {
  test(`kill -9 while ${WAITING} messages with QoS ${qos} wait for a group, and ${ROUNDS} times while three members draw them: every message comes to one${qos === 2 ? ', once' : ' at least'}`, limits, async (t) => {
    const directory = temporaryDirectory(t);
    let broker = await spawnBroker(t, directory);
    const { port } = broker;
    const restart = async () => {
      broker.process.kill('SIGKILL');
      await once(broker.process, 'exit');
      broker = await spawnBroker(t, directory, port);
    };
    for (const clientId of ['a', 'b', 'c']) {
      const member = await connectAsync({ host: '127.0.0.1', port, clientId, clean: false });
      await member.subscribeAsync('$share/g/jobs/+', { qos });
      await member.endAsync();
    }
    const publisher = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0 });
    const payloads = Array.from({ length: WAITING }, (_, i) => String(i));
    await Promise.all(payloads.map((payload) => publisher.publishAsync('jobs/1', payload, { qos })));
    publisher.end(true);
    await restart();

    const members = ['a', 'b', 'c'].map((id) => new SessionClient(id, port));
    t.after(() => members.forEach((member) => member.stop()));
    const received = () => members.flatMap((member) => member.received);
    for (let round = 1; round <= ROUNDS; round++) {
      while (new Set(received()).size < (WAITING * round) / (ROUNDS + 1)) await sleep(1);
      await restart();
    }
    while (new Set(received()).size < WAITING) await sleep(20);
    assert.deepEqual([...new Set(received())].sort(), payloads.toSorted());
    if (qos === 2) assert.equal(received().length, WAITING, 'delivered twice');
    for (const member of members) assert.ok(member.received.length > 0, `${member.clientId} had its share`);
    t.diagnostic(`${received().length - WAITING} repetitions`);
  });
}
