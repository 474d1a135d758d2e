import type { Socket } from 'node:net';
import { Fifo } from '../protocol/fifo.js';
import { TokenBucket } from '../protocol/limits/token-bucket.js';

/**
 * Lets connections in at a bounded rate, in the order in which they came. What is beyond it waits with its socket open: of a fleet that comes back all at once nobody has to try again,
 * and TLS handshakes and password checks cost their CPU time one after another. Refusing instead would have naive clients come back at once.
 */
export class AcceptRate {
  private readonly bucket: TokenBucket;
  private readonly waiting = new Fifo<Socket>();
  private timer: NodeJS.Timeout | undefined;

  /** More than come in within `maxWaitSeconds` do not wait: they would only learn later that there is no room. */
  constructor(
    private readonly perSecond: number,
    private readonly maxWaitSeconds: number,
    private readonly enter: (socket: Socket) => void,
  ) {
    this.bucket = new TokenBucket(perSecond, performance.now());
  }

  /** @returns whether the connection comes in, now or later */
  admit(socket: Socket): boolean {
    if (this.waiting.length === 0 && this.bucket.tryTake(performance.now()) === 0) {
      this.enter(socket);
      return true;
    }
    if (this.waiting.length >= this.perSecond * this.maxWaitSeconds) return false;
    socket.on('error', ignore);
    this.waiting.push(socket);
    this.timer ??= setTimeout(() => this.letIn(), 1000 / this.perSecond);
    return true;
  }

  /** Ends what waits. */
  close(): void {
    clearTimeout(this.timer);
    for (let socket; (socket = this.waiting.shift()) !== undefined; ) socket.destroy();
  }

  private letIn(): void {
    this.timer = undefined;
    const now = performance.now();
    for (let socket; (socket = this.waiting.peek()) !== undefined; ) {
      if (!socket.destroyed) {
        const milliseconds = this.bucket.tryTake(now);
        if (milliseconds > 0) {
          this.timer = setTimeout(() => this.letIn(), milliseconds);
          return;
        }
      }
      this.waiting.shift();
      socket.off('error', ignore);
      if (!socket.destroyed) this.enter(socket);
    }
  }
}

/** A client that gives up while it waits is gone when its turn comes. */
function ignore(): void {}
