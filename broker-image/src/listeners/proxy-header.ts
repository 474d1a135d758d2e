import { isIPv4, isIPv6 } from 'node:net';
import { crc32c } from './crc32c.js';

/**
 * The header that a proxy sends before the first byte of a client (PROXY protocol, https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt). It can
 * come in pieces, and bytes of the client can follow in the same piece.
 */
export type ProxyHeader =
  /** More bytes are needed. */
  | { readonly state: 'incomplete' }
  /** `address` is that of the client; undefined when the proxy speaks for itself, as in its health checks. */
  | { readonly state: 'complete'; readonly length: number; readonly address: string | undefined }
  | { readonly state: 'invalid'; readonly reason: string };

export type ProxyVersions = 'v1' | 'v2' | 'any';

const textSignature = Buffer.from('PROXY ');
const binarySignature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** §2.1: the longest line, with its CRLF. */
const maxLineLength = 107;

export function parseProxyHeader(bytes: Buffer, versions: ProxyVersions): ProxyHeader {
  if (versions !== 'v1' && beginsLike(bytes, binarySignature)) return parseBinary(bytes);
  if (versions !== 'v2' && beginsLike(bytes, textSignature)) return parseText(bytes);
  const expected = versions === 'any' ? 'PROXY protocol' : `PROXY protocol ${versions}`;
  return invalid(`the connection does not begin with a header of ${expected}`);
}

/** Whether the bytes are the signature as far as they go. */
function beginsLike(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, length).equals(signature.subarray(0, length));
}

/** Version 1: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n`. */
function parseText(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, maxLineLength).indexOf('\r\n');
  if (end === -1) return bytes.length < maxLineLength ? { state: 'incomplete' } : invalid(`the header has no line end within ${maxLineLength} bytes`);
  const [, family, source, destination, ...ports] = bytes.toString('latin1', 0, end).split(' ');
  const complete = { state: 'complete', length: end + 2 } as const;
  // §2.1: whatever follows UNKNOWN is to be ignored.
  if (family === 'UNKNOWN') return { ...complete, address: undefined };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : undefined;
  if (isAddress === undefined) return invalid(`the header names the protocol "${family}", not TCP4, TCP6 or UNKNOWN`);
  const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= 65535;
  if (!isAddress(source ?? '') || !isAddress(destination ?? '') || ports.length !== 2 || !ports.every(isPort)) return invalid(`the header's addresses and ports cannot be read`);
  return { ...complete, address: source };
}

/** Version 2: signature, version and command, family and transport, length, addresses, type-length-value fields. */
function parseBinary(bytes: Buffer): ProxyHeader {
  if (bytes.length < 16) return { state: 'incomplete' };
  const [version, command] = [bytes[12]! >> 4, bytes[12]! & 0xf];
  if (version !== 2) return invalid(`the header has version ${version}, not 2`);
  if (command > 1) return invalid(`the header has the command ${command}, neither LOCAL nor PROXY`);
  const length = 16 + bytes.readUInt16BE(14);
  if (bytes.length < length) return { state: 'incomplete' };
  if (command === 0) return { state: 'complete', length, address: undefined };
  const [size, format] = ADDRESSES.get(bytes[13]!) ?? [];
  if (size === undefined) return invalid(`the header names the transport 0x${bytes[13]!.toString(16).padStart(2, '0')}, which is not TCP`);
  const fields = 16 + size;
  if (fields > length) return invalid('the header is too short for its addresses');
  const problem = checksumProblem(bytes.subarray(0, length), fields);
  return problem === undefined ? { state: 'complete', length, address: format?.(bytes.subarray(16)) } : invalid(problem);
}

/** By family and transport: the length of the two addresses and ports, and how to read the first. Unspecified: the proxy does not know. */
const ADDRESSES = new Map<number, [number, ((bytes: Buffer) => string)?]>([[0x11, [12, formatIPv4]], [0x21, [36, formatIPv6]], [0x00, [0]]]);

/** PP2_TYPE_CRC32C. */
const CHECKSUM = 0x03;

/**
 * A checksum is over the whole header, with itself as zero (§2.2.3). Of the other fields, such as the endpoint's id of AWS, none matters here; without a checksum not even
 * their lengths do, as some proxies fill up with something else.
 */
function checksumProblem(header: Buffer, fields: number): string | undefined {
  for (let at = fields; at + 3 <= header.length; ) {
    const value = at + 3;
    const end = value + header.readUInt16BE(at + 1);
    if (header[at] === CHECKSUM) {
      if (end !== value + 4 || end > header.length) return `the header's checksum is not four bytes long`;
      const expected = header.readUInt32BE(value);
      const zeroed = Buffer.from(header).fill(0, value, end);
      return crc32c(zeroed) === expected ? undefined : 'the header does not match its checksum (CRC32c)';
    }
    at = end;
  }
  return undefined;
}

function formatIPv4(bytes: Buffer): string {
  return bytes.subarray(0, 4).join('.');
}

function formatIPv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  // The URL parser writes the canonical form of RFC 5952, without brackets here.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function invalid(reason: string): ProxyHeader {
  return { state: 'invalid', reason };
}
