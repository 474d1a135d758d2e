import { spawnSync } from 'node:child_process';

const TIMEOUT_MILLISECONDS = 600_000;

/** Runs a command to its end. `times` of the shell gives the CPU time of what it started, which other processes disturb far less than the clock. */
export function measureCommand(command, args, { cwd }) {
  const begin = performance.now();
  const { status, signal, stdout, stderr, error } = spawnSync('sh', ['-c', '"$@"; code=$?; times >&2; exit $code', 'sh', command, ...args], {
    cwd, encoding: 'utf8', timeout: TIMEOUT_MILLISECONDS, maxBuffer: 256 * 1024 * 1024,
  });
  const milliseconds = performance.now() - begin;
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status ?? signal}:\n${stderr}`);
  return { milliseconds, cpuMilliseconds: cpuOfChildren(stderr), stdout };
}

/** The last line of `times`: user and system time of the children, such as `0m0.350s 0m0.040s`. */
function cpuOfChildren(text) {
  const durations = text.trim().split('\n').at(-1).matchAll(/(\d+)m([\d.]+)s/g);
  return [...durations].reduce((sum, [, minutes, seconds]) => sum + 60_000 * Number(minutes) + 1000 * Number(seconds), 0);
}
