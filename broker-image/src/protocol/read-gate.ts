import type { Duplex } from 'node:stream';

/** Why a client is not read for a while: what it asks for must not pile up. */
export type PauseReason = 'handshake' | 'store' | 'congestion';

/** Reads a connection only while nothing speaks against it. */
export class ReadGate {
  readonly #reasons = new Set<PauseReason>();

  constructor(readonly stream: Duplex) {}

  has(reason: PauseReason): boolean {
    return this.#reasons.has(reason);
  }

  close(reason: PauseReason): void {
    this.#reasons.add(reason);
    this.stream.pause();
  }

  open(reason: PauseReason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.stream.resume();
  }
}
