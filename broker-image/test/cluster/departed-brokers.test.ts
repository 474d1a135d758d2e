import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { DepartedBrokers } from '../../src/cluster/departed-brokers.js';
import { caughtUp, Member } from './cluster.js';
import { SharedLog } from './memory-log.js';
import type { Peer, Peers } from '../../src/cluster/engine/index.js';

/** Two brokers of one log; the first looks after those that depart, and the test says whom it hears. */
async function scene(t: TestContext, { first = true } = {}) {
  const shared = new SharedLog();
  const member = await Member.join(t, shared, { broker: 'broker-0' });
  const other = await Member.join(t, shared, { broker: 'broker-1' });
  await caughtUp(member, other);
  const heard: Peer[] = [];
  const world = { isolated: false };
  const expelled: string[] = [];
  t.mock.timers.enable({ apis: ['setInterval'] });
  const departed = new DepartedBrokers({
    name: 'broker-0', store: member.store, journal: member.journal,
    peers: { list: () => heard, isFirst: first } as unknown as Peers,
    isolated: () => world.isolated,
    expelling: (broker, reason) => expelled.push(`${broker} ${reason}`),
  });
  t.after(() => departed.close());
  const run = other.journal.incarnation;
  const here: Peer = { name: 'broker-1', incarnation: 'x', run, ready: true, applied: 0, connections: 0, draining: false };
  const checks = (count: number) => t.mock.timers.tick(count * 1000);
  return { member, other, departed, heard, here, world, expelled, run, checks };
}

test('a broker that left is expelled, once', async (t) => {
  const { member, departed, heard, here, expelled, run, checks } = await scene(t);
  heard.push(here);
  checks(20);
  assert.deepEqual(expelled, [], 'while it is heard');
  heard.pop();
  departed.left('broker-1', run, 'lost');
  assert.deepEqual(expelled, ['broker-1 lost']);
  await member.applied();
  assert.deepEqual(member.store.brokers.get('broker-1'), { ...member.store.brokers.get('broker-1'), incarnation: run, expelled: true });
  checks(20);
  assert.deepEqual(expelled, ['broker-1 lost']);
});

test('one that shut down is told from one that was lost', async (t) => {
  const { departed, expelled, run, checks } = await scene(t);
  checks(3);
  departed.left('broker-1', run, 'shutdown');
  assert.deepEqual(expelled, ['broker-1 shutdown']);
});

test('one of which only an earlier run was lost counts as never heard', async (t) => {
  const { departed, expelled, run, checks } = await scene(t);
  departed.left('broker-1', run - 1, 'lost');
  checks(1 + 6 + 1);
  assert.deepEqual(expelled, ['broker-1 unheard']);
});

test('one that was last heard before its run was in the log is lost, not unheard', async (t) => {
  const { departed, expelled, checks } = await scene(t);
  checks(3);
  departed.left('broker-1', 0, 'lost');
  assert.deepEqual(expelled, ['broker-1 lost']);
});

test('one that left before it had a run leaves nothing to end', async (t) => {
  const { departed, expelled, checks } = await scene(t);
  checks(3);
  departed.left('broker-2', 0, 'lost');
  assert.deepEqual(expelled, []);
});

test('a broker that was never heard is expelled after more checks than a silent one gets seconds', async (t) => {
  const { expelled, checks } = await scene(t);
  // The first check finds that it is missing.
  checks(1 + 6);
  assert.deepEqual(expelled, []);
  checks(1);
  assert.deepEqual(expelled, ['broker-1 unheard']);
});

test('only the first broker expels', async (t) => {
  const { departed, expelled, run, checks } = await scene(t, { first: false });
  checks(20);
  departed.left('broker-1', run, 'lost');
  assert.deepEqual(expelled, []);
});

test('an earlier run that left says nothing of the one that is there now, nor does one that had none yet', async (t) => {
  const { departed, heard, here, expelled, run, checks } = await scene(t);
  heard.push(here);
  checks(10);
  departed.left('broker-1', run - 1, 'lost');
  departed.left('broker-1', 0, 'lost');
  assert.deepEqual(expelled, []);
});

for (const [name, breaks, mends] of [
  ['while the log is away', ({ member }: Scene) => member.log.disconnect(), ({ member }: Scene) => member.log.reconnect()],
  ['while this broker hears nobody because it is cut off', ({ world }: Scene) => void (world.isolated = true), ({ world }: Scene) => void (world.isolated = false)],
] as const) {
  test(`nobody counts as gone ${name}, and not at once afterwards`, async (t) => {
    const all = await scene(t);
    const { departed, expelled, run, checks } = all;
    checks(3);
    breaks(all);
    departed.left('broker-1', run, 'lost');
    checks(20);
    assert.deepEqual(expelled, []);
    mends(all);
    checks(2);
    assert.deepEqual(expelled, []);
    checks(1);
    assert.deepEqual(expelled, ['broker-1 lost']);
  });
}

type Scene = Awaited<ReturnType<typeof scene>>;
