import type { Qos } from '../operations/observer.js';

const PUBLISH = 0x30;
const RETAIN = 0x01;

/**
 * An application message, in the form of the PUBLISH packet that carries it [MQTT 3.1.1, 3.3], with packet id 0 and without DUP. One buffer serves the disk,
 * the queues, and the packets to all receivers, which differ in a few bytes only.
 */
export class Message {
  static create(topic: string, payload: Buffer, qos: Qos, retain: boolean): Message {
    const topicBytes = Buffer.from(topic);
    return build(topic, topicBytes, 0, topicBytes.length, payload, 0, payload.length, qos, retain);
  }

  /** From a PUBLISH packet. It is copied: a message must not keep the socket's read buffer alive. `topicEnd` counts from the start of the packet. */
  static fromPacket(topic: string, source: Buffer, start: number, end: number, topicEnd: number): Message {
    const bytes = Buffer.allocUnsafe(end - start);
    source.copy(bytes, 0, start, end);
    bytes[0]! &= 0xf7; // DUP
    if (bytes[0]! & 0x06) bytes[topicEnd] = bytes[topicEnd + 1] = 0;
    return new Message(topic, bytes, topicEnd);
  }

  /** @throws RangeError if the bytes are not a message */
  static decode(bytes: Buffer): Message {
    let at = 1;
    while (at < bytes.length && bytes[at++]! >= 0x80);
    const topicEnd = at + 2 <= bytes.length ? at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!) : Infinity;
    if ((bytes[0]! & 0xf0) !== PUBLISH || topicEnd + (bytes[0]! & 0x06 ? 2 : 0) > bytes.length) throw new RangeError('not a message');
    return new Message(bytes.toString('utf8', at + 2, topicEnd), bytes, topicEnd);
  }

  /** Bytes of topic and payload: what queue limits count. */
  readonly size: number;
  #variants: Message[] | undefined;

  constructor(
    readonly topic: string,
    /** Shared: never written to. */
    readonly bytes: Buffer,
    /** Where the packet id stands, or the payload if there is none. */
    readonly topicEnd: number,
  ) {
    const length = bytes.length - 1;
    const headerBytes = length <= 0x80 ? 2 : length <= 0x4001 ? 3 : length <= 0x200002 ? 4 : 5;
    this.size = bytes.length - headerBytes - 2 - (this.qos > 0 ? 2 : 0);
  }

  get qos(): Qos {
    return ((this.bytes[0]! >> 1) & 0x03) as Qos;
  }

  get retain(): boolean {
    return (this.bytes[0]! & RETAIN) !== 0;
  }

  get payload(): Buffer {
    return this.bytes.subarray(this.topicEnd + (this.qos > 0 ? 2 : 0));
  }

  /** Whether there is no payload. */
  get isEmpty(): boolean {
    return this.bytes.length === this.topicEnd + (this.qos > 0 ? 2 : 0);
  }

  /** The same message with another QoS or retain flag; itself where they do not differ. */
  with(qos: Qos, retain: boolean): Message {
    const flags = (qos << 1) | (retain ? RETAIN : 0);
    if (flags === (this.bytes[0]! & 0x07)) return this;
    // A fan-out asks for the same few variants again and again.
    this.#variants ??= [];
    return (this.#variants[flags] ??= this.#variant(flags, qos, retain));
  }

  #variant(flags: number, qos: Qos, retain: boolean): Message {
    if (qos > 0 === this.qos > 0) {
      const bytes = Buffer.from(this.bytes);
      bytes[0] = PUBLISH | flags;
      return new Message(this.topic, bytes, this.topicEnd);
    }
    const topicStart = this.topicEnd - Buffer.byteLength(this.topic);
    return build(this.topic, this.bytes, topicStart, this.topicEnd, this.bytes, this.topicEnd + (this.qos > 0 ? 2 : 0), this.bytes.length, qos, retain);
  }
}

function build(topic: string, topicSource: Buffer, topicStart: number, topicEnd: number, payloadSource: Buffer, payloadStart: number, payloadEnd: number, qos: Qos, retain: boolean): Message {
  const topicLength = topicEnd - topicStart;
  let remaining = 2 + topicLength + (qos > 0 ? 2 : 0) + payloadEnd - payloadStart;
  const lengthBytes = remaining < 0x80 ? 1 : remaining < 0x4000 ? 2 : remaining < 0x200000 ? 3 : 4;
  const bytes = Buffer.allocUnsafe(1 + lengthBytes + remaining);
  let at = 0;
  bytes[at++] = PUBLISH | (qos << 1) | (retain ? RETAIN : 0);
  for (let i = 1; i < lengthBytes; i++) {
    bytes[at++] = (remaining & 0x7f) | 0x80;
    remaining >>>= 7;
  }
  bytes[at++] = remaining;
  bytes[at++] = topicLength >>> 8;
  bytes[at++] = topicLength & 0xff;
  at += topicSource.copy(bytes, at, topicStart, topicEnd);
  const end = at;
  if (qos > 0) {
    bytes[at++] = 0;
    bytes[at++] = 0;
  }
  payloadSource.copy(bytes, at, payloadStart, payloadEnd);
  return new Message(topic, bytes, end);
}
