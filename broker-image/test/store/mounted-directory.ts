import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** For `{ skip }` of tests that need a small volume: not every container lets root mount one. */
export const cannotMount = canMount() ? false : 'only root may mount a small volume';

/** A folder on a volume of its own, which has so many mebibytes. It is gone after the test. */
export function mountedDirectory(t: TestContext, mebibytes: number): string {
  const directory = mount(mebibytes);
  t.after(() => unmount(directory));
  return directory;
}

function mount(mebibytes: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'mqtt-volume-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
  return directory;
}

/** Also if a process still has files of it open. */
function unmount(directory: string): void {
  execFileSync('umount', ['--lazy', directory]);
  rmSync(directory, { recursive: true });
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    unmount(mount(1));
    return true;
  } catch {
    return false;
  }
}
