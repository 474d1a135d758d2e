import { forEachRecord, readDataHeader, RecordKind, type Acknowledgement } from './frames.js';

export interface IncomingLinkListener {
  /** A session begins: what was told in an earlier one is void. */
  sessionBegins(): void;
  /** The bytes are valid during the call only. */
  record(kind: number, bytes: Buffer): void;
  acknowledge(acknowledgement: Acknowledgement): void;
}

/** What a peer tells this broker: every frame once and in order, whatever became of the NATS messages that carried them. */
export class IncomingLink {
  readonly #listener: IncomingLinkListener;
  #session = 0;
  #number = 0;
  #parts: Buffer[] = [];
  #gap = false;
  #scheduled = false;

  constructor(listener: IncomingLinkListener) {
    this.#listener = listener;
  }

  receive(frame: Buffer): void {
    const { session, number } = readDataHeader(frame);
    if (session < this.#session) return;
    if (session > this.#session) {
      this.#session = session;
      this.#number = 0;
      this.#parts = [];
      this.#listener.sessionBegins();
    }
    if (number === this.#number + 1) {
      this.#number = number;
      forEachRecord(frame, (kind, bytes) => this.#record(kind, bytes));
    } else if (number > this.#number) {
      this.#gap = true;
    }
    this.#scheduleAcknowledgement();
  }

  #record(kind: number, bytes: Buffer): void {
    if (kind === RecordKind.messagePart) {
      // They come from different NATS messages.
      this.#parts.push(Buffer.from(bytes));
    } else if (this.#parts.length > 0) {
      const parts = this.#parts;
      this.#parts = [];
      this.#listener.record(kind, Buffer.concat([...parts, bytes]));
    } else {
      this.#listener.record(kind, bytes);
    }
  }

  /** One for all frames of this turn of the event loop. */
  #scheduleAcknowledgement(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const gap = this.#gap;
      this.#gap = false;
      this.#listener.acknowledge({ session: this.#session, number: this.#number, gap });
    });
  }
}
