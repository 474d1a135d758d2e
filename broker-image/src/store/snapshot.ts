import { createHash, type Hash } from 'node:crypto';
import { open as openFile, mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteReader, ByteWriter } from './bytes.js';
import { Database } from './database.js';
import { DATABASE_FILE, RESTORE_FOLDER } from './database-file.js';
import { DirectoryLock } from './directory-lock.js';
import { RestoreRoomError, StoreOpenError } from './errors.js';
import { decode, FORMAT_VERSION, keys, READABLE_SNAPSHOT_VERSION } from './records.js';

// A snapshot is: the magic bytes; the version of the store's format (16 bits); frames of records, each behind its length (32 bits); a length of 0; the SHA-256 of all before.
const MAGIC = Buffer.from('mqttsnap');
const HEADER_LENGTH = MAGIC.length + 2;
const DIGEST_LENGTH = 32;
/** Records of a frame, together. */
const FRAME_BYTES = 256 * 1024;
/** What a transaction of a restore writes. */
const TRANSACTION_BYTES = 4 * 1024 * 1024;
/** A volume with less free space takes no transaction more. */
const FULL_BYTES = 2 * TRANSACTION_BYTES;
/** No frame is longer: a record holds a message at most, and MQTT ends those at 256 MiB. */
const MAX_FRAME_BYTES = 300 * 1024 * 1024;

/** All records of a store at one moment, with its position in the replicated log. */
export interface Snapshot {
  readonly sequence: number;
  /** Read while the store goes on; has to be read to its end, or ended by `return`. */
  readonly chunks: AsyncGenerator<Buffer, void>;
}

export function takeSnapshot(database: Database): Snapshot {
  // Until it is released, LMDB keeps every page that this transaction sees.
  const moment = database.environment.useReadTransaction();
  const applied = [...database.range({ start: keys.applied, end: following(keys.applied) }, 1, moment)][0];
  const chunks = chunksOf(database, moment);
  // From here on its end releases the transaction, also if nobody reads it.
  void chunks.next();
  return { sequence: applied === undefined ? 0 : decode.applied(applied.value), chunks };
}

async function* chunksOf(database: Database, moment: ReturnType<Database['environment']['useReadTransaction']>): AsyncGenerator<Buffer, void> {
  const hash = createHash('sha256');
  try {
    yield Buffer.of();
    const header = Buffer.alloc(HEADER_LENGTH);
    MAGIC.copy(header);
    header.writeUInt16BE(FORMAT_VERSION, MAGIC.length);
    hash.update(header);
    yield header;
    let start = following(keys.format);
    for (;;) {
      const frame = new ByteWriter();
      // No cursor stays open while the receiver takes its time.
      for (const { key, value } of database.range({ start, end: Buffer.of(0xff) }, Infinity, moment)) {
        frame.block(key);
        frame.block(value);
        start = following(key);
        if (frame.length >= FRAME_BYTES) break;
      }
      if (frame.length === 0) break;
      const chunk = Buffer.concat([lengthOf(frame.length), frame.finish()]);
      hash.update(chunk);
      yield chunk;
    }
    const end = lengthOf(0);
    hash.update(end);
    yield Buffer.concat([end, hash.digest()]);
  } finally {
    moment.done();
  }
}

/**
 * Puts the store of a snapshot into a folder, in place of one that may be there. It appears there whole and synced, or not at all.
 * @param bytes size of the snapshot; 0 where nobody knows
 * @throws RestoreRoomError if it does not fit beside the store that is there, StoreOpenError if the folder is in use, or the snapshot is damaged, cut off or of a version that cannot be read; the
 * folder is as it was then
 */
