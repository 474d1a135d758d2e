export interface FrameHandler {
  /** Takes one control packet: `start` is its first byte in `bytes`, `body` the first after the fixed header, `end` the first after the packet. */
  packet(bytes: Buffer, start: number, body: number, end: number): void;
}

const MAX_LENGTH_BYTES = 4;

export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Cuts the stream of bytes of a connection into MQTT control packets, without copying those that arrive whole. A packet above the limit is refused by its header,
 * before anything of it is kept.
 */
export class FrameReader {
  /** Undefined while nothing is kept: a connection spends most of its time so. */
  #rest: Buffer[] | undefined;
  #restLength = 0;
  /** Bytes that the packet in `#rest` needs before it can be handled; 0 while its header is incomplete. */
  #needed = 0;
  #paused = false;

  constructor(
    readonly handler: FrameHandler,
    public maxBytes: number,
  ) {}

  /** Whether part of a packet has arrived. */
  get partial(): boolean {
    return this.#restLength > 0;
  }

  /** @throws FrameError */
  push(chunk: Buffer): void {
    if (this.#restLength === 0 && !this.#paused) {
      this.#parse(chunk);
      return;
    }
    (this.#rest ??= []).push(chunk);
    this.#restLength += chunk.length;
    if (!this.#paused && this.#restLength >= this.#needed) this.#parseRest();
  }

  /** Packets wait until `resume`; the bytes that have come are kept. */
  pause(): void {
    this.#paused = true;
  }

  /** @throws FrameError */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#restLength > 0) this.#parseRest();
  }

  #parseRest(): void {
    const rest = this.#rest!;
    const bytes = rest.length === 1 ? rest[0]! : Buffer.concat(rest, this.#restLength);
    this.#rest = undefined;
    this.#restLength = 0;
    this.#needed = 0;
    this.#parse(bytes);
  }

  #parse(bytes: Buffer): void {
    let start = 0;
    while (start < bytes.length && !this.#paused) {
      let body = start + 1;
      let length = 0;
      for (let shift = 0; ; shift += 7) {
        if (body >= bytes.length) return this.#keep(bytes, start, 0);
        const byte = bytes[body++]!;
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
        if (body - start > MAX_LENGTH_BYTES) throw new FrameError('the remaining length of a packet has more than four bytes');
      }
      const end = body + length;
      if (end - start > this.maxBytes) throw new FrameError(`a packet of ${end - start} bytes; at most ${this.maxBytes} are allowed`);
      if (end > bytes.length) return this.#keep(bytes, start, end - start);
      const at = start;
      start = end;
      this.handler.packet(bytes, at, body, end);
    }
    if (start < bytes.length) this.#keep(bytes, start, 0);
  }

  #keep(bytes: Buffer, start: number, needed: number): void {
    // A copy, unless the rest is large: a slice would keep the whole chunk alive.
    const rest = bytes.subarray(start);
    this.#rest = [rest.length < 4096 ? Buffer.from(rest) : rest];
    this.#restLength = rest.length;
    this.#needed = needed;
  }
}
