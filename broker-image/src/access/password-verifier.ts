import { createHmac, randomBytes } from 'node:crypto';
import { ScryptHash } from './scrypt-hash.js';

export interface PasswordVerifierLimits {
  /**
   * Hashes computed at once. They run in the thread pool of libuv (4 threads), which the store needs for its commits: two are left to it.
   * @default 2
   */
  readonly concurrency?: number;
  /**
   * Hashes that may wait for their turn; one more is refused at once rather than after the client has given up.
   * @default 256
   */
  readonly maxWaiting?: number;
  /**
   * Successful verifications that are remembered.
   * @default 100000
   */
  readonly maxRemembered?: number;
}

/** The password could not be checked now: too many are waiting. */
export class VerifierBusyError extends Error {}

/**
 * Checks passwords against their hashes without stopping the event loop, and remembers the successful ones, so that a fleet that
 * reconnects does not pay for scrypt again.
 *
 * What is remembered is a keyed digest of the stored hash and the password together: a changed or removed hash is not found again,
 * and no password is kept. The key lives in this process only; whoever can read its memory sees the passwords of new connections anyway.
 * Failures are not remembered: guesses could fill the memory, and each has to pay the full price.
 */
export class PasswordVerifier {
  private readonly key = randomBytes(32);
  private readonly remembered = new Set<string>();
  private readonly running = new Map<string, Promise<boolean>>();
  private readonly waiting: (() => void)[] = [];
  private active = 0;
  private readonly concurrency: number;
  private readonly maxWaiting: number;
  private readonly maxRemembered: number;

  constructor({ concurrency = 2, maxWaiting = 256, maxRemembered = 100_000 }: PasswordVerifierLimits = {}) {
    this.concurrency = concurrency;
    this.maxWaiting = maxWaiting;
    this.maxRemembered = maxRemembered;
  }

  /** Throws a VerifierBusyError when the check would have to wait too long. */
  async verify(hash: string, password: Buffer): Promise<boolean> {
    const digest = createHmac('sha256', this.key).update(hash).update('\0').update(password).digest('base64');
    if (this.remembered.has(digest)) return true;
    // The same credentials at the same time, as when a fleet shares one user: one computation answers all.
    let result = this.running.get(digest);
    if (result === undefined) {
      result = this.derive(hash, password).finally(() => this.running.delete(digest));
      this.running.set(digest, result);
    }
    const accepted = await result;
    if (accepted) this.remember(digest);
    return accepted;
  }

  private remember(digest: string): void {
    if (this.remembered.size >= this.maxRemembered) {
      const [oldest] = this.remembered;
      this.remembered.delete(oldest!);
    }
    this.remembered.add(digest);
  }

  private async derive(hash: string, password: Buffer): Promise<boolean> {
    await this.turn();
    try {
      return await ScryptHash.parse(hash).verify(password);
    } finally {
      const next = this.waiting.shift();
      // The place passes on to the next one, so `active` stays as it is.
      if (next) next();
      else this.active--;
    }
  }

  private turn(): Promise<void> | void {
    if (this.active < this.concurrency) {
      this.active++;
      return undefined;
    }
    if (this.waiting.length >= this.maxWaiting) throw new VerifierBusyError(`${this.maxWaiting} password checks are waiting already`);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
