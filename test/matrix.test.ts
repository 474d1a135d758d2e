import { Testing, Yaml } from 'cdk8s';
import { KubernetesVersion, MqttCluster, MqttProfile } from '../lib';
import { exampleNames, synthExample } from './support/examples';
import { expectPromises } from './support/promises';
import { KNOWN_MINORS } from './support/strict-schema';
import { newChart } from './support/synth';
import { unexplainedDifferences } from './support/version-differences';

// Every profile and every example, on every Kubernetes minor. Random apps are in random-apps.test.ts.

/** Runs the action with every version that an app may name, and the default, replaced by this one. */
function withVersion<T>(minor: number, action: () => T): T {
  const names = (Object.keys(KubernetesVersion) as (keyof typeof KubernetesVersion)[]).filter((name) => name.startsWith('V1_'));
  const version = KubernetesVersion.of(`1.${minor}`);
  const replaced = names.map((name) => jest.replaceProperty(KubernetesVersion, name, version as never));
  try {
    return action();
  } finally {
    replaced.forEach((property) => property.restore());
  }
}

/** Examples that need a newer Kubernetes than the oldest: on an older one they must be refused, with the version that they need. */
const OLDEST_MINOR: { readonly [example: string]: number } = { 'gateway-cert-manager': 31, 'on-premises': 31, 'production-aws': 34 };

const profiles = [MqttProfile.development(), MqttProfile.production()].map((profile) => ({
  name: `the profile ${profile.name}`,
  oldest: KNOWN_MINORS[0],
  synth: () => {
    const chart = newChart();
    new MqttCluster(chart, 'Broker', { profile });
    return Testing.synth(chart);
  },
}));
const examples = exampleNames.map((name) => ({ name: `examples/${name}`, oldest: OLDEST_MINOR[name] ?? KNOWN_MINORS[0], synth: () => synthExample(name) }));

describe.each([...profiles, ...examples])('$name', ({ oldest, synth }) => {
  test.each(KNOWN_MINORS)('Kubernetes 1.%i', (minor) => {
    withVersion(minor, () => {
      if (minor < oldest) {
        expect(synth).toThrow(`since Kubernetes 1.${oldest}, but the target is 1.${minor}`);
        return;
      }
      const manifests = synth();
      expectPromises(manifests, minor);
      expect(Yaml.stringify(...synth())).toBe(Yaml.stringify(...manifests));
    });
  });

  test('manifests for two versions differ by what a version gate explains, and from 1.34 on not by a byte', () => {
    const minors = KNOWN_MINORS.filter((minor) => minor >= oldest);
    const manifests = new Map(minors.map((minor) => [minor, withVersion(minor, synth)]));
    for (const newer of minors.slice(1)) {
      expect({ newer, differences: unexplainedDifferences(manifests.get(newer - 1)!, newer - 1, manifests.get(newer)!, newer) }).toEqual({ newer, differences: [] });
    }
    const yaml = (minor: number) => Yaml.stringify(...manifests.get(minor)!);
    for (const minor of [35, 36, 37]) expect(yaml(minor)).toBe(yaml(34));
  });
});
