import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { nuid } from '@nats-io/transport-node';
import { EngineClosedError, SnapshotDamagedError, SnapshotInProgressError, SnapshotReplacedError, SnapshotRoomError } from './errors.js';
import { SnapshotLease } from './snapshot-lease.js';
import { SnapshotWriter, type WrittenParts } from './snapshot-writer.js';
import { StreamReader } from './stream-reader.js';
import { isNoRoom, isPassing, openStream, type CheckedStream, type OwnStreamOptions } from './stream.js';
import type { EngineConnection } from './connection.js';
import type { SavedSnapshot, SnapshotStore } from '../snapshots.js';

/** Of one message with a part of a snapshot; less where NATS takes less. */
const PART_BYTES = 256 * 1024;
const HEADER_BYTES = 512;
const MANIFEST_MILLISECONDS = 30_000;
const RETRY_MILLISECONDS = 500;
const LOOK_MILLISECONDS = 2000;
/** A part that does not come for so long, although NATS is there, is lost. */
const STUCK_MILLISECONDS = 30_000;

/** A snapshot, and when it was saved. */
export interface Snapshot extends SavedSnapshot {
  /** Milliseconds since the epoch. */
  readonly time: number;
}

interface Manifest extends Snapshot, WrittenParts {
  readonly id: string;
  /** Id of the snapshot before. */
  readonly previous?: string;
}

interface StoredManifest {
  readonly manifest: Manifest;
  readonly streamSequence: number;
}

/**
 * Snapshots in a stream of their own: the parts of each on subjects of its own, and a last message that says what they are, without which a snapshot is not there.
 * So one whose saving was interrupted is never seen; its parts are removed by the next that is saved. The one before the latest is kept for whoever is reading it, as long as there is room for the next one
 * beside both.
 */
export class JetStreamSnapshots implements SnapshotStore {
  /** @throws EngineRefusedError */
  static async open(connection: EngineConnection, options: OwnStreamOptions): Promise<JetStreamSnapshots> {
    return new JetStreamSnapshots(connection, await openStream(connection, { ...options, content: 'snapshots' }), options.incarnation);
  }

  readonly #connection: EngineConnection;
  readonly #stream: CheckedStream;
  readonly #client: JetStreamClient;
  readonly #incarnation: string;
  readonly #closed = new AbortController();

  private constructor(connection: EngineConnection, stream: CheckedStream, incarnation: string) {
    this.#connection = connection;
    this.#stream = stream;
    this.#client = jetstream(connection.nats);
    this.#incarnation = incarnation;
  }

  /** Room for all snapshots together, in each copy. */
  get maxBytes(): number {
    return this.#stream.maxBytes;
  }

