import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CombinedObserver, LogObserver, Metrics, SystemTopics } from '../../src/operations/index.js';
import { TestBroker } from '../protocol/harness.js';
import { RecordingLog } from './recording-log.js';

const statistics = { connections: 3, sessions: { connected: 1, disconnected: 4 }, subscriptions: 5, retainedMessages: 6, retainedBytes: 2048, retainedMaxBytes: 65536, queuedMessages: 7, queuedBytes: 8, storeBytes: 9, shared: { count: 0, queuedMessages: 0, queuedBytes: 0, droppedMessages: 0 } };

const client = { clientId: 'c', listener: 'mqtt', remoteAddress: '10.0.0.1' };

function create(): { metrics: Metrics; topics: SystemTopics; published: Map<string, string> } {
  const metrics = new Metrics({ version: '1', name: 'b', listeners: ['mqtt'], storeMaxBytes: 1 }, { statistics: () => undefined, storeWritable: () => true, draining: () => false });
  const published = new Map<string, string>();
  const topics = new SystemTopics({ version: '1.2.3', metrics, statistics: () => statistics, publish: (topic, payload) => published.set(topic, payload) });
  return { metrics, topics, published };
}

test('the customary topics', () => {
  const { metrics, topics, published } = create();
  for (let i = 0; i < 3; i++) metrics.connectionOpened(client);
  metrics.messageReceived(1, 100);
  metrics.messageSent(0, 20);
  metrics.messageSent(1, 30);
  metrics.messageDropped('queue-full', 2);
  topics.publish();
  const { '$SYS/broker/uptime': uptime, ...rest } = Object.fromEntries([...published].filter(([topic]) => !topic.includes('/load/')));
  assert.match(uptime!, /^\d+ seconds$/);
  assert.deepEqual(rest, {
    '$SYS/broker/version': 'cdk8s-mqtt broker 1.2.3',
    '$SYS/broker/clients/connected': '3',
    '$SYS/broker/clients/disconnected': '4',
    '$SYS/broker/clients/total': '7',
    '$SYS/broker/clients/maximum': '3',
    '$SYS/broker/subscriptions/count': '5',
    '$SYS/broker/retained messages/count': '6',
    '$SYS/broker/store/messages/count': '7',
    '$SYS/broker/store/messages/bytes': '8',
    '$SYS/broker/publish/messages/received': '1',
    '$SYS/broker/publish/messages/sent': '2',
    '$SYS/broker/publish/messages/dropped': '2',
    '$SYS/broker/publish/bytes/received': '100',
    '$SYS/broker/publish/bytes/sent': '50',
  });
});

test('the most clients at one time are remembered', () => {
  const { metrics, topics, published } = create();
  for (let i = 0; i < 3; i++) metrics.connectionOpened(client);
  topics.publish();
  for (const reason of ['client', 'network'] as const) metrics.connectionClosed(client, reason);
  topics.publish();
  assert.equal(published.get('$SYS/broker/clients/maximum'), '3');
  assert.equal(published.get('$SYS/broker/clients/connected'), '1');
});

test('clients with clean sessions count like those with persistent ones', async (t) => {
  const metrics = new Metrics({ version: '1', name: 'b', listeners: ['tcp'], storeMaxBytes: 1 }, { statistics: () => undefined, storeWritable: () => true, draining: () => false });
  const closed: Array<() => void> = [];
  const observer = new CombinedObserver(metrics, new LogObserver(new RecordingLog()));
  const { connectionClosed } = CombinedObserver.prototype;
  observer.connectionClosed = (...details) => {
    connectionClosed.apply(observer, details);
    closed.shift()?.();
  };
  const broker = await TestBroker.start(t, { observer });
  const topics = new SystemTopics({ version: '1', metrics, statistics: () => broker.broker.statistics(), publish: (topic, payload) => broker.broker.publishSystem(topic, payload) });
  const published = () => {
    topics.publish();
    const value = (name: string) => Number([...broker.broker.retained(`$SYS/broker/clients/${name}`)][0]!.payload.toString());
    return { connected: value('connected'), disconnected: value('disconnected'), total: value('total'), maximum: value('maximum') };
  };
  await broker.connect({ clientId: 'clean 1' });
  const second = await broker.connect({ clientId: 'clean 2' });
  const persistent = await broker.connect({ clientId: 'persistent', clean: false });
  assert.deepEqual(published(), { connected: 3, disconnected: 0, total: 3, maximum: 3 });
  const both = Promise.all([1, 2].map(() => new Promise<void>((resolve) => closed.push(resolve))));
  await Promise.all([second.endAsync(), persistent.endAsync()]);
  await both;
  assert.deepEqual(published(), { connected: 1, disconnected: 1, total: 2, maximum: 3 });
});

test('loads are moving averages per minute', () => {
  const { metrics, topics, published } = create();
  const load = (span: string) => Number(published.get(`$SYS/broker/load/publish/received/${span}`));
  // 100 messages an interval of 10 s are 600 a minute; the averages come near after their span, the short one first.
  for (let interval = 0; interval < 6; interval++) {
    for (let message = 0; message < 100; message++) metrics.messageReceived(0, 1);
    topics.publish();
  }
  assert.equal(load('1min').toFixed(0), (600 * (1 - Math.exp(-1))).toFixed(0));
  assert.equal(load('5min').toFixed(0), (600 * (1 - Math.exp(-1 / 5))).toFixed(0));
  assert.equal(load('15min').toFixed(0), (600 * (1 - Math.exp(-1 / 15))).toFixed(0));
  for (let interval = 0; interval < 60; interval++) topics.publish();
  assert.ok(load('1min') < 1, 'fades without traffic');
});
