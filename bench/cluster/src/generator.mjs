import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BenchmarkError } from '../../shared/errors.mjs';
import { cache, repository } from '../../shared/paths.mjs';

const run = promisify(execFile);
const binary = join(cache, 'bin', 'cluster-generator');
const ofBroker = join(repository, 'bench/broker/generator');

/** The generator of bench/broker, with the commands of `generator/across.go` laid over its folder. */
export function buildGenerator() {
  mkdirSync(join(cache, 'bin'), { recursive: true });
  const overlay = join(cache, 'bin', 'cluster-generator-overlay.json');
  writeFileSync(overlay, JSON.stringify({ Replace: { [join(ofBroker, 'across.go')]: join(repository, 'bench/cluster/generator/across.go') } }));
  const { status, error, stderr } = spawnSync('go', ['build', '-overlay', overlay, '-o', binary, '.'], { cwd: ofBroker, encoding: 'utf8' });
  if (error) throw new BenchmarkError('the load generator is compiled with Go 1.22 or newer, which is missing: https://go.dev/dl');
  if (status !== 0) throw new BenchmarkError(`the load generator does not compile:\n${stderr}`);
}

/** Runs one command of the generator; `seconds` bounds it. */
export async function generate(command, options, seconds) {
  const args = Object.entries(options).filter(([, value]) => value !== undefined).map(([name, value]) => `-${name}=${value}`);
  try {
    const { stdout } = await run(binary, [command, ...args], { timeout: seconds * 1000, killSignal: 'SIGKILL', env: { ...process.env, GOMAXPROCS: '1' } });
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(error.killed ? `the generator did not finish within ${seconds} s` : error.stderr?.trim() || error.message);
  }
}
