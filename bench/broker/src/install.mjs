import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { cache, repository } from '../../shared/paths.mjs';

/** Only on request: Debian packages, Node.js 24 and HiveMQ CE. */
export function install() {
  run('apt-get', ['update']);
  run('apt-get', ['install', '--yes', '--no-install-recommends', 'mosquitto', 'util-linux', 'default-jdk-headless', 'maven']);
  run('npm', ['install', '--prefix', join(cache, 'node'), '--no-audit', '--no-fund', `node-${process.platform}-${process.arch}@24`]);
  run('mvn', ['--quiet', '--batch-mode', '-f', join(repository, 'bench', 'broker', 'hivemq', 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${join(cache, 'hivemq', 'lib')}`]);
}

function run(command, args) {
  // Their output is not part of what the benchmark prints.
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout: 600_000 });
  if (error) throw new BenchmarkError(`${command} cannot be started: ${error.message}`);
  if (status !== 0) throw new BenchmarkError(`${command} ${args.join(' ')} ended with ${status}`);
}
