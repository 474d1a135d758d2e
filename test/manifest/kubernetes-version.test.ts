import { KubernetesVersion } from '../../lib';
import { messageOf } from '../support/synth';

test('a version by its name', () => {
  expect(['1.27', '1.35', 'v1.37', '1.35.4'].map((name) => KubernetesVersion.of(name).toString())).toEqual(['1.27', '1.35', '1.37', '1.35']);
});

test('at least', () => {
  expect([29, 30, 31].map((minor) => KubernetesVersion.V1_30.isAtLeast(minor))).toEqual([true, true, false]);
});

test.each(['1.26', '1.38', '1', '2.1', 'latest', ''])('%p is refused', (name) => {
  expect(messageOf(() => KubernetesVersion.of(name))).toBe(`'${name}' is not a Kubernetes version that this library knows: write one from '1.27' to '1.37'`);
});
