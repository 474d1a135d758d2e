import { TokenBucket } from './token-bucket.js';
import type { ThrottleReason } from '../../operations/observer.js';

export interface PublishLimits {
  /** @default - no limit */
  readonly messagesPerSecond?: number;
  /** @default - no limit */
  readonly bytesPerSecond?: number;
}

/** How fast one client may publish. */
export class PublishRate {
  /** Undefined if there is no limit. */
  static of({ messagesPerSecond, bytesPerSecond }: PublishLimits, now: number): PublishRate | undefined {
    if (messagesPerSecond === undefined && bytesPerSecond === undefined) return undefined;
    return new PublishRate(messagesPerSecond === undefined ? undefined : new TokenBucket(messagesPerSecond, now), bytesPerSecond === undefined ? undefined : new TokenBucket(bytesPerSecond, now));
  }

  private constructor(
    private readonly messages: TokenBucket | undefined,
    private readonly bytes: TokenBucket | undefined,
  ) {}

  /** Counts one PUBLISH of so many bytes. @returns how long the client is not to be read after it; undefined: it may go on */
  count(bytes: number, now: number): { readonly milliseconds: number; readonly reason: ThrottleReason } | undefined {
    const forMessages = this.messages?.take(1, now) ?? 0;
    const forBytes = this.bytes?.take(bytes, now) ?? 0;
    if (forMessages === 0 && forBytes === 0) return undefined;
    return forMessages >= forBytes ? { milliseconds: forMessages, reason: 'messages' } : { milliseconds: forBytes, reason: 'bytes' };
  }
}
