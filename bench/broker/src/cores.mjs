import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BenchmarkError } from '../../shared/errors.mjs';

/** One core for the brokers and one for the load. */
export function twoCores() {
  const list = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' }).split(':').at(-1).trim();
  const cores = list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  if (cores.length < 2) throw new BenchmarkError('the benchmark needs two cores: one for the broker, one for the load');
  const siblings = siblingsOf(cores[0]);
  // Two threads of one core would slow each other.
  return { broker: cores[0], generator: cores.slice(1).find((core) => !siblings.includes(core)) ?? cores[1] };
}

function siblingsOf(core) {
  try {
    return readFileSync(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`, 'utf8').trim().split(/[,-]/).map(Number);
  } catch {
    return [core];
  }
}
