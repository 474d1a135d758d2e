import { EngineUnavailableError } from './errors.js';
import type { EngineConnection } from './connection.js';
import type { CheckedStream } from './stream.js';
import type { StreamInfo } from '@nats-io/jetstream';

const INTERVAL_MILLISECONDS = 1000;
const ANSWER_MILLISECONDS = 1000;
/** One unanswered question is a busy moment, as when a leader is elected. */
const UNANSWERED_LIMIT = 2;
/** A leader hears of its followers each second. */
const SILENT_FOLLOWER_MILLISECONDS = 4000;

/** Asks the leader of a stream once a second whether it is there and hears of most of its followers: cheaper than an append, and nothing is stored. */
export class QuorumWatch {
  readonly #connection: EngineConnection;
  readonly #stream: CheckedStream;
  readonly #onInfo: (info: StreamInfo) => void;
  #failure: Error | undefined;
  #unanswered = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connection: EngineConnection, stream: CheckedStream, onInfo: (info: StreamInfo) => void) {
    this.#connection = connection;
    this.#stream = stream;
    this.#onInfo = onInfo;
    this.#schedule();
  }

  get failure(): Error | undefined {
    return this.#connection.failure ?? this.#failure;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#ask(), INTERVAL_MILLISECONDS).unref();
  }

  async #ask(): Promise<void> {
    try {
      const info = await withTimeout(this.#stream.manager.streams.info(this.#stream.name));
      this.#unanswered = 0;
      this.#failure = this.#judge(info);
      this.#onInfo(info);
    } catch (error) {
      if (++this.#unanswered >= UNANSWERED_LIMIT) {
        this.#failure = new EngineUnavailableError(`The stream ${this.#stream.name} has no leader that answers (${(error as Error).message}): too few NATS servers are up, or they are electing one.`, { cause: error });
      }
    }
    this.#schedule();
  }

  #judge({ cluster, config }: StreamInfo): Error | undefined {
    if (config.num_replicas === 1) return undefined;
    const alive = (cluster?.replicas ?? []).filter(({ offline, active }) => offline !== true && active / 1e6 < SILENT_FOLLOWER_MILLISECONDS);
    const copies = alive.length + 1;
    if (copies > config.num_replicas / 2) return undefined;
    return new EngineUnavailableError(`The stream ${this.#stream.name} has ${copies} of its ${config.num_replicas} copies in reach, too few for a quorum.`);
  }
}

function withTimeout<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MILLISECONDS} ms`)), ANSWER_MILLISECONDS).unref();
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
