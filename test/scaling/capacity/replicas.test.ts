import fc from 'fast-check';
import { load } from './loads';
import { connectionsOfPod, replicasFor } from '../../../lib/scaling/capacity/replicas';

test.each([
  ['one that is enough', { clients: 10_000 }, 1],
  // Two are one that carries the load while the other is out: no more than one alone.
  ['10,000 connections each, and one more', { clients: 10_001 }, 3],
  ['10,000 connections each', { clients: 100_000 }, 11],
  // 33.1 µs × 100,000 publishes are 3.31 s a second: seven halves of an event loop, and one to be out
  ['half of each event loop', { publishesPerSecond: 100_000, fanOut: 0 }, 8],
  // 22 KiB × 47,000 and the 256 MiB of Node.js are 1.2 GiB: connections decide
  ['memory', { clients: 47_000, persistentShare: 1 }, 6],
])('%s', (_, options, expected) => {
  expect(replicasFor(load(options), 1)).toBe(expected);
});

test('not below the least', () => {
  expect(replicasFor(load(), 3)).toBe(3);
});

test('a client more on one pod is a client on that pod', () => {
  expect(connectionsOfPod(load({ clients: 10_001 }), 3)).toBe(5001);
});

test('is the smallest number that is enough', () => {
  const sizes = { clients: fc.integer({ min: 1, max: 10_000_000 }), publishesPerSecond: fc.integer({ min: 0, max: 1_000_000 }) };
  fc.assert(fc.property(fc.record(sizes), fc.integer({ min: 1, max: 5 }), (options, least) => {
    const replicas = replicasFor(load(options), least);
    expect(replicas).toBeGreaterThanOrEqual(least);
    expect(connectionsOfPod(load(options), replicas)).toBeLessThanOrEqual(10_000);
    // Asked for at least one fewer, the answer is the same, unless the least decided.
    if (replicas > least) expect(replicasFor(load(options), replicas - 1)).toBe(replicas);
  }));
});
