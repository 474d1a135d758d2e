import * as fs from 'fs';
import * as path from 'path';
import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import { MqttProfile } from '../../lib/cluster/mqtt-profile';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { resolveThresholds } from '../../lib/monitoring/alerts/thresholds';
import { ExternalTrafficPolicy } from '../../lib/network/external-traffic-policy';
import { conntrackMax } from '../../lib/scaling/capacity/network';
import { coresOf } from '../../lib/scaling/capacity/settings';
import { volumeBytes } from '../../lib/scaling/capacity/store';
import { MqttCapacity } from '../../lib/scaling/mqtt-capacity';
import type { MqttCapacityOptions } from '../../lib/scaling/mqtt-capacity-options';
import { findObject, newChart } from '../support/synth';
import { load } from './capacity/loads';

/** Brokers that store alone; what a message log adds is in capacity/message-log.test.ts. */
const ALONE = MqttProfile.production({ sessionStore: MqttSessionStore.embedded() });

const FLEET: MqttCapacityOptions = {
  profile: ALONE,
  clients: 100_000,
  publishesPerSecond: 5000,
  fanOut: 3,
  messageSize: Size.kibibytes(0.25),
  retention: Duration.hours(8),
  nodeCores: 8,
};

test('a fleet, reckoned by hand', () => {
  const plan = MqttCapacity.plan({ ...FLEET, trafficPolicy: ExternalTrafficPolicy.CLUSTER });
  // 100,000 clients ÷ 10,000, and one pod to be out; each that is left takes 500 publishes and 1,500 deliveries a second.
  expect(plan.replicas).toBe(11);
  expect(plan.connectionsPerPod).toBe(10_000);
  // 500 × (86 + 2.4 ÷ 4) + 1,500 × (68 + 1.8 ÷ 4) µs + 1,200 commits × 230 µs = 0.422 of the loop: 0.844, and 1,200 × 250 µs for the store
  expect(plan.cpu.amount).toBe('1200m');
  expect(plan.report()).toContain('messages 42 % of the event loop, reconnecting clients 5 %');
  // (256 MiB + 10,000 × 70 KiB) × 2 = 1.84 GiB: the profile has more
  expect(plan.memory.toMebibytes()).toBe(2048);
  // 1,500 messages a second, eight hours, 562 bytes each, and 6 MB of sessions: 22.6 GiB ÷ 0.9 ÷ 0.8 = 31.4 GiB: the profile has more
  expect(plan.storageSize.toGibibytes()).toBe(100);
  // 400 × 4 + 1,500
  expect(plan.diskOperationsPerSecond).toBe(3100);
  // 10,000 open and 10,000 just closed, on two nodes each
  expect(plan.conntrackEntriesPerNode).toBe(40_000);
  expect(plan.conntrackMax).toBe(53_334);
  // 10,000 ÷ 11 nodes
  expect(plan.sourcePortsPerNode).toBe(910);
  // 10,000 ÷ 500; (15 + 20 + 10) × 1.25
  expect(plan.drainTime.toSeconds()).toBe(20);
  expect(plan.gracePeriod.toSeconds()).toBe(57);
  expect(plan.warnings).toHaveLength(1);
});

test('beyond what the profile has', () => {
  const plan = MqttCapacity.plan({ ...FLEET, replicas: 6, retention: Duration.days(2) });
  // 1,000 × (86 + 2.4 ÷ 4) + 3,000 × (68 + 1.8 ÷ 4) µs + 276 ms = 0.568 of the loop: 1.14; and 300 ms
  expect(plan.cpu.amount).toBe('1500m');
  // (256 MiB + 20,000 × 70 KiB) × 2 = 3.17 GiB
  expect(plan.memory.toMebibytes()).toBe(3328);
  // 20,000 sessions with 25,920 messages of 562 bytes, and 12 MB: 271.4 GiB ÷ 0.9 ÷ 0.8
  expect(plan.storageSize.toGibibytes()).toBe(377);
  expect(plan.drainTime.toSeconds()).toBe(40);
  expect(plan.gracePeriod.toSeconds()).toBe(82);
});

