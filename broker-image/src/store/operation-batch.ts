import { ByteReader, ByteWriter } from './bytes.js';
import { Message } from './message.js';
import type { ConnectionId, GrantedSubscription, Operation } from './operations.js';
import type { BatchOrigin } from './state.js';
import type { Qos } from '../operations/observer.js';

/** First byte of a batch. Every other byte depends on it. */
const BATCH_VERSION = 1;

// What the first byte of an operation says. Numbers are never given again.
const OPEN = 1;
const CLOSE = 2;
const SUBSCRIBE = 3;
const UNSUBSCRIBE = 4;
const PUBLISH = 5;
const PUBLISH_RECEIVED = 6;
const ACKNOWLEDGE = 7;
const RECEIVE = 8;
const RELEASE = 9;
const RECOVER = 10;
const EXPEL = 11;
const EXPIRE = 12;
const ADOPT = 13;
const ACKNOWLEDGE_CLEAN = 14;
const QUEUE_RETAINED = 15;

const CLEAN = 0x01;
const WITH_WILL = 0x02;
/** Beside the QoS of a subscription. */
const RETAINED_LATER = 0x80;

/** A batch was written by a newer version of the broker. */
export class BatchVersionError extends Error {
  override readonly name = 'BatchVersionError';
}

/**
 * Operations of one run of one broker, as one entry of the replicated log. Times stand relative to the first one, connections without broker and incarnation, which are those
 * of the batch, and a client id is spelled out once.
 */
export class BatchWriter {
  readonly #bytes = new ByteWriter();
  readonly #clientIds = new Map<string, number>();
  readonly #time: number;
  #operations = 0;

  /** `time`: about that of the operations. */
  constructor({ broker, incarnation, batch }: BatchOrigin, time: number) {
    this.#time = time;
    this.#bytes.byte(BATCH_VERSION);
    this.#bytes.string(broker);
    this.#bytes.unsigned(incarnation);
    this.#bytes.unsigned(batch);
    this.#bytes.unsigned(time);
  }

  get length(): number {
    return this.#bytes.length;
  }

  get operations(): number {
    return this.#operations;
  }

  finish(): Buffer {
    return this.#bytes.finish();
  }

  /** Connections in the operation are those of the run that the batch belongs to. */
  add(operation: Operation): void {
    this.#operations++;
    switch (operation.kind) {
      case 'publish': return this.#publish(operation);
      case 'acknowledge':
        this.#begin(operation.connection === undefined ? ACKNOWLEDGE : ACKNOWLEDGE_CLEAN, operation);
        this.#clientId(operation.clientId);
        if (operation.connection !== undefined) this.#bytes.unsigned(operation.connection.number);
        return this.#bytes.unsigned(operation.sequence);
      case 'receive':
        this.#begin(RECEIVE, operation);
        this.#owner(operation);
        return this.#bytes.unsigned(operation.sequence);
      case 'release':
        this.#begin(RELEASE, operation);
        this.#owner(operation);
        return this.#bytes.unsigned(operation.packetId);
      case 'open': return this.#open(operation);
      case 'close':
        this.#begin(CLOSE, operation);
        this.#owner(operation);
        this.#bytes.byte(operation.discardWill ? 1 : 0);
        return this.#bytes.unsigned(operation.sentUpTo);
      case 'subscribe': return this.#subscribe(operation);
      case 'queue-retained':
        this.#begin(QUEUE_RETAINED, operation);
        this.#owner(operation);
        this.#bytes.string(operation.filter);
        this.#bytes.byte(operation.last ? 1 : 0);
        this.#bytes.unsigned(operation.topics.length);
        for (const topic of operation.topics) this.#bytes.string(topic);
        return;
      case 'unsubscribe':
        this.#begin(UNSUBSCRIBE, operation);
        this.#owner(operation);
        this.#bytes.unsigned(operation.filters.length);
        for (const filter of operation.filters) this.#bytes.string(filter);
        return;
      case 'recover':
      case 'expel':
        this.#begin(operation.kind === 'recover' ? RECOVER : EXPEL, operation);
        this.#bytes.string(operation.broker);
        return this.#bytes.unsigned(operation.incarnation);
      case 'adopt':
        this.#begin(ADOPT, operation);
        return this.#bytes.string(operation.content);
      case 'expire': return this.#begin(EXPIRE, operation);
    }
  }

  #begin(code: number, { time }: Operation): void {
    this.#bytes.byte(code);
    this.#bytes.signed(time - this.#time);
  }

  #clientId(clientId: string): void {
    const known = this.#clientIds.get(clientId);
    if (known !== undefined) return this.#bytes.unsigned(known);
    this.#clientIds.set(clientId, this.#clientIds.size + 1);
    this.#bytes.unsigned(0);
    this.#bytes.string(clientId);
  }

  #owner({ clientId, connection }: { readonly clientId: string; readonly connection: ConnectionId }): void {
    this.#clientId(clientId);
    this.#bytes.unsigned(connection.number);
  }

  #publish(operation: Extract<Operation, { kind: 'publish' }>): void {
    const { message, received } = operation;
    this.#begin(received === undefined ? PUBLISH : PUBLISH_RECEIVED, operation);
    if (received !== undefined) {
      this.#owner(received);
      this.#bytes.unsigned(received.packetId);
    }
    this.#bytes.block(message.bytes);
  }

  #open(operation: Extract<Operation, { kind: 'open' }>): void {
    const { clean, limits, will } = operation;
    this.#begin(OPEN, operation);
    this.#owner(operation);
    this.#bytes.byte((clean ? CLEAN : 0) | (will === undefined ? 0 : WITH_WILL));
    this.#bytes.unsigned(limits.expirySeconds);
    this.#bytes.unsigned(limits.maxQueuedMessages);
    this.#bytes.unsigned(limits.maxQueuedBytes);
    if (will !== undefined) this.#bytes.block(will.bytes);
  }

  #subscribe(operation: Extract<Operation, { kind: 'subscribe' }>): void {
    this.#begin(SUBSCRIBE, operation);
    this.#owner(operation);
    this.#bytes.unsigned(operation.subscriptions.length);
    for (const { filter, qos, retainedLater } of operation.subscriptions) {
      this.#bytes.byte(qos | (retainedLater === true ? RETAINED_LATER : 0));
      this.#bytes.string(filter);
    }
  }
}

