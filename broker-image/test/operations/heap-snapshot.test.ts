import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeHeapSnapshot } from '../../src/operations/index.js';
import { temporaryDirectory } from '../config/files.js';
import { RecordingLog } from './recording-log.js';

test('a snapshot goes into the folder, readable for this user alone', () => {
  const directory = temporaryDirectory();
  const log = new RecordingLog();
  takeHeapSnapshot(directory, log);
  const [name, ...more] = readdirSync(directory);
  assert.deepEqual(more, []);
  const file = join(directory, name!);
  assert.match(name!, /^mqtt-broker-.*\.heapsnapshot$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(Array.isArray((JSON.parse(readFileSync(file, 'utf8')) as { nodes: unknown }).nodes));
  assert.deepEqual(log.lines.map(({ level, event, details }) => ({ level, event, file: details?.file, bytes: details?.bytes })), [
    { level: 'warn', event: 'heap-snapshot.written', file, bytes: statSync(file).size },
  ]);
});

test('off, or into a folder that is not there: told, and nothing else happens', () => {
  const log = new RecordingLog();
  takeHeapSnapshot(undefined, log);
  takeHeapSnapshot(join(temporaryDirectory(), 'none'), log);
  assert.deepEqual(log.events, ['heap-snapshot.failed', 'heap-snapshot.failed']);
  assert.equal(log.lines[0]!.details?.cause, 'diagnostics.heapSnapshotDirectory is not set');
  assert.match(String(log.lines[1]!.details?.cause), /^ENOENT/);
});
