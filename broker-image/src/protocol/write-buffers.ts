/** What most connections have to send in one turn of the event loop: with small buffers, a turn that writes to thousands of clients touches little memory. */
const SMALL = 1024;
export const LARGEST_KEPT = 16 * 1024;
/** Kept for the next turn: 4 MiB of either. */
const MAX_SMALL = 4096;
const MAX_LARGE = 256;

const small: Buffer[] = [];
const large: Buffer[] = [];

/** A buffer for this many bytes at least. */
export function takeBuffer(bytes: number): Buffer {
  if (bytes <= SMALL) return small.pop() ?? Buffer.allocUnsafeSlow(SMALL);
  return bytes > LARGEST_KEPT ? Buffer.allocUnsafeSlow(bytes) : (large.pop() ?? Buffer.allocUnsafeSlow(LARGEST_KEPT));
}

/** Nobody refers to the buffer any more. */
export function returnBuffer(buffer: Buffer): void {
  if (buffer.length === SMALL) {
    if (small.length < MAX_SMALL) small.push(buffer);
  } else if (buffer.length === LARGEST_KEPT && large.length < MAX_LARGE) large.push(buffer);
}
