import { BlockList, isIP } from 'node:net';

/** The peers whose PROXY headers are believed, as CIDR blocks. */
export class TrustedProxies {
  private readonly blocks = new BlockList();

  constructor(blocks: readonly string[]) {
    for (const block of blocks) {
      const [address, prefix] = block.split('/') as [string, string];
      this.blocks.addSubnet(address, Number(prefix), family(address));
    }
  }

  include(address: string): boolean {
    return isIP(address) !== 0 && this.blocks.check(address, family(address));
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
