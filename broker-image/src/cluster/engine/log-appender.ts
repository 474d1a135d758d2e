import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstream, type JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { errors, headers, type MsgHdrs } from '@nats-io/transport-node';
import { EngineClosedError, EngineRefusedError, EntryTooLargeError, LogFullError } from './errors.js';
import { errorCode, ErrorCode, isNoRoom, nobodyAnswers, type CheckedStream } from './stream.js';
import { LogTrimmedError } from '../replicated-log.js';
import type { EngineConnection } from './connection.js';

const ATTEMPT_MILLISECONDS = 2000;
const RETRY_MILLISECONDS = 100;
/** What subject and headers may take of a NATS message. */
const HEADER_BYTES = 512;
/** Messages of one atomic batch; the server takes 1000. */
const MAX_PARTS = 1000;
const ANSWERED_PARTS = 16;
/** Header of the parts of an entry that is larger than a NATS message: `1/3`. */
export const PART_HEADER = 'Mqtt-Part';
/** Header with the number of the entry among those of its process, from 1. */
export const ENTRY_HEADER = 'Mqtt-Entry';

/**
 * Appends the entries of one broker. They form a chain: they stand on a subject that is of this process alone, and each names the sequence of the one before it, which the leader of the
 * stream checks. So it is safe to try again, no matter how long after: if an earlier attempt got through, the chain has moved on, and its end is that entry.
 *
 * In one case an entry is there twice: a new leader checks an attempt before it has applied the earlier one, which it has from the leader before (`processStreamLeaderChange` of nats-server 2.12 forgets
 * what is in flight). The second one may come after the first was found, and the chain goes on behind it. Batches have numbers, so brokers pass over it.
 */
export class LogAppender {
  readonly #connection: EngineConnection;
  readonly #stream: CheckedStream;
  readonly #client: JetStreamClient;
  readonly #subject: string;
  /** Sequence of the last entry of the chain; 0 before the first. */
  #end = 0;
  /** Number of the entry under way, or of the last one. */
  #entry = 0;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #closed = new AbortController();
  /** The last sequence of the whole stream, or an earlier one. */
  #knownLast = 0;
  #waitingSince: number | undefined;
  #full: LogFullError | undefined;

  constructor(connection: EngineConnection, stream: CheckedStream, incarnation: string) {
    this.#connection = connection;
    this.#stream = stream;
    this.#client = jetstream(connection.nats);
    this.#subject = `${stream.subject}.${incarnation}`;
  }

  /** Milliseconds for which the entry under way has been waiting; 0 without one. */
  get waiting(): number {
    return this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince;
  }

  /** Why the entry under way has to wait for room. */
  get full(): LogFullError | undefined {
    return this.#full;
  }

