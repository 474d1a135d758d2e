import { X509Certificate } from 'node:crypto';

/** When certificates, or revocation lists, in PEM are over: the earliest time of them all, in seconds since the epoch. Undefined: none says when. */
export function earliestExpiry(pem: string): number | undefined {
  const blocks = pem.match(/-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g) ?? [];
  const times = blocks.flatMap((block) => {
    if (block.startsWith('-----BEGIN CERTIFICATE-----')) return Date.parse(new X509Certificate(block).validTo);
    if (block.startsWith('-----BEGIN X509 CRL-----')) return nextUpdateOf(block) ?? [];
    return [];
  });
  return times.length === 0 ? undefined : Math.min(...times) / 1000;
}

/** Tags of ASN.1, DER. */
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

interface Element {
  readonly tag: number;
  /** Of what it contains. */
  readonly start: number;
  readonly end: number;
}

/**
 * `nextUpdate` of a revocation list, in milliseconds since the epoch: of the times that stand directly in its `tbsCertList` the second one, after `thisUpdate` (RFC 5280, 5.1). Node.js hands lists to OpenSSL,
 * and does not tell what is in them.
 */
function nextUpdateOf(pem: string): number | undefined {
  try {
    return readNextUpdate(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
  } catch {
    // OpenSSL takes more than DER: a list that it took must not fail here.
    return undefined;
  }
}

function readNextUpdate(der: Buffer): number | undefined {
  const list = elementAt(der, 0);
  const toBeSigned = elementAt(der, list.start);
  const times: Element[] = [];
  for (let at = toBeSigned.start; at < toBeSigned.end; ) {
    const element = elementAt(der, at);
    if (element.tag === UTC_TIME || element.tag === GENERALIZED_TIME) times.push(element);
    at = element.end;
  }
  const [, nextUpdate] = times;
  return nextUpdate && timeOf(der, nextUpdate);
}

function elementAt(der: Buffer, at: number): Element {
  const length = der.readUInt8(at + 1);
  // Up to 127 the length itself, above that the number of bytes that it takes.
  if (length < 0x80) return { tag: der.readUInt8(at), start: at + 2, end: at + 2 + length };
  const start = at + 2 + (length & 0x7f);
  return { tag: der.readUInt8(at), start, end: start + der.readUIntBE(at + 2, length & 0x7f) };
}

/** `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`. */
function timeOf(der: Buffer, { tag, start, end }: Element): number {
  const text = der.toString('latin1', start, end);
  // RFC 5280, 4.1.2.5.1: 50 is 1950, 49 is 2049.
  const full = tag === GENERALIZED_TIME ? text : `${Number(text.slice(0, 2)) < 50 ? 20 : 19}${text}`;
  return Date.parse(full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
