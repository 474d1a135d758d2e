import { open, type RootDatabase, type Transaction } from 'lmdb';
import { StoreOpenError } from './errors.js';
import { QueueEntry } from './queue.js';
import { ENTRY_KEY_LENGTH, FORMAT_VERSION, isReadable, keys, READABLE_VERSION, records, writeEntryKey } from './records.js';
import type { RecordWriter } from './changes.js';

type Key = Buffer | QueueEntry;
/** What lmdb's types know as a key; `keyEncoder` is what really decides. */
type LmdbKey = Uint8Array;

/** Lets queue entries, of which there are many, be their own keys. */
const keyEncoder = {
  writeKey(key: Key, target: Uint8Array, start: number): number {
    if (key instanceof QueueEntry) {
      writeEntryKey(target, start, key.queue.number, key.sequence);
      return start + ENTRY_KEY_LENGTH;
    }
    target.set(key, start);
    return start + key.length;
  },
  readKey: (target: Uint8Array, start: number, end: number): Buffer => Buffer.from(Uint8Array.prototype.slice.call(target, start, end)),
};

export interface Range {
  readonly start: Buffer;
  readonly end: Buffer;
}

/** The LMDB environment: ordered records, changed by transactions that are on disk, synced, before they count as committed. */
export class Database {
  /** `synced`: false where nothing in it counts before it is closed and synced as a file. */
  static open(directory: string, { synced = true } = {}): Database {
    let environment: RootDatabase<Buffer, LmdbKey>;
    try {
      environment = open<Buffer, LmdbKey>({
        path: directory,
        // Also where the name of the folder looks like that of a file.
        noSubdir: false,
        encoding: 'binary',
        keyEncoder,
        // Commits sync before they resolve, in the order data, then meta page: after a power cut the last commit that resolved is what is found.
        overlappingSync: false,
        noSync: !synced,
        // The unused ends of pages would otherwise be zeroed for each write; they hold nothing that the file does not hold already.
        noMemInit: true,
        // A commit is exactly one `batch`: LMDB-js must not gather others into it on its own.
        eventTurnBatching: false,
      });
    } catch (error) {
      throw new StoreOpenError(`The store in ${directory} cannot be opened: ${message(error)}. Check the folder's permissions, or restore the folder from a backup.`, { cause: error });
    }
    return new Database(environment, directory);
  }

  private constructor(
    readonly environment: RootDatabase<Buffer, LmdbKey>,
    readonly directory: string,
  ) {}

  /** Makes sure that what is here is a store of this version, and begins one where there is nothing. */
  async checkFormat(): Promise<void> {
    const found = this.get(keys.format);
    if (found === undefined) {
      for (const _ of this.environment.getKeys({ start: Buffer.of(0), limit: 1 })) {
        throw new StoreOpenError(`${this.directory} holds a database of another program (no format record in it). Name an empty folder in store.directory.`);
      }
      await this.commit((writer) => writer.put(keys.format, records.format()));
      return;
    }
    let format: { name?: unknown; version?: unknown };
    try {
      format = JSON.parse(found.toString()) as typeof format;
    } catch {
      format = {};
    }
    if (format.name !== 'mqtt-broker-store' || !Number.isInteger(format.version)) {
      throw new StoreOpenError(`${this.directory} holds a database of another program (its format record is ${JSON.stringify(found.toString().slice(0, 80))}). Name an empty folder in store.directory.`);
    }
    if (!isReadable(format.version as number)) {
      throw new StoreOpenError(
        `The store in ${this.directory} has format version ${format.version as number}; this broker reads versions ${READABLE_VERSION} to ${FORMAT_VERSION}. Run the broker version that wrote it, or restore a backup of version ${FORMAT_VERSION}.`,
      );
    }
    if (format.version !== FORMAT_VERSION) await this.commit((writer) => writer.put(keys.format, records.format()));
  }

  get(key: Buffer): Buffer | undefined {
    return this.environment.getBinary(key);
  }

  /** `moment`: what the transaction sees, rather than what is there now. */
  *range({ start, end }: Range, limit = Infinity, moment?: Transaction): Generator<{ key: Buffer; value: Buffer }> {
    for (const { key, value } of this.environment.getRange({ start, end, ...(limit === Infinity ? {} : { limit }), ...(moment === undefined ? {} : { transaction: moment }) })) {
      yield { key: key as Buffer, value: Buffer.from(value) };
    }
  }

  *keys({ start, end }: Range, limit: number): Generator<Buffer> {
    for (const key of this.environment.getKeys({ start, end, limit })) yield key as Buffer;
  }

  /** One transaction, all or nothing; resolves once it is synced to disk. */
  async commit(write: (writer: RecordWriter) => void): Promise<void> {
    const { environment } = this;
    const writer: RecordWriter = {
      put: (key, value) => void environment.put(key as LmdbKey, value),
      remove: (key) => void environment.remove(key as LmdbKey),
    };
    try {
      await environment.batch(() => write(writer));
    } catch (error) {
      // The native error comes behind a second promise.
      const { commitError } = error as { commitError?: Promise<never> };
      await commitError?.catch((cause: unknown) => {
        throw new Error(`the transaction failed: ${message(cause)}`, { cause });
      });
      throw error;
    }
  }

  /** Bytes of the pages in use; the file may be larger by pages that are free. */
  get usedBytes(): number {
    const stats = this.environment.getStats() as { pageSize: number; treeBranchPageCount: number; treeLeafPageCount: number; overflowPages: number };
    return stats.pageSize * (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages);
  }

  close(): Promise<void> {
    return this.environment.close();
  }
}

export const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
