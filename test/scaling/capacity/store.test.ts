import * as fs from 'fs';
import * as path from 'path';
import { Duration, Size } from 'cdk8s';
import { load } from './loads';
import {
  commitsPerSecond, diskOperationsPerSecond, QUEUE_LIMIT, queuedPerSession, queueLimit, recordBytes, storedPerSecond, volumeBytes,
} from '../../../lib/scaling/capacity/store';
import { LARGEST_PACKET_BYTES } from '../../../lib/scaling/capacity/warnings';

const stored = (options: Parameters<typeof load>[0] = {}) => load({ qos1Share: 1, persistentShare: 1, ...options });
const STORED_IN_VOLUME = 1 / 0.9 / 0.8;

test.each([
  ['QoS 0', { qos1Share: 0 }, 0],
  ['QoS 1', {}, 1000],
  ['QoS 2', { qos1Share: 0, qos2Share: 1 }, 1000],
  ['a fifth of each', { qos1Share: 0.2, qos2Share: 0.2 }, 400],
  ['to three each', { fanOut: 3 }, 3000],
  ['to nobody', { fanOut: 0 }, 0],
  ['to clients of which half have a persistent session', { persistentShare: 0.5 }, 500],
])('1,000 messages a second are stored: %s', (_, options, expected) => {
  expect(storedPerSecond(stored(options), 1)).toBeCloseTo(expected, 9);
});

test.each([[10, 20], [600, 1200], [601, 1200], [100_000, 1200]])('%i stored messages a second take %i commits', (publishesPerSecond, commits) => {
  expect(commitsPerSecond(stored({ publishesPerSecond }), 1)).toBe(commits);
});

test.each([[10, 20 * 4 + 10], [1000, 400 * 4 + 1000]])('%i stored messages a second take %i disk operations', (publishesPerSecond, operations) => {
  expect(diskOperationsPerSecond(stored({ publishesPerSecond }), 1)).toBe(operations);
});

test('the messages of an outage, for each session', () => {
  // 1,000 messages a second to 1,000 sessions, for an hour.
  expect(queuedPerSession(stored())).toBeCloseTo(3600, 9);
  expect(queuedPerSession(stored({ retention: Duration.minutes(1), fanOut: 2 }))).toBeCloseTo(120, 9);
  expect(queuedPerSession(load())).toBe(0);
});

test.each([[64, 100_000], [1024, 100_000], [2048, 51_200], [1024 ** 2, 100]])('a session may have messages of %i bytes waiting: %i', (size, expected) => {
  expect(queueLimit(load({ messageSize: Size.kibibytes(size / 1024) }))).toBe(expected);
});

test.each([
  ['half-full pages', 64, 2 * (64 + 25)],
  ['the largest that shares a page', 1975, 2 * 2000],
  ['a page of its own', 1976, 4096 + 50],
  ['two pages', 4096, 2 * 4096 + 50],
  ['five pages', 16_384, 5 * 4096 + 50],
])('%s: %i bytes take %i', (_, size, expected) => {
  expect(recordBytes(size)).toBe(expected);
});

describe('the volume', () => {
  test('holds the sessions', () => {
    expect(volumeBytes(stored({ publishesPerSecond: 0 }), 0.5)).toBeCloseTo(500 * 600 * STORED_IN_VOLUME, 3);
  });

  test('holds the queues of the sessions that are away', () => {
    const sessions = 500 * 600;
    const queues = 500 * 0.1 * 3600 * recordBytes(1024);
    expect(volumeBytes(stored({ absentShare: 0.1 }), 0.5)).toBeCloseTo((sessions + queues) * STORED_IN_VOLUME, 3);
  });

  test('holds no more of a queue than the broker lets it have', () => {
    const atTheLimit = 1000 * 100_000 * recordBytes(1024);
    expect(volumeBytes(stored({ retention: Duration.days(30) }), 1)).toBeCloseTo((1000 * 600 + atTheLimit) * STORED_IN_VOLUME, 0);
  });

  test('holds all retained messages, whatever its share of the clients', () => {
    expect(volumeBytes(load({ retainedMessages: 1000 }), 0.01)).toBeCloseTo(1000 * recordBytes(1024) * STORED_IN_VOLUME, 3);
  });
});

test('the limits of the broker are those of its configuration schema', () => {
  const schema = JSON.parse(fs.readFileSync(path.resolve(__dirname, '../../../broker-image/config.schema.json'), 'utf8'));
  expect(QUEUE_LIMIT).toEqual({
    messages: schema.properties.session.properties.maxQueuedMessages.default,
    bytes: schema.properties.session.properties.maxQueuedBytes.default,
  });
  expect(LARGEST_PACKET_BYTES).toBe(schema.properties.limits.properties.maxPacketBytes.default);
});
