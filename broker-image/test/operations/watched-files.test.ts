import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WatchedFiles } from '../../src/operations/index.js';
import { temporaryDirectory } from '../config/files.js';
import { RecordingLog } from './recording-log.js';

interface Watching {
  readonly files: WatchedFiles;
  readonly log: RecordingLog;
  readonly counted: string[];
  readonly read: string[];
}

/** Watches one file, which cannot be used while it says `bad`. */
function watch(path: string): Watching {
  const log = new RecordingLog();
  const counted: string[] = [];
  const read: string[] = [];
  const files = new WatchedFiles(log, { fileReloaded: (file, result) => counted.push(`${file} ${result}`) });
  files.watch({
    file: 'acl',
    paths: [path],
    reload: () => {
      const text = readFileSync(path, 'utf8');
      if (text === 'bad') throw new Error('it is bad');
      read.push(text);
    },
  });
  return { files, log, counted, read };
}

test('a file that did not change is not read again', async () => {
  const path = join(temporaryDirectory(), 'acl');
  writeFileSync(path, 'one');
  const { files, read } = watch(path);
  await files.check();
  assert.deepEqual(read, []);
});

test('a changed file is read once, logged and counted', async () => {
  const path = join(temporaryDirectory(), 'acl');
  writeFileSync(path, 'one');
  const { files, log, counted, read } = watch(path);
  writeFileSync(path, 'second');
  await files.check();
  await files.check();
  assert.deepEqual(read, ['second']);
  assert.deepEqual(counted, ['acl success']);
  assert.deepEqual(log.lines.map(({ level, event, details }) => ({ level, event, details })), [{ level: 'info', event: 'file.reloaded', details: { file: 'acl', paths: [path] } }]);
});

test('what changes before it is first looked at is not missed', async () => {
  const path = join(temporaryDirectory(), 'acl');
  writeFileSync(path, 'one');
  const { files, read } = watch(path);
  writeFileSync(path, 'changed while the broker starts');
  await files.check();
  assert.deepEqual(read, ['changed while the broker starts']);
});

test('a file that is not there yet is read when it comes', async () => {
  const path = join(temporaryDirectory(), 'acl');
  const { files, read } = watch(path);
  writeFileSync(path, 'late');
  await files.check();
  assert.deepEqual(read, ['late']);
});

test('a bad file is told once, and a good one after it is taken', async () => {
  const path = join(temporaryDirectory(), 'acl');
  writeFileSync(path, 'one');
  const { files, log, counted, read } = watch(path);
  writeFileSync(path, 'bad');
  await files.check();
  await files.check();
  assert.deepEqual(log.lines.map(({ level, event, details }) => ({ level, event, details })), [{ level: 'error', event: 'file.rejected', details: { file: 'acl', paths: [path], cause: 'it is bad' } }]);
  writeFileSync(path, 'third');
  await files.check();
  assert.deepEqual(read, ['third']);
  assert.deepEqual(counted, ['acl failure', 'acl success']);
});

test('a file that vanished keeps the old one, and is taken when it is back', async () => {
  const path = join(temporaryDirectory(), 'acl');
  writeFileSync(path, 'one');
  const { files, log, read } = watch(path);
  rmSync(path);
  await files.check();
  assert.deepEqual(log.events, ['file.rejected']);
  writeFileSync(path, 'back');
  await files.check();
  assert.deepEqual(read, ['back']);
});

test('the way of the kubelet: files are links through ..data, which is swapped', async () => {
  const mount = temporaryDirectory();
  const publish = (version: string, content: string) => {
    mkdirSync(join(mount, version));
    writeFileSync(join(mount, version, 'acl'), content);
    symlinkSync(version, join(mount, '..data_tmp'));
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  };
  publish('..2026_1', 'one');
  symlinkSync(join('..data', 'acl'), join(mount, 'acl'));
  const { files, read } = watch(join(mount, 'acl'));
  publish('..2026_2', 'two');
  await files.check();
  // As long as the one before: size and path are the same.
  publish('..2026_3', 'six');
  await files.check();
  assert.deepEqual(read, ['two', 'six']);
});
