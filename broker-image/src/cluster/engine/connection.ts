import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, credsAuthenticator, errors, type Authenticator, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { EngineAuthenticationError, EngineClosedError, EngineEndedError, EngineUnavailableError, EngineVersionError } from './errors.js';

/** Atomic batches, and leaders that answer only once they know everything that their predecessor accepted. */
const LEAST_VERSION = '2.12.0';
const RETRY_MILLISECONDS = 500;
/** A server that is silent for three of these counts as lost. */
const PING_MILLISECONDS = 1000;

/** Where NATS is, and how this broker shows who it is: `cluster.log` of the configuration. */
export interface EngineAddress {
  /** URLs, all of them `nats://` or all `tls://`. */
  readonly servers: readonly string[];
  readonly usernameFile?: string;
  readonly passwordFile?: string;
  readonly credentialsFile?: string;
  readonly tls?: { readonly caFile?: string; readonly certificateFile?: string; readonly privateKeyFile?: string };
}

export interface ConnectOptions {
  readonly log: EngineAddress;
  /** Name of the connection in the monitoring of NATS. */
  readonly name: string;
  /** Told each time that a first connection fails, before it is tried again. */
  readonly onWaiting?: (error: EngineUnavailableError) => void;
  /** The connection does not come back, although nobody closed it. */
  readonly onEnded?: (error: EngineEndedError) => void;
  readonly signal?: AbortSignal;
}

export type ConnectionListener = (connected: boolean) => void;

