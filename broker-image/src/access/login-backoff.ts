import { createHash } from 'node:crypto';
import type { BackoffConfiguration } from '../config/index.js';
import { addressKey } from './address-key.js';

/** Wrong passwords of an address, whatever the user names, count against the address itself at so many times the limit of one user name. */
const addressFactor = 10;

/** User names with their addresses, and addresses, that are remembered; beyond it the oldest are forgotten. */
const maxRemembered = 100_000;

interface Failures {
  /** In the window that began then. */
  count: number;
  since: number;
  /** Refusals so far: each lasts twice as long as the one before. */
  refusals: number;
  refusedUntil: number;
}

/**
 * Slows down whoever guesses passwords. Behind one address can be many clients: a NAT, a proxy, a node that hides the clients' addresses. So
 * - a device that tries its wrong password again and again is refused by its user name and leaves its neighbours alone;
 * - an address from which many user names are tried is refused as a whole, but for the users that have been let in from there.
 * Every refusal ends, and being let in forgets the failures.
 */
export class LoginBackoff {
  private readonly failures = new Map<string, Failures>();
  /** User names with the address that they were let in from. */
  private readonly letIn = new Set<string>();

  constructor(
    private readonly limits: BackoffConfiguration,
    private readonly now: () => number = Date.now,
    private readonly capacity = maxRemembered,
  ) {}

  /** Whether a user name is not even checked now. */
  refuses(remoteAddress: string, username: string): boolean {
    const { address, user } = keysOf(remoteAddress, username);
    return this.isRefused(user) || (!this.letIn.has(user) && this.isRefused(address));
  }

  failed(remoteAddress: string, username: string): void {
    if (this.limits.failures === 0) return;
    const { address, user } = keysOf(remoteAddress, username);
    this.count(user, this.limits.failures);
    if (!this.letIn.has(user)) this.count(address, this.limits.failures * addressFactor);
  }

  succeeded(remoteAddress: string, username: string): void {
    if (this.limits.failures === 0) return;
    const { address, user } = keysOf(remoteAddress, username);
    this.failures.delete(user);
    // Once for each user: with one account that works, nobody buys guesses at others by connecting in between.
    if (!this.letIn.has(user)) this.failures.delete(address);
    this.letIn.delete(user);
    this.letIn.add(user);
    this.shrink(this.letIn);
  }

  private isRefused(key: string): boolean {
    return (this.failures.get(key)?.refusedUntil ?? 0) > this.now();
  }

  private count(key: string, limit: number): void {
    const now = this.now();
    const { windowSeconds, seconds, maxSeconds } = this.limits;
    let failures = this.failures.get(key);
    if (failures === undefined || now >= Math.max(failures.refusedUntil, failures.since + windowSeconds * 1000) + maxSeconds * 1000) failures = { count: 0, since: now, refusals: 0, refusedUntil: 0 };
    else if (now >= failures.since + windowSeconds * 1000) Object.assign(failures, { count: 0, since: now });
    // To the end, so that the oldest come first.
    this.failures.delete(key);
    this.failures.set(key, failures);
    this.shrink(this.failures);
    // Checks that began before the refusal end after it: they do not make it longer.
    if (failures.refusedUntil > now || ++failures.count < limit) return;
    failures.refusedUntil = now + Math.min(seconds * 2 ** failures.refusals++, maxSeconds) * 1000;
    failures.count = 0;
  }

  private shrink(remembered: Map<string, unknown> | Set<string>): void {
    if (remembered.size <= this.capacity) return;
    const [oldest] = remembered.keys();
    remembered.delete(oldest!);
  }
}

function keysOf(remoteAddress: string, username: string): { address: string; user: string } {
  const address = addressKey(remoteAddress);
  // A user name can have 65535 bytes, and anybody can make one up.
  const name = username.length <= 64 ? username : createHash('sha256').update(username).digest('base64');
  return { address, user: `${address} ${name}` };
}
