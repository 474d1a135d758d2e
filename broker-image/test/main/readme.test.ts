import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { help } from '../../src/commands/help.js';
import { ExitCode, Metrics } from '../../src/operations/index.js';
import { logEvents } from '../../src/operations/log.js';
import { closeReasons, dropReasons, refusalReasons } from '../../src/operations/observer.js';
import { temporaryDirectory } from '../config/files.js';

const root = fileURLToPath(new URL('.', import.meta.resolve('#package.json')));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const check = (directory: string) => spawnSync(process.execPath, [join(directory, 'scripts/readme-tables.mjs'), '--check'], { encoding: 'utf8' });

test('the tables are those of the schemas', () => {
  const { status, stderr } = check(root);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});

test('a table that is out of date is noticed', () => {
  const copy = temporaryDirectory();
  mkdirSync(join(copy, 'scripts'));
  for (const file of ['scripts/readme-tables.mjs', 'config.schema.json', 'acl.schema.json']) copyFileSync(join(root, file), join(copy, file));
  writeFileSync(join(copy, 'README.md'), readme.replace('`604800`', '`604801`'));
  const { status, stderr } = check(copy);
  assert.deepEqual({ status, stderr }, { status: 1, stderr: 'README.md differs from the schemas: run node scripts/readme-tables.mjs\n' });
});

test('every metric is there', async () => {
  const metrics = new Metrics({ version: '1', name: 'b', listeners: [], storeMaxBytes: 1 }, { statistics: () => undefined, storeWritable: () => true, draining: () => false, cluster: () => undefined });
  const names = [...(await metrics.scrape()).matchAll(/^# TYPE (mqtt_\S+)/gm)].map(([, name]) => name!);
  assert.ok(names.length > 20);
  for (const name of names) assert.match(readme, new RegExp(`\`${name}[\`{]`), name);
});

test('every reason, event, exit code and option is there', () => {
  for (const word of [...closeReasons, ...refusalReasons, ...dropReasons, ...logEvents]) assert.ok(readme.includes(`\`${word}\``), word);
  for (const code of Object.values(ExitCode)) assert.match(readme, new RegExp(`^\\| ${code} \\|`, 'm'));
  for (const [option] of help.matchAll(/--[a-z-]+/g)) assert.ok(readme.includes(option), option);
});
