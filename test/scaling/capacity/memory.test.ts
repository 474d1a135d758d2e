import { Size } from 'cdk8s';
import { load } from './loads';
import { podMemory, processMemory, sharedMemory } from '../../../lib/scaling/capacity/memory';

const KIBIBYTE = 1024;
const BASE = 256 * 1024 * KIBIBYTE;

test.each([
  ['TCP', { tlsShare: 0 }, 12],
  ['TLS', { tlsShare: 1 }, 60],
  ['half of each', { tlsShare: 0.5 }, 36],
  ['TCP, with persistent sessions', { tlsShare: 0, persistentShare: 1 }, 12 + 10],
  ['TCP, half with persistent sessions', { tlsShare: 0, persistentShare: 0.5 }, 12 + 5],
])('10,000 connections over %s', (_, options, kibibytesEach) => {
  expect(sharedMemory(load({ clients: 10_000, ...options }), 1)).toBe(BASE + 10_000 * kibibytesEach * KIBIBYTE);
});

test('a pod has its share of connections and sessions', () => {
  expect(sharedMemory(load({ clients: 10_000 }), 0.1)).toBeCloseTo(BASE + 1000 * 12 * KIBIBYTE, 0);
});

test('retained messages are in memory, and each pod has all of them', () => {
  const retained = load({ retainedMessages: 1000, messageSize: Size.kibibytes(3) });
  expect(processMemory(retained, 0.1) - sharedMemory(retained, 0.1)).toBeCloseTo(1000 * (1 + 3) * KIBIBYTE, 0);
});

test('JavaScript gets half of the memory of a container', () => {
  expect(podMemory(load(), 1)).toBe(2 * processMemory(load(), 1));
});
