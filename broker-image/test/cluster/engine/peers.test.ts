import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allLeave, startBroker } from './brokers.js';
import { eventually, Nats, natsMissing } from './nats.js';
import { Proxy } from './proxy.js';
import { EngineConnection, Peers } from '../../../src/cluster/engine/index.js';

const skip = natsMissing;

test('brokers find each other, know what they say of themselves, and which is the first', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const [b, a] = await Promise.all([startBroker(nats.log, 'b'), startBroker(nats.log, 'a')]);
  const c = await startBroker(nats.log, 'c');
  await eventually('all are known', () => [a, b, c].every(({ peers }) => peers.list().length === 2));
  assert.deepEqual(b.peers.list().map(({ name, applied, draining }) => ({ name, applied, draining })), [{ name: 'a', applied: 7, draining: false }, { name: 'c', applied: 7, draining: false }]);
  assert.deepEqual([a, b, c].map(({ peers }) => peers.isFirst), [true, false, false]);
  assert.equal(a.peers.get(c.peers.list()[1]!.incarnation)?.name, 'b');

  b.received.push('x');
  await eventually('what changes is told', () => c.peers.list().find(({ name }) => name === 'b')?.connections === 1);

  const before = performance.now();
  await a.leave();
  await eventually('the goodbye', () => b.peers.isFirst && c.peers.list().length === 1);
  assert.ok(performance.now() - before < 5000, 'earlier than silence would tell');
  assert.ok(c.events.includes('a left'));
  assert.deepEqual(c.goodbyes, ['a']);

  const again = await startBroker(nats.log, 'a');
  await eventually('it came back', () => b.peers.list().some(({ name }) => name === 'a'));
  assert.deepEqual([again.peers.isFirst, b.peers.isFirst], [true, false]);
});

test('a broker that is cut off is gone after a while, and comes back; it does not take the others for gone', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const proxy = await Proxy.start(nats.servers[0]!.port);
  t.after(() => proxy.stop());
  const a = await startBroker(nats.log, 'a');
  const b = await startBroker({ servers: [proxy.url] }, 'b');
  await eventually('they know each other', () => a.peers.list().length + b.peers.list().length === 2);
  proxy.cut();
  await eventually('it is gone', () => a.peers.list().length === 0);
  assert.deepEqual(b.events.filter((event) => event.endsWith('left')), []);
  proxy.mend();
  await eventually('it is back', () => a.peers.list().length === 1 && b.connection.connected);
  assert.deepEqual([a.events, b.events.filter((event) => event.endsWith('left'))], [['b came', 'b left', 'b came'], []]);
  assert.deepEqual(a.goodbyes, []);
});

test('a name is taken once', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const message = 'Another broker of the cluster "mqtt" runs under the name "a". Names of brokers must differ (in a StatefulSet they do), and so must cluster.name of two clusters on one NATS.';
  const proxy = await Proxy.start(nats.servers[0]!.port);
  t.after(() => proxy.stop());

  const first = await startBroker({ servers: [proxy.url] }, 'a');
  await assert.rejects(startBroker(nats.log, 'a'), { name: 'DuplicateBrokerError', message });
  assert.deepEqual(first.events, []);

  // One that cannot be heard is replaced, and is told once it can.
  proxy.cut();
  const second = await startBroker(nats.log, 'a');
  proxy.mend();
  await eventually('the first is told', () => first.events.includes(message));
  assert.deepEqual(second.events, []);

  await second.leave();
  await first.leave();
  const two = await Promise.allSettled([startBroker(nats.log, 'a'), startBroker(nats.log, 'a')]);
  assert.deepEqual(two.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
});

