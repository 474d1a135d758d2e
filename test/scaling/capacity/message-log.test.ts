import { Size } from 'cdk8s';
import { load } from './loads';
import { MqttCluster } from '../../../lib/cluster/mqtt-cluster';
import { MqttProfile } from '../../../lib/cluster/mqtt-profile';
import { MqttMessageLog } from '../../../lib/message-log/mqtt-message-log';
import { MqttSessionStore } from '../../../lib/message-log/mqtt-session-store';
import { clusterBasis } from '../../../lib/scaling/capacity/cluster-basis';
import { logFigures } from '../../../lib/scaling/capacity/message-log';
import { loopCores } from '../../../lib/scaling/capacity/processor';
import { fitsWithoutClients, replicasFor } from '../../../lib/scaling/capacity/replicas';
import { diskOperationsPerSecond, volumeBytes } from '../../../lib/scaling/capacity/store';
import { MqttCapacity } from '../../../lib/scaling/mqtt-capacity';
import type { MqttCapacityOptions } from '../../../lib/scaling/mqtt-capacity-options';
import { MqttStorage } from '../../../lib/workload/mqtt-storage';
import { findObject, newChart } from '../../support/synth';

const production = (sessionStore: MqttSessionStore) => MqttProfile.production({ sessionStore });
const REPLICATED = production(MqttSessionStore.replicated());
const QOS1: Partial<MqttCapacityOptions> = { qos1Share: 1, persistentShare: 1 };
const replicated = (options: Partial<MqttCapacityOptions> = {}) => ({ ...load({ ...QOS1, ...options }), replicated: true });

test('brokers that store alone have no log', () => {
  expect(logFigures(load(QOS1), clusterBasis(production(MqttSessionStore.embedded())))).toBeUndefined();
  const plan = MqttCapacity.plan({ clients: 1000, publishesPerSecond: 10, profile: production(MqttSessionStore.embedded()) });
  expect([plan.logNodes, plan.logStorageSize, plan.logDiskOperationsPerSecond, plan.settings.sessionStore]).toEqual([undefined, undefined, undefined, undefined]);
  expect(plan.report()).not.toContain('message log');
});

describe('every broker stores what all clients have', () => {
  test('its volume and its disk do not shrink with its share', () => {
    expect(volumeBytes(replicated(), 0.1)).toBe(volumeBytes(replicated(), 1));
    expect(volumeBytes(load(QOS1), 0.1)).toBeLessThan(volumeBytes(load(QOS1), 1));
    // 1,000 stored messages a second, and 10 commits instead of 400: they gather for 100 ms
    expect(diskOperationsPerSecond(replicated(), 0.1)).toBe(1000 + 10 * 4);
    expect(diskOperationsPerSecond(replicated(), 0.1)).toBe(diskOperationsPerSecond(replicated(), 1));
  });

  test('it applies the whole log, whatever its share of the clients', () => {
    // 1,000 messages a second, each put into a queue and taken out: 2,000 × 2.2 µs, in 950 entries of 151 µs; and 10 commits
    expect(loopCores(replicated(), 0)).toBeCloseTo(2000 * 2.2e-6 + 950 * 151e-6 + 10 * 230e-6, 9);
    // A tenth of the clients, with 200 commits a second where it stores alone
    const difference = loopCores(replicated(), 0.1) - loopCores(load(QOS1), 0.1);
    expect(difference).toBeCloseTo(2000 * 2.2e-6 + 950 * 151e-6 + (10 - 200) * 230e-6, 6);
  });

  test('few operations are as many entries', () => {
    // 100 messages a second and their acknowledgements; each may be an entry of its own
    expect(loopCores(replicated({ publishesPerSecond: 100 }), 0)).toBeCloseTo(200 * (2.2e-6 + 151e-6) + 10 * 230e-6, 9);
  });

  test('what is too much for one is too much for any number', () => {
    // 164,000 operations × 2.2 µs, 950 entries × 151 µs and 10 commits are more than half of an event loop
    const tooMuch = replicated({ publishesPerSecond: 82_000 });
    expect(fitsWithoutClients(tooMuch)).toBe(false);
    expect(replicasFor(tooMuch, 3)).toBe(replicasFor({ ...tooMuch, replicated: false }, 3));
    expect(fitsWithoutClients({ ...tooMuch, replicated: false })).toBe(true);
  });
});

