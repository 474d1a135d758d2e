import { isMapping, mappingAt, type Mapping } from './document.js';
import type { Inconsistency } from './problem.js';

/** What the connection to NATS needs beyond the schema. */
export function checkClusterLog(document: unknown): Inconsistency[] {
  const log = mappingAt(mappingAt(document, 'cluster'), 'log');
  return [...checkServers(log), ...checkCredentials(log), ...checkTls(log)];
}

function checkServers({ servers }: Mapping): Inconsistency[] {
  if (!Array.isArray(servers)) return [];
  return servers.flatMap((server: unknown, index) => {
    // What does not begin with nats:// or tls:// is a matter of the schema.
    if (typeof server !== 'string' || !/^(nats|tls):\/\//.test(server)) return [];
    const message = serverProblem(server);
    return message === undefined ? [] : [{ segments: ['cluster', 'log', 'servers', index], message }];
  });
}

function serverProblem(server: string): string | undefined {
  // The credentials of a URL would be in a ConfigMap, so it is not shown either.
  if (server.includes('@')) return 'found credentials in a URL; write them into files: usernameFile and passwordFile, or credentialsFile';
  const [, host, port] = /^[a-z]+:\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#[\]]+)(?::(\d{1,5}))?\/?$/.exec(server) ?? [];
  if (host !== undefined && (port === undefined || (Number(port) >= 1 && Number(port) <= 65535))) return undefined;
  return `found "${server}", expected nats://HOST:PORT, such as nats://nats.nats.svc:4222`;
}

function checkCredentials({ usernameFile, passwordFile, credentialsFile }: Mapping): Inconsistency[] {
  const found: Inconsistency[] = [];
  const add = (key: string, message: string) => found.push({ segments: ['cluster', 'log', key], message });
  if (usernameFile !== undefined && passwordFile === undefined) add('passwordFile', 'missing; usernameFile needs the password that belongs to it');
  if (passwordFile !== undefined && usernameFile === undefined) add('usernameFile', 'missing; passwordFile needs the user name that it belongs to');
  if (credentialsFile !== undefined && (usernameFile !== undefined || passwordFile !== undefined)) add('credentialsFile', 'found beside usernameFile or passwordFile; NATS takes one or the other, so leave one out');
  return found;
}

function checkTls({ servers, tls }: Mapping): Inconsistency[] {
  const found: Inconsistency[] = [];
  const add = (message: string, ...keys: string[]) => found.push({ segments: ['cluster', 'log', ...keys], message });
  const urls = Array.isArray(servers) ? servers.filter((server): server is string => typeof server === 'string') : [];
  const plain = urls.some((url) => url.startsWith('nats://'));
  const encrypted = urls.some((url) => url.startsWith('tls://'));
  if (plain && encrypted) add('found both nats:// and tls://; the log would be readable on the way to some servers, so write tls:// for all, or nats:// for all', 'servers');
  else if (plain && tls !== undefined) add('found with nats:// servers, which are not encrypted; write tls://, or leave tls out', 'tls');
  if (isMapping(tls)) {
    const { certificateFile, privateKeyFile } = tls;
    if (certificateFile !== undefined && privateKeyFile === undefined) add('missing; certificateFile needs the key that belongs to it', 'tls', 'privateKeyFile');
    if (privateKeyFile !== undefined && certificateFile === undefined) add('missing; privateKeyFile needs the certificate that it belongs to', 'tls', 'certificateFile');
  }
  return found;
}
