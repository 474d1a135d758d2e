import type { Qos } from '../operations/observer.js';

const QOS_MASK = 0x03;
const RETAIN = 0x04;

/**
 * An application message in the form in which it is stored: one flags byte, the topic as MQTT writes it on the wire (two bytes of
 * length, then UTF-8), then the payload. One buffer serves the disk, the queue and the PUBLISH packets of all receivers.
 */
export class Message {
  static create(topic: string, payload: Buffer, qos: Qos, retain: boolean): Message {
    const topicBytes = Buffer.from(topic);
    const bytes = Buffer.allocUnsafe(3 + topicBytes.length + payload.length);
    bytes[0] = qos | (retain ? RETAIN : 0);
    bytes[1] = topicBytes.length >>> 8;
    bytes[2] = topicBytes.length & 0xff;
    bytes.set(topicBytes, 3);
    bytes.set(payload, 3 + topicBytes.length);
    return new Message(topic, bytes, 3 + topicBytes.length);
  }

  /** From a PUBLISH packet: the topic with its length from `topicStart` on, the payload up to `end`. Copies, so that a message never keeps the socket's read buffer alive. */
  static fromPacket(topic: string, packet: Buffer, topicStart: number, topicEnd: number, payloadStart: number, end: number, qos: Qos, retain: boolean): Message {
    const topicLength = topicEnd - topicStart;
    const bytes = Buffer.allocUnsafe(1 + topicLength + end - payloadStart);
    bytes[0] = qos | (retain ? RETAIN : 0);
    packet.copy(bytes, 1, topicStart, topicEnd);
    packet.copy(bytes, 1 + topicLength, payloadStart, end);
    return new Message(topic, bytes, 1 + topicLength);
  }

  /** @throws RangeError if the bytes are not a message */
  static decode(bytes: Buffer): Message {
    const topicEnd = bytes.length < 3 ? Infinity : 3 + ((bytes[1]! << 8) | bytes[2]!);
    if (topicEnd > bytes.length || (bytes[0]! & QOS_MASK) > 2) throw new RangeError('not a message record');
    return new Message(bytes.toString('utf8', 3, topicEnd), bytes, topicEnd);
  }

  private constructor(
    readonly topic: string,
    /** Shared: never written to. */
    readonly bytes: Buffer,
    /** Where the topic ends and the payload begins in `bytes`. */
    readonly payloadStart: number,
  ) {}

  get qos(): Qos {
    return (this.bytes[0]! & QOS_MASK) as Qos;
  }

  get retain(): boolean {
    return (this.bytes[0]! & RETAIN) !== 0;
  }

  get payload(): Buffer {
    return this.bytes.subarray(this.payloadStart);
  }

  get isEmpty(): boolean {
    return this.payloadStart === this.bytes.length;
  }

  /** Bytes of topic and payload: what queue limits count. */
  get size(): number {
    return this.bytes.length - 3;
  }

  /** The same message under other flags; itself where they do not differ. */
  with(qos: Qos, retain: boolean): Message {
    const flags = qos | (retain ? RETAIN : 0);
    if (flags === this.bytes[0]) return this;
    const bytes = Buffer.allocUnsafe(this.bytes.length);
    bytes.set(this.bytes);
    bytes[0] = flags;
    return new Message(this.topic, bytes, this.payloadStart);
  }
}
