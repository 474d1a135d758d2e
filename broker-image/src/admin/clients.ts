import { RequestError } from './request-error.js';
import { page, type PageRequest } from './paging.js';
import { encodePosition } from './parameters.js';
import type { Broker, ClientDescription } from '../protocol/index.js';
import type { Session } from '../store/index.js';

export type ClientState = 'connected' | 'disconnected';

/** What there is of one client id: a connection here, a persistent session, or both. */
interface Client {
  readonly clientId: string;
  readonly connection: ClientDescription | undefined;
  readonly session: Session | undefined;
}

/** Clients that are connected, and clients that have a persistent session. */
export async function listClients(broker: Broker, { prefix = '', state }: { readonly prefix?: string | undefined; readonly state?: ClientState | undefined }, request: PageRequest): Promise<object> {
  const { items, next } = await page(clientIds(broker), { key: (clientId) => clientId, wanted: (clientId) => clientId.startsWith(prefix) && isIn(state, find(broker, clientId)) }, request);
  const clients = items.map((clientId) => find(broker, clientId)).filter((client) => client !== undefined);
  return { clients: clients.map(summary), next: encodePosition(next) };
}

/** @throws RequestError if nothing is known of the client id */
export function inspectClient(broker: Broker, clientId: string): object {
  const client = known(broker, clientId);
  const { connection, session } = client;
  const will = broker.options.store.will(clientId);
  return {
    ...summary(client),
    ...(connection !== undefined && {
      protocol: connection.protocolVersion === 3 ? 'MQTT 3.1' : 'MQTT 3.1.1',
      keepaliveSeconds: connection.keepaliveSeconds,
      delivery: { inFlight: connection.inFlight, ready: connection.ready, unsentBytes: connection.unsentBytes },
    }),
    ...(session !== undefined && {
      session: {
        queuedMessages: session.queuedMessages,
        queuedBytes: session.queuedBytes,
        /** QoS 2 messages from the client that it has not released. */
        unreleasedMessages: session.received.size,
        limits: session.limits,
        expiresAt: expiry(session),
      },
    }),
    ...(will !== undefined && { will: { topic: will.topic, qos: will.qos, retain: will.retain, payloadBytes: will.payload.length } }),
  };
}

/**
 * Ends the client's connection without a word, as MQTT 3.1.1 has it: its will is published, its session stays.
 * @throws RequestError if there is none to end
 */
export function disconnectClient(broker: Broker, clientId: string): void {
  const { session } = known(broker, clientId);
  const connection = broker.clients.get(clientId);
  if (connection !== undefined) connection.close('admin');
  else if (session?.connection !== undefined) throw new RequestError(409, `the client is connected to the broker ${session.connection.broker}: ask that one`);
  else throw new RequestError(409, 'the client is not connected');
}

/**
 * Ends the client's persistent session with its subscriptions and its queue, and first the connection that has it.
 * @throws RequestError if there is none
 */
export async function deleteSession(broker: Broker, clientId: string): Promise<void> {
  if (known(broker, clientId).session === undefined) throw new RequestError(404, 'the client has no persistent session: clean session is 1');
  const { journal, options } = broker;
  broker.clients.get(clientId)?.close('admin');
  // The way in which a client ends its own session [MQTT-3.1.2-6].
  const connection = journal.connection();
  const time = Date.now();
  await journal.open({ kind: 'open', time, clientId, connection, clean: true, limits: options.session }, { superseded() {} });
  journal.close({ kind: 'close', time, clientId, connection, discardWill: true, sentUpTo: 0 });
}

export function known(broker: Broker, clientId: string): Client {
  const client = find(broker, clientId);
  if (client === undefined) throw new RequestError(404, `no client with the id ${JSON.stringify(clientId)} is connected or has a persistent session`);
  return client;
}

/** All client ids once; some may be of clients that are on their way in or out. */
export function* clientIds({ clients, options: { store } }: Broker): Generator<string> {
  yield* clients.keys();
  for (const clientId of store.sessions.keys()) if (!clients.has(clientId)) yield clientId;
}

/** Whether there is such a client, in the state that is asked for. */
function isIn(state: ClientState | undefined, client: Client | undefined): boolean {
  return client !== undefined && (state === undefined || isConnected(client) === (state === 'connected'));
}

function isConnected({ connection, session }: Client): boolean {
  return connection !== undefined || session!.connected;
}

function find(broker: Broker, clientId: string): Client | undefined {
  const connection = broker.clients.get(clientId)?.describe();
  const session = broker.options.store.session(clientId);
  return connection === undefined && session === undefined ? undefined : { clientId, connection, session };
}

function summary(client: Client): object {
  const { clientId, connection, session } = client;
  return {
    clientId,
    connected: isConnected(client),
    // The broker of a cluster that the client is connected to, if it is another one.
    ...(connection === undefined && session!.connection !== undefined && { broker: session!.connection.broker }),
    persistent: session !== undefined,
    subscriptions: (connection ?? session!).subscriptions.size,
    ...(session !== undefined && { queuedMessages: session.queuedMessages }),
    ...(connection === undefined
      ? !session!.connected && { disconnectedSince: new Date(session!.disconnectedAt).toISOString() }
      : {
          username: connection.identity.username ?? null,
          listener: connection.identity.listener,
          remoteAddress: connection.identity.remoteAddress,
          connectedSince: new Date(connection.connectedAt).toISOString(),
        }),
  };
}

/** Null: not while it is connected, or never. */
function expiry({ connected, disconnectedAt, limits }: Session): string | null {
  return connected || limits.expirySeconds === 0 ? null : new Date(disconnectedAt + limits.expirySeconds * 1000).toISOString();
}
