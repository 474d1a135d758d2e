export interface FrameHandler {
  /**
   * Takes one control packet: `start` is its first byte in `bytes`, `body` the first after the fixed header, `end` the first after the packet.
   * @returns false if it cannot be taken now: it comes again with `resume`, for which the reader has to be paused
   */
  packet(bytes: Buffer, start: number, body: number, end: number): boolean;
}

const MAX_LENGTH_BYTES = 4;
const MIN_SLICE = 4096;

export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * Cuts the stream of bytes of a connection into MQTT control packets, without copying those that arrive whole. A packet above the limit is refused by its header,
 * before anything of it is kept.
 */
export class FrameReader {
  /** The beginning of a packet, or what waits for `resume`; undefined while nothing does: a connection spends most of its time so. */
  #rest: Buffer | undefined;
  /** Bytes of `#rest` that are filled. */
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

  /** Bytes in memory of what cannot be handled yet. */
  get heldBytes(): number {
    return this.#rest?.length ?? 0;
  }

  /** @throws FrameError */
  push(chunk: Buffer): void {
    if (this.#restLength === 0 && !this.#paused) {
      this.#parse(chunk);
      return;
    }
    this.#append(chunk);
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
    const bytes = this.#rest!.subarray(0, this.#restLength);
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
      if (!this.handler.packet(bytes, at, body, end)) start = at;
    }
    if (start < bytes.length) this.#keep(bytes, start, 0);
  }

  /** Copies, so that a packet that comes byte by byte takes no more memory than its bytes. */
  #append(chunk: Buffer): void {
    const length = this.#restLength + chunk.length;
    const rest = this.#rest;
    if (rest === undefined || rest.length < length) {
      // Twice as much as before, so that all the copying together stays proportional to the length; never a whole packet on the word of its header.
      const larger = Buffer.allocUnsafeSlow(Math.max(length, Math.min(2 * this.#restLength, this.#needed)));
      if (rest !== undefined) rest.copy(larger, 0, 0, this.#restLength);
      this.#rest = larger;
    }
    chunk.copy(this.#rest!, this.#restLength);
    this.#restLength = length;
  }

  #keep(bytes: Buffer, start: number, needed: number): void {
    this.#needed = needed;
    const rest = bytes.subarray(start);
    // A slice keeps the whole chunk alive, so it has to be worth it.
    this.#rest = rest.length < MIN_SLICE ? Buffer.from(rest) : rest;
    this.#restLength = rest.length;
  }
}
