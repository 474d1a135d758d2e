import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import type { Log } from './log.js';

/** Writes a heap snapshot, if there is a folder for it. The event loop stands still meanwhile. Does not throw: a diagnosis must not end the broker. */
export function takeHeapSnapshot(directory: string | undefined, log: Log): void {
  try {
    if (directory === undefined) throw new Error('diagnostics.heapSnapshotDirectory is not set');
    const file = join(directory, `mqtt-broker-${new Date().toISOString().replaceAll(':', '-')}.heapsnapshot`);
    // It holds messages and passwords: for this user alone, from its first byte on.
    writeFileSync(file, '', { mode: 0o600, flag: 'wx' });
    const begun = performance.now();
    writeHeapSnapshot(file);
    log.write('warn', 'heap-snapshot.written', 'a heap snapshot was written; it holds messages and passwords', { file, bytes: statSync(file).size, milliseconds: Math.round(performance.now() - begun) });
  } catch (error) {
    log.write('error', 'heap-snapshot.failed', 'no heap snapshot was written', { cause: (error as Error).message });
  }
}