  /** One after the other, in the order of the calls. */
  append(data: Uint8Array): Promise<number> {
    const result = this.#queue.then(() => this.#append(data));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Tells of a message that the stream has, or had. */
  learn(sequence: number): void {
    this.#knownLast = Math.max(this.#knownLast, sequence);
  }

  close(): void {
    this.#closed.abort();
  }

  async #append(data: Uint8Array): Promise<number> {
    const parts = this.#partsOf(data);
    this.#entry++;
    this.#waitingSince = performance.now();
    const before = this.#knownLast;
    try {
      for (let attempts = 1; ; attempts++) {
        const end = this.#end;
        if (this.#closed.signal.aborted || this.#connection.nats.isClosed()) throw new EngineClosedError();
        try {
          return (this.#end = await this.#race(this.#send(parts)));
        } catch (error) {
          const known = await this.#consider(error, attempts === 1 ? Infinity : before);
          if (known !== undefined) return (this.#end = known);
        }
        // Nothing to wait for if the chain turned out to begin anew.
        if (this.#end === end) await pause(RETRY_MILLISECONDS, undefined, { signal: this.#closed.signal }).catch(() => undefined);
      }
    } finally {
      this.#waitingSince = undefined;
      this.#full = undefined;
    }
  }

  #partsOf(data: Uint8Array): Uint8Array[] {
    const size = this.#connection.maxPayload - HEADER_BYTES;
    if (data.length > size * MAX_PARTS) throw new EntryTooLargeError(data.length, size * MAX_PARTS);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < data.length || at === 0; at += size) parts.push(data.subarray(at, at + size));
    return parts;
  }

  async #send(parts: readonly Uint8Array[]): Promise<number> {
    const expect = { lastSubjectSequence: this.#end };
    if (parts.length === 1) return (await this.#client.publish(this.#subject, parts[0]!, { expect, headers: this.#headers(), timeout: ATTEMPT_MILLISECONDS })).seq;
    // Not by the library's batches, which take an answer that refuses the whole batch for one with a wrong count.
    const id = randomUUID();
    const { nats } = this.#connection;
    for (const [index, part] of parts.slice(0, -1).entries()) {
      const options = { headers: this.#partHeaders(id, index, parts.length) };
      if (index === 0) options.headers.set('Nats-Expected-Last-Subject-Sequence', String(this.#end));
      // An answer now and then keeps the server from being flooded.
      if (index % ANSWERED_PARTS === 0) await nats.request(this.#subject, part, { ...options, timeout: ATTEMPT_MILLISECONDS });
      else nats.publish(this.#subject, part, options);
    }
    const last = this.#partHeaders(id, parts.length - 1, parts.length);
    last.set('Nats-Batch-Commit', '1');
    return (await this.#client.publish(this.#subject, parts.at(-1)!, { headers: last, timeout: 5 * ATTEMPT_MILLISECONDS })).seq;
  }

  #headers(): MsgHdrs {
    const found = headers();
    found.set(ENTRY_HEADER, String(this.#entry));
    return found;
  }

  #partHeaders(batch: string, index: number, count: number): MsgHdrs {
    const found = this.#headers();
    found.set(PART_HEADER, `${index + 1}/${count}`);
    found.set('Nats-Batch-Id', batch);
    found.set('Nats-Batch-Sequence', String(index + 1));
    return found;
  }

  /** A connection that comes back has lost the answer, if there was one: asking again at once is faster than waiting. */
  #race<T>(attempt: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = () => {
        stop();
        this.#closed.signal.removeEventListener('abort', giveUp);
      };
      const giveUp = () => reject(new errors.TimeoutError());
      const stop = this.#connection.onChange((connected) => connected && giveUp());
      this.#closed.signal.addEventListener('abort', giveUp);
      attempt.then(resolve, reject).finally(done);
    });
  }

  /**
   * The sequence of the entry, if the failure shows that it has one.
   * @param before an earlier attempt, if there was one, can only stand after this sequence
   */
  async #consider(error: unknown, before: number): Promise<number | undefined> {
    if (isNoRoom(error)) {
      this.#full = new LogFullError(this.#stream.name, (error as Error).message, { cause: error });
      return undefined;
    }
    switch (errorCode(error)) {
      case ErrorCode.wrongLastSequence:
      case ErrorCode.wrongLastSequenceInFlight:
        return this.#lookUp(before);
      case undefined:
        if (error instanceof errors.TimeoutError || error instanceof errors.RequestError || error instanceof errors.ClosedConnectionError || nobodyAnswers(error)) return undefined;
        throw error;
      case ErrorCode.incompleteBatch:
        return undefined;
      default:
        if ((error as JetStreamApiError).status >= 500) return undefined;
        throw new EngineRefusedError(`NATS refuses an entry for the stream ${this.#stream.name}: ${(error as Error).message}. Check that nobody changed the stream.`, { cause: error });
    }
  }

  /** Where the chain ends, and whether that is the entry under way: a leader that was frozen refuses, until it learns that there is another one, even the first attempt, which that one takes. */
  async #lookUp(before: number): Promise<number | undefined> {
    const { manager, name } = this.#stream;
    let last: number;
    let first: number;
    let entry: number;
    try {
      const message = await manager.streams.getMessage(name, { last_by_subj: this.#subject });
      last = message?.seq ?? 0;
      entry = Number(message?.header.get(ENTRY_HEADER));
      first = last > 0 ? 0 : (await manager.streams.info(name)).state.first_seq;
    } catch {
      return undefined;
    }
    if (last > this.#end) {
      if (entry === this.#entry) return last;
      if (!(entry > 0 && entry < this.#entry)) throw new EngineRefusedError(`Somebody else writes to ${this.#subject}, which is of this process alone. Let no other client of NATS publish to ${this.#stream.subject}.>.`);
      this.#end = last;
      return undefined;
    }
    if (last === 0 && this.#end > 0) {
      // The entry before was trimmed. This one, too, if an earlier attempt got through and the trimmed part reaches beyond where that could be: then nobody can tell.
      if (first > before + 1) throw new LogTrimmedError(before, first);
      this.#end = 0;
    }
    return undefined;
  }
}
