import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Rebalancer, type RebalancerOptions } from '../../src/cluster/rebalancer.js';
import type { Peer } from '../../src/cluster/engine/index.js';

const peer = (name: string, connections: number, more: Partial<Peer> = {}): Peer => ({ name, incarnation: name, run: 1, ready: true, applied: 1, connections, draining: false, ...more });

/** A broker whose clients that it ends come back at another one. */
function broker(t: TestContext, connections: number, peers: Peer[], more: Partial<RebalancerOptions> = {}) {
  const found = { connections, peers, ready: true, released: [] as number[] };
  const rebalancer = new Rebalancer({
    connectionsPerSecond: 50, tolerancePercent: 10, stableChecks: 3,
    peers: () => found.peers,
    ready: () => found.ready,
    connections: () => found.connections,
    release: (count) => {
      found.released.push(count);
      found.connections -= count;
      found.peers = found.peers.map((each, index) => (index === 0 ? { ...each, connections: each.connections + count } : each));
      return count;
    },
    ...more,
  });
  t.after(() => rebalancer.close());
  return Object.assign(found, { check: (times: number) => { for (let i = 0; i < times; i++) rebalancer.check(); }, rebalancer });
}

test('a broker with too many clients lets go of its surplus, at a bounded rate, down to the average', (t) => {
  const found = broker(t, 300, [peer('a', 0), peer('b', 300)]);
  found.check(3);
  assert.deepEqual(found.released, [], 'not before it is known who is there');
  found.check(10);
  assert.deepEqual(found.released, [50, 50]);
  assert.equal(found.rebalancer.released, 100);
});

test('a surplus within the tolerance is left alone', (t) => {
  const found = broker(t, 109, [peer('a', 91)]);
  found.check(10);
  assert.deepEqual(found.released, []);
  found.connections = 112;
  found.check(10);
  assert.deepEqual(found.released, [10]);
});

test('nobody is moved while brokers come, go, end or are ill, nor from a broker without others', (t) => {
  const found = broker(t, 300, [peer('a', 0)]);
  found.check(3);
  for (const peers of [[peer('a', 0, { draining: true })], [peer('a', 0)], [peer('a', 0), peer('b', 0)], [peer('a', 0, { ready: false })], [peer('a', 0, { incarnation: 'restarted' })]]) {
    found.peers = peers;
    found.check(2);
  }
  found.peers = [];
  found.check(10);
  found.peers = [peer('a', 0)];
  found.check(3);
  found.ready = false;
  found.check(10);
  assert.deepEqual(found.released, []);
  found.ready = true;
  found.check(4);
  assert.deepEqual(found.released, [50, 50]);
});

test('with few clients, a handful more than the average is left alone', (t) => {
  const found = broker(t, 9, [peer('a', 0)]);
  found.check(10);
  assert.deepEqual(found.released, []);
  found.connections = 10;
  found.check(10);
  assert.deepEqual(found.released, [5]);
});

test('clients that may not be moved yet do not count as moved, and are moved later', (t) => {
  let settled = 0;
  const found = broker(t, 100, [peer('a', 0)], { release: (count) => {
    const moved = Math.min(count, settled);
    found.connections -= moved;
    return moved;
  } });
  found.check(10);
  assert.equal(found.rebalancer.released, 0);
  settled = 3;
  found.check(1);
  assert.deepEqual([found.rebalancer.released, found.connections], [3, 97]);
});

/** Brokers behind a load balancer that gives whoever connects to the next one. */
function fleet(t: TestContext, connections: number[], more: Partial<RebalancerOptions> = {}) {
  let next = 0;
  const released = connections.map(() => 0);
  const rebalancers = connections.map((_, self) => new Rebalancer({
    connectionsPerSecond: 50, tolerancePercent: 10, stableChecks: 3,
    peers: () => connections.flatMap((count, index) => (index === self ? [] : [peer(`broker-${index}`, count)])),
    ready: () => true,
    connections: () => connections[self]!,
    release: (count) => {
      connections[self]! -= count;
      released[self]! += count;
      for (let moved = 0; moved < count; moved++) connections[next++ % connections.length]!++;
      return count;
    },
    ...more,
  }));
  t.after(() => rebalancers.forEach((rebalancer) => rebalancer.close()));
  const seconds = (count: number) => { for (let second = 0; second < count; second++) for (const rebalancer of rebalancers) rebalancer.check(); };
  return { connections, released, seconds };
}

for (const [brokers, tolerancePercent] of [[3, 10], [12, 10], [30, 10], [12, 50]] as const) {
  test(`a broker that comes to ${brokers - 1} others gets its share, with a tolerance of ${tolerancePercent} %`, (t) => {
    const { connections, released, seconds } = fleet(t, [...Array<number>(brokers - 1).fill(1000), 0], { tolerancePercent });
    seconds(600);
    const average = (1000 * (brokers - 1)) / brokers;
    assert.ok(Math.max(...connections) <= average * 1.1 && Math.min(...connections) >= average * 0.9, connections.join());
    const before = released.join();
    seconds(100);
    assert.equal(released.join(), before, 'and then nobody is moved any more');
    assert.equal(released.at(-1), 0);
  });
}

test('one that has a handful less than the average is left alone, as is one within the tolerance', (t) => {
  for (const connections of [[...Array<number>(11).fill(4), 0], [...Array<number>(11).fill(1000), 930]]) {
    const { released, seconds } = fleet(t, connections);
    seconds(10);
    assert.equal(Math.max(...released), 0);
  }
});
