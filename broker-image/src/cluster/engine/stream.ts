import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DiscardPolicy, JetStreamApiError, jetstreamManager, RetentionPolicy, StorageType, type JetStreamManager, type StreamConfig, type StreamInfo } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { ClusterMismatchError, EngineClosedError, EngineUnavailableError, JetStreamMissingError, StreamMismatchError } from './errors.js';
import type { EngineConnection } from './connection.js';

/** Of everything that brokers write into NATS. It changes when an older broker could not read it. */
const FORMAT = 1;
const RETRY_MILLISECONDS = 500;
/**
 * How long a stream has to be missing, or to end too early, before that is believed: a leader of JetStream that has just started, or is about to be replaced,
 * may not know everything.
 */
export const MISSING_MILLISECONDS = 10_000;
const metadataKeys = { cluster: 'mqtt-cluster', id: 'mqtt-cluster-id', content: 'mqtt-content', format: 'mqtt-format' } as const;

/** Steps in which less room is asked for, where less will do, and the least that is of any use. */
const SMALLER_SHARE = 3 / 4;
const LEAST_BYTES = 32 * 1024 * 1024;

export const ErrorCode = {
  accountResourcesExceeded: 10002,
  noPeers: 10005,
  insufficientResources: 10023,
  notForAccount: 10039,
  storageExceeded: 10047,
  nameInUse: 10058,
  streamNotFound: 10059,
  wrongLastSequence: 10071,
  replicasNotSupported: 10074,
  noJetStream: 10076,
  storeFailed: 10077,
  wrongLastSequenceInFlight: 10164,
  incompleteBatch: 10176,
} as const;

/** Of answers of JetStream. */
export function errorCode(error: unknown): number | undefined {
  if (error instanceof JetStreamApiError) return error.code;
  return error instanceof Error ? errorCode(error.cause) : undefined;
}

/** Whether an answer of JetStream says that there is no room: in the stream, for the account, or on the server. */
export function isNoRoom(error: unknown): boolean {
  const code = errorCode(error);
  return code === ErrorCode.storeFailed || code === ErrorCode.insufficientResources || code === ErrorCode.storageExceeded || code === ErrorCode.accountResourcesExceeded;
}

export interface StreamOptions {
  /** Name of the cluster. */
  readonly cluster: string;
  /** What it holds; its name is `CLUSTER-content`, its subjects are `CLUSTER.content.>`. */
  readonly content: 'log' | 'snapshots';
  /** Room that NATS keeps for it, in each copy. */
  readonly maxBytes: number;
  /** Whether less room will do, where NATS does not have as much. @default false */
  readonly orLess?: boolean;
  /** Copies; undefined: as many as the NATS allows up to 3. */
  readonly replicas?: number;
  /** Of the store of this broker, if it has been in the cluster before: then the stream must be there, and have it. */
  readonly clusterId?: string;
  readonly onWarning?: (message: string) => void;
  readonly onWaiting?: (error: EngineUnavailableError) => void;
  readonly signal?: AbortSignal;
}

export interface OwnStreamOptions extends Omit<StreamOptions, 'content'> {
  /** Of this process alone, in the characters of a NATS subject token. */
  readonly incarnation: string;
}

/** Whether the server said at once that there is nobody for this subject. */
export function nobodyAnswers(error: unknown): boolean {
  return error instanceof Error && (error instanceof errors.NoRespondersError || error.name === 'JetStreamNotEnabled' || nobodyAnswers(error.cause));
}

/** A stream that was found to be the one of this cluster. */
export interface CheckedStream {
  readonly name: string;
  /** Subjects begin with it and a dot. */
  readonly subject: string;
  readonly clusterId: string;
  readonly replicas: number;
  /** The room that it has. */
  readonly maxBytes: number;
  readonly manager: JetStreamManager;
}

/**
 * Finds the stream of a cluster, or makes it. Waits while JetStream elects its leaders.
 * @throws EngineRefusedError
 */
