import { Message } from './message.js';
import { QueueEntry, type Queue, type SharedOrigin } from './queue.js';
import type { Session, Subscription } from './session.js';
import type { ConnectionId, SessionLimits } from './operations.js';
import type { Qos } from '../operations/observer.js';

/** Layout of the database: one ordered table; the first byte of a key tells what the record is. All numbers are big-endian, so that the order of keys is the order of numbers. */
export const FORMAT_VERSION = 4;
/**
 * Opening a store of this version or a later one makes it one of `FORMAT_VERSION`. Version 1 has no clean clients, and its connections have no names; version 2 has no shared subscriptions;
 * version 3 no subscriptions whose retained messages are still due.
 */
export const READABLE_VERSION = 1;
/** Snapshots began with version 2. */
export const READABLE_SNAPSHOT_VERSION = 2;

export const isReadable = (version: number): boolean => version >= READABLE_VERSION && version <= FORMAT_VERSION;

const META = 0x00;
const SESSION = 0x01;
const SUBSCRIPTION = 0x02;
const RETAINED = 0x03;
const WILL = 0x04;
/** Of one session: its progress, its queue, the packet ids it received, where queued messages came from; side by side, so that a commit touches few pages. */
const QUEUE = 0x05;
/** A session or shared subscription that ended while its queue still has to be removed. */
const ENDED = 0x06;
/** A client that is connected with a clean session: nothing of it outlives the connection. */
const CLEAN_CLIENT = 0x07;
/** The run of a broker that counts. */
const BROKER = 0x08;
/** A shared subscription; its queue is kept like those of sessions. */
const SHARED = 0x09;

const PROGRESS = 0x00;
const ENTRY = 0x01;
const RECEIVED = 0x02;
/** The shared subscription that an entry of the queue came through. */
const ORIGIN = 0x03;

export const ENTRY_KEY_LENGTH = 14;

function numberKey(kind: number, number: number): Buffer {
  const key = Buffer.allocUnsafe(7);
  key[0] = kind;
  key.writeUIntBE(number, 1, 6);
  return key;
}

/** Every record of one kind: from the key itself up to the next kind. */
function range(kind: number): { start: Buffer; end: Buffer } {
  return { start: Buffer.of(kind), end: Buffer.of(kind + 1) };
}

function queueRange(session: number): { start: Buffer; end: Buffer } {
  return { start: numberKey(QUEUE, session), end: numberKey(QUEUE, session + 1) };
}

export const keys = {
  format: Buffer.of(META, 0),
  counters: Buffer.of(META, 1),
  applied: Buffer.of(META, 2),
  cluster: Buffer.of(META, 3),
  content: Buffer.of(META, 4),
  session: (session: number) => numberKey(SESSION, session),
  subscription(session: number, number: number): Buffer {
    const key = Buffer.allocUnsafe(11);
    key[0] = SUBSCRIPTION;
    key.writeUIntBE(session, 1, 6);
    key.writeUInt32BE(number, 7);
    return key;
  },
  retained: (number: number) => numberKey(RETAINED, number),
  will: (number: number) => numberKey(WILL, number),
  ended: (session: number) => numberKey(ENDED, session),
  cleanClient: (number: number) => numberKey(CLEAN_CLIENT, number),
  shared: (queue: number) => numberKey(SHARED, queue),
  broker: (name: string) => Buffer.concat([Buffer.of(BROKER), Buffer.from(name)]),
  progress(session: number): Buffer {
    const key = Buffer.allocUnsafe(8);
    key[0] = QUEUE;
    key.writeUIntBE(session, 1, 6);
    key[7] = PROGRESS;
    return key;
  },
  received(session: number, packetId: number): Buffer {
    const key = Buffer.allocUnsafe(10);
    key[0] = QUEUE;
    key.writeUIntBE(session, 1, 6);
    key[7] = RECEIVED;
    key.writeUInt16BE(packetId, 8);
    return key;
  },
  entry(session: number, sequence: number): Buffer {
    const key = Buffer.allocUnsafe(ENTRY_KEY_LENGTH);
    writeEntryKey(key, 0, session, sequence);
    return key;
  },
  origin({ queue, sequence }: QueueEntry): Buffer {
    const key = keys.entry(queue.number, sequence);
    key[7] = ORIGIN;
    return key;
  },
};

export const ranges = {
  everything: { start: Buffer.of(META), end: Buffer.of(0xff) },
  sessions: range(SESSION),
  subscriptions: range(SUBSCRIPTION),
  retained: range(RETAINED),
  wills: range(WILL),
  ended: range(ENDED),
  cleanClients: range(CLEAN_CLIENT),
  brokers: range(BROKER),
  shared: range(SHARED),
  queue: queueRange,
  received(session: number) {
    const end = keys.progress(session);
    end[7] = RECEIVED + 1;
    const start = keys.progress(session);
    start[7] = RECEIVED;
    return { start, end };
  },
  origins(session: number) {
    const end = keys.progress(session);
    end[7] = ORIGIN + 1;
    const start = keys.progress(session);
    start[7] = ORIGIN;
    return { start, end };
  },
  entries(session: number, from: number) {
    const end = keys.progress(session);
    end[7] = ENTRY + 1;
    return { start: keys.entry(session, from), end };
  },
};

