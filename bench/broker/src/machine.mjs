import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { BenchmarkError } from './errors.mjs';

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

export function describeMachine(directory) {
  return {
    processor: cpus()[0].model,
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    fileSystem: execFileSync('stat', ['-f', '-c', '%T', directory], { encoding: 'utf8' }).trim(),
    syncMilliseconds: syncTime(directory),
    loadAverage: loadavg().map((load) => Number(load.toFixed(2))),
    date: new Date().toISOString(),
  };
}

/** Median time of a 4 KiB write with fdatasync: what durability costs on this disk. */
function syncTime(directory) {
  const file = join(directory, 'sync-probe');
  const fd = openSync(file, 'w');
  try {
    const times = Array.from({ length: 101 }, () => {
      const begin = performance.now();
      writeSync(fd, Buffer.alloc(4096, 1));
      fdatasyncSync(fd);
      return performance.now() - begin;
    });
    return Number(times.sort((a, b) => a - b)[50].toFixed(3));
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}