export async function restoreSnapshot(directory: string, chunks: AsyncIterable<Uint8Array>, bytes = 0): Promise<void> {
  await mkdir(directory, { recursive: true });
  const lock = await DirectoryLock.acquire(directory);
  const folder = join(directory, RESTORE_FOLDER);
  let free = 0;
  try {
    await rm(folder, { recursive: true, force: true });
    free = await freeBytes(directory);
    // Pages hold more than their records.
    if (free < bytes) throw new RestoreRoomError(directory, bytes, free);
    await mkdir(folder);
    await fill(folder, chunks);
    await sync(join(folder, DATABASE_FILE));
    // The lock file of LMDB describes the readers of the database that goes.
    await rm(join(directory, 'lock.mdb'), { force: true });
    await rename(join(folder, DATABASE_FILE), join(directory, DATABASE_FILE));
    await lock.syncFolder();
  } catch (error) {
    if (error instanceof RangeError) throw damaged(directory, error);
    // What LMDB says of a full disk is an input/output error.
    if (!(error instanceof RestoreRoomError) && (await freeBytes(directory)) < FULL_BYTES) throw new RestoreRoomError(directory, bytes, free, { cause: error });
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await lock.release();
  }
}

/**
 * Reads a snapshot to its end, and keeps nothing of it.
 * @throws StoreOpenError if it is damaged, cut off or of a version that cannot be read
 */
export async function verifySnapshot(directory: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of frames(chunks));
  } catch (error) {
    throw error instanceof RangeError ? damaged(directory, error) : error;
  }
}

/** Removes the store from a folder, for good. */
export async function removeStore(directory: string): Promise<void> {
  const lock = await DirectoryLock.acquire(directory);
  try {
    for (const name of [DATABASE_FILE, 'lock.mdb']) await rm(join(directory, name), { force: true });
    await lock.syncFolder();
  } finally {
    await lock.release();
  }
}

function damaged(directory: string, error: RangeError): StoreOpenError {
  return new StoreOpenError(`The snapshot for the store in ${directory} cannot be used: ${error.message}. The store was left as it is.`, { cause: error });
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

async function fill(folder: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const database = Database.open(folder, { synced: false });
  try {
    await database.checkFormat();
    let waiting: Buffer[] = [];
    let bytes = 0;
    const write = async () => {
      const frames = waiting;
      waiting = [];
      bytes = 0;
      await database.commit((writer) => {
        for (const frame of frames) {
          const reader = new ByteReader(frame);
          while (!reader.atEnd) writer.put(reader.block(), reader.block());
        }
      });
    };
    for await (const frame of frames(chunks)) {
      waiting.push(frame);
      bytes += frame.length;
      if (bytes >= TRANSACTION_BYTES) await write();
    }
    await write();
  } finally {
    await database.close();
  }
}

/** The frames of a snapshot that comes in pieces of any size; its end is checked before the last one is known to be the last. */
async function* frames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const input = new Input(chunks, hash);
  const header = await input.take(HEADER_LENGTH);
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw new RangeError('it is not one');
  const version = header.readUInt16BE(MAGIC.length);
  if (version < READABLE_SNAPSHOT_VERSION || version > FORMAT_VERSION) throw new RangeError(`it has format version ${version}; this broker reads ${READABLE_SNAPSHOT_VERSION} to ${FORMAT_VERSION}`);
  for (;;) {
    const length = (await input.take(4)).readUInt32BE(0);
    if (length > MAX_FRAME_BYTES) throw new RangeError('it is damaged');
    if (length === 0) break;
    yield await input.take(length);
  }
  const expected = hash.digest();
  if (!(await input.takeRaw(DIGEST_LENGTH)).equals(expected)) throw new RangeError('its checksum is wrong');
}

/** Bytes as many as are asked for, out of chunks of any size. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.of();

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    readonly hash: Hash,
  ) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const bytes = await this.takeRaw(length);
    this.hash.update(bytes);
    return bytes;
  }

  /** What the checksum does not cover. */
  async takeRaw(length: number): Promise<Buffer> {
    const pieces = [this.#rest];
    for (let missing = length - this.#rest.length; missing > 0; ) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new RangeError('it is cut off');
      pieces.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength));
      missing -= next.value.byteLength;
    }
    const all = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }
}

/** The smallest key behind this one. */
const following = (key: Buffer): Buffer => Buffer.concat([key, Buffer.of(0)]);

function lengthOf(bytes: number): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(bytes);
  return length;
}

async function sync(path: string): Promise<void> {
  const file = await openFile(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
