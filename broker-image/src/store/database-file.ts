import { spawn } from 'node:child_process';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StoreOpenError } from './errors.js';

// Where the fields of an LMDB meta page are (struct MDB_meta in mdb.c of the LMDB that lmdb-js 3 builds in). There are two such pages; the newer one counts.
const META = { length: 160, magic: 24, pageSize: 48, lastPage: 144, transaction: 152 };
const MAGIC = 0xbeefc0de;

export const DATABASE_FILE = 'data.mdb';

/** Folder in which the restore of a snapshot takes shape. */
export const RESTORE_FOLDER = 'restore';

/** What a volume or an earlier run may have left beside a store. */
const IGNORED = new Set(['lost+found', 'broker.sock', 'lock.mdb', RESTORE_FOLDER]);

/**
 * Looks at the database file before LMDB maps it into memory: a foreign file must not be touched, and one that was cut off would end the process
 * by a signal (SIGBUS) at the first read behind its end.
 */
export async function checkDatabaseFile(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => !IGNORED.has(name));
  if (!names.includes(DATABASE_FILE)) {
    if (names.length > 0) {
      throw new StoreOpenError(`${directory} is not empty and holds no store (found ${names.sort().slice(0, 5).join(', ')}). Name an empty folder in store.directory.`);
    }
    return;
  }
  const path = join(directory, DATABASE_FILE);
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return; // Created by a broker that was stopped before its first write.
    const described = await describedSize(file);
    if (described === undefined) {
      throw new StoreOpenError(`${path} is not a store: it does not begin like an LMDB file. It was left as it is. Restore it from a backup, or name an empty folder in store.directory.`);
    }
    // LMDB may leave free pages at the end unwritten, so a short file is a suspicion only.
    if (size < described && !(await isReadable(directory))) {
      throw new StoreOpenError(
        `${path} is damaged: it has ${size} bytes where it describes ${described}, and cannot be read to its end. It was left as it is. Restore it from a backup, or name an empty folder in store.directory.`,
      );
    }
  } finally {
    await file.close();
  }
}

/** The bytes up to the end of the last page that the newer meta page names; undefined if this is no LMDB file. */
async function describedSize(file: FileHandle): Promise<number | undefined> {
  const first = await readMeta(file, 0);
  if (first === undefined) return undefined;
  const second = await readMeta(file, first.pageSize);
  const newest = second !== undefined && second.transaction > first.transaction ? second : first;
  return (Number(newest.lastPage) + 1) * first.pageSize;
}

async function readMeta(file: FileHandle, position: number) {
  const page = Buffer.alloc(META.length);
  const { bytesRead } = await file.read(page, 0, page.length, position);
  if (bytesRead < page.length || page.readUInt32LE(META.magic) !== MAGIC) return undefined;
  return { pageSize: page.readUInt32LE(META.pageSize), lastPage: page.readBigUInt64LE(META.lastPage), transaction: page.readBigUInt64LE(META.transaction) };
}

/** Reads everything in a process of its own, which may die of it. */
function isReadable(directory: string): Promise<boolean> {
  const probe = fileURLToPath(new URL('./database-probe.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [probe, directory], { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}
