import * as fs from 'fs';
import * as path from 'path';
import { App, Chart, Testing, Yaml } from 'cdk8s';
import * as fc from 'fast-check';
import { KubernetesVersion, MqttCluster, MqttClusterProps, MqttProfile } from '../lib';
import { restrictedViolations } from './support/pod-security';
import { randomProps } from './support/random-props';
import { KNOWN_MINORS, StrictSchema } from './support/strict-schema';
import { newChart } from './support/synth';
import { literalSecrets } from '../lib/manifest/literal-secrets';

// What is promised of every app on every Kubernetes minor whose API is known here: no unknown field, Pod Security restricted, no credential, equal to the byte.

/** @param synth makes the app anew and synthesizes it. */
function expectPromises(synth: () => any[], minor: number): void {
  const objects = synth();
  const schema = StrictSchema.of(minor);
  expect(objects.filter((object) => schema.isBuiltIn(object)).flatMap((object) => schema.problems(object))).toEqual([]);
  for (const { spec } of objects.filter((object) => object.spec?.template?.spec)) expect(restrictedViolations(spec.template.spec, minor)).toEqual([]);
  expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  expect(objects.flatMap((object) => literalSecrets(object))).toEqual([]);
  expect(Yaml.stringify(...synth())).toBe(Yaml.stringify(...objects));
}

function clusterOf(props: MqttClusterProps, withProxyPorts = false): any[] {
  const chart = newChart();
  const cluster = new MqttCluster(chart, 'Broker', props);
  if (withProxyPorts) cluster.listeners.forEach(({ name }) => cluster.openProxyPort(name, { sources: ['10.0.0.0/16'] }));
  cluster.acknowledge('MQTT-SESSION-001', 'separate brokers, in this test');
  return Testing.synth(chart);
}

describe.each([MqttProfile.development(), MqttProfile.production()])('$name', (profile) => {
  test.each(KNOWN_MINORS)('Kubernetes 1.%i', (minor) => {
    expectPromises(() => clusterOf({ profile, kubernetesVersion: KubernetesVersion.of(`1.${minor}`) }), minor);
  });
});

const EXAMPLES = path.resolve(__dirname, '..', 'examples');
const exampleNames = fs.readdirSync(EXAMPLES).filter((name) => fs.existsSync(path.join(EXAMPLES, name, 'chart.ts')));

/** Examples that need a newer Kubernetes than the oldest: on an older one they must be refused, with the version that they need. */
const OLDEST_MINOR: { readonly [example: string]: number } = { 'gateway-cert-manager': 31, 'on-premises': 31, 'production-aws': 34 };

describe.each(exampleNames)('examples/%s', (name) => {
  test.each(KNOWN_MINORS)('Kubernetes 1.%i', (minor) => {
    // The examples are written for the default version; here the default is another one.
    const version = jest.replaceProperty(KubernetesVersion, 'V1_35', KubernetesVersion.of(`1.${minor}`));
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const classes = Object.values<new (app: App, id: string) => Chart>(require(path.join(EXAMPLES, name, 'chart.ts')));
      const synth = () => classes.flatMap((ChartClass, index) => Testing.synth(new ChartClass(new App(), `chart-${index}`)));
      const oldest = OLDEST_MINOR[name] ?? 0;
      const needs = new RegExp(`(needs Kubernetes 1\\.${oldest} or newer, but the cluster is made for|since Kubernetes 1\\.${oldest}, but the target is) 1\\.${minor}`);
      if (minor < oldest) expect(synth).toThrow(needs);
      else expectPromises(synth, minor);
    } finally {
      version.restore();
    }
  });
});

test('random props keep the promises or are refused with an explanation', () => {
  let kept = 0;
  const scope = newChart();
  fc.assert(fc.property(randomProps(scope), fc.boolean(), (props, withProxyPorts) => {
    const { minor } = props.kubernetesVersion!;
    try {
      clusterOf(props, withProxyPorts);
    } catch (error) {
      const { message } = error as Error;
      expect(message).toMatch(/^\[test\/Broker\] MqttCluster: (an argument cannot work|\d+ arguments cannot work):\n {2}- |^Validation failed with the following errors:\n {2}\[test\/Broker\/[\w/]+\] error MQTT-[A-Z]+-\d{3}: /);
      // A refusal is for a reason that is told, never for a field that came out wrong.
      expect(message).not.toMatch(/undefined|NaN|\[object/);
      return;
    }
    expectPromises(() => clusterOf(props, withProxyPorts), minor);
    kept += 1;
  }), { seed: Number(process.env.RANDOM_SEED ?? 20261121), numRuns: 150, interruptAfterTimeLimit: 10_000 });
  // Were all of them refused, nothing would have been tested.
  expect(kept).toBeGreaterThan(0);
}, 60_000);
