import { isIP } from 'node:net';
import { type ArgumentErrors, show } from '../manifest/arguments';

/** What is wrong with a CIDR block, as the end of a sentence, or `undefined`. */
export function cidrProblem(value: unknown): string | undefined {
  const match = typeof value === 'string' ? /^([^/%]+)\/(\d{1,3})$/.exec(value) : null;
  const version = match ? isIP(match[1]) : 0;
  if (!match || version === 0) {
    const isAddress = typeof value === 'string' && isIP(value) !== 0;
    const instead = isAddress ? `a single address is '${value}/${isIP(value) === 4 ? 32 : 128}'` : "for example '203.0.113.0/24' or '2001:db8::/32'";
    return `is ${show(value)}, but must be a CIDR block: ${instead}`;
  }

  const bits = version === 4 ? 32 : 128;
  const prefix = Number(match[2]);
  if (prefix > bits || match[2] !== String(prefix)) {
    return `is '${value}', but the prefix length of an IPv${version} block is a number from 0 to ${bits}`;
  }

  const address = version === 4 ? ipv4ToNumber(match[1]) : ipv6ToNumber(match[1]);
  const network = address - address % 2n ** BigInt(bits - prefix);
  if (network !== address) {
    const blockName = version === 4 ? ipv4ToText(network) : ipv6ToText(network);
    return `is '${value}', whose host bits are set: the block is '${blockName}/${prefix}', the single address '${match[1]}/${bits}'`;
  }
  return undefined;
}

/** The same block, always written the same way; for values without a `cidrProblem`. */
export function canonicalCidr(value: string): string {
  const [address, prefix] = value.split('/');
  return isIP(address) === 4 ? value : `${ipv6ToText(ipv6ToNumber(address))}/${prefix}`;
}

/** Distinct CIDR blocks; `undefined` passes. */
export function checkCidrBlocks(errors: ArgumentErrors, name: string, blocks: unknown, whenEmpty: string): void {
  if (!errors.filledArray(name, blocks, whenEmpty)) return;
  const seen = new Set<string>();
  blocks.forEach((block, index) => {
    const problem = cidrProblem(block);
    if (problem !== undefined) {
      errors.add(`${name}[${index}] ${problem}`);
      return;
    }
    const canonical = canonicalCidr(block as string);
    if (seen.has(canonical)) errors.add(`${name}[${index}] is '${block}' a second time: name each block once`);
    seen.add(canonical);
  });
}

function ipv4ToNumber(text: string): bigint {
  return text.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function ipv4ToText(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value / 2n ** shift) % 256n).join('.');
}

function ipv6ToNumber(text: string): bigint {
  // The URL parser writes embedded IPv4 in hexadecimal and compresses zeros, so that one form is left to read.
  const [head, tail] = canonicalIpv6(text).split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function ipv6ToText(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value / 65536n ** BigInt(7 - index)) % 65536n).toString(16));
  return canonicalIpv6(groups.join(':'));
}

function canonicalIpv6(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}
