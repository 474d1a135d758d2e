import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { nuid } from '@nats-io/transport-node';
import { EngineClosedError, SnapshotDamagedError, SnapshotInProgressError, SnapshotReplacedError } from './errors.js';
import { SnapshotLease } from './snapshot-lease.js';
import { StreamReader } from './stream-reader.js';
import { errorCode, ErrorCode, isPassing, openStream, type CheckedStream, type OwnStreamOptions } from './stream.js';
import type { EngineConnection } from './connection.js';
import type { SnapshotStore } from '../snapshots.js';

/** Of one message with a part of a snapshot; less where NATS takes less. */
const PART_BYTES = 256 * 1024;
const HEADER_BYTES = 512;
/** Parts on the way at once: what bounds the memory that saving takes. */
const PARTS_ON_THE_WAY = 16;
const PART_MILLISECONDS = 30_000;
const RETRY_MILLISECONDS = 500;
const LOOK_MILLISECONDS = 2000;
/** A part that does not come for so long, although NATS is there, is lost. */
const STUCK_MILLISECONDS = 30_000;

/** A state of all that is durable, as it is after the entry of the log with this sequence. */
export interface Snapshot {
  readonly sequence: number;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

interface Manifest extends Snapshot {
  readonly id: string;
  readonly parts: number;
  readonly sha256: string;
  /** Id of the snapshot before. */
  readonly previous?: string;
}

interface StoredManifest {
  readonly manifest: Manifest;
  readonly streamSequence: number;
}

/**
 * Snapshots in a stream of their own: the parts of each on subjects of its own, and a last message that says what they are, without which a snapshot is not there.
 * So one whose saving was interrupted is never seen; its parts are removed by the next that is saved. The one before the latest is kept for whoever is reading it.
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

  /** The newest whole snapshot. Waits for the engine. */
  async latest(): Promise<Snapshot | undefined> {
    return (await this.#awaitManifest())?.manifest;
  }

  /**
   * Saves a snapshot. An older one than the latest is not needed, and not saved.
   * @throws SnapshotInProgressError if another broker saves one
   */
  async save(sequence: number, chunks: AsyncIterable<Uint8Array>): Promise<Snapshot> {
    const lease = await SnapshotLease.take(this.#stream, this.#client, this.#incarnation, this.#closed.signal);
    if (lease === undefined) throw new SnapshotInProgressError();
    try {
      const before = await this.#manifest();
      if (before !== undefined && before.manifest.sequence >= sequence) return before.manifest;
      const { id, previous } = before?.manifest ?? {};
      await this.#removeAllBut(id, previous);
      const manifest: Manifest = { ...(await this.#writeParts(sequence, chunks, lease.lost)), ...(id !== undefined && { previous: id }) };
      // Whoever lost the lease without noticing finds that there is another one.
      await this.#client.publish(this.#subject('latest'), JSON.stringify(manifest), { expect: { lastSubjectSequence: before?.streamSequence ?? 0 }, timeout: PART_MILLISECONDS });
      await this.#removeAllBut(manifest.id, id);
      await this.#stream.manager.streams.purge(this.#stream.name, { filter: this.#subject('latest'), keep: 1 });
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

  async #writeParts(sequence: number, chunks: AsyncIterable<Uint8Array>, lost: AbortSignal): Promise<Manifest> {
    const id = nuid.next();
    const hash = createHash('sha256');
    const onTheWay = new Set<Promise<unknown>>();
    let failure: unknown;
    let bytes = 0;
    let parts = 0;
    for await (const part of partsOf(chunks, Math.min(PART_BYTES, this.#connection.maxPayload - HEADER_BYTES))) {
      lost.throwIfAborted();
      if (failure !== undefined) break;
      hash.update(part);
      bytes += part.length;
      // Each on a subject of its own, which may be written once: so a part can be sent again without being there twice.
      const written = this.#writePart(this.#subject(`part.${id}.${parts++}`), part).catch((error: unknown) => (failure ??= error)).finally(() => onTheWay.delete(written));
      onTheWay.add(written);
      if (onTheWay.size >= PARTS_ON_THE_WAY) await Promise.race(onTheWay);
    }
    await Promise.all(onTheWay);
    if (failure !== undefined) throw failure as Error;
    lost.throwIfAborted();
    return { sequence, bytes, time: Date.now(), id, parts, sha256: hash.digest('hex') };
  }

  async #writePart(subject: string, part: Uint8Array): Promise<void> {
    const end = performance.now() + PART_MILLISECONDS;
    for (;;) {
      try {
        await this.#client.publish(subject, part, { expect: { lastSubjectSequence: 0 }, timeout: 5000 });
        return;
      } catch (error) {
        const code = errorCode(error);
        if (code === ErrorCode.wrongLastSequence) return;
        if (performance.now() > end || this.#closed.signal.aborted || (code !== undefined && code !== ErrorCode.wrongLastSequenceInFlight)) throw error;
        await pause(200);
      }
    }
  }

  /** Also what was left by brokers that were killed while they saved. */
  async #removeAllBut(...kept: readonly (string | undefined)[]): Promise<void> {
    const { manager, name } = this.#stream;
    const prefix = this.#subject('part.');
    const { state } = await manager.streams.info(name, { subjects_filter: this.#subject('part.>') });
    const ids = new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length).split('.')[0]!));
    for (const id of ids) if (!kept.includes(id)) await manager.streams.purge(name, { filter: this.#subject(`part.${id}.>`) });
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

/** The same bytes in parts of one size, but for the last. */
async function* partsOf(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let part = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(size - filled, chunk.length - at);
      part.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < size) continue;
      yield part;
      part = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
