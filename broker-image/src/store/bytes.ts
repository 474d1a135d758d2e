const MIN_CAPACITY = 4096;

/** Gathers numbers and strings of a binary format in a buffer that grows. Integers take one byte for each seven bits, the lowest first. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(MIN_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  unsigned(value: number): void {
    this.#reserve(8);
    while (value >= 0x80) {
      this.#bytes[this.#length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.#bytes[this.#length++] = value;
  }

  /** A whole number around 0. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -value * 2 - 1 : value * 2);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value);
    this.unsigned(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  /** With its length. */
  block(bytes: Uint8Array): void {
    this.unsigned(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written; the writer must not be used any more. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads what a ByteWriter wrote. Every method throws a RangeError where that cannot be. */
export class ByteReader {
  #at = 0;

  constructor(readonly bytes: Buffer) {}

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  byte(): number {
    if (this.atEnd) throw new RangeError('it ends too early');
    return this.bytes[this.#at++]!;
  }

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const next = this.byte();
      value += (next & 0x7f) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number is too large');
      if (next < 0x80) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  string(): string {
    const length = this.unsigned();
    const end = this.#advance(length);
    return this.bytes.toString('utf8', end - length, end);
  }

  /** Shares its memory with what is read. */
  block(): Buffer {
    const length = this.unsigned();
    const end = this.#advance(length);
    return this.bytes.subarray(end - length, end);
  }

  #advance(length: number): number {
    if (length > this.bytes.length - this.#at) throw new RangeError('it ends too early');
    return (this.#at += length);
  }
}
