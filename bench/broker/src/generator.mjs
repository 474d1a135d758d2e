import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { cache, repository } from '../../shared/paths.mjs';
import { runPinned } from './processes.mjs';

const binary = join(cache, 'bin', 'generator');

/** Compiles the load generator; Go itself knows when there is nothing to do. */
export function buildGenerator() {
  const { status, error, stderr } = spawnSync('go', ['build', '-o', binary, '.'], { cwd: join(repository, 'bench', 'broker', 'generator'), encoding: 'utf8' });
  if (error) throw new BenchmarkError('the load generator is compiled with Go 1.22 or newer, which is missing: https://go.dev/dl');
  if (status !== 0) throw new BenchmarkError(`the load generator does not compile:\n${stderr}`);
}

/** Makes a key and a certificate for the brokers of this run, and has the generator trust it. */
export async function makeCertificate(core, directory) {
  const certificate = await generate(core, 'certificate', { directory }, 30);
  process.env.SSL_CERT_FILE = certificate.certificate;
  return certificate;
}

/** Runs one command of the generator on its core. `seconds` bounds it. */
export async function generate(core, command, options, seconds) {
  const args = Object.entries(options).map(([name, value]) => `-${name}=${value}`);
  try {
    return JSON.parse(await runPinned(core, binary, [command, ...args], { seconds, env: { GOMAXPROCS: '1' } }));
  } catch (error) {
    throw new Error(error.killed ? `the generator did not finish within ${seconds} s` : error.stderr?.trim() || error.message);
  }
}
