import type { Duplex } from 'node:stream';
import { PacketType } from './packets.js';
import { LARGEST_KEPT, returnBuffer, takeBuffer } from './write-buffers.js';
import type { Message } from '../store/index.js';

const flushing: PacketWriter[] = [];

function flushAll(): void {
  // What is written meanwhile belongs to the next turn.
  for (const writer of flushing.splice(0)) writer.flush();
}

/** Gathers the packets that one turn of the event loop has for a connection, and hands them to its stream in one write. */
export class PacketWriter {
  #chunk: Buffer | undefined;
  #length = 0;
  #scheduled = false;
  #handedOver = 0;
  /** Whether the stream had not taken everything when it was last written to. A fan-out to thousands of clients spends its time on the memory that it touches: as a rule, this spares it the streams. */
  #behind = false;
  #overflowed = false;
  /** Told of every write that the client's connection took, where the stream would not say that there is room again. */
  readonly #written: (() => void) | undefined;

  /**
   * `overflowed` is called, once, when more than `maxBytes` would wait for the client: what came then was not taken, so nothing more can be sent.
   * `relieved` is called when the client keeps up again, and at other times as well.
   */
  constructor(
    readonly stream: Duplex,
    readonly maxBytes: number,
    readonly overflowed: () => void,
    relieved: () => void,
  ) {
    stream.on('drain', relieved);
    // A stream says `drain` only after a write that reached its own mark, 64 KiB with Node.js 24. Below that the client would be taken for congested for ever.
    if (maxBytes / 2 < stream.writableHighWaterMark) {
      this.#written = () => {
        if (!this.congested) relieved();
      };
    }
  }

  /**
   * The client does not keep up: QoS 0 is dropped, QoS 1 and 2 stay in their queue, and the client itself is no longer read.
   * The other half is room for what is on its way all the same.
   */
  get congested(): boolean {
    return this.waiting > this.maxBytes / 2;
  }

  /** Whether nothing was ever sent. */
  get unused(): boolean {
    return this.#handedOver === 0 && this.#length === 0;
  }

  /** Bytes that the client's connection has not taken yet. */
  get waiting(): number {
    return this.#behind ? this.stream.writableLength + this.#length : this.#length;
  }

  /** Bytes that left for the client so far. */
  get sent(): number {
    return this.#behind ? this.#handedOver - this.stream.writableLength : this.#handedOver;
  }

  publish(message: Message, duplicate: boolean, packetId: number): void {
    const { bytes } = message;
    const chunk = this.#reserve(bytes.length);
    if (chunk === undefined) return;
    const at = this.#length;
    chunk.set(bytes, at);
    if (packetId > 0) {
      const idAt = at + message.topicEnd;
      chunk[idAt] = packetId >>> 8;
      chunk[idAt + 1] = packetId & 0xff;
      if (duplicate) chunk[at]! |= 0x08;
    }
    this.#length = at + bytes.length;
  }

  /** A packet that is complete already. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    const chunk = this.#reserve(end - start);
    if (chunk === undefined) return;
    chunk.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK. */
  acknowledge(type: number, packetId: number): void {
    const chunk = this.#reserve(4);
    if (chunk === undefined) return;
    const at = this.#length;
    chunk[at] = type === PacketType.pubrel ? (type << 4) | 0x02 : type << 4;
    chunk[at + 1] = 2;
    chunk[at + 2] = packetId >>> 8;
    chunk[at + 3] = packetId & 0xff;
    this.#length = at + 4;
  }

  flush(): void {
    this.#scheduled = false;
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    const { stream } = this;
    const length = this.#length;
    this.#chunk = undefined;
    this.#length = 0;
    if (stream.destroyed || stream.writableEnded) return;
    this.#handedOver += length;
    if (this.#written === undefined) stream.write(chunk.subarray(0, length));
    else stream.write(chunk.subarray(0, length), this.#written);
    this.#behind = stream.writableLength > 0;
    // Written through to the kernel: nobody refers to the chunk any more.
    if (!this.#behind) returnBuffer(chunk);
  }

  #reserve(bytes: number): Buffer | undefined {
    if (this.#overflowed || this.waiting + bytes > this.maxBytes) return this.#overflow();
    let chunk = this.#chunk;
    if (chunk === undefined) this.#chunk = chunk = takeBuffer(bytes);
    else if (this.#length + bytes > chunk.length) this.#chunk = chunk = this.#enlarge(chunk, bytes);
    if (!this.#scheduled) {
      this.#scheduled = true;
      if (flushing.push(this) === 1) setImmediate(flushAll);
    }
    return chunk;
  }

  /** Into the next larger buffer as long as there is one; then what is there leaves. */
  #enlarge(chunk: Buffer, bytes: number): Buffer {
    const needed = this.#length + bytes;
    if (needed > LARGEST_KEPT) {
      this.flush();
      return takeBuffer(bytes);
    }
    const larger = takeBuffer(needed);
    larger.set(chunk.subarray(0, this.#length));
    returnBuffer(chunk);
    return larger;
  }

  /** Later: whoever is sending now sends to others too. */
  #overflow(): undefined {
    if (this.#overflowed) return;
    this.#overflowed = true;
    setImmediate(this.overflowed);
  }
}
