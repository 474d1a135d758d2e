import * as fc from 'fast-check';
import { kubectl } from './support/kubectl';
import { createNamespace, removeNamespace } from './support/namespace';
import { exampleNames, synthExample } from '../support/examples';
import { keptApp, type RandomApp, randomApp, randomAppBehind } from '../support/random-app';
import { providerFactories } from '../support/random-provider';
import { KNOWN_MINORS, StrictSchema } from '../support/strict-schema';
import { newChart } from '../support/synth';

// The API server knows more than the schema: which names, values and combinations of fields it takes. Nothing is stored (--dry-run=server).

const NAMESPACE = 'mqtt-strict';
const SEED = Number(process.env.RANDOM_SEED ?? 20261121);

let minor: number;

beforeAll(async () => {
  process.env.CDK8S_MQTT_QUIET = '1';
  await createNamespace(NAMESPACE);
  const { serverVersion } = JSON.parse((await kubectl(['version', '--output=json'])).stdout);
  minor = Math.min(Number.parseInt(serverVersion.minor, 10), KNOWN_MINORS.at(-1)!);
});
afterAll(async () => {
  delete process.env.CDK8S_MQTT_QUIET;
  await removeNamespace(NAMESPACE);
}, 600_000);

/** What the API server says against the objects that are its own: it does not have those of operators. Answers how many there were. */
async function expectAccepted(manifests: readonly any[]): Promise<number> {
  const builtIn = manifests.filter((manifest) => StrictSchema.of(minor).isBuiltIn(manifest));
  const items = builtIn.map((manifest) => ('namespace' in manifest.metadata ? { ...manifest, metadata: { ...manifest.metadata, namespace: NAMESPACE } } : manifest));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { stderr } = await kubectl(['create', '--dry-run=server', '--validate=strict', '--filename=-'], { input });
  expect(stderr).not.toContain('Warning:');
  return items.length;
}

test.each(exampleNames)('accepts examples/%s', async (name) => {
  expect(await expectAccepted(synthExample(name))).toBeGreaterThan(0);
});

test.each([
  ['behind any provider', 15, () => providerFactories.flatMap((factory) => fc.sample(randomAppBehind(factory, newChart()), { seed: SEED, numRuns: 2 }))],
  ['of everything that there is', 5, () => fc.sample(randomApp(newChart()), { seed: SEED, numRuns: 25 })],
])('accepts random apps %s, at least %i of them', async (_, least, apps: () => RandomApp[]) => {
  const kept = apps().flatMap((app) => keptApp(app, minor) ?? []);
  expect(kept.length).toBeGreaterThanOrEqual(least);
  for (const { manifests } of kept) await expectAccepted(manifests);
}, 600_000);
