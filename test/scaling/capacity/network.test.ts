import { load } from './loads';
import { MqttProfile } from '../../../lib/cluster/mqtt-profile';
import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { clusterBasis } from '../../../lib/scaling/capacity/cluster-basis';
import { conntrackEntries, conntrackMax, conntrackMaxByDefault, coresForConntrackMax, sourcePortsPerNode } from '../../../lib/scaling/capacity/network';

const basis = clusterBasis(MqttProfile.production());
const CLUSTER = load({ trafficPolicy: ExternalTrafficPolicy.CLUSTER });

test.each([
  ['all closed within two minutes', 10_000, 500, 20_000],
  // 50 a second for 120 s
  ['some closed within two minutes', 10_000, 50, 16_000],
])('conntrack remembers the connections of a pod that drains: %s', (_, connections, drainConnectionsPerSecond, entries) => {
  expect(conntrackEntries(load(), connections, { ...basis, drainConnectionsPerSecond })).toBe(entries);
  expect(conntrackEntries(CLUSTER, connections, { ...basis, drainConnectionsPerSecond })).toBe(2 * entries);
});

test('a table three quarters full raises an alert', () => {
  expect(conntrackMax(75_000)).toBe(100_000);
  expect(conntrackMax(75_001)).toBe(100_002);
});

test.each([[1, 131_072], [4, 131_072], [5, 163_840], [16, 524_288]])('kube-proxy gives a node with %i cores %i entries', (cores, entries) => {
  expect(conntrackMaxByDefault(cores)).toBe(entries);
});

test.each([[131_072, 1], [131_073, 5], [163_840, 5], [163_841, 6]])('%i entries are there from %i cores on', (entries, cores) => {
  expect(coresForConntrackMax(entries)).toBe(cores);
  expect(conntrackMaxByDefault(cores)).toBeGreaterThanOrEqual(entries);
});

test('source ports are used up only where nodes replace the address of the client', () => {
  expect(sourcePortsPerNode(load(), 100_000, 3)).toBe(0);
  expect(sourcePortsPerNode(CLUSTER, 100_000, 3)).toBe(33_334);
});