/** A connection to NATS that comes back by itself, for as long as it is not closed, and says whether it is there. */
export class EngineConnection {
  /**
   * Waits for NATS to be there.
   * @throws EngineAuthenticationError, EngineVersionError
   */
  static async open(options: ConnectOptions): Promise<EngineConnection> {
    const { log, onEnded, onWaiting, signal } = options;
    const natsOptions = natsOptionsOf(options);
    for (;;) {
      if (signal?.aborted) throw new EngineClosedError();
      try {
        return await EngineConnection.#checked(await connect({ ...natsOptions, reconnect: true }), log, onEnded);
      } catch (error) {
        if (isRefusal(error)) throw new EngineAuthenticationError(log.servers, { cause: error });
        if (error instanceof EngineVersionError) throw error;
        onWaiting?.(new EngineUnavailableError(`NATS at ${log.servers.join(', ')} cannot be reached: ${(error as Error).message}`, { cause: error }));
      }
      await pause(RETRY_MILLISECONDS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  }

  static async #checked(nats: NatsConnection, log: EngineAddress, onEnded: ConnectOptions['onEnded']): Promise<EngineConnection> {
    const version = nats.info?.version ?? '0.0.0';
    if (!isAtLeast(version, LEAST_VERSION)) {
      await nats.close();
      throw new EngineVersionError(version, LEAST_VERSION);
    }
    return new EngineConnection(nats, log.servers, onEnded);
  }

  #failure: Error | undefined;
  #lastError: Error | undefined;
  readonly #listeners = new Set<ConnectionListener>();
  #closing = false;

  private constructor(
    readonly nats: NatsConnection,
    readonly servers: readonly string[],
    private readonly onEnded: (error: EngineEndedError) => void = () => {},
  ) {
    void this.#watch();
  }

  get connected(): boolean {
    return this.#failure === undefined && !this.nats.isClosed();
  }

  /** Why it is not connected. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Bytes that one NATS message may have, headers included. */
  get maxPayload(): number {
    return this.nats.info?.max_payload ?? 1024 * 1024;
  }

  /** @returns what ends the listening */
  onChange(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Connects to the next server: this one answers, but is of no use. */
  async moveOn(): Promise<void> {
    // It rejects where the connection was closed meanwhile, and then there is nothing to move.
    if (this.connected) await this.nats.reconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closing = true;
    // What a socket that has just ended still says of earlier writes must find the library listening, or it ends the process.
    await new Promise(setImmediate);
    if (!this.nats.isClosed()) await this.nats.close();
  }

  async #watch(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'error') {
        this.#lastError = status.error;
        if (this.#failure !== undefined) this.#failure = this.#disconnected();
      }
      if (status.type === 'staleConnection') destroySocket(this.nats);
      else if (status.type === 'disconnect') this.#change(this.#disconnected());
      else if (status.type === 'reconnect') this.#change(undefined);
    }
    if (this.#closing) return this.#change(new EngineClosedError());
    const cause = await this.nats.closed();
    const error = new EngineEndedError(this.servers, { cause: cause ?? this.#lastError });
    this.#change(error);
    this.onEnded(error);
  }

  #disconnected(): Error {
    if (isRefusal(this.#lastError)) return new EngineAuthenticationError(this.servers, { cause: this.#lastError });
    return new EngineUnavailableError(`The connection to NATS at ${this.servers.join(', ')} is lost; it is tried again.`, { cause: this.#lastError });
  }

  #change(failure: Error | undefined): void {
    if (failure === undefined) this.#lastError = undefined;
    this.#failure = failure;
    for (const listener of this.#listeners) listener(failure === undefined);
  }
}

/**
 * The library gives a stale connection up only after everything it has written to it is on its way, which a server that hangs never lets happen. There is no public way to
 * its socket; a test fails if this one ends.
 */
function destroySocket(nats: NatsConnection): void {
  (nats as unknown as { protocol?: { transport?: { socket?: Socket } } }).protocol?.transport?.socket?.destroy();
}

/** A server that is too busy to look at the credentials in time has not refused them, but the client has one kind of error for both. */
function isRefusal(error: unknown): boolean {
  return error instanceof errors.AuthorizationError && !/authentication timeout/i.test(error.message);
}

function natsOptionsOf({ log, name }: ConnectOptions): ConnectionOptions {
  const { caFile, certificateFile, privateKeyFile } = log.tls ?? {};
  const encrypted = log.servers.some((server) => server.startsWith('tls://'));
  const authenticator = authenticatorOf(log);
  return {
    servers: [...log.servers],
    name,
    pingInterval: PING_MILLISECONDS,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MILLISECONDS / 2,
    reconnectJitter: RETRY_MILLISECONDS / 2,
    reconnectJitterTLS: RETRY_MILLISECONDS / 2,
    timeout: 5000,
    noAsyncTraces: true,
    // Credentials can be rotated: the next attempt may be right.
    ignoreAuthErrorAbort: true,
    ...(authenticator && { authenticator }),
    // Read at every connection, so that rotated ones count.
    ...(encrypted && { tls: { ...(caFile && { caFile }), ...(certificateFile && { certFile: certificateFile }), ...(privateKeyFile && { keyFile: privateKeyFile }) } }),
  };
}

function authenticatorOf({ usernameFile, passwordFile, credentialsFile }: EngineAddress): Authenticator | undefined {
  if (credentialsFile !== undefined) {
    const read = rereading(() => readCredentials(credentialsFile));
    return (nonce) => read()(nonce);
  }
  if (usernameFile === undefined || passwordFile === undefined) return undefined;
  return rereading(() => ({ user: readFileSync(usernameFile, 'utf8').trim(), pass: readFileSync(passwordFile, 'utf8').trim() }));
}

/** @throws Error also for a file that is not one, or is half written */
function readCredentials(file: string): Authenticator {
  const authenticator = credsAuthenticator(readFileSync(file));
  // It looks into the content only when it is used.
  authenticator('probe');
  return authenticator;
}

/** The first reading may fail, loudly. A later one must not, which would end the connection for good: a Secret is not there for a moment while it is replaced. */
function rereading<T>(read: () => T): () => T {
  let last = read();
  return () => {
    try {
      last = read();
    } catch {
      // what worked before
    }
    return last;
  };
}

function isAtLeast(version: string, least: string): boolean {
  const [found, needed] = [version, least].map((text) => text.split(/[.-]/).slice(0, 3).map(Number)) as [number[], number[]];
  for (const [index, number] of needed.entries()) {
    if ((found[index] ?? 0) !== number) return (found[index] ?? 0) > number;
  }
  return true;
}
