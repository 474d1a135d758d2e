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
/** How long a server may be connected and of no use: longer than an election takes. Then it may be the one that is cut off, and another is tried. */
const USELESS_MILLISECONDS = 8000;

/** Asks the leader of a stream once a second whether it is there and hears of most of its followers: cheaper than an append, and nothing is stored. */
export class QuorumWatch {
  readonly #connection: EngineConnection;
  readonly #stream: CheckedStream;
  readonly #onInfo: (info: StreamInfo) => void;
  readonly #stalled: () => boolean;
  #failure: Error | undefined;
  #unanswered = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #uselessSince: number | undefined;

  /** @param stalled whether something else shows that the server is of no use, although the leader answers */
  constructor(connection: EngineConnection, stream: CheckedStream, onInfo: (info: StreamInfo) => void, stalled = () => false) {
    this.#connection = connection;
    this.#stream = stream;
    this.#onInfo = onInfo;
    this.#stalled = stalled;
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
    this.#moveOn();
    this.#schedule();
  }

  /** The servers may be divided, with this broker on the side of the fewer, or a server may have lost its routes. */
  #moveOn(): void {
    if ((this.#failure === undefined && !this.#stalled()) || !this.#connection.connected) this.#uselessSince = undefined;
    else this.#uselessSince ??= performance.now();
    if (this.#uselessSince === undefined || performance.now() - this.#uselessSince < USELESS_MILLISECONDS) return;
    this.#uselessSince = undefined;
    void this.#connection.moveOn();
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
