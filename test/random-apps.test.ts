import { Yaml } from 'cdk8s';
import * as fc from 'fast-check';
import { expectPromises } from './support/promises';
import { keptApp, type RandomApp, randomApp, randomAppBehind, synthApp } from './support/random-app';
import { providerFactories } from './support/random-provider';
import { KNOWN_MINORS } from './support/strict-schema';
import { newChart } from './support/synth';
import { unexplainedDifferences } from './support/version-differences';
import { parseManifests } from '../lib/check/parse-manifests';
import { findingsAbout, Severity } from '../lib/rules';
import { evaluate } from '../lib/rules/evaluate';
import { publicFinding } from '../lib/rules/report/public-finding';

// Apps of random parts: each is kept, with every promise, or refused with an explanation. What a rule refuses is kept once it is acknowledged.

const SEED = Number(process.env.RANDOM_SEED ?? 20261121);
/** A minute on two busy cores is usual for the whole file; this only ends one that hangs. */
const HANGING = 600_000;

beforeAll(() => { process.env.CDK8S_MQTT_QUIET = '1'; });
afterAll(() => { delete process.env.CDK8S_MQTT_QUIET; });

/**
 * Whether arguments do not refuse the app on one minor. What rules refuse is acknowledged. Fails if it is neither right nor refused with an explanation, or is another app on a newer minor.
 */
function isAccepted(app: RandomApp, minor: number, newerMinor: number): boolean {
  const made = keptApp(app, minor);
  if (!made) return false;
  const { chart, manifests, acknowledged: rules } = made;
  expectPromises(manifests, minor);

  const findings = findingsAbout(chart);
  expect(findings.filter(({ severity, acknowledged }) => severity === Severity.ERROR && acknowledged === undefined)).toEqual([]);
  expect(JSON.stringify(findings)).not.toMatch(/undefined|NaN|\[object/);
  // The command finds in the file what the synth found in the app.
  const yaml = Yaml.stringify(...manifests);
  const inFile = evaluate(parseManifests({ name: 'app.yaml', text: yaml }, [])).map(publicFinding);
  const told = (all: typeof findings) => all.map(({ id, object, found, breaks, remedy, acknowledged }) => ({ id, object, found, breaks, remedy, acknowledged }));
  expect(told(inFile)).toEqual(told(findings));

  expect(Yaml.stringify(...synthApp(app, minor, rules).manifests)).toBe(yaml);
  if (newerMinor > minor) expect(unexplainedDifferences(manifests, minor, synthApp(app, newerMinor, rules).manifests, newerMinor)).toEqual([]);
  return true;
}

/** Makes so many apps. Answers those that are not refused. The number of runs is fixed: a slow machine takes longer, and tests no less. */
function accepted(apps: fc.Arbitrary<RandomApp>, runs: number): { readonly app: RandomApp; readonly minor: number }[] {
  const found: { app: RandomApp; minor: number }[] = [];
  fc.assert(fc.property(apps, fc.constantFrom(...KNOWN_MINORS), fc.nat(), (app, minor, newer) => {
    const newerMinor = minor + newer % (KNOWN_MINORS.at(-1)! + 1 - minor);
    if (isAccepted(app, minor, newerMinor)) found.push({ app, minor });
  }), { seed: SEED, numRuns: runs });
  return found;
}

// Were most of them refused, little would have been tested.

test.each(providerFactories)('behind %s', (factory) => {
  expect(accepted(randomAppBehind(factory, newChart()), 8).length).toBeGreaterThanOrEqual(2);
}, HANGING);

test('of everything that there is', () => {
  const apps = accepted(randomApp(newChart()), 120);
  expect(apps.length).toBeGreaterThanOrEqual(30);
  const parts = new Set(apps.flatMap(({ app, minor }) => [...Object.keys(app), ...Object.keys(app.cluster), minor >= 35 ? 'newer than 1.34' : 'not newer than 1.34']));
  expect([...parts]).toEqual(expect.arrayContaining([
    'capacity', 'proxyPorts', 'loadBalancers', 'route', 'autoscaler', 'monitoring', 'guardRails', 'dnsName', 'override', 'sessionStore', 'storage', 'listeners', 'newer than 1.34',
  ]));
}, HANGING);