  /** The newest whole snapshot. Waits for the engine. */
  async latest(): Promise<Snapshot | undefined> {
    return (await this.#awaitManifest())?.manifest;
  }

  /**
   * Saves a snapshot. An older one than the latest is not needed, and not saved.
   * @throws SnapshotInProgressError if another broker saves one, SnapshotRoomError if it does not fit beside the latest
   */
  async save(sequence: number, chunks: AsyncIterable<Uint8Array>): Promise<Snapshot> {
    const begun = performance.now();
    const lease = await this.#takeLease();
    if (lease === undefined) throw new SnapshotInProgressError();
    try {
      let before = await this.#manifest();
      if (before !== undefined && before.manifest.sequence >= sequence) return before.manifest;
      await this.#removeAllBut(before?.manifest);
      const id = nuid.next();
      const parts = await this.#writeParts(id, chunks, lease.lost, async () => {
        before = await this.#removePrevious();
      });
      await lease.confirm();
      const manifest: Manifest = {
        sequence, ...parts, time: Date.now(), milliseconds: Math.round(performance.now() - begun), id, ...(before !== undefined && { previous: before.manifest.id }),
      };
      // Whoever lost the lease without noticing finds that there is another one.
      await this.#publishManifest(manifest, before);
      await this.#removeAllBut(manifest);
      await this.#purge('latest', { keep: 1 });
      return manifest;
    } finally {
      await lease.release();
    }
  }

  /**
   * The newest snapshot, in chunks of any size. Whether it is whole is known at its end: use nothing of it before.
   * @throws SnapshotDamagedError if it is not what was saved, SnapshotReplacedError if two newer ones took its place meanwhile: then load again
   */
  async load(): Promise<{ readonly snapshot: Snapshot; readonly chunks: AsyncGenerator<Uint8Array> } | undefined> {
    const found = await this.#awaitManifest();
    return found && { snapshot: found.manifest, chunks: this.#readParts(found.manifest) };
  }

  close(): void {
    this.#closed.abort();
  }

  #subject(last: string): string {
    return `${this.#stream.subject}.${last}`;
  }

  async #manifest(): Promise<StoredManifest | undefined> {
    const message = await this.#stream.manager.streams.getMessage(this.#stream.name, { last_by_subj: this.#subject('latest') });
    return message === null ? undefined : { manifest: message.json<Manifest>(), streamSequence: message.seq };
  }

  async #awaitManifest(): Promise<StoredManifest | undefined> {
    for (;;) {
      if (this.#closed.signal.aborted || this.#connection.nats.isClosed()) throw new EngineClosedError();
      try {
        return await this.#manifest();
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      await pause(RETRY_MILLISECONDS, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  async #takeLease(): Promise<SnapshotLease | undefined> {
    const { manager, name } = this.#stream;
    // Whoever takes the lease from now on writes behind this: only what is before it may be removed without a lease.
    const end = (await manager.streams.info(name)).state.last_seq;
    const removeLeftovers = async () => this.#removeAllBut((await this.#manifest())?.manifest, { seq: end + 1 });
    const removePrevious = async () => void (await this.#removePrevious());
    try {
      return await SnapshotLease.take(this.#stream, this.#client, this.#incarnation, this.#closed.signal, [removeLeftovers, removePrevious]);
    } catch (error) {
      throw isNoRoom(error) ? new SnapshotRoomError(name, 0, this.maxBytes, { cause: error }) : error;
    }
  }

  /** All of the parts, or none. */
  async #writeParts(id: string, chunks: AsyncIterable<Uint8Array>, lost: AbortSignal, makeRoom: () => Promise<void>): Promise<WrittenParts> {
    const writer = new SnapshotWriter({
      client: this.#client,
      partBytes: Math.min(PART_BYTES, this.#connection.maxPayload - HEADER_BYTES),
      subject: (part) => this.#subject(`part.${id}.${part}`),
      makeRoom,
      signal: AbortSignal.any([lost, this.#closed.signal]),
    });
    try {
      return await writer.write(chunks);
    } catch (error) {
      // What cannot be removed now is removed before the next one is saved.
      await this.#purge(`part.${id}.>`).catch(() => undefined);
      throw isNoRoom(error) ? new SnapshotRoomError(this.#stream.name, writer.bytes, this.maxBytes, { cause: error }) : error;
    }
  }

  /** @param before what is the latest one until then */
  async #publishManifest(manifest: Manifest, before: StoredManifest | undefined): Promise<number> {
    const { seq } = await this.#client.publish(this.#subject('latest'), JSON.stringify(manifest), {
      expect: { lastSubjectSequence: before?.streamSequence ?? 0 }, timeout: MANIFEST_MILLISECONDS,
    });
    return seq;
  }

  /** Gives up the snapshot before the latest one, so that there is room. Whoever reads it begins again, with the latest. */
  async #removePrevious(): Promise<StoredManifest | undefined> {
    const found = await this.#manifest();
    if (found?.manifest.previous === undefined) return found;
    const { previous, ...manifest } = found.manifest;
    await this.#purge(`part.${previous}.>`);
    return { manifest, streamSequence: await this.#publishManifest(manifest, found) };
  }

  /** What neither this manifest nor the one before it describes: also what was left by brokers that were killed while they saved. */
  async #removeAllBut(kept: Manifest | undefined, options: { readonly seq?: number } = {}): Promise<void> {
    const { manager, name } = this.#stream;
    const prefix = this.#subject('part.');
    const { state } = await manager.streams.info(name, { subjects_filter: this.#subject('part.>') });
    const ids = new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length).split('.')[0]!));
    for (const id of ids) if (id !== kept?.id && id !== kept?.previous) await this.#purge(`part.${id}.>`, options);
  }

  async #purge(subjects: string, options: { readonly keep?: number; readonly seq?: number } = {}): Promise<void> {
    await this.#stream.manager.streams.purge(this.#stream.name, { filter: this.#subject(subjects), ...options });
  }

  async *#readParts({ id, parts, sha256 }: Manifest): AsyncGenerator<Uint8Array> {
    const end = new AbortController();
    const stop = () => end.abort();
    this.#closed.signal.addEventListener('abort', stop);
    const reader = new StreamReader(this.#connection, this.#stream, { from: 1, filter: this.#subject(`part.${id}.>`), signal: end.signal });
    let next = 0;
    // Parts that are not there any more are not waited for, and others not for ever.
    let progress = { next, since: performance.now() };
    let reason: Error | undefined;
    const look = async () => {
      const now = (await this.#manifest())?.manifest;
      if (next !== progress.next || !this.#connection.connected) progress = { next, since: performance.now() };
      if (now?.id !== id && now?.previous !== id) reason = new SnapshotReplacedError();
      else if (performance.now() - progress.since > STUCK_MILLISECONDS) reason = new SnapshotDamagedError(this.#stream.name, `part ${next + 1} of ${parts} is missing`);
      if (reason !== undefined) stop();
    };
    const guard = setInterval(() => void look().catch(() => undefined), LOOK_MILLISECONDS).unref();
    try {
      const hash = createHash('sha256');
      const early = new Map<number, Uint8Array>();
      if (parts > 0) {
        for await (const { subject, data } of reader.read()) {
          early.set(Number(subject.slice(subject.lastIndexOf('.') + 1)), data);
          for (let part = early.get(next); part !== undefined; part = early.get(next)) {
            early.delete(next++);
            hash.update(part);
            yield part;
          }
          if (next === parts) break;
        }
      }
      if (next < parts) throw reason ?? new EngineClosedError();
      if (hash.digest('hex') !== sha256) throw new SnapshotDamagedError(this.#stream.name, 'its checksum differs');
    } finally {
      clearInterval(guard);
      this.#closed.signal.removeEventListener('abort', stop);
      stop();
    }
  }
}
