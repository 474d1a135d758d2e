import type { Database } from './database.js';
import { StoreOpenError } from './errors.js';
import { Message } from './message.js';
import type { Queue } from './queue.js';
import { decode, keyNumber, keys, ranges, receivedPacketId } from './records.js';
import { RetainedMessage } from './retained-message.js';
import { Session, SharedMembership } from './session.js';
import { sharedTopicFilter } from './shared-filter.js';
import type { CleanClient, State } from './state.js';

/** Brings everything but the queues' contents into memory. */
export function loadState(database: Database, state: State): void {
  const byNumber = new Map<number, Session>();

  read(database, 'counters', keys.counters, () => {
    const bytes = database.get(keys.counters);
    if (bytes !== undefined) Object.assign(state.counters, decode.counters(bytes));
  });

  read(database, 'position in the log', keys.applied, () => {
    const bytes = database.get(keys.applied);
    if (bytes !== undefined) state.applied = decode.applied(bytes);
  });

  state.cluster = database.get(keys.cluster)?.toString();
  state.content = database.get(keys.content)?.toString();

  each(database, 'session', ranges.sessions, (key, value) => {
    const { clientId, connection, disconnectedAt, limits } = decode.session(value);
    const session = new Session(keyNumber(key), clientId, limits);
    session.connection = connection;
    session.disconnectedAt = disconnectedAt;
    state.sessions.set(clientId, session);
    byNumber.set(session.number, session);
    if (session.connected) state.connectedSessions++;
  });

  each(database, 'clean client', ranges.cleanClients, (key, value) => {
    const { clientId, connection, limits, session: number } = decode.cleanClient(value);
    const client: CleanClient = { number: keyNumber(key), connection, limits };
    state.cleanClients.set(clientId, client);
    if (number === undefined) return;
    client.session = new Session(number, clientId, limits);
    client.session.connection = connection;
    byNumber.set(number, client.session);
  });

  each(database, 'shared subscription', ranges.shared, (key, value) => {
    const { filter, limits } = decode.shared(value);
    loadProgress(database, state, state.shared.load(keyNumber(key), filter, limits));
  });

  for (const session of byNumber.values()) {
    loadProgress(database, state, session);
    each(database, 'received packet', ranges.received(session.number), (received) => session.received.add(receivedPacketId(received)));
    if (session.queuedMessages === 0) continue;
    each(database, 'origin', ranges.origins(session.number), (key, value) => {
      const [sequence, origin] = decode.origin(key, value);
      (session.membership ??= new SharedMembership()).origins.set(sequence, origin);
    });
  }

  each(database, 'subscription', ranges.subscriptions, (key, value) => {
    const { session: number, filter, subscription } = decode.subscription(key, value);
    const { qos } = subscription;
    const session = byNumber.get(number);
    if (session === undefined) throw new RangeError(`session ${number} does not exist`);
    session.subscriptions.set(filter, subscription);
    session.nextSubscription = Math.max(session.nextSubscription, subscription.number + 1);
    if (sharedTopicFilter(filter) !== undefined) state.shared.loadMember(session, filter, qos);
    else if (qos > 0) state.subscriptions.add(filter, session, qos);
  });

  each(database, 'retained message', ranges.retained, (key, value) => {
    const message = Message.decode(value);
    state.addRetained(message.topic, new RetainedMessage(keyNumber(key), message));
  });

  each(database, 'will', ranges.wills, (key, value) => {
    const will = decode.will(value);
    state.wills.set(will.clientId, { number: keyNumber(key), ...will });
  });

  each(database, 'broker', ranges.brokers, (key, value) => {
    const [name, run] = decode.broker(key, value);
    state.brokers.set(name, run);
  });

  each(database, 'ended session', ranges.ended, (key) => state.queues.ended.add(keyNumber(key)));
}

function loadProgress(database: Database, state: State, queue: Queue): void {
  const key = keys.progress(queue.number);
  read(database, 'progress', key, () => {
    const bytes = database.get(key);
    if (bytes === undefined) throw new RangeError('it is missing');
    decode.progress(queue, bytes);
  });
  state.queues.messages += queue.queuedMessages;
  state.queues.bytes += queue.queuedBytes;
}

function each(database: Database, what: string, range: { start: Buffer; end: Buffer }, visit: (key: Buffer, value: Buffer) => void): void {
  for (const { key, value } of database.range(range)) read(database, what, key, () => visit(key, value));
}

function read(database: Database, what: string, key: Buffer, action: () => void): void {
  try {
    action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreOpenError(`The store in ${database.directory} is damaged: its ${what} record ${key.toString('hex')} cannot be read (${reason}). It was left as it is. Restore it from a backup, or name an empty folder in store.directory.`, { cause: error });
  }
}
