import type { Duplex } from 'stream';
import tls from 'tls';
import type { Relay } from './relay';

const CLIENT_PORT = 4222;
const MONITORING_PORT = 8222;
const PATIENCE_MS = 10_000;

/** A stream as a node of the message log describes it (https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#jetstream-information-jsz). */
export interface LogStream {
  readonly name: string;
  readonly config: { readonly num_replicas: number };
  readonly cluster: { readonly leader: string; readonly replicas: readonly { readonly name: string; readonly current: boolean }[] };
}

/** Names of the nodes that this one has routes to. */
export async function connectedNodes(relay: Relay, host: string): Promise<string[]> {
  const { routes } = await ask<{ routes: { remote_name: string }[] }>(relay, host, '/routez');
  return [...new Set(routes.map(({ remote_name: name }) => name))].sort();
}

/** The streams that this node has a copy of. */
export async function streamsOf(relay: Relay, host: string): Promise<LogStream[]> {
  const { account_details: accounts } = await ask<{ account_details: { stream_detail?: LogStream[] }[] }>(relay, host, '/jsz?streams=true&config=true');
  return accounts.flatMap(({ stream_detail: streams = [] }) => streams);
}

/** What a node tells everybody who connects, before anything else (https://docs.nats.io/reference/reference-protocols/nats-protocol#info). */
export async function greeting(relay: Relay, host: string): Promise<{ auth_required?: boolean; tls_required?: boolean; version: string }> {
  const socket = relay.connect(host, CLIENT_PORT);
  try {
    return JSON.parse((await line(socket)).replace(/^INFO /, ''));
  } finally {
    socket.destroy();
  }
}

/** What a node answers to a client that speaks TLS, and has these credentials or none. */
export async function answerTo(relay: Relay, host: string, ca: string, credentials: { user?: string; pass?: string }): Promise<string> {
  const socket = relay.connect(host, CLIENT_PORT);
  try {
    await line(socket);
    const secure = tls.connect({ socket, ca, servername: host });
    secure.write(`CONNECT ${JSON.stringify({ verbose: false, ...credentials })}\r\nPING\r\n`);
    return await line(secure);
  } finally {
    socket.destroy();
  }
}

function line(socket: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const patience = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
    const onData = (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\r\n');
      if (end < 0) return;
      clearTimeout(patience);
      socket.off('data', onData);
      resolve(text.slice(0, end));
    };
    socket.on('data', onData).on('error', reject).on('close', () => reject(new Error('the connection was closed without an answer')));
  });
}

async function ask<T>(relay: Relay, host: string, path: string): Promise<T> {
  const { status, body } = await relay.httpGet(host, MONITORING_PORT, path);
  if (status !== 200) throw new Error(`${host} answers ${status} to ${path}`);
  return JSON.parse(body) as T;
}