export async function openStream(connection: EngineConnection, options: StreamOptions): Promise<CheckedStream> {
  let missingSince: number | undefined;
  for (;;) {
    if (options.signal?.aborted || connection.nats.isClosed()) throw new EngineClosedError();
    try {
      return await attempt(connection, options);
    } catch (error) {
      if (error instanceof ClusterMismatchError && error.found === undefined) {
        missingSince ??= performance.now();
        if (performance.now() - missingSince > MISSING_MILLISECONDS) throw error;
        options.onWaiting?.(new EngineUnavailableError(`${error.message} Looking again.`, { cause: error }));
        await pause(RETRY_MILLISECONDS);
        continue;
      }
      missingSince = undefined;
      const missing = await jetStreamMissing(connection, error);
      if (missing !== undefined) throw missing;
      if (!isPassing(error)) throw error;
      options.onWaiting?.(new EngineUnavailableError(`JetStream is not ready: ${waitingMessage(error, options)}.`, { cause: error }));
    }
    await pause(RETRY_MILLISECONDS);
  }
}

export function managerOf(connection: EngineConnection): Promise<JetStreamManager> {
  return jetstreamManager(connection.nats, { timeout: 5000, checkAPI: false });
}

async function attempt(connection: EngineConnection, options: StreamOptions): Promise<CheckedStream> {
  const { cluster, content, clusterId, onWarning } = options;
  const manager = await managerOf(connection);
  const name = `${cluster}-${content}`;
  let info = await find(manager, name);
  if (info === undefined) {
    if (clusterId !== undefined && content === 'log') throw new ClusterMismatchError(name, clusterId, undefined);
    info = await create(connection, manager, name, options);
  }
  const found = { ...check(info, options), ...(await adapt(connection, manager, info, options)) };
  if (found.replicas === 1 && options.replicas === undefined) {
    onWarning?.(`The stream ${name} has one copy, on a single NATS server: what is acknowledged is lost with its disk. Run three servers as a cluster, or write cluster.log.replicas: 1 to accept it.`);
  }
  return { ...found, name, subject: `${cluster}.${content}`, manager };
}

async function find(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (errorCode(error) === ErrorCode.streamNotFound) return undefined;
    throw error;
  }
}

