import { Duplex } from 'node:stream';

export interface ChannelEnds {
  /** Bytes that the protocol core has for the client. */
  write(bytes: Buffer): void;
  /** The protocol core ended the connection. */
  end(error: Error | null): void;
}

/** The connection as the protocol core sees it: it brings only the packets that the core answers, and never blocks. */
export class ControlChannel extends Duplex {
  constructor(readonly ends: ChannelEnds) {
    super();
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.ends.write(bytes);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.ends.end(error);
    done();
  }
}
