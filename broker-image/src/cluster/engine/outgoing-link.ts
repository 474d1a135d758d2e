import { DATA_HEADER, RECORD_HEADER, RecordKind, writeDataHeader, type Acknowledgement } from './frames.js';

/** A frame is sent when the turn of the event loop ends, or when it has so many bytes. */
const FRAME_BYTES = 64 * 1024;
/** Sent and not acknowledged, at most. What NATS keeps for a client that reads slowly is bounded by it, too. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Bytes waiting for a peer beyond which QoS 0 is dropped. */
export const FULL_BYTES = 8 * 1024 * 1024;
const RETRANSMIT_MILLISECONDS = 1000;
/** Of a gap that was told: the frames that were on the way show the same one. */
const GAP_MILLISECONDS = 100;

/** Whoever waits until the peer has the frame with this number, and all before it. */
interface Waiters {
  readonly number: number;
  readonly taken: Promise<void>;
  readonly resolve: () => void;
  count: number;
}

interface Frame {
  readonly number: number;
  readonly bytes: Buffer;
}

/** What one session tells a peer, in order and nothing twice: frames are kept until they are acknowledged, and sent again if they were lost. */
export class OutgoingLink {
  readonly #send: (frame: Buffer) => void;
  /** In order: sent ones first. */
  readonly #frames: Frame[] = [];
  #sentCount = 0;
  #sentBytes = 0;
  #bufferedBytes = 0;
  #next = 1;
  #acknowledged = 0;
  #filling: Buffer | undefined;
  #filled = DATA_HEADER;
  #scheduled = false;
  #lastProgress = 0;
  #timer: NodeJS.Timeout | undefined;
  /** In order. */
  readonly #waiters: Waiters[] = [];
  #waiting = 0;
  #closed = false;

  /** @param send hands a frame to NATS; it may be lost */
  constructor(
    readonly session: number,
    send: (frame: Buffer) => void,
  ) {
    this.#send = send;
  }

  /** Bytes that the peer does not have yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes + this.#filled - DATA_HEADER;
  }

  get full(): boolean {
    return this.bufferedBytes >= FULL_BYTES;
  }

  /** Records that somebody waits for the peer to have. */
  get waiting(): number {
    return this.#waiting;
  }

  write(kind: number, bytes: Uint8Array): void {
    if (this.#closed) return;
    const room = FRAME_BYTES - RECORD_HEADER - DATA_HEADER;
    let at = 0;
    // Other records are far smaller than a frame.
    while (bytes.length - at > room) this.#append(RecordKind.messagePart, bytes.subarray(at, (at += room)));
    this.#append(kind, at === 0 ? bytes : bytes.subarray(at));
  }

  /** Resolves when the peer has all that was written so far, or is gone. */
  taken(): Promise<void> {
    // The frame being filled is sent at the end of this turn, with what else is written until then.
    const number = this.#filled > DATA_HEADER ? this.#next : this.#next - 1;
    if (this.#closed || this.#acknowledged >= number) return Promise.resolve();
    this.#waiting++;
    const last = this.#waiters.at(-1);
    if (last?.number === number) {
      last.count++;
      return last.taken;
    }
    let resolve!: () => void;
    const taken = new Promise<void>((done) => (resolve = done));
    this.#waiters.push({ number, taken, resolve, count: 1 });
    return taken;
  }

  acknowledge({ session, number, gap }: Acknowledgement): void {
    if (this.#closed || session !== this.session) return;
    if (number > this.#acknowledged) {
      this.#acknowledged = number;
      let count = 0;
      while (count < this.#sentCount && this.#frames[count]!.number <= number) {
        this.#sentBytes -= this.#frames[count]!.bytes.length;
        this.#bufferedBytes -= this.#frames[count]!.bytes.length;
        count++;
      }
      this.#frames.splice(0, count);
      this.#sentCount -= count;
      this.#lastProgress = performance.now();
      this.#wake();
    }
    if (gap && performance.now() - this.#lastProgress > GAP_MILLISECONDS) this.resend();
    else this.#sendFrames();
  }

  /** Sends what was not acknowledged again: the connection was lost, or the peer does not answer. */
  resend(): void {
    this.#sentCount = 0;
    this.#sentBytes = 0;
    this.#sendFrames();
  }

  /** The peer is gone. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#frames.length = 0;
    this.#bufferedBytes = 0;
    this.#filling = undefined;
    this.#filled = DATA_HEADER;
    this.#acknowledged = Infinity;
    this.#wake();
  }

  #append(kind: number, bytes: Uint8Array): void {
    const needed = RECORD_HEADER + bytes.length;
    if (this.#filled + needed > FRAME_BYTES) {
      this.#finishFrame();
      this.#sendFrames();
    }
    const frame = (this.#filling ??= Buffer.allocUnsafeSlow(FRAME_BYTES));
    const at = this.#filled;
    frame[at] = kind;
    frame.writeUInt32BE(bytes.length, at + 1);
    frame.set(bytes, at + RECORD_HEADER);
    this.#filled = at + needed;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      this.#finishFrame();
      this.#sendFrames();
    });
  }

  #finishFrame(): void {
    const frame = this.#filling;
    if (frame === undefined || this.#filled === DATA_HEADER) return;
    const length = this.#filled;
    const number = this.#next++;
    writeDataHeader(frame, this.session, number);
    // A nearly empty frame must not keep the memory of a full one.
    const keep = length < FRAME_BYTES / 2;
    this.#frames.push({ number, bytes: keep ? Buffer.from(frame.subarray(0, length)) : frame.subarray(0, length) });
    if (!keep) this.#filling = undefined;
    this.#bufferedBytes += length;
    this.#filled = DATA_HEADER;
  }

  #sendFrames(): void {
    while (this.#sentCount < this.#frames.length && this.#sentBytes < WINDOW_BYTES) {
      const { bytes } = this.#frames[this.#sentCount++]!;
      this.#sentBytes += bytes.length;
      this.#lastProgress = performance.now();
      this.#send(bytes);
    }
    if (this.#sentCount > 0) this.#timer ??= setTimeout(() => this.#check(), RETRANSMIT_MILLISECONDS).unref();
  }

  #check(): void {
    this.#timer = undefined;
    if (this.#closed || this.#sentCount === 0) return;
    if (performance.now() - this.#lastProgress >= RETRANSMIT_MILLISECONDS * 0.9) this.resend();
    else this.#timer = setTimeout(() => this.#check(), RETRANSMIT_MILLISECONDS).unref();
  }

  #wake(): void {
    let done = 0;
    while (done < this.#waiters.length && this.#waiters[done]!.number <= this.#acknowledged) done++;
    for (const { count, resolve } of this.#waiters.splice(0, done)) {
      this.#waiting -= count;
      resolve();
    }
  }
}