async function create(connection: EngineConnection, manager: JetStreamManager, name: string, options: StreamOptions): Promise<StreamInfo> {
  const { cluster, content, clusterId = randomUUID() } = options;
  const replicas = options.replicas ?? (isSingle(connection) ? 1 : 3);
  const config: Omit<Partial<StreamConfig>, 'max_bytes'> & { name: string } = {
    name,
    description: `The ${content} of the MQTT brokers "${cluster}". Written by the brokers alone.`,
    subjects: [`${cluster}.${content}.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    num_replicas: replicas,
    allow_atomic: true,
    allow_direct: false,
    metadata: { [metadataKeys.cluster]: cluster, [metadataKeys.id]: clusterId, [metadataKeys.content]: content, [metadataKeys.format]: String(FORMAT) },
  };
  try {
    return await largestOf(sizes(options), (max_bytes) => manager.streams.add({ ...config, max_bytes }));
  } catch (error) {
    // Another broker was first, with an id of its own: that is the cluster's.
    const other = errorCode(error) === ErrorCode.nameInUse ? await find(manager, name) : undefined;
    if (other !== undefined) return other;
    if (errorCode(error) === ErrorCode.replicasNotSupported) throw tooManyCopies(name, replicas, error);
    throw error;
  }
}

/** What the configuration says may have changed since the stream was made. JetStream adds and removes copies while the stream is in use. */
async function adapt(
  connection: EngineConnection, manager: JetStreamManager, { config }: StreamInfo, options: StreamOptions,
): Promise<Pick<CheckedStream, 'replicas' | 'maxBytes'>> {
  const { maxBytes, replicas = config.num_replicas } = options;
  // A single server takes any number, and keeps one copy.
  if (config.num_replicas !== replicas && isSingle(connection)) throw tooManyCopies(config.name, replicas);
  const has = config.max_bytes;
  // What it has stays if there is not more; -1 is no limit.
  const wanted = options.orLess === true && has > 0 && has < maxBytes ? [...sizes(options).filter((size) => size > has), has] : sizes(options);
  return largestOf(wanted, async (max_bytes) => {
    if (config.max_bytes !== max_bytes || config.num_replicas !== replicas) await manager.streams.update(config.name, { max_bytes, num_replicas: replicas });
    return { replicas, maxBytes: max_bytes };
  });
}

/** In the order in which they are tried. */
function sizes({ maxBytes, orLess = false }: StreamOptions): number[] {
  const found = [maxBytes];
  for (let size = maxBytes * SMALLER_SHARE; orLess && size >= LEAST_BYTES; size *= SMALLER_SHARE) found.push(Math.floor(size));
  return found;
}

/** By the first of these sizes that NATS has room for. */
async function largestOf<T>(candidates: readonly number[], take: (maxBytes: number) => Promise<T>): Promise<T> {
  for (const [index, size] of candidates.entries()) {
    try {
      return await take(size);
    } catch (error) {
      // Of several servers, those without room count as none that could have a copy.
      if (index === candidates.length - 1 || !(isNoRoom(error) || errorCode(error) === ErrorCode.noPeers)) throw error;
    }
  }
  throw new RangeError('no size to try');
}

function isSingle({ nats }: EngineConnection): boolean {
  return nats.info?.cluster === undefined;
}

/** Waiting does not make a cluster of it. */
function tooManyCopies(name: string, replicas: number, cause?: unknown): StreamMismatchError {
  return new StreamMismatchError(`The stream ${name} cannot have ${replicas} copies on this NATS, which is a single server. Run at least ${replicas} servers as a cluster, or write cluster.log.replicas: 1.`, { cause });
}

function check({ config }: StreamInfo, { cluster, content, clusterId }: StreamOptions): { readonly clusterId: string } {
  const { name, metadata = {} } = config;
  const format = Number(metadata[metadataKeys.format]);
  const id = metadata[metadataKeys.id];
  if (metadata[metadataKeys.cluster] !== cluster || metadata[metadataKeys.content] !== content || id === undefined || !(format >= 1)) {
    throw new StreamMismatchError(`The stream ${name} of this NATS was not made by the brokers "${cluster}", so it is left alone. Give the brokers another cluster.name, or remove the stream if nobody needs it.`);
  }
  if (format > FORMAT) {
    throw new StreamMismatchError(`The stream ${name} has format ${format}; this broker knows ${FORMAT}. A newer broker wrote it, so run that version or a newer one.`);
  }
  if (clusterId !== undefined && id !== clusterId) throw new ClusterMismatchError(name, clusterId, id);
  return { clusterId: id };
}

/** Without JetStream nobody answers at all, or the server says so. */
async function jetStreamMissing(connection: EngineConnection, error: unknown): Promise<JetStreamMissingError | undefined> {
  const code = errorCode(error);
  if (code === ErrorCode.noJetStream || code === ErrorCode.notForAccount) return new JetStreamMissingError(connection.servers, { cause: error });
  if (!nobodyAnswers(error)) return undefined;
  // A server that has just started looks the same: it has to stay so.
  for (let again = 0; again < 5; again++) {
    await pause(RETRY_MILLISECONDS);
    const answer = await connection.nats.request('$JS.API.INFO', undefined, { timeout: 1000 }).catch((failure: unknown) => failure);
    if (!nobodyAnswers(answer)) return undefined;
  }
  return new JetStreamMissingError(connection.servers, { cause: error });
}

/** Whether waiting can help. */
export function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status >= 500 || isNoRoom(error) || error.code === ErrorCode.noPeers || error.code === ErrorCode.nameInUse;
  return error instanceof errors.TimeoutError || error instanceof errors.RequestError || nobodyAnswers(error);
}

function waitingMessage(error: unknown, { cluster, content, maxBytes, replicas = 3 }: StreamOptions): string {
  const message = (error as Error).message;
  switch (errorCode(error)) {
    case ErrorCode.noPeers:
      return `the stream ${cluster}-${content} cannot have ${replicas} copies now (${message}). Run at least ${replicas} NATS servers with JetStream, or write a smaller cluster.log.replicas`;
    case ErrorCode.insufficientResources:
    case ErrorCode.storageExceeded:
    case ErrorCode.accountResourcesExceeded:
      return `the stream ${cluster}-${content} of ${maxBytes} bytes does not fit (${message}). Give the NATS servers more storage, or write a smaller ${content === 'log' ? 'cluster.log.maxBytes' : 'store.maxBytes'}`;
    case ErrorCode.nameInUse:
      return `the stream ${cluster}-${content} is just being made`;
    default:
      return message;
  }
}
