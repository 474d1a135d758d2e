import { isIP } from 'node:net';

/** An address in the form of a URL, as the command line takes it. */
export interface Endpoint {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly path?: string;
}

const form = /^([a-z]+):\/\/(\[[^\]]*\]|[^:/[\]]*):(\d+)(\/.*)?$/;

/** Parses `tcp://127.0.0.1:1883`. Throws an Error that says what is wrong. Not `new URL`, which drops the default port of ws:// and http://. */
export function parseEndpoint(text: string, protocols: readonly string[]): Endpoint {
  const example = `${protocols[0]}://127.0.0.1:${protocols[0] === 'http' ? 8080 : 1883}`;
  const parts = form.exec(text);
  if (!parts) throw new Error(`found "${text}", expected PROTOCOL://ADDRESS:PORT, such as ${example}`);
  const [, protocol, host, portText, path] = parts as unknown as [string, string, string, string, string | undefined];
  if (!protocols.includes(protocol)) throw new Error(`found the protocol "${protocol}", expected ${protocols.join(' or ')}, such as ${example}`);
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0) throw new Error(`found the address "${address}", expected an IP address, such as ${example} or ${protocol}://[::1]:${portText}`);
  const port = Number(portText);
  // 0 is allowed here and not in the file: nobody could be told a port that changes with every start.
  if (port > 65535) throw new Error(`found the port ${portText}, expected 1 to 65535, or 0 for any free port`);
  if (path !== undefined && !protocol.startsWith('ws')) throw new Error(`found the path "${path}", which only ws:// and wss:// have`);
  return { protocol, address, port, ...(path !== undefined && { path }) };
}
