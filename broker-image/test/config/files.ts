import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

const directory = mkdtempSync(join(tmpdir(), 'mqtt-broker-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;

/** A folder of its own, gone after the tests of the file. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(directory, 'd-'));
}

export function temporaryFile(content: string, name = `file-${++count}.yaml`): string {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
}
