/** So little of a connection is not worth counting: with all of them it stays small, and nobody is turned away for the sake of what others sent. */
const FREE_BYTES = 4096;

/**
 * What connections may hold together before their clients are connected. One CONNECT may be 320 KiB large, and whoever sends all of it but the last byte needs no password; thousands of them would be gigabytes. A CONNECT that comes in one piece,
 * as most do, is not held at all.
 */
export class HandshakeMemory {
  #held = 0;

  constructor(readonly maxBytes = 64 * 1024 * 1024) {}

  get held(): number {
    return this.#held;
  }

  /**
   * A connection holds so many bytes instead of so many before.
   * @returns false if that is too much; the connection has to end, and then holds 0
   */
  change(before: number, after: number): boolean {
    this.#held += counted(after) - counted(before);
    return counted(after) <= counted(before) || this.#held <= this.maxBytes;
  }
}

function counted(bytes: number): number {
  return bytes <= FREE_BYTES ? 0 : bytes;
}
