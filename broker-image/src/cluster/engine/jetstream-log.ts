import { setTimeout as pause } from 'node:timers/promises';
import { ClusterMismatchError, EngineClosedError, EngineUnavailableError, LogBehindError } from './errors.js';
import { LogAppender, PART_HEADER } from './log-appender.js';
import { QuorumWatch } from './quorum-watch.js';
import { StreamReader } from './stream-reader.js';
import { ErrorCode, errorCode, managerOf, openStream, MISSING_MILLISECONDS, type CheckedStream, type OwnStreamOptions } from './stream.js';
import { LogTrimmedError, type LogEntry, type ReplicatedLog } from '../replicated-log.js';
import type { EngineConnection } from './connection.js';
import type { JsMsg, StreamInfo } from '@nats-io/jetstream';

/** An entry that has been under way for so long shows that the engine does not work, whatever else it says. */
const STALLED_MILLISECONDS = 3000;
/** How long the stream may be ahead of a reader that gets nothing, before that takes another consumer. */
const STUCK_MILLISECONDS = 5000;
const RETRY_MILLISECONDS = 250;

/** A log in a JetStream stream: one message an entry, or an atomic batch of messages for one that is larger than a message. */
export class JetStreamLog implements ReplicatedLog {
  /** @throws EngineRefusedError */
  static async open(connection: EngineConnection, options: OwnStreamOptions): Promise<JetStreamLog> {
    return new JetStreamLog(connection, await openStream(connection, { ...options, content: 'log' }), options.incarnation);
  }

  readonly #connection: EngineConnection;
  readonly #stream: CheckedStream;
  readonly #appender: LogAppender;
  readonly #watch: QuorumWatch;
  readonly #closed = new AbortController();
  #bytes = 0;
  #lastKnown = 0;

  private constructor(connection: EngineConnection, stream: CheckedStream, incarnation: string) {
    this.#connection = connection;
    this.#stream = stream;
    this.#appender = new LogAppender(connection, stream, incarnation);
    this.#watch = new QuorumWatch(connection, stream, (info) => this.#learn(info), () => this.#stalled);
  }

  /** Of the cluster whose log this is, for ever: its brokers keep it in their stores, and compare. */
  get clusterId(): string {
    return this.#stream.clusterId;
  }

  /** Bytes of the stream, a second ago at most while it is available. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sequence of its last entry, or of an earlier one, a second ago at most while it is available. */
  get lastKnown(): number {
    return this.#lastKnown;
  }

  get available(): boolean {
    return this.failure === undefined;
  }

  get failure(): Error | undefined {
    if (this.#closed.signal.aborted) return new EngineClosedError();
    const known = this.#watch.failure ?? this.#appender.full;
    if (known !== undefined || !this.#stalled) return known;
    return new EngineUnavailableError(`An entry has been waiting for the stream ${this.#stream.name} for ${Math.round(this.#appender.waiting / 1000)} s.`);
  }

  /** Servers reach each other by several connections, of which one may hang: the leader answers, and entries do not get through. */
  get #stalled(): boolean {
    return this.#appender.full === undefined && this.#appender.waiting >= STALLED_MILLISECONDS;
  }

  async append(data: Uint8Array): Promise<number> {
    const sequence = await this.#appender.append(data);
    this.#lastKnown = Math.max(this.#lastKnown, sequence);
    this.#appender.learn(sequence);
    return sequence;
  }

  async *read(after: number): AsyncGenerator<LogEntry> {
    try {
      yield* this.#read(after);
    } catch (error) {
      if (errorCode(error) === ErrorCode.streamNotFound) throw new ClusterMismatchError(this.#stream.name, this.clusterId, undefined);
      if (!(error instanceof EngineClosedError)) throw error;
    }
  }

  async *#read(after: number): AsyncGenerator<LogEntry> {
    await this.#checkRange(after);
    const reader = new StreamReader(this.#connection, this.#stream, { from: after + 1, signal: this.#closed.signal });
    let position = after;
    const guard = this.#guard(reader, () => position);
    try {
      let parts: JsMsg[] = [];
      for await (const message of reader.read()) {
        if (message.seq !== position + 1) {
          // Nobody deletes within a log: either its beginning was trimmed, or a message was lost on the way.
          await this.#checkRange(position);
          reader.rewind(position - parts.length + 1);
          position -= parts.length;
          parts = [];
          continue;
        }
        position = message.seq;
        const part = message.headers?.get(PART_HEADER);
        if (part === undefined || part === '') {
          yield { sequence: message.seq, data: message.data };
          continue;
        }
        parts.push(message);
        const [number, count] = part.split('/');
        if (number !== count) continue;
        const data = Buffer.concat(parts.map((each) => each.data));
        parts = [];
        yield { sequence: message.seq, data };
      }
    } finally {
      clearInterval(guard);
    }
  }

  async last(atLeast = 0): Promise<number> {
    return (await this.#stateWith(atLeast)).last_seq;
  }

  /** Watches the leader of the log from another connection. */
  async watchFrom(connection: EngineConnection): Promise<QuorumWatch> {
    return new QuorumWatch(connection, { ...this.#stream, manager: await managerOf(connection) }, () => {});
  }

  /** Removes the entries up to a sequence: they are in a snapshot. */
  async trim(upTo: number): Promise<void> {
    await this.#stream.manager.streams.purge(this.#stream.name, { seq: upTo + 1 });
  }

  async close(): Promise<void> {
    this.#watch.close();
    this.#closed.abort();
    this.#appender.close();
    return Promise.resolve();
  }

  #learn({ state }: StreamInfo): void {
    this.#bytes = state.bytes;
    this.#lastKnown = Math.max(this.#lastKnown, state.last_seq);
    this.#appender.learn(state.last_seq);
  }

  async #checkRange(after: number): Promise<void> {
    const { first_seq: first, last_seq: last } = await this.#stateWith(after);
    if (first > after + 1) throw new LogTrimmedError(after, first);
    if (last < after) throw new LogBehindError(this.#stream.name, last, after);
  }

  /** Asks again for a while if the stream ends too early: a leader that was frozen answers until it learns that there is another one. */
  async #stateWith(sequence: number): Promise<StreamInfo['state']> {
    const begun = performance.now();
    for (;;) {
      const { state } = await this.#info();
      if (state.last_seq >= sequence || performance.now() - begun > MISSING_MILLISECONDS) return state;
      await pause(RETRY_MILLISECONDS, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  /** Waits for the engine. */
  async #info(): Promise<StreamInfo> {
    let missingSince: number | undefined;
    for (;;) {
      if (this.#closed.signal.aborted || this.#connection.nats.isClosed()) throw new EngineClosedError();
      try {
        return await this.#stream.manager.streams.info(this.#stream.name);
      } catch (error) {
        missingSince = errorCode(error) === ErrorCode.streamNotFound ? (missingSince ?? performance.now()) : undefined;
        if (missingSince !== undefined && performance.now() - missingSince > MISSING_MILLISECONDS) throw new ClusterMismatchError(this.#stream.name, this.clusterId, undefined);
      }
      await pause(RETRY_MILLISECONDS, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  /** Watches from outside that a reader gets what the stream has. */
  #guard(reader: StreamReader, position: () => number): NodeJS.Timeout {
    let seen = position();
    return setInterval(() => {
      const now = position();
      if (now === seen && this.#lastKnown > now && this.#connection.connected) reader.restart();
      seen = now;
    }, STUCK_MILLISECONDS).unref();
  }
}
