import { setTimeout as pause } from 'node:timers/promises';
import { DeliverPolicy, jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { errorCode, ErrorCode, MISSING_MILLISECONDS, type CheckedStream } from './stream.js';
import type { EngineConnection } from './connection.js';

/** Messages on the way or waiting to be taken: at most this many of the largest size in memory. */
const WINDOW_MESSAGES = 64;
/** How often a consumer says that it is there while it has nothing else to say. */
const HEARTBEAT_MILLISECONDS = 1000;
const SILENT_MILLISECONDS = 4000;
const RETRY_MILLISECONDS = 250;
const API_MILLISECONDS = 2000;

export interface ReadOptions {
  /** Sequence of the first message that is wanted. */
  readonly from: number;
  /** Subjects; without it, all of the stream. */
  readonly filter?: string;
  readonly signal: AbortSignal;
}

/**
 * Messages of a stream in order, from a sequence on, the ones to come too; it ends with the signal. Consumers are temporary and made anew after whatever they meet: a lost
 * connection, another leader, a server that forgot them. It does not judge gaps between sequences: whoever knows what must be there does, and may `rewind`.
 */
export class StreamReader {
  readonly #connection: EngineConnection;
  readonly #stream: CheckedStream;
  readonly #options: ReadOptions;
  #next: number;
  /** Since when every answer was that there is no such stream. */
  #missingSince: number | undefined;
  #messages: ConsumerMessages | undefined;

  constructor(connection: EngineConnection, stream: CheckedStream, options: ReadOptions) {
    this.#connection = connection;
    this.#stream = stream;
    this.#options = options;
    this.#next = options.from;
  }

  /** Goes back to a sequence, with another consumer. */
  rewind(next: number): void {
    this.#next = next;
    this.restart();
  }

  /** Takes another consumer for what comes next. */
  restart(): void {
    const messages = this.#messages;
    this.#messages = undefined;
    messages?.stop();
  }

  async *read(): AsyncGenerator<JsMsg> {
    const { signal } = this.#options;
    const stop = () => this.#messages?.stop();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        try {
          yield* this.#readUntilTrouble();
          this.#missingSince = undefined;
        } catch (error) {
          if (errorCode(error) === ErrorCode.streamNotFound) this.#missingSince ??= performance.now();
          else this.#missingSince = undefined;
          if (this.#missingSince !== undefined && performance.now() - this.#missingSince > MISSING_MILLISECONDS) throw error;
        }
        if (!signal.aborted) await pause(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  async *#readUntilTrouble(): AsyncGenerator<JsMsg> {
    const { signal, filter } = this.#options;
    const consumer = await jetstream(this.#connection.nats, { timeout: API_MILLISECONDS }).consumers.get(this.#stream.name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#next,
      inactive_threshold: 30_000,
      ...(filter !== undefined && { filter_subjects: filter }),
    });
    if (signal.aborted) return;
    const messages = await consumer.consume({ max_messages: WINDOW_MESSAGES, expires: 30_000, idle_heartbeat: HEARTBEAT_MILLISECONDS });
    this.#messages = messages;
    const watch = this.#watch(messages);
    const iterator = messages[Symbol.asyncIterator]();
    try {
      for (;;) {
        watch.waits();
        const { done, value: message } = await iterator.next();
        watch.works();
        if (done === true) return;
        // What is left of a consumer that was given up.
        if (message.seq < this.#next || this.#messages !== messages) continue;
        this.#next = message.seq + 1;
        yield message;
      }
    } finally {
      watch.end();
      messages.stop();
    }
  }

  /**
   * Stops a consumer that meets trouble, or is silent while it is waited for. The library mends some of this by itself, but not all: after a connection was lost it waits for
   * the server of the old consumer, without a limit. A new consumer helps in all cases.
   */
  #watch(messages: ConsumerMessages): { waits(): void; works(): void; end(): void } {
    let heard = performance.now();
    let waiting = false;
    const timer = setInterval(() => {
      if (waiting && performance.now() - heard > SILENT_MILLISECONDS) messages.stop();
    }, HEARTBEAT_MILLISECONDS).unref();
    void (async () => {
      for await (const { type } of messages.status()) {
        if (type === 'heartbeat') heard = performance.now();
        else if (troubles.has(type)) messages.stop();
      }
    })();
    return {
      waits: () => {
        waiting = true;
        heard = performance.now();
      },
      works: () => (waiting = false),
      end: () => clearInterval(timer),
    };
  }
}

const troubles = new Set(['heartbeats_missed', 'consumer_deleted', 'consumer_not_found', 'stream_not_found', 'no_responders', 'exceeded_limits']);
