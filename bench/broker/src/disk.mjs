import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../shared/median.mjs';

export const describeDisk = (directory) => ({
  fileSystem: execFileSync('findmnt', ['--noheadings', '--output', 'FSTYPE', '--target', directory], { encoding: 'utf8' }).trim(),
  syncMilliseconds: syncTime(directory),
});

/** Median time of a 4 KiB write with fdatasync: what durability costs on this disk. */
function syncTime(directory) {
  const file = join(directory, 'sync-probe');
  const fd = openSync(file, 'w');
  try {
    const samples = Array.from({ length: 101 }, () => {
      const begin = performance.now();
      writeSync(fd, Buffer.alloc(4096, 1));
      fdatasyncSync(fd);
      return performance.now() - begin;
    });
    return Number(median(samples).toFixed(3));
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}