/** Numbers have six bytes in keys: 2^48 messages a session. */
export function writeEntryKey(target: Uint8Array, at: number, session: number, sequence: number): void {
  target[at] = QUEUE;
  writeUint48(target, at + 1, session);
  target[at + 7] = ENTRY;
  writeUint48(target, at + 8, sequence);
}

function writeUint48(target: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000);
  const low = value >>> 0;
  target[at] = high >>> 8;
  target[at + 1] = high & 0xff;
  target[at + 2] = low >>> 24;
  target[at + 3] = (low >>> 16) & 0xff;
  target[at + 4] = (low >>> 8) & 0xff;
  target[at + 5] = low & 0xff;
}

export const keyNumber = (key: Buffer): number => key.readUIntBE(1, 6);
export const entrySequence = (key: Buffer): number => key.readUIntBE(8, 6);
export const receivedPacketId = (key: Buffer): number => key.readUInt16BE(8);

/** Counters that never go back. */
export interface Counters {
  nextSession: number;
  nextRetained: number;
  nextWill: number;
  nextCleanClient: number;
}

/** The run of a broker that counts. */
export interface BrokerRun {
  readonly incarnation: number;
  /** Number of its last batch in the replicated log. */
  batch: number;
  /** Found gone by another broker: nothing it does counts until it recovers under a new incarnation. */
  readonly expelled: boolean;
}

const PROGRESS_LENGTH = 24;
/** Beside the QoS of a subscription. */
const RETAINED_DUE = 0x80;

export const records = {
  format: () => Buffer.from(JSON.stringify({ name: 'mqtt-broker-store', version: FORMAT_VERSION })),

  counters(counters: Counters): Buffer {
    const bytes = Buffer.allocUnsafe(24);
    bytes.writeUIntBE(counters.nextSession, 0, 6);
    bytes.writeUIntBE(counters.nextRetained, 6, 6);
    bytes.writeUIntBE(counters.nextWill, 12, 6);
    bytes.writeUIntBE(counters.nextCleanClient, 18, 6);
    return bytes;
  },

  session(session: Session): Buffer {
    const { clientId, connection, disconnectedAt, limits } = session;
    return Buffer.from(
      JSON.stringify([clientId, connection === undefined ? 0 : connectionFields(connection), disconnectedAt, limits.expirySeconds, limits.maxQueuedMessages, limits.maxQueuedBytes]),
    );
  },

  subscription: (filter: string, { qos, retainedDue }: Subscription): Buffer => Buffer.concat([Buffer.of(qos | (retainedDue ? RETAINED_DUE : 0)), Buffer.from(filter)]),

  /** The owner's client id before the message. */
  will(clientId: string, message: Message): Buffer {
    const id = Buffer.from(clientId);
    const length = Buffer.allocUnsafe(2);
    length.writeUInt16BE(id.length);
    return Buffer.concat([length, id, message.bytes]);
  },

  shared: (filter: string, limits: SessionLimits): Buffer => Buffer.from(JSON.stringify([filter, limits.maxQueuedMessages, limits.maxQueuedBytes])),

  origin({ queue, sequence, qos }: SharedOrigin): Buffer {
    const bytes = Buffer.allocUnsafe(13);
    bytes.writeUIntBE(queue, 0, 6);
    bytes.writeUIntBE(sequence, 6, 6);
    bytes[12] = qos;
    return bytes;
  },

  progress(queue: Queue): Buffer {
    const bytes = Buffer.allocUnsafe(PROGRESS_LENGTH);
    bytes.writeUIntBE(queue.nextSequence, 0, 6);
    bytes.writeUIntBE(queue.queuedMessages, 6, 6);
    bytes.writeUIntBE(queue.queuedBytes, 12, 6);
    bytes.writeUIntBE(queue.mark, 18, 6);
    return bytes;
  },

  /** A released entry holds nothing but the size that it still counts for. */
  entry: (entry: QueueEntry): Buffer => entry.message?.bytes ?? RELEASED,

  received: Buffer.of(1),
  ended: Buffer.of(1),

  /** `session`: undefined for a client that takes part in no shared subscription. */
  cleanClient: (clientId: string, connection: ConnectionId, limits: SessionLimits, session: number | undefined): Buffer =>
    Buffer.from(JSON.stringify([clientId, connectionFields(connection), limits.maxQueuedMessages, limits.maxQueuedBytes, ...(session === undefined ? [] : [session])])),

  broker({ incarnation, batch, expelled }: BrokerRun): Buffer {
    const bytes = Buffer.allocUnsafe(13);
    bytes.writeUIntBE(incarnation, 0, 6);
    bytes.writeUIntBE(batch, 6, 6);
    bytes[12] = expelled ? 1 : 0;
    return bytes;
  },

  applied(sequence: number): Buffer {
    const bytes = Buffer.allocUnsafe(6);
    bytes.writeUIntBE(sequence, 0, 6);
    return bytes;
  },
};

