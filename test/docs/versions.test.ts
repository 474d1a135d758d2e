import * as fs from 'fs';
import * as path from 'path';
import { KubernetesVersion } from '../../lib';
import { VersionGates } from '../../lib/manifest/version-gates';
import { KNOWN_MINORS } from '../support/strict-schema';

const page = fs.readFileSync(path.resolve(__dirname, '../../docs/versions.md'), 'utf8');
const rows = [...page.matchAll(/^\| 1\.(\d+) \|.*$/gm)].map(([row, since]) => ({ row, since: Number(since) }));

test('docs/versions.md has a row for each gate, with its source', () => {
  const gates = Object.values(VersionGates).sort((one, other) => one.since - other.since);
  expect(rows.map(({ since }) => since)).toEqual(gates.map(({ since }) => since));
  for (const { since, source } of gates) {
    const [, url, feature = ''] = /^(\S+)(?: \((\w+)\))?$/.exec(source)!;
    expect(rows.filter(({ row }) => row.includes(`](${url})`) && row.includes(feature)).map((row) => row.since)).toContain(since);
  }
});

test('docs/versions.md names the oldest and the newest version', () => {
  expect(page).toContain(`write for Kubernetes 1.${KNOWN_MINORS[0]} to 1.${KNOWN_MINORS.at(-1)}.`);
});

test('every version of the library is one whose API the tests know', () => {
  const versions = Object.values(KubernetesVersion).filter((value) => value instanceof KubernetesVersion).map(({ minor }) => minor);
  expect(versions).toEqual(KNOWN_MINORS);
  expect(() => KubernetesVersion.of(`1.${KNOWN_MINORS.at(-1)! + 1}`)).toThrow();
});
