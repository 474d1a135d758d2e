/**
 * What brokers send each other: frames, each one NATS message, numbered within a session, with as many records as there were. Integers are big-endian.
 *
 * data frame: type (1 byte) 1, session (4), number (6), records
 * acknowledgement: type (1 byte) 2, flags (1), session (4), number (6)
 * record: kind (1 byte), length (4), bytes
 */
export const FrameType = { data: 1, acknowledgement: 2 } as const;

export const RecordKind = {
  /** What is told of filters from here on is all there is. */
  interestBegins: 1,
  /** QoS 0 reaches clients by this filter. */
  interest: 2,
  /** The same, and it has persistent sessions. */
  storedInterest: 3,
  noInterest: 4,
  /** All filters there were at the beginning of the session have been told. */
  interestComplete: 5,
  message: 16,
  /** Of a record that is larger than a frame: all but its last part. */
  messagePart: 17,
} as const;

export const DATA_HEADER = 11;
export const RECORD_HEADER = 5;
const ACKNOWLEDGEMENT_BYTES = 12;

export interface Acknowledgement {
  readonly session: number;
  /** Number of the last frame that arrived with all before it. */
  readonly number: number;
  /** A later frame arrived, so one was lost. */
  readonly gap: boolean;
}

export function writeDataHeader(frame: Buffer, session: number, number: number): void {
  frame[0] = FrameType.data;
  frame.writeUInt32BE(session, 1);
  frame.writeUIntBE(number, 5, 6);
}

export function readDataHeader(frame: Buffer): { readonly session: number; readonly number: number } {
  return { session: frame.readUInt32BE(1), number: frame.readUIntBE(5, 6) };
}

export function encodeAcknowledgement({ session, number, gap }: Acknowledgement): Buffer {
  const bytes = Buffer.allocUnsafe(ACKNOWLEDGEMENT_BYTES);
  bytes[0] = FrameType.acknowledgement;
  bytes[1] = gap ? 1 : 0;
  bytes.writeUInt32BE(session, 2);
  bytes.writeUIntBE(number, 6, 6);
  return bytes;
}

export function decodeAcknowledgement(bytes: Buffer): Acknowledgement {
  return { gap: bytes[1] === 1, session: bytes.readUInt32BE(2), number: bytes.readUIntBE(6, 6) };
}

export function forEachRecord(frame: Buffer, visit: (kind: number, bytes: Buffer) => void): void {
  let at = DATA_HEADER;
  while (at < frame.length) {
    const end = at + RECORD_HEADER + frame.readUInt32BE(at + 1);
    if (end > frame.length) throw new RangeError('a record that is longer than its frame');
    visit(frame[at]!, frame.subarray(at + RECORD_HEADER, end));
    at = end;
  }
}