test('the log, reckoned by hand', () => {
  // 1,000 messages a second, one session each: 1,000 stored and 1,000 acknowledged; the log takes 950 entries with all of them, each written twice. So is each part of a
  // snapshot: one of the whole store for an eighth of the log, which has a quarter of the volume: every 938 s, at 8.05 MB a second in parts of 256 KiB
  const log = logFigures(replicated(), clusterBasis(REPLICATED))!;
  expect(log).toMatchObject({ nodes: 3, operationsPerSecond: 2000, diskOperationsPerSecond: Math.ceil(2 * (950 + 30.72)), bytesPerSecond: 1000 * (1024 + 60) + 1000 * 60 });
  // 1,000 sessions of 600 bytes with 3,600 messages of (1,024 + 25) × 2 bytes each; twice 0.8 of what they may be in 0.55 of the volume
  expect(log.volumeBytes).toBeCloseTo(2 * (1000 * 600 + 1000 * 3600 * 2098) / 0.8 / 0.55, -3);
});

test('a message to many is stored once', () => {
  const log = logFigures(replicated({ fanOut: 10 }), clusterBasis(REPLICATED))!;
  expect(log.operationsPerSecond).toBe(1000 + 10_000);
});

test('messages that no persistent session wants do not reach the log', () => {
  expect(logFigures(replicated({ persistentShare: 0 }), clusterBasis(REPLICATED))).toMatchObject({ operationsPerSecond: 0, diskOperationsPerSecond: 0, bytesPerSecond: 0 });
});

describe('a plan', () => {
  const options = { clients: 20_000, publishesPerSecond: 1000, profile: REPLICATED };

  test('has the message log, and settings for it', () => {
    const plan = MqttCapacity.plan(options);
    expect([plan.logNodes, plan.logStorageSize!.toGibibytes(), plan.logDiskOperationsPerSecond]).toEqual([3, 100, 1962]);
    expect(plan.report()).toMatch(/nodes of the message log +3 +2,000 operations and 1,117.2 KiB a second\n/);
    expect(plan.report()).toMatch(/storage per node of the log +100Gi +32.0 GiB needed for the log and two snapshots of what the brokers store\n/);
    const chart = newChart();
    new MqttCluster(chart, 'Broker', { name: 'plant', profile: plan.profile }).acknowledge('MQTT-LOG-005', 'not about TLS, this test');
    const { spec } = findObject(chart, 'StatefulSet', 'plant-log');
    expect([spec.replicas, spec.volumeClaimTemplates[0].spec.resources.requests.storage]).toEqual([3, '100Gi']);
  });

  test('never goes below what the profile has, nor below a broker\'s volume', () => {
    const own = MqttSessionStore.replicated({ nodes: 5, storage: MqttStorage.persistentVolume({ size: Size.gibibytes(500), storageClassName: 'fast' }), clusterName: 'plant' });
    const plan = MqttCapacity.plan({ ...options, profile: production(own) });
    expect([plan.logNodes, plan.logStorageSize!.toGibibytes()]).toEqual([5, 500]);
    const { _ownLog: log, _replication: replication } = plan.settings.sessionStore!;
    expect([log!.storage!.storageClassName, replication.clusterName]).toEqual(['fast', 'plant']);
    const brokers = MqttProfile.production({ sessionStore: MqttSessionStore.replicated(), storage: MqttStorage.persistentVolume({ size: Size.gibibytes(300) }) });
    expect(MqttCapacity.plan({ ...options, profile: brokers }).logStorageSize!.toGibibytes()).toBe(300);
  });

  test('leaves a log that is made elsewhere as it is', () => {
    const store = MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['nats://nats']));
    const plan = MqttCapacity.plan({ ...options, profile: production(store) });
    expect(plan.settings.sessionStore).toBe(store);
    expect(plan.logStorageSize!.toGibibytes()).toBe(100);
  });

  test('warns where the log was not measured, and where no number of brokers would do', () => {
    expect(MqttCapacity.plan(options).warnings).toEqual([]);
    const { warnings } = MqttCapacity.plan({ ...options, publishesPerSecond: 82_000, tlsShare: 0 });
    expect(warnings).toContain('what every broker stores for the clients of all others is too much for one of them, whatever their number: '
      + 'plan for several clusters, or for EMQX or HiveMQ, whose brokers divide it');
    expect(warnings).toContain('164,000 operations a second in the message log were not measured (up to 50,000 were): acknowledgements get slower');
  });
});