test('a broker whose connection is lost while it joins does so over the next one', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => nats.stop());
  const proxy = await Proxy.start(nats.servers[0]!.port);
  t.after(() => proxy.stop());
  const connection = await EngineConnection.open({ log: { servers: [proxy.url] }, name: 'test' });
  t.after(() => connection.close());
  const other = await startBroker(nats.log, 'b');
  proxy.cut();
  const joining = Peers.join(connection, { cluster: 'mqtt', name: 'a', incarnation: 'process-of-a', status: () => ({ run: 1, ready: true, applied: 0, connections: 0, draining: false }) });
  proxy.mend();
  const peers = await joining;
  assert.deepEqual(peers.list().map(({ name }) => name), ['b']);
  await eventually('the other knows of it', () => other.events.includes('a came'));
  await Promise.all([peers.leave(), allLeave()]);
});

test('what a killed broker said arrives late: neither its successor under the name nor the other brokers mind it', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const connection = await EngineConnection.open({ log: nats.log, name: 'test' });
  t.after(() => connection.close());
  const other = await startBroker(nats.log, 'b');
  const late = (kind: string, started: number) => connection.nats.publish('mqtt.peers', JSON.stringify({ kind, name: 'a', incarnation: 'killed', started, run: 1, ready: true, applied: 7, connections: 0, draining: false }));
  const asked: string[] = [];
  connection.nats.subscribe('mqtt.peers', {
    callback: (_error, { data }) => {
      const { kind, name, incarnation } = JSON.parse(Buffer.from(data).toString()) as { kind: string; name: string; incarnation: string };
      if (kind !== 'asking' || name !== 'a' || incarnation === 'killed') return;
      asked.push(incarnation);
      // Its clock may have been ahead.
      if (asked.length === 1) for (const started of [0, Date.now() + 60_000]) for (const word of ['here', 'asking']) late(word, started);
    },
  });
  await connection.nats.flush();

  late('here', 0);
  await eventually('the other knows it', () => other.events.includes('a came'));
  const successor = await startBroker(nats.log, 'a');
  assert.ok(asked.length > 1, 'it asked again');
  await eventually('the other knows the successor', () => other.events.length === 3);
  late('here', 0);
  late('here', Date.now() + 60_000);
  await connection.nats.flush();
  // What everybody says once a second comes after it.
  successor.received.push('x');
  await eventually('the other hears the successor', () => other.peers.list().some(({ connections }) => connections === 1));
  assert.deepEqual([successor.events.filter((event) => event !== 'b came'), other.events], [[], ['a came', 'a left', 'a came']]);
  assert.deepEqual(other.goodbyes, []);
});

test('brokers of another cluster under the same name are refused, whatever their names are', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const a = await startBroker(nats.log, 'plant-0', 'plant-0');
  const message = 'The broker "plant-0" of the cluster "mqtt" on this NATS has "plant-0" for cluster.firstBroker, this one has "other-0": two clusters use one name. Give one of them another cluster.name. '
    + 'If they are one cluster, write the same cluster.firstBroker for all its brokers.';
  await assert.rejects(startBroker(nats.log, 'other-3', 'other-0'), { name: 'ForeignBrokerError', message });
  const b = await startBroker(nats.log, 'plant-1', 'plant-0');
  // Of brokers that do not say, and of older ones, nobody knows.
  const c = await startBroker(nats.log, 'any');
  await eventually('they know each other', () => [a, b, c].every(({ peers }) => peers.list().length === 2));
  assert.deepEqual(a.events, ['plant-1 came', 'any came']);
  await Promise.all([a.leave(), b.leave()]);
  await startBroker(nats.log, 'other-3', 'other-0');
});

test('of clusters under one name that could not hear each other when they began, the later one ends', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3, jetStream: false, divisible: true });
  t.after(() => allLeave().then(() => nats.stop()));
  const [apart, other] = nats.servers as [Nats['servers'][0], Nats['servers'][0]];
  nats.divide(apart);
  const earlier = await startBroker({ servers: [apart.url] }, 'plant-0', 'plant-0');
  const later = await startBroker({ servers: [other.url] }, 'other-0', 'other-0');
  nats.unite();
  await eventually('the later one ends', () => later.events.some((event) => event.startsWith('The broker "plant-0" of the cluster "mqtt"')));
  assert.deepEqual(earlier.events, []);
});
