import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Bom {
  readonly bomFormat: string;
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp: string; readonly component: { readonly name: string; readonly type: string } };
  readonly components: readonly { readonly 'bom-ref': string; readonly name: string; readonly version: string }[];
}

const root = fileURLToPath(new URL('.', import.meta.resolve('#package.json')));
const read = <T>(name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as T;
const sbom = () => execFileSync(process.execPath, [join(root, 'scripts/sbom.mjs')], { encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: '86400' } });
const text = sbom();
const bom = JSON.parse(text) as Bom;

test('it holds what is installed without development, in the version that is installed, and Node.js', () => {
  const { packages } = read<{ packages: Record<string, { version: string; dev?: boolean }> }>('package-lock.json');
  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true && existsSync(join(root, path)));
  const expected = installed.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
  assert.deepEqual(bom.components.map(({ name, version }) => `${name}@${version}`).sort(), [...expected, `node@${process.versions.node}`].sort());
});

test('what both the broker and its tests use is there, what only the tests use is not', () => {
  const names = bom.components.map(({ 'bom-ref': reference }) => reference.replace(/(.)@.*$/, '$1'));
  const { dependencies, devDependencies } = read<{ dependencies: object; devDependencies: object }>('package.json');
  for (const name of Object.keys(dependencies)) assert.ok(names.includes(name), name);
  for (const name of ['typescript', 'mqtt', 'fast-check']) assert.ok(name in devDependencies && !names.includes(name), name);
});

test('the same sources give the same text', () => {
  assert.equal(sbom(), text);
  assert.deepEqual(
    { format: bom.bomFormat, serial: bom.serialNumber, time: bom.metadata.timestamp, component: `${bom.metadata.component.type} ${bom.metadata.component.name}` },
    { format: 'CycloneDX', serial: undefined, time: '1970-01-02T00:00:00.000Z', component: 'application @cdk8s-mqtt/broker-image' },
  );
});
