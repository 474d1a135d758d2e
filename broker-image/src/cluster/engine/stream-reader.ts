import { setTimeout as pause } from 'node:timers/promises';
import { DeliverPolicy, jetstream, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { errorCode, ErrorCode, type CheckedStream } from './stream.js';
import type { EngineConnection } from './connection.js';

/** Messages on the way or waiting to be taken: at most this many of the largest size in memory. */
const WINDOW_MESSAGES = 64;
const HEARTBEAT_MILLISECONDS = 1000;
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
        } catch (error) {
          if (errorCode(error) === ErrorCode.streamNotFound) throw error;
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
    void this.#stopOnTrouble(messages);
    for await (const message of messages) {
      // What is left of a consumer that was given up.
      if (message.seq < this.#next || this.#messages !== messages) continue;
      this.#next = message.seq + 1;
      yield message;
    }
  }

  /** The library mends its consumers in many cases; making a new one is what helps in all. */
  async #stopOnTrouble(messages: ConsumerMessages): Promise<void> {
    for await (const { type } of messages.status()) {
      if (type === 'heartbeats_missed' || type === 'consumer_deleted' || type === 'consumer_not_found' || type === 'stream_not_found' || type === 'no_responders' || type === 'exceeded_limits') messages.stop();
    }
  }
}
