import { setTimeout as pause } from 'node:timers/promises';
import { SnapshotInProgressError } from './errors.js';
import { errorCode, ErrorCode, isNoRoom, type CheckedStream } from './stream.js';
import type { JetStreamClient } from '@nats-io/jetstream';

const RENEW_MILLISECONDS = 3000;
const RETRY_MILLISECONDS = 200;
/** A lease that does not change for so long was left by a broker that is no more. */
const EXPIRED_MILLISECONDS = 10_000;

interface Holder {
  /** Undefined: nobody. */
  readonly incarnation?: string;
}

/**
 * The right to save a snapshot, which one broker has at a time: a message that only changes from a version that one knows. No clock is compared: whoever wants
 * a lease that is taken watches whether it is renewed.
 */
export class SnapshotLease {
  /**
   * @param makeRoom what can be done, one after the other, where there is no room for the message: who has no lease must not touch what comes later
   * @returns undefined if another broker has it, and renews it
   */
  static async take(
    stream: CheckedStream, client: JetStreamClient, incarnation: string, signal: AbortSignal, makeRoom: ReadonlyArray<() => Promise<void>>,
  ): Promise<SnapshotLease | undefined> {
    const subject = `${stream.subject}.lease`;
    const now = await current(stream, subject);
    if (now.holder.incarnation !== undefined && now.holder.incarnation !== incarnation) {
      await pause(EXPIRED_MILLISECONDS, undefined, { signal });
      if ((await current(stream, subject)).version !== now.version) return undefined;
    }
    let version: number | undefined;
    for (let step = 0; ; step++) {
      try {
        version = await write(client, subject, { incarnation }, now.version);
        break;
      } catch (error) {
        if (!isNoRoom(error) || step === makeRoom.length) throw error;
        await makeRoom[step]!();
      }
    }
    if (version === undefined) return undefined;
    // Versions before are of no use.
    await stream.manager.streams.purge(stream.name, { filter: subject, keep: 1 });
    return new SnapshotLease(stream, client, subject, incarnation, version);
  }

  readonly #stream: CheckedStream;
  readonly #client: JetStreamClient;
  readonly #subject: string;
  readonly #incarnation: string;
  readonly #lost = new AbortController();
  #version: number;
  #renewal: Promise<void> = Promise.resolve();
  #renewed = performance.now();
  readonly #timer: NodeJS.Timeout;

  private constructor(stream: CheckedStream, client: JetStreamClient, subject: string, incarnation: string, version: number) {
    this.#stream = stream;
    this.#client = client;
    this.#subject = subject;
    this.#incarnation = incarnation;
    this.#version = version;
    this.#timer = setInterval(() => (this.#renewal = this.#renewal.then(() => this.#renew())), RENEW_MILLISECONDS).unref();
  }

  /** Another broker may have it now. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Makes sure that it is still there: what follows at once is this broker's to do. */
  async confirm(): Promise<void> {
    const since = performance.now();
    for (;;) {
      await (this.#renewal = this.#renewal.then(() => this.#renew()));
      this.lost.throwIfAborted();
      if (this.#renewed >= since) return;
      await pause(RETRY_MILLISECONDS);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewal;
    if (!this.lost.aborted) await write(this.#client, this.#subject, {}, this.#version).catch(() => undefined);
  }

  async #renew(): Promise<void> {
    try {
      const version = await write(this.#client, this.#subject, { incarnation: this.#incarnation }, this.#version);
      // An earlier renewal may have got through without an answer.
      const now = version === undefined ? await current(this.#stream, this.#subject) : { holder: { incarnation: this.#incarnation }, version };
      if (now.holder.incarnation !== this.#incarnation) return this.#lose();
      this.#version = now.version;
      this.#renewed = performance.now();
    } catch {
      if (performance.now() - this.#renewed > EXPIRED_MILLISECONDS - RENEW_MILLISECONDS) this.#lose();
    }
  }

  #lose(): void {
    clearInterval(this.#timer);
    this.#lost.abort(new SnapshotInProgressError());
  }
}

async function current(stream: CheckedStream, subject: string): Promise<{ readonly holder: Holder; readonly version: number }> {
  const message = await stream.manager.streams.getMessage(stream.name, { last_by_subj: subject });
  return message === null ? { holder: {}, version: 0 } : { holder: message.json<Holder>(), version: message.seq };
}

/** @returns the new version; undefined if it had changed */
async function write(client: JetStreamClient, subject: string, holder: Holder, version: number): Promise<number | undefined> {
  try {
    return (await client.publish(subject, JSON.stringify(holder), { expect: { lastSubjectSequence: version }, timeout: 5000 })).seq;
  } catch (error) {
    const code = errorCode(error);
    if (code === ErrorCode.wrongLastSequence || code === ErrorCode.wrongLastSequenceInFlight) return undefined;
    throw error;
  }
}