export interface Batch extends BatchOrigin {
  readonly operations: readonly Operation[];
}

/**
 * @throws BatchVersionError if a newer broker wrote it
 * @throws RangeError if it is not a batch
 */
export function readBatch(data: Uint8Array): Batch {
  const bytes = new ByteReader(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  const version = bytes.byte();
  if (version > BATCH_VERSION) throw new BatchVersionError(`it has format version ${version}; this broker reads ${BATCH_VERSION}. Run the broker version that wrote it, or a newer one`);
  if (version !== BATCH_VERSION) throw new RangeError(`its first byte is ${version}`);
  const origin = { broker: bytes.string(), incarnation: bytes.unsigned(), batch: bytes.unsigned() };
  return { ...origin, operations: new BatchReader(bytes, origin).operations() };
}

class BatchReader {
  readonly #time: number;
  readonly #clientIds: string[] = [];

  constructor(
    readonly bytes: ByteReader,
    readonly origin: BatchOrigin,
  ) {
    this.#time = bytes.unsigned();
  }

  operations(): Operation[] {
    const operations: Operation[] = [];
    while (!this.bytes.atEnd) operations.push(this.#operation());
    return operations;
  }

  #operation(): Operation {
    const { bytes } = this;
    const code = bytes.byte();
    const time = this.#time + bytes.signed();
    switch (code) {
      case PUBLISH: return { kind: 'publish', time, message: this.#message() };
      case PUBLISH_RECEIVED: {
        const received = { ...this.#owner(), packetId: bytes.unsigned() };
        return { kind: 'publish', time, message: this.#message(), received };
      }
      case ACKNOWLEDGE: return { kind: 'acknowledge', time, clientId: this.#clientId(), sequence: bytes.unsigned() };
      case ACKNOWLEDGE_CLEAN: return { kind: 'acknowledge', time, ...this.#owner(), sequence: bytes.unsigned() };
      case RECEIVE: return { kind: 'receive', time, ...this.#owner(), sequence: bytes.unsigned() };
      case RELEASE: return { kind: 'release', time, ...this.#owner(), packetId: bytes.unsigned() };
      case OPEN: return this.#open(time);
      case CLOSE: return { kind: 'close', time, ...this.#owner(), discardWill: bytes.byte() === 1, sentUpTo: bytes.unsigned() };
      case SUBSCRIBE: return { kind: 'subscribe', time, ...this.#owner(), subscriptions: this.#several(() => this.#subscription()) };
      case QUEUE_RETAINED: return { kind: 'queue-retained', time, ...this.#owner(), filter: bytes.string(), last: bytes.byte() === 1, topics: this.#several(() => bytes.string()) };
      case UNSUBSCRIBE: return { kind: 'unsubscribe', time, ...this.#owner(), filters: this.#several(() => bytes.string()) };
      case RECOVER: return { kind: 'recover', time, broker: bytes.string(), incarnation: bytes.unsigned() };
      case EXPEL: return { kind: 'expel', time, broker: bytes.string(), incarnation: bytes.unsigned() };
      case ADOPT: return { kind: 'adopt', time, content: bytes.string() };
      case EXPIRE: return { kind: 'expire', time };
      default: throw new RangeError(`there is no operation ${code}`);
    }
  }

  #clientId(): string {
    const index = this.bytes.unsigned();
    if (index === 0) {
      const clientId = this.bytes.string();
      this.#clientIds.push(clientId);
      return clientId;
    }
    const clientId = this.#clientIds[index - 1];
    if (clientId === undefined) throw new RangeError(`there is no client id ${index}`);
    return clientId;
  }

  #owner(): { clientId: string; connection: ConnectionId } {
    const { broker, incarnation } = this.origin;
    return { clientId: this.#clientId(), connection: { broker, incarnation, number: this.bytes.unsigned() } };
  }

  /** A copy: a message that stays must not keep the whole batch in memory. */
  #message(): Message {
    return Message.decode(Buffer.from(this.bytes.block()));
  }

  #open(time: number): Operation {
    const { bytes } = this;
    const owner = this.#owner();
    const flags = bytes.byte();
    const limits = { expirySeconds: bytes.unsigned(), maxQueuedMessages: bytes.unsigned(), maxQueuedBytes: bytes.unsigned() };
    const open = { kind: 'open' as const, time, ...owner, clean: (flags & CLEAN) !== 0, limits };
    return flags & WITH_WILL ? { ...open, will: this.#message() } : open;
  }

  #subscription(): GrantedSubscription {
    const flags = this.bytes.byte();
    const qos = flags & ~RETAINED_LATER;
    if (qos > 2) throw new RangeError(`there is no QoS ${qos}`);
    const subscription = { qos: qos as Qos, filter: this.bytes.string() };
    return flags & RETAINED_LATER ? { ...subscription, retainedLater: true } : subscription;
  }

  #several<T>(read: () => T): T[] {
    const count = this.bytes.unsigned();
    const found: T[] = [];
    for (let i = 0; i < count; i++) found.push(read());
    return found;
  }
}
