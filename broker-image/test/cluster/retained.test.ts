import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { RawClient } from '../protocol/harness.js';
import { Message } from '../../src/store/index.js';
import { ClusterBroker } from './cluster-broker.js';
import { SharedLog } from './memory-log.js';

interface Publish {
  readonly topic: string;
  readonly messageId: number;
}

const RETAINED = 2500;

async function two(t: TestContext, options: { maxQueuedMessages?: number } = {}): Promise<[ClusterBroker, ClusterBroker]> {
  const log = new SharedLog();
  const brokers: [ClusterBroker, ClusterBroker] = [await ClusterBroker.start(t, log, { ...options, name: 'broker-0' }), await ClusterBroker.start(t, log, { ...options, name: 'broker-1' })];
  for (let i = 0; i < RETAINED; i++) brokers[0].broker.journal.submit({ kind: 'publish', time: 1, message: Message.create(`r/${i}`, Buffer.from('x'), 1, true) });
  while (brokers.some(({ store }) => store.statistics().retainedMessages < RETAINED)) await new Promise(setImmediate);
  return brokers;
}

async function subscribed(broker: ClusterBroker): Promise<RawClient> {
  const { client } = await broker.connected('s', { clean: false });
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'r/#', qos: 1 }] });
  assert.equal((await client.next())?.cmd, 'suback');
  return client;
}

/** Topics of the messages that the client gets and acknowledges, until there are so many. */
async function receive(client: RawClient, count: number): Promise<Set<string>> {
  const topics = new Set<string>();
  while (topics.size < count) {
    const { topic, messageId } = (await client.next()) as unknown as Publish;
    topics.add(topic);
    client.send({ cmd: 'puback', messageId });
  }
  return topics;
}

const due = ({ store }: ClusterBroker) => store.session('s')!.subscriptions.get('r/#')!.retainedDue;

for (const maxQueuedMessages of [100_000, 10]) {
  test(`all retained messages reach a persistent session whose queue takes ${maxQueuedMessages}, in pieces that every broker applies alike`, async (t) => {
    const brokers = await two(t, { maxQueuedMessages });
    const client = await subscribed(brokers[1]);
    assert.equal(due(brokers[1]), true);
    await receive(client, RETAINED);
    for (const broker of brokers) {
      while (due(broker) || broker.store.session('s')!.queuedMessages > 0) await new Promise(setImmediate);
    }
    for (const { observer } of brokers) assert.deepEqual(observer.events.filter(([name]) => name === 'dropped'), []);
  });
}

test('the broker that a client moves to goes on with the retained messages that the one before did not queue', async (t) => {
  const [first, second] = await two(t);
  const before = await subscribed(second);
  await receive(before, 10);
  const { client } = await first.connected('s', { clean: false });
  await before.end();
  assert.equal(due(first), true);
  // Begun anew: those that came before come again.
  await receive(client, RETAINED);
  while (due(first) || first.store.session('s')!.queuedMessages > 0) await new Promise(setImmediate);
});
