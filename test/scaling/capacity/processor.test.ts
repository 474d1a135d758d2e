import { Size } from 'cdk8s';
import { load } from './loads';
import { connectCores, loopCores, storeCores } from '../../../lib/scaling/capacity/processor';

const EMPTY = Size.kibibytes(1 / 1024);

/** Microseconds for one publish and its deliveries, without a word about its size worth mentioning. */
function microseconds(options: Parameters<typeof load>[0]): number {
  return loopCores(load({ publishesPerSecond: 1, messageSize: EMPTY, ...options }), 1) * 1e6;
}

test.each([
  ['QoS 0 to nobody', { fanOut: 0 }, 32],
  ['QoS 0 to one', { fanOut: 1 }, 32 + 35],
  ['QoS 0 to a hundred', { fanOut: 100 }, 32 + 3500],
  ['QoS 1', { qos1Share: 1 }, 44 + 27],
  ['QoS 2, twice the cost of QoS 1', { qos2Share: 1 }, 2 * (44 + 27)],
  ['half QoS 0, half QoS 1', { qos1Share: 0.5 }, (32 + 35 + 44 + 27) / 2],
  ['QoS 0 over TLS', { tlsShare: 1 }, 54 + 56],
  ['QoS 1 over TLS', { tlsShare: 1, qos1Share: 1 }, 86 + 68],
  ['half of the clients over TLS', { tlsShare: 0.5 }, (32 + 35 + 54 + 56) / 2],
])('%s', (_, options, expected) => {
  expect(microseconds(options)).toBeCloseTo(expected, 0);
});

test.each([
  ['TCP', 0, 100 * 1.1 + 200 * 1.5],
  ['TLS', 1, 100 * 2.4 + 200 * 1.8],
])('100 KiB to two over %s', (_, tlsShare, expected) => {
  const [small, large] = [EMPTY, Size.kibibytes(100)].map((messageSize) => microseconds({ messageSize, fanOut: 2, tlsShare }));
  expect(large - small).toBeCloseTo(expected, 0);
});

test('messages for persistent sessions add the group commits, split between the event loop and the threads of the store', () => {
  const stored = load({ publishesPerSecond: 100, qos1Share: 1, persistentShare: 1 });
  const clean = load({ publishesPerSecond: 100, qos1Share: 1, persistentShare: 0 });
  // 100 messages are written and removed: 200 commits.
  expect(loopCores(stored, 1) - loopCores(clean, 1)).toBeCloseTo(200 * 230e-6, 6);
  expect(storeCores(stored, 1)).toBeCloseTo(200 * 250e-6, 6);
  expect(storeCores(clean, 1)).toBe(0);
});

test('QoS 0 does not pay for the store', () => {
  expect(storeCores(load({ persistentShare: 1 }), 1)).toBe(0);
});

test('a pod pays for its share of the load', () => {
  expect(loopCores(load(), 0.25)).toBeCloseTo(loopCores(load(), 1) / 4, 12);
});

test.each([['TCP', 0, 0.06], ['TLS', 1, 0.5], ['a mix', 0.5, 0.28]])('500 clients a second that connect over %s', (_, tlsShare, expected) => {
  expect(connectCores(load({ tlsShare }), 500)).toBeCloseTo(expected, 6);
});