describe('a cluster of the plan', () => {
  const plan = MqttCapacity.plan({ ...FLEET, replicas: 6, retention: Duration.days(2) });

  test.each([
    ['by its profile', { profile: plan.profile }],
    ['by its settings', { profile: ALONE, ...plan.settings }],
  ])('%s', (_, props) => {
    const chart = newChart();
    new MqttCluster(chart, 'Broker', props).acknowledge('MQTT-SESSION-001', 'separate brokers, in this test');
    const { metadata, spec } = findObject(chart, 'StatefulSet');
    expect(spec.replicas).toBe(6);
    expect(metadata.annotations['cdk8s-mqtt/connections-per-pod']).toBe('20000');
    expect(metadata.annotations['cdk8s-mqtt/profile']).toBe('production');
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(plan.gracePeriod.toSeconds());
    expect(spec.template.spec.containers[0].resources).toEqual({ requests: { cpu: '1500m', memory: '3328Mi' }, limits: { memory: '3328Mi' } });
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('377Gi');
  });

  test('keeps what its profile says', () => {
    const { profile } = MqttCapacity.plan({ ...FLEET, profile: MqttProfile.development({ nodeCount: 9, replicas: 2 }) });
    expect(profile.name).toBe('development');
    expect(profile.settings).toMatchObject({ nodeCount: 9, replicas: 11 });
  });

  test('has no shorter grace period for fewer clients than the profile plans for', () => {
    const small = MqttCapacity.plan({ clients: 10, publishesPerSecond: 1 });
    expect(small.connectionsPerPod).toBe(5);
    expect(small.settings.connectionsPerPod).toBe(10_000);
    expect(small.gracePeriod.toSeconds()).toBe(57);
  });
});

test('one broker does for development', () => {
  const plan = MqttCapacity.plan({ clients: 100, publishesPerSecond: 10, profile: MqttProfile.development() });
  expect([plan.replicas, plan.cpu.amount, plan.storageSize.toGibibytes(), plan.warnings]).toEqual([1, '100m', 15, []]);
});

test('the number of nodes counts for source ports where it is known', () => {
  const plan = (nodeCount?: number) => MqttCapacity.plan({
    clients: 20_000, publishesPerSecond: 1, trafficPolicy: ExternalTrafficPolicy.CLUSTER, profile: MqttProfile.production({ nodeCount }),
  });
  expect(plan().sourcePortsPerNode).toBe(3334);
  expect(plan(10).sourcePortsPerNode).toBe(1000);
});

test('the report ends with the warnings', () => {
  const plan = MqttCapacity.plan(FLEET);
  expect(plan.report().split('\n').at(-1)).toBe(`warning: ${plan.warnings[0]}`);
});

test('the report in the documentation is the one of its example', () => {
  const page = fs.readFileSync(path.resolve(__dirname, '../../docs/scaling.md'), 'utf8');
  const example = MqttCapacity.plan({
    clients: 30_000, publishesPerSecond: 2000, fanOut: 1, messageSize: Size.kibibytes(0.25), persistentShare: 0.5, retention: Duration.hours(8), nodeCores: 8,
  });
  expect(page).toContain(`\`\`\`text\n${example.report()}\n\`\`\``);
});

test('the reserves are those that the alerts watch', () => {
  const { storeUsedRatio, conntrackRatio } = resolveThresholds({});
  expect(conntrackMax(conntrackRatio * 1000)).toBe(1000);
  const chart = newChart();
  const { configuration } = new MqttCluster(chart, 'Broker');
  const [, maxBytes] = /maxBytes: (\d+)/.exec(configuration.toJson().data['broker.yaml'])!;
  const storeShare = Number(maxBytes) / (15 * 1024 ** 3);
  // A thousand sessions of 600 bytes
  expect(volumeBytes(load({ persistentShare: 1 }), 1)).toBeCloseTo(600_000 / storeShare / storeUsedRatio, 0);
});