type ConnectionFields = readonly [broker: string, incarnation: number, number: number];

const connectionFields = ({ broker, incarnation, number }: ConnectionId): ConnectionFields => [broker, incarnation, number];

function connectionOf(fields: ConnectionFields | 0 | 1): ConnectionId | undefined {
  // Version 1 only says whether there is one.
  if (fields === 1) return { broker: '', incarnation: 1, number: 0 };
  if (fields === 0) return undefined;
  const [broker, incarnation, number] = fields;
  if (typeof broker !== 'string' || !Number.isInteger(incarnation) || !Number.isInteger(number)) throw new RangeError('not a connection');
  return { broker, incarnation, number };
}

const RELEASED = Buffer.of(0xff);

export const decode = {
  counters: (bytes: Buffer): Counters => ({
    nextSession: bytes.readUIntBE(0, 6),
    nextRetained: bytes.readUIntBE(6, 6),
    nextWill: bytes.readUIntBE(12, 6),
    // Version 1 does not know clean clients.
    nextCleanClient: bytes.length === 18 ? 1 : bytes.readUIntBE(18, 6),
  }),

  session(bytes: Buffer) {
    const [clientId, connection, disconnectedAt, expirySeconds, maxQueuedMessages, maxQueuedBytes] = JSON.parse(bytes.toString()) as [
      string, ConnectionFields | 0 | 1, number, number, number, number,
    ];
    if (typeof clientId !== 'string') throw new RangeError('not a session record');
    return { clientId, connection: connectionOf(connection), disconnectedAt, limits: { expirySeconds, maxQueuedMessages, maxQueuedBytes } };
  },

  subscription(key: Buffer, bytes: Buffer) {
    const qos = bytes.length < 2 ? 3 : bytes[0]! & ~RETAINED_DUE;
    if (qos > 2) throw new RangeError('not a subscription record');
    return { session: keyNumber(key), filter: bytes.toString('utf8', 1), subscription: { qos: qos as Qos, number: key.readUInt32BE(7), retainedDue: (bytes[0]! & RETAINED_DUE) !== 0 } };
  },

  will(bytes: Buffer) {
    const length = bytes.readUInt16BE(0);
    return { clientId: bytes.toString('utf8', 2, 2 + length), message: Message.decode(bytes.subarray(2 + length)) };
  },

  cleanClient(bytes: Buffer) {
    // Version 2 has no limits: there were no shared subscriptions that they could have been for.
    const [clientId, fields, maxQueuedMessages = 0, maxQueuedBytes = 0, session] = JSON.parse(bytes.toString()) as [string, ConnectionFields, number?, number?, number?];
    const connection = connectionOf(fields);
    if (typeof clientId !== 'string' || connection === undefined) throw new RangeError('not a clean client record');
    return { clientId, connection, limits: { expirySeconds: 0, maxQueuedMessages, maxQueuedBytes }, session };
  },

  shared(bytes: Buffer) {
    const [filter, maxQueuedMessages, maxQueuedBytes] = JSON.parse(bytes.toString()) as [string, number, number];
    if (typeof filter !== 'string') throw new RangeError('not a shared subscription record');
    return { filter, limits: { expirySeconds: 0, maxQueuedMessages, maxQueuedBytes } };
  },

  origin: (key: Buffer, bytes: Buffer): [number, SharedOrigin] => [entrySequence(key), { queue: bytes.readUIntBE(0, 6), sequence: bytes.readUIntBE(6, 6), qos: bytes.readUInt8(12) as Qos }],

  broker: (key: Buffer, bytes: Buffer): [string, BrokerRun] => [key.toString('utf8', 1), { incarnation: bytes.readUIntBE(0, 6), batch: bytes.readUIntBE(6, 6), expelled: bytes.readUInt8(12) === 1 }],

  applied: (bytes: Buffer): number => bytes.readUIntBE(0, 6),

  progress(queue: Queue, bytes: Buffer): void {
    queue.nextSequence = bytes.readUIntBE(0, 6);
    queue.queuedMessages = bytes.readUIntBE(6, 6);
    queue.queuedBytes = bytes.readUIntBE(12, 6);
    queue.mark = bytes.readUIntBE(18, 6);
  },

  entry(queue: Queue, sequence: number, bytes: Buffer): QueueEntry {
    const released = bytes.length === 1 && bytes[0] === RELEASED[0];
    const entry = new QueueEntry(queue, sequence, released ? undefined : Message.decode(bytes), 0, queue.origin(sequence));
    entry.released = released;
    entry.stored = true;
    return entry;
  },
};
