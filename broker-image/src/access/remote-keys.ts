import { get as getHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { get as getHttps } from 'node:https';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, type FetchImplementation, type JSONWebKeySet, type RemoteJWKSet } from 'jose';
import { candidatesFrom, KeysUnavailableError, type TokenKeys } from './token-keys.js';

/** Far above any real set: what answers more is not an issuer. */
const maxBytes = 1024 * 1024;
const timeoutMilliseconds = 5000;
/** How soon after a fetch a token with an unknown key may cause the next one. */
const cooldownMilliseconds = 30_000;
/** And how soon after one that failed. */
const retryMilliseconds = 5000;

export interface RemoteKeysOptions {
  readonly url: string;
  readonly refreshSeconds: number;
  /** Authorities that the server's certificate is checked against, PEM. @default - those that Node.js trusts */
  readonly authorities?: Buffer;
  /** `changed`: other keys than before, or the first answer after a failure. */
  onFetched(changed: boolean): void;
  onFailed(error: Error): void;
}

/**
 * The JWK Set of an issuer, by its URL. Fetched at the start, then at times, and when a token names a key that is not in it. The keys of the
 * last good answer stay in use as long as there is no newer one: an issuer that is down locks nobody out.
 */
export class RemoteKeys {
  readonly find: TokenKeys;
  private readonly set: RemoteJWKSet;
  private authorities: Buffer | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lastFailure: Error | undefined;
  /** Before that time a fetch fails as the last one did. */
  private retryAt = 0;
  private lastText = '';

  constructor(private readonly options: RemoteKeysOptions) {
    this.authorities = options.authorities;
    const url = new URL(options.url);
    this.set = createRemoteJWKSet(url, {
      cacheMaxAge: Infinity,
      cooldownDuration: cooldownMilliseconds,
      timeoutDuration: timeoutMilliseconds,
      [customFetch]: (_url, request) => this.fetch(url, request),
    });
    const candidates = candidatesFrom(this.set);
    this.find = async (header) => {
      try {
        return await candidates(header);
      } catch (error) {
        // What a fetch throws is told by `onFailed`; this is for the log line of the client.
        if (error === this.lastFailure) throw new KeysUnavailableError(`the keys of the issuer cannot be fetched: ${(error as Error).message}`);
        throw error;
      }
    };
  }

  /** Fetches now, without waiting for it, and again and again. */
  start(): void {
    this.refresh();
    this.timer = setInterval(() => this.refresh(), this.options.refreshSeconds * 1000).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  replaceAuthorities(authorities: Buffer): void {
    this.authorities = authorities;
    this.retryAt = 0;
    this.refresh();
  }

  private refresh(): void {
    this.set.reload().catch(() => undefined);
  }

  private async fetch(url: URL, { headers, signal }: Parameters<FetchImplementation>[1]): Promise<Response> {
    const { lastFailure } = this;
    if (lastFailure !== undefined && Date.now() < this.retryAt) throw lastFailure;
    try {
      const text = await download(url, { headers: Object.fromEntries(headers), signal, agent: false, ...(this.authorities !== undefined && { ca: this.authorities }) });
      checkSet(text);
      this.options.onFetched(text !== this.lastText || lastFailure !== undefined);
      this.lastText = text;
      this.lastFailure = undefined;
      return new Response(text);
    } catch (error) {
      const cause = signal.aborted ? new Error(`no complete answer within ${timeoutMilliseconds / 1000} s`) : (error as Error);
      this.lastFailure = cause;
      this.retryAt = Date.now() + retryMilliseconds;
      this.options.onFailed(cause);
      throw cause;
    }
  }
}

/** A good answer to a bad question, such as the page of a gateway, must not take the keys away. */
function checkSet(text: string): void {
  let set: JSONWebKeySet;
  try {
    set = JSON.parse(text) as JSONWebKeySet;
    createLocalJWKSet(set);
  } catch (error) {
    throw new Error('the answer is not a JWK Set (RFC 7517 §5)', { cause: error });
  }
  if (set.keys.length === 0) throw new Error('the JWK Set is empty');
}

/** Not the global fetch, which takes no authorities of one request. Follows no redirects: they could lead to a place that is not encrypted. */
async function download(url: URL, options: RequestOptions & { readonly ca?: Buffer }): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    (url.protocol === 'https:' ? getHttps : getHttp)(url, options, resolve).on('error', reject);
  });
  try {
    if (response.statusCode !== 200) throw new Error(`the answer has the status ${response.statusCode}, not 200`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    response.destroy();
  }
}
