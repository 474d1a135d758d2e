import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ConnectedBrokers } from '../../src/cluster/other-brokers.js';
import type { LiveTraffic, Peers } from '../../src/cluster/engine/index.js';

/** What the others are told is recorded; how far they are is up to the test. */
function scene(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  /** `wants`: names of the brokers that have clients for a topic. */
  const world = { mine: 0, theirs: [] as number[], first: true, wants: {} as Record<string, number[]> };
  const told: string[] = [];
  const traffic = {
    announce: (filter: string, kind: string) => {
      told.push(`+${filter} ${kind}`);
      return Promise.resolve();
    },
    withdraw: (filter: string, kind: string) => void told.push(`-${filter} ${kind}`),
    interestedPeers: (topic: string) => (world.wants[topic] ?? []).map(String),
  };
  const others = new ConnectedBrokers({
    peers: { list: () => world.theirs.map((applied) => ({ applied })), get: (incarnation: string) => ({ applied: world.theirs[Number(incarnation)] }), get isFirst() { return world.first; } } as unknown as Peers,
    traffic: traffic as unknown as LiveTraffic,
    applied: () => world.mine,
  });
  t.after(() => others.close());
  return { world, told, others, second: () => t.mock.timers.tick(1000) };
}

test('a filter of a live connection is withdrawn at once', async (t) => {
  const { told, others } = scene(t);
  await others.announce('a/#', 'live');
  others.withdraw('a/#', 'live');
  assert.deepEqual(told, ['+a/# live', '-a/# live']);
});

test('a filter of a stored session is withdrawn when all others have applied what this broker had then', (t) => {
  const { world, told, others, second } = scene(t);
  world.theirs = [10, 12];
  world.mine = 11;
  others.withdraw('a', 'stored');
  world.mine = 12;
  others.withdraw('b', 'stored');
  second();
  assert.deepEqual(told, []);
  world.theirs = [11, 12];
  second();
  assert.deepEqual(told, ['-a stored']);
  world.theirs = [12, 12];
  second();
  second();
  assert.deepEqual(told, ['-a stored', '-b stored']);
});

test('alone, nobody has to be waited for', (t) => {
  const { world, told, others, second } = scene(t);
  world.mine = 5;
  others.withdraw('a', 'stored');
  second();
  assert.deepEqual(told, ['-a stored']);
});

test('how far brokers are counts for the topics that their clients want', (t) => {
  const { world, others } = scene(t);
  // The last one joins: it has nothing yet, and no clients.
  world.theirs = [10, 7, 0];
  world.wants = { a: [0], b: [0, 1] };
  assert.deepEqual(['a', 'b', 'nobody'].map((topic) => others.haveApplied(10, topic)), [true, false, true]);
  assert.equal(others.haveApplied(11, 'a'), false);
  world.theirs = [10, 10, 0];
  assert.equal(others.haveApplied(10, 'b'), true, 'as soon as it was told');
});

test('a broker is late when it has not applied what this one had three seconds ago', (t) => {
  const { world, others, second } = scene(t);
  world.wants = { a: [0], b: [1] };
  world.theirs = [0, 5];
  world.mine = 5;
  second();
  second();
  assert.equal(others.isLate('a'), false, 'not known yet');
  second();
  assert.deepEqual(['a', 'b', 'nobody'].map((topic) => others.isLate(topic)), [true, false, false]);
  world.theirs = [5, 5];
  assert.equal(others.isLate('a'), false);
  world.mine = 20;
  second();
  second();
  assert.equal(others.isLate('b'), false);
  second();
  assert.equal(others.isLate('b'), true);
});

test('$SYS of every broker is for its own clients', async (t) => {
  const { told, others, second } = scene(t);
  await others.announce('$SYS/#', 'live');
  others.withdraw('$SYS/#', 'live');
  others.withdraw('$SYS/broker/#', 'stored');
  second();
  assert.deepEqual(told, []);
});

test('which broker is the first is a matter of those that are there', (t) => {
  const { world, others } = scene(t);
  assert.equal(others.first, true);
  world.first = false;
  assert.equal(others.first, false);
});
