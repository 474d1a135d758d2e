import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AdminToken } from './admin-token.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { FailureBudget } from './failure-budget.js';
import { RequestError } from './request-error.js';
import { findRoute } from './routes.js';
import type { Log } from '../operations/index.js';
import type { Broker } from '../protocol/index.js';
import { StoreUnavailableError } from '../store/index.js';

/** Requests that look at everything, at a time. */
const MAX_SCANS = 4;
const MAX_CONNECTIONS = 64;
/** A client id or topic of 65535 bytes, percent-encoded, has to fit into the path. */
const MAX_HEADER_BYTES = 208 * 1024;

export interface AdminServerOptions {
  /** Undefined until the broker runs. */
  broker(): Broker | undefined;
  /** As it is now: the file may change. */
  token(): AdminToken;
  readonly log: Log;
}

/** The HTTP server through which administrators look into the broker and disconnect clients. Says nothing to whoever does not have the token. */
export function createAdminServer({ broker, token, log }: AdminServerOptions): Server {
  const failures = new FailureBudget();
  const scans = new ConcurrencyLimit(MAX_SCANS);

  const authorize = (request: IncomingMessage): void => {
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (given !== undefined && token().matches(given)) return;
    // The right token is let in all the same: nobody can lock out the administrator.
    if (!failures.spend()) throw new RequestError(429, 'too many requests without the right token', { 'Retry-After': '1' });
    log.write('warn', 'admin.denied', 'a request to the admin API without the right token', { remoteAddress: request.socket.remoteAddress, hasToken: given !== undefined });
    throw new RequestError(401, 'send the token of admin.tokenFile: Authorization: Bearer TOKEN', { 'WWW-Authenticate': 'Bearer' });
  };

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    authorize(request);
    const { route, name, parameters } = findRoute(request.method ?? '', request.url ?? '');
    const running = broker();
    if (running === undefined) throw new RequestError(503, 'the broker is starting', { 'Retry-After': '1' });
    const run = () => route.answer(running, name, parameters);
    const result = await (route.scans ? scans.run(run) : run());
    if (route.method !== 'GET') log.write('info', 'admin.changed', 'done for an administrator', { method: request.method, path: request.url, remoteAddress: request.socket.remoteAddress });
    return result;
  };

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 5_000 }, (request, response) => {
    answer(request).then(
      (result) => send(response, result === undefined ? 204 : 200, result),
      (error: Error) => {
        const { status, message, headers } = explain(error);
        if (status === 500) log.write('error', 'admin.failed', 'a request to the admin API failed', { method: request.method, error });
        send(response, status, { error: message }, headers);
      },
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function explain(error: Error): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof StoreUnavailableError) return new RequestError(503, error.message, { 'Retry-After': '5' });
  return new RequestError(500, 'a fault of the broker; its log has the details');
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    ...headers,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(text !== '' && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
  });
  response.end(text);
}
