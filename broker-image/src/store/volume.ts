import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from './database-file.js';

/** More than one group commit writes, but for the largest. */
const RESERVED_BYTES = 64 * 1024 * 1024;
/** Of a small volume, this share is enough. */
const RESERVED_SHARE = 1 / 20;

export interface VolumeRoom {
  /** Bytes that the store can still write: on the volume, and in pages of its file that are free. */
  readonly free: number;
  /** What has to stay. */
  readonly reserved: number;
}

/**
 * A write that fails because the volume is full would be an error of the transaction and no more, but lmdb 3.5.6 describes it in 100 bytes of memory, however long the description is: it can end the process. So the store stops taking messages before.
 * @throws Error if the volume does not say
 */
export function volumeRoom(directory: string, usedBytes: number): VolumeRoom {
  const { bavail, blocks, bsize } = statfsSync(directory);
  const { size } = statSync(join(directory, DATABASE_FILE));
  return { free: bavail * bsize + Math.max(0, size - usedBytes), reserved: Math.min(RESERVED_BYTES, Math.floor(blocks * bsize * RESERVED_SHARE)) };
}
