/**
 * What counts as one address. A host has an IPv6 network of 64 bits at least to choose its addresses from (RFC 4291 section 2.5.4, RFC 6177), so all of them count as one;
 * an IPv4 address that a dual-stack socket shows as IPv6 is IPv4.
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? [] : tail.split(':');
    // An embedded IPv4 address takes two groups.
    const length = behind.length + (behind.at(-1)?.includes('.') === true ? 1 : 0);
    while (groups.length + length < 8) groups.push('0');
    groups.push(...behind);
  }
  return `${groups.slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}
