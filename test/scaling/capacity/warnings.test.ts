import { Duration, Size } from 'cdk8s';
import { MqttProfile } from '../../../lib/cluster/mqtt-profile';
import { MqttSessionStore } from '../../../lib/message-log/mqtt-session-store';
import { MqttCapacity } from '../../../lib/scaling/mqtt-capacity';
import type { MqttCapacityOptions } from '../../../lib/scaling/mqtt-capacity-options';

/** Brokers that store alone; what a message log adds is in message-log.test.ts. */
const ALONE = { sessionStore: MqttSessionStore.embedded() };

function warnings(options: Partial<MqttCapacityOptions>): string[] {
  return MqttCapacity.plan({ clients: 1000, publishesPerSecond: 10, profile: MqttProfile.production(ALONE), ...options }).warnings;
}

test('an ordinary load has none', () => {
  expect(warnings({})).toEqual([]);
  expect(warnings({ clients: 50_000, publishesPerSecond: 1000, nodeCores: 4 })).toEqual([]);
});

describe('too few brokers', () => {
  test('connections', () => {
    expect(warnings({ clients: 30_000, replicas: 3, tlsShare: 0 })).toEqual([
      '2 of 3 brokers would have 15,000 connections (measured up to 10,000) each: plan for 4 replicas',
    ]);
  });

  test('one broker, with QoS 0 to nobody', () => {
    // 100,000 × (32 + 1.1) µs
    expect(warnings({ publishesPerSecond: 100_000, fanOut: 0, qos1Share: 0, tlsShare: 0, replicas: 1 })).toEqual([
      'One broker would have an event loop that messages keep 331 % busy (planned up to 50 %; 100 % is all that one process has) each: plan for 8 replicas',
    ]);
  });

  test('memory', () => {
    const [warning] = warnings({ clients: 60_000, replicas: 2 });
    expect(warning).toContain('60,000 connections');
    // (60 + 10) KiB × 60,000 + 256 MiB
    expect(warning).toContain('4.3 GiB of memory (JavaScript gets 2.0 GiB at most)');
  });

  test('fewer than the profile has, but enough for the load, are no matter', () => {
    expect(warnings({ replicas: 1 })).toEqual([]);
  });
});

test('clients of a draining broker that come back too fast', () => {
  const profile = MqttProfile.production({ ...ALONE, drainConnectionsPerSecond: 2000 });
  expect(warnings({ profile, replicas: 2, publishesPerSecond: 0 })).toEqual([
    'the clients of a broker that drains come back at 2,000 a second, which keeps the other 200 % busy: '
    + 'set drainConnectionsPerSecond to 1,000 at most, or plan for more replicas',
  ]);
  expect(warnings({ profile, replicas: 2, publishesPerSecond: 0, tlsShare: 0 })).toEqual([]);
  const three = warnings({ profile: MqttProfile.production({ ...ALONE, drainConnectionsPerSecond: 4000 }), replicas: 3, publishesPerSecond: 0 });
  expect(three[0]).toContain('keeps each of the others 200 % busy');
});

test('the rate that is proposed is one that does not warn', () => {
  const at = (drainConnectionsPerSecond: number) => warnings({ profile: MqttProfile.production({ ...ALONE, drainConnectionsPerSecond }), replicas: 2, publishesPerSecond: 200 });
  const proposed = Number(/drainConnectionsPerSecond to (\d+)/.exec(at(900)[0])![1]);
  expect(at(proposed)).toEqual([]);
  expect(at(proposed + 2)).toHaveLength(1);
});

test.each([
  ['16 KiB', Size.kibibytes(16), []],
  ['17 KiB', Size.kibibytes(17), ['messages of 17,408 bytes were not measured (up to 16,384 were): CPU is extrapolated']],
  ['2 MiB', Size.mebibytes(2), [
    'messages of 2,097,152 bytes are refused by default: set maxPacketSize of the broker (1 MiB unless it is set)',
    'messages of 2,097,152 bytes were not measured (up to 16,384 were): CPU is extrapolated',
  ]],
])('messages of %s', (_, messageSize, expected) => {
  expect(warnings({ messageSize, publishesPerSecond: 0.1, qos1Share: 0 })).toEqual(expected);
});

test('a fan-out beyond what was measured', () => {
  expect(warnings({ fanOut: 200, publishesPerSecond: 0.1 })).toEqual([]);
  expect(warnings({ fanOut: 201, publishesPerSecond: 0.1 })).toEqual([
    'a fan-out of 201 was not measured (up to 200 was): CPU is extrapolated, and each such message holds up all others while it is delivered',
  ]);
});

test('retained messages that do not fit into memory', () => {
  expect(warnings({ retainedMessages: 1_000_000, publishesPerSecond: 0 })).toEqual([
    '1,000,000 retained messages of 1,024 bytes need 2.2 GiB of memory in each broker, whatever their number, and JavaScript gets 2.0 GiB at most: keep fewer or smaller ones',
  ]);
});

describe('queues that fill up', () => {
  // 10 messages a second to 10 sessions: 86,400 each in a day.
  const load = { clients: 10, publishesPerSecond: 10 };

  test('by the number of messages', () => {
    expect(warnings({ ...load, retention: Duration.days(1) })).toEqual([]);
    expect(warnings({ ...load, retention: Duration.days(2) })).toEqual([
      'a session that is away for 172,800 s gets 172,800 messages, but may have 100,000 waiting; the others are dropped: '
      + 'raise maxQueuedMessages of the broker (100,000 messages unless it is set) and the storage with it, or plan for a shorter outage',
    ]);
  });

  test('by their size', () => {
    expect(warnings({ ...load, messageSize: Size.kibibytes(10), retention: Duration.hours(4) })).toEqual([
      'a session that is away for 14,400 s gets 14,400 messages, but may have 10,240 waiting; the others are dropped: '
      + 'raise maxQueuedSize of the broker (100 MiB unless it is set) and the storage with it, or plan for a shorter outage',
    ]);
  });

  test('not where nobody is away', () => {
    expect(warnings({ ...load, retention: Duration.days(30), absentShare: 0 })).toEqual([]);
  });
});

test('more disk operations than volumes do by default', () => {
  // 1,600 for the commits, and one for each of 1,400 messages
  expect(warnings({ publishesPerSecond: 2800, replicas: 3, tlsShare: 0 })).toEqual([]);
  expect(warnings({ publishesPerSecond: 2802, replicas: 3, tlsShare: 0 })).toEqual([
    '3,001 disk operations a second are more than the 3,000 that many volume types do by default: choose a StorageClass that does, or acknowledgements get slower',
  ]);
});

test('a conntrack table that is too small', () => {
  // 100,000 open and 60,000 closed connections, and a third on top
  const load = { clients: 100_000, replicas: 1, publishesPerSecond: 0 };
  const conntrack = (options: Partial<MqttCapacityOptions>) => warnings({ ...load, ...options }).filter((warning) => warning.includes('conntrack'));
  expect(conntrack({})).toEqual([
    'the conntrack table of a small node has 131,072 entries by default, but 213,334 are wanted: use nodes with 7 cores, or set conntrack.maxPerCore of kube-proxy',
  ]);
  expect(conntrack({ nodeCores: 6 })).toEqual([
    'the conntrack table of a node with 6 cores has 196,608 entries by default, but 213,334 are wanted: use nodes with 7 cores, or set conntrack.maxPerCore of kube-proxy',
  ]);
  expect(conntrack({ nodeCores: 7 })).toEqual([]);
});
