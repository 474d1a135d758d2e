import { isIP } from 'node:net';
import { findAuthenticationInconsistencies } from './authentication-consistency.js';
import { checkClusterLog } from './cluster-consistency.js';
import { isMapping, listenersOf, mappingAt, type Mapping } from './document.js';
import type { Inconsistency } from './problem.js';

/**
 * What a JSON schema cannot say: keys that need, refuse or clash with each other.
 * @param written the document as it was written
 * @param complete the same with the defaults filled in
 */
export function findInconsistencies(written: unknown, complete: unknown): Inconsistency[] {
  return [
    ...listenersOf(written).flatMap(({ index, listener }) => checkListener(index, listener)),
    ...checkAddresses(complete),
    ...checkNames(written),
    ...checkPorts(complete),
    ...findAuthenticationInconsistencies(written, complete),
    ...checkQueueSize(complete),
    ...checkOutboundBytes(complete),
    ...checkClusterLog(written),
  ];
}

function checkListener(index: number, listener: Mapping): Inconsistency[] {
  const found: Inconsistency[] = [];
  const add = (message: string, ...keys: string[]) => found.push({ segments: ['listeners', index, ...keys], message });
  const { protocol, tls, path } = listener;
  if ((protocol === 'tls' || protocol === 'wss') && tls === undefined) add(`missing; a listener with protocol ${protocol} needs certificateFile and privateKeyFile here`, 'tls');
  if ((protocol === 'tcp' || protocol === 'ws') && tls !== undefined) add(`found with protocol ${protocol}, which is not encrypted; write protocol: ${protocol === 'tcp' ? 'tls' : 'wss'}, or leave tls out`, 'tls');
  if ((protocol === 'tcp' || protocol === 'tls') && path !== undefined) add(`found with protocol ${protocol}, which has no path; write protocol: ${protocol === 'tcp' ? 'ws' : 'wss'}, or leave path out`, 'path');
  const { proxyProtocol, trustedProxies } = listener;
  if (trustedProxies !== undefined && (proxyProtocol === undefined || proxyProtocol === 'none')) add('found without proxyProtocol: v1, v2 or any, so nobody would be asked for a header', 'trustedProxies');
  if (Array.isArray(trustedProxies)) {
    trustedProxies.forEach((block: unknown, position) => {
      if (typeof block === 'string' && block !== '' && !isCidr(block)) found.push({ segments: ['listeners', index, 'trustedProxies', position], message: `found "${block}", expected a CIDR block, such as 10.0.0.0/16 or 192.0.2.7/32` });
    });
  }
  if (isMapping(tls)) {
    const asked = tls.clientCertificate === 'request' || tls.clientCertificate === 'require';
    if (asked && tls.clientCaFile === undefined) add(`missing; clientCertificate: ${String(tls.clientCertificate)} needs the authorities that sign client certificates`, 'tls', 'clientCaFile');
    if (!asked && tls.clientCaFile !== undefined) add('found without clientCertificate: request or require, so no client would ever be asked for a certificate', 'tls', 'clientCaFile');
    if (tls.crlFile !== undefined && tls.clientCaFile === undefined) add('found without clientCaFile, so there is no certificate that it could revoke', 'tls', 'crlFile');
  }
  return found;
}

function isCidr(block: string): boolean {
  const [, address, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(block) ?? [];
  const family = isIP(address ?? '');
  return family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** Sections with an address and a port of their own. */
const httpServers = ['operations', 'admin'];

function checkAddresses(document: unknown): Inconsistency[] {
  const addresses = [
    ...listenersOf(document).map(({ index, listener }) => ({ segments: ['listeners', index, 'address'], address: listener.address })),
    ...httpServers.map((section) => ({ segments: [section, 'address'], address: mappingAt(document, section).address })),
  ];
  return addresses
    .filter(({ address }) => typeof address === 'string' && address !== '' && isIP(address) === 0)
    .map(({ segments, address }) => ({ segments, message: `found "${String(address)}", expected an IP address: 0.0.0.0 for all of IPv4, :: for IPv6 and IPv4, 127.0.0.1 for this host alone` }));
}

function checkNames(document: unknown): Inconsistency[] {
  const firstWith = new Map<unknown, number>();
  const found: Inconsistency[] = [];
  for (const { index, listener } of listenersOf(document)) {
    if (typeof listener.name !== 'string') continue;
    const first = firstWith.get(listener.name);
    if (first === undefined) firstWith.set(listener.name, index);
    else found.push({ segments: ['listeners', index, 'name'], message: `found "${listener.name}", the name of listeners[${first}] too; logs and metrics could not tell them apart` });
  }
  return found;
}

interface Socket {
  readonly segments: Inconsistency['segments'];
  readonly owner: string;
  readonly address: string;
  readonly port: number;
}

function checkPorts(document: unknown): Inconsistency[] {
  const candidates: (Omit<Socket, 'address' | 'port'> & { readonly address: unknown; readonly port: unknown })[] = [
    ...listenersOf(document).map(({ index, listener }) => ({ segments: ['listeners', index, 'port'], owner: `listeners[${index}]`, address: listener.address, port: listener.port })),
    ...httpServers.map((section) => {
      const { address, port } = mappingAt(document, section);
      return { segments: [section, 'port'], owner: section, address, port };
    }),
  ];
  const sockets = candidates.filter((socket): socket is Socket => typeof socket.address === 'string' && typeof socket.port === 'number' && socket.port !== 0);
  return sockets.flatMap((socket, index) => {
    const other = sockets.slice(0, index).find((earlier) => earlier.port === socket.port && overlap(earlier.address, socket.address));
    return other === undefined ? [] : [{ segments: socket.segments, message: `found ${socket.port}, the port of ${other.owner} on the same address` }];
  });
}

/** `::` takes IPv4 as well, and both wildcards take every address of this host. */
function overlap(one: string, other: string): boolean {
  const isWildcard = (address: string) => address === '::' || address === '0.0.0.0';
  if (one === '::' || other === '::' || one === other) return true;
  return (isWildcard(one) || isWildcard(other)) && isIP(one) === isIP(other);
}

function checkQueueSize(document: unknown): Inconsistency[] {
  const { maxQueuedBytes } = mappingAt(document, 'session');
  const { maxPacketBytes } = mappingAt(document, 'limits');
  if (typeof maxQueuedBytes !== 'number' || typeof maxPacketBytes !== 'number' || maxQueuedBytes >= maxPacketBytes) return [];
  return [{ segments: ['session', 'maxQueuedBytes'], message: `found ${maxQueuedBytes}, less than limits.maxPacketBytes (${maxPacketBytes}): the largest messages could never be queued` }];
}

function checkOutboundBytes(document: unknown): Inconsistency[] {
  const { maxOutboundBytes, maxPacketBytes } = mappingAt(document, 'limits');
  if (typeof maxOutboundBytes !== 'number' || typeof maxPacketBytes !== 'number' || maxOutboundBytes >= 2 * maxPacketBytes) return [];
  return [{
    segments: ['limits', 'maxOutboundBytes'],
    message: `found ${maxOutboundBytes}, less than twice maxPacketBytes (${maxPacketBytes}): a large message to a client that is a little behind would disconnect it; write ${2 * maxPacketBytes} or more, or a smaller maxPacketBytes`,
  }];
}
