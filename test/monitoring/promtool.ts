import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Yaml } from 'cdk8s';

const installed = spawnSync('promtool', ['--version']).error === undefined;

/** `describe` where promtool is installed; elsewhere the tests are skipped, and their title says why. */
export function describeWithPromtool(title: string, tests: () => void): void {
  if (installed) describe(title, tests);
  else describe.skip(`${title} (skipped: promtool is not on the PATH; Debian: apt-get install prometheus)`, tests);
}

/** Runs promtool in a folder with these YAML files; answers what it printed, or throws with that when it fails. */
export function promtool(args: string[], files: { [name: string]: object }): string {
  const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), Yaml.stringify(content));
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`promtool ${args.join(' ')} failed:\n${stdout}${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
