import type { Duplex } from 'node:stream';

/** Why a client is not read for a while: what it asks for must not pile up. One bit each. */
const REASONS = { handshake: 1, store: 2, congestion: 4, rate: 8 };
export type PauseReason = keyof typeof REASONS;

/** Reads a connection only while nothing speaks against it. */
export class ReadGate {
  #closed = 0;

  constructor(readonly stream: Duplex) {}

  /** Whether the client is read. */
  get isOpen(): boolean {
    return this.#closed === 0;
  }

  close(reason: PauseReason): void {
    if (this.#closed === 0) this.stream.pause();
    this.#closed |= REASONS[reason];
  }

  open(reason: PauseReason): void {
    if ((this.#closed & REASONS[reason]) === 0) return;
    this.#closed &= ~REASONS[reason];
    if (this.#closed === 0) this.stream.resume();
  }
}
