import type { Server } from 'node:net';

/**
 * Connections that the kernel holds until the process takes them: a fleet that reconnects comes in bursts. The kernel caps it at
 * net.core.somaxconn (4096 by default since Linux 5.4).
 */
const backlog = 4096;

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** A listening socket could not be opened. */
export class BindError extends Error {
  constructor(what: string, { address, port }: SocketAddress, cause: NodeJS.ErrnoException) {
    super(`${what}: cannot listen on ${formatAddress({ address, port })}: ${explain(cause)}`, { cause });
    this.name = 'BindError';
  }
}

/** Opens the socket. Returns where it listens really: port 0 asks the system for a free one, and `::` gives way to `0.0.0.0` where IPv6 is off. */
export async function bind(server: Server, what: string, wanted: SocketAddress): Promise<SocketAddress> {
  try {
    return await listen(server, wanted);
  } catch (error) {
    const address = fallbackAddress(wanted.address, (error as NodeJS.ErrnoException).code);
    if (address === undefined) throw new BindError(what, wanted, error as NodeJS.ErrnoException);
    try {
      return await listen(server, { ...wanted, address });
    } catch (second) {
      throw new BindError(what, { ...wanted, address }, second as NodeJS.ErrnoException);
    }
  }
}

/** What to listen on where the kernel has no IPv6. */
export function fallbackAddress(address: string, errorCode: string | undefined): string | undefined {
  return address === '::' && (errorCode === 'EAFNOSUPPORT' || errorCode === 'EADDRNOTAVAIL') ? '0.0.0.0' : undefined;
}

export function formatAddress({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function listen(server: Server, { address, port }: SocketAddress): Promise<SocketAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Not ipv6Only: `::` takes IPv4 as well, under one socket.
    server.listen({ host: address, port, backlog }, () => {
      server.off('error', reject);
      const bound = server.address();
      // An object for every server that listens on a port.
      resolve(typeof bound === 'object' && bound !== null ? { address: bound.address, port: bound.port } : { address, port });
    });
  });
}

function explain(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the port is in use by another process';
    case 'EACCES':
      return 'no permission; ports below 1024 need CAP_NET_BIND_SERVICE or a higher net.ipv4.ip_unprivileged_port_start';
    case 'EADDRNOTAVAIL':
      return 'this host does not have the address';
    default:
      return error.message;
  }
}
