/** A header of PROXY protocol version 2, right or wrong. */
export function proxyV2({ version = 2, command = 1, family, addresses = [] }: { version?: number; command?: number; family: number; addresses?: readonly number[] }): Buffer {
  const start = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
  return Buffer.concat([start, Buffer.from([(version << 4) | command, family, addresses.length >> 8, addresses.length & 0xff, ...addresses])]);
}