describe('for any load', () => {
  const loads = fc.record<MqttCapacityOptions>({
    clients: fc.integer({ min: 1, max: 1_000_000_000 }),
    publishesPerSecond: fc.double({ min: 0, max: 1e9, noNaN: true }),
    fanOut: fc.double({ min: 0, max: 1e6, noNaN: true }),
    messageSize: fc.integer({ min: 1, max: 2 ** 28 }).map((size) => Size.kibibytes(size / 1024)),
    qos1Share: fc.double({ min: 0, max: 0.5, noNaN: true }),
    qos2Share: fc.double({ min: 0, max: 0.5, noNaN: true }),
    persistentShare: fc.double({ min: 0, max: 1, noNaN: true }),
    absentShare: fc.double({ min: 0, max: 1, noNaN: true }),
    retention: fc.integer({ min: 1, max: 1e8 }).map((seconds) => Duration.seconds(seconds)),
    retainedMessages: fc.integer({ min: 0, max: 1e9 }),
    tlsShare: fc.double({ min: 0, max: 1, noNaN: true }),
    trafficPolicy: fc.constantFrom(ExternalTrafficPolicy.LOCAL, ExternalTrafficPolicy.CLUSTER),
    profile: fc.constantFrom(ALONE, MqttProfile.development()),
  });
  const replicas = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
  const numbers = (plan: MqttCapacity) => ({
    cpu: coresOf(plan.cpu),
    memory: plan.memory.toKibibytes(),
    storage: plan.storageSize.toKibibytes(),
    disk: plan.diskOperationsPerSecond,
    connections: plan.connectionsPerPod,
    entries: plan.conntrackEntriesPerNode,
    conntrack: plan.conntrackMax,
    ports: plan.sourcePortsPerNode,
    drain: plan.drainTime.toSeconds(),
    grace: plan.gracePeriod.toSeconds(),
  });

  test('every number is one', () => {
    fc.assert(fc.property(loads, replicas, (options, fixed) => {
      const plan = MqttCapacity.plan({ ...options, replicas: fixed });
      for (const value of Object.values(numbers(plan))) expect(Number.isFinite(value) && value >= 0).toBe(true);
      expect(Number.isInteger(plan.replicas) && plan.replicas >= 1).toBe(true);
      expect(plan.report()).not.toMatch(/NaN|Infinity|undefined/);
    }));
  });

  test('nothing falls below what the profile promises', () => {
    fc.assert(fc.property(loads, (options) => {
      const plan = MqttCapacity.plan(options);
      const production = options.profile!.name === 'production';
      expect(plan.replicas).toBeGreaterThanOrEqual(production ? 3 : 1);
      expect(plan.storageSize.toGibibytes()).toBeGreaterThanOrEqual(production ? 100 : 15);
      expect(coresOf(plan.cpu)).toBeGreaterThanOrEqual(coresOf(production ? Cpu.units(1) : Cpu.millis(100)));
      expect(plan.memory.toMebibytes()).toBeGreaterThanOrEqual(production ? 2048 : 512);
      expect(plan.gracePeriod.toSeconds()).toBeGreaterThanOrEqual(30);
    }));
  });

  test('more clients never take fewer brokers, nor less of a fixed number of them', () => {
    fc.assert(fc.property(loads, fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 100 }), (options, more, fixed) => {
      const larger = { ...options, clients: options.clients + more };
      expect(MqttCapacity.plan(larger).replicas).toBeGreaterThanOrEqual(MqttCapacity.plan(options).replicas);
      const [before, after] = [options, larger].map((each) => numbers(MqttCapacity.plan({ ...each, replicas: fixed })));
      for (const [name, value] of Object.entries(before)) expect(after[name as keyof typeof after]).toBeGreaterThanOrEqual(value * (1 - 1e-9));
    }));
  });

  test('with the replicas that it proposes, no broker has too much', () => {
    fc.assert(fc.property(loads, (options) => {
      expect(MqttCapacity.plan(options).warnings.filter((warning) => warning.includes('plan for') && warning.includes('each:'))).toEqual([]);
    }));
  });
});
