import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode, ErrorCode, isNoRoom } from './stream.js';
import type { JetStreamClient } from '@nats-io/jetstream';

/** Parts on the way at once: what bounds the memory that saving takes. */
const PARTS_ON_THE_WAY = 16;
const PART_MILLISECONDS = 30_000;
const ATTEMPT_MILLISECONDS = 5000;
const RETRY_MILLISECONDS = 200;

export interface SnapshotWriterOptions {
  readonly client: JetStreamClient;
  readonly partBytes: number;
  /** Where the part with this number goes: a subject of its own. */
  readonly subject: (part: number) => string;
  /** Called once, when a part is refused because there is no room; the part is tried again then. */
  readonly makeRoom: () => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface WrittenParts {
  readonly parts: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes one snapshot into its stream, in parts. */
export class SnapshotWriter {
  readonly #options: SnapshotWriterOptions;
  readonly #onTheWay = new Set<Promise<unknown>>();
  #failure: unknown;
  #bytes = 0;
  #makingRoom: Promise<void> | undefined;
  #roomMade = false;

  constructor(options: SnapshotWriterOptions) {
    this.#options = options;
  }

  /** Of the parts that were sent so far. */
  get bytes(): number {
    return this.#bytes;
  }

  async write(chunks: AsyncIterable<Uint8Array>): Promise<WrittenParts> {
    const { partBytes, signal } = this.#options;
    const hash = createHash('sha256');
    let parts = 0;
    for await (const part of partsOf(chunks, partBytes)) {
      signal.throwIfAborted();
      if (this.#failure !== undefined) break;
      hash.update(part);
      this.#bytes += part.length;
      const written = this.#writePart(parts++, part).catch((error: unknown) => (this.#failure ??= error)).finally(() => this.#onTheWay.delete(written));
      this.#onTheWay.add(written);
      if (this.#onTheWay.size >= PARTS_ON_THE_WAY) await Promise.race(this.#onTheWay);
    }
    await Promise.all(this.#onTheWay);
    if (this.#failure !== undefined) throw this.#failure as Error;
    signal.throwIfAborted();
    return { parts, bytes: this.#bytes, sha256: hash.digest('hex') };
  }

  async #writePart(number: number, part: Uint8Array): Promise<void> {
    const { client, subject, signal } = this.#options;
    const end = performance.now() + PART_MILLISECONDS;
    for (;;) {
      const hadRoomMade = this.#roomMade;
      try {
        // A subject may be written once, so that a part can be sent again without being there twice.
        await client.publish(subject(number), part, { expect: { lastSubjectSequence: 0 }, timeout: ATTEMPT_MILLISECONDS });
        return;
      } catch (error) {
        const code = errorCode(error);
        if (code === ErrorCode.wrongLastSequence) return;
        if (isNoRoom(error) && !hadRoomMade) {
          await this.#makeRoom();
          continue;
        }
        if (performance.now() > end || signal.aborted || (code !== undefined && code !== ErrorCode.wrongLastSequenceInFlight)) throw error;
        await pause(RETRY_MILLISECONDS);
      }
    }
  }

  #makeRoom(): Promise<void> {
    return (this.#makingRoom ??= this.#options.makeRoom().then(() => void (this.#roomMade = true)));
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
