import type { Socket } from 'node:net';
import { parseProxyHeader, type ProxyVersions } from './proxy-header.js';

/**
 * Takes the PROXY header off the front of a connection; what came behind it stays for the next reader. Calls back once, unless the connection
 * ends before.
 */
export function readProxyHeader(socket: Socket, versions: ProxyVersions, done: (result: { readonly address: string | undefined } | Error) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const onReadable = () => {
    for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null; ) {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const header = parseProxyHeader(bytes, versions);
      if (header.state === 'incomplete') continue;
      socket.off('readable', onReadable);
      if (header.state === 'invalid') return done(new Error(header.reason));
      if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
      return done({ address: header.address });
    }
  };
  socket.on('readable', onReadable);
}
