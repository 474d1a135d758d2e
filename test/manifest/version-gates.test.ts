import { ArgumentErrors } from '../../lib/manifest/arguments';
import { KubernetesVersion } from '../../lib/manifest/kubernetes-version';
import { VersionGates } from '../../lib/manifest/version-gates';
import { StrictSchema } from '../support/strict-schema';
import { messageOf, newChart } from '../support/synth';

test('a promise that the target cannot keep names the version that can', () => {
  const errors = new ArgumentErrors(newChart(), 'Test');
  errors.needs('nothing', VersionGates.TRAFFIC_DISTRIBUTION, KubernetesVersion.V1_31, 'x', 'y');
  errors.throwIfAny();
  errors.needs('trafficDistribution', VersionGates.TRAFFIC_DISTRIBUTION, KubernetesVersion.V1_30, 'The API server would drop it', 'Leave it out');
  expect(messageOf(() => errors.throwIfAny())).toBe(
    '[test] Test: an argument cannot work:\n  - trafficDistribution needs a field of Services that is known since Kubernetes 1.31, but the target is 1.30: '
    + 'The API server would drop it. Leave it out, or raise kubernetesVersion',
  );
});

// A gate may open later than the schema (a field that is off by default), never earlier.
test.each([
  [VersionGates.TRAFFIC_DISTRIBUTION, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { trafficDistribution: 'PreferClose' } }],
  [VersionGates.VOLUME_ATTRIBUTES_CLASS_BETA, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'x' }, spec: { volumeAttributesClassName: 'gold' } }],
  [VersionGates.VOLUME_ATTRIBUTES_CLASS, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'x' }, spec: { volumeAttributesClassName: 'gold' } }],
])('$what: the schema of that version has it, and that of 1.27 has not', ({ since }, object) => {
  expect(StrictSchema.of(since).problems(object)).toEqual([]);
  expect(StrictSchema.of(27).problems(object)).toHaveLength(1);
});

test('every gate is above the oldest version, and says where it was read', () => {
  for (const { since, source } of Object.values(VersionGates)) {
    expect(since).toBeGreaterThan(27);
    expect(source).toMatch(/^https:\/\/(kubernetes\.io|github\.com\/kubernetes-sigs)\//);
  }
});
