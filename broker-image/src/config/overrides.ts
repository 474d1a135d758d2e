import type { Endpoint } from './endpoint.js';
import { isMapping, listenersOf } from './document.js';
import type { Problem } from './problem.js';

/** What the command line changes in a configuration file, to run it somewhere else than in its pod. */
export interface Overrides {
  /** Another address and port for the listener of that name. */
  readonly listeners: readonly { readonly name: string; readonly endpoint: Endpoint }[];
  readonly operations?: Endpoint;
  /** Another address and port for the admin API, which the file turns on. */
  readonly admin?: Endpoint;
  readonly dataDirectory?: string;
  /** Another name for the broker. */
  readonly name?: string;
  /** Other NATS servers for the replicated log. */
  readonly logServers?: readonly string[];
}

export const noOverrides: Overrides = { listeners: [] };

/** Writes the overrides into a parsed configuration file. Says which of them do not fit it. */
export function applyOverrides(document: unknown, overrides: Overrides): Problem[] {
  if (!isMapping(document)) return [];
  const problems: Problem[] = [];
  const listeners = listenersOf(document);
  for (const { name, endpoint } of overrides.listeners) {
    const matching = listeners.filter(({ listener }) => listener.name === name);
    const path = `--listen ${name}=${endpoint.protocol}://...`;
    if (matching.length === 0) {
      problems.push({ path, message: `the file has no listener with this name; it has: ${listeners.map(({ listener }) => String(listener.name)).join(', ') || 'none'}` });
    }
    for (const { listener } of matching) {
      if (listener.protocol !== endpoint.protocol) {
        problems.push({ path, message: `the listener ${name} of the file speaks ${String(listener.protocol)}: write --listen ${name}=${String(listener.protocol)}://...` });
        continue;
      }
      listener.address = endpoint.address;
      listener.port = endpoint.port;
      if (endpoint.path !== undefined) listener.path = endpoint.path;
    }
  }
  if (overrides.operations) setIn(document, 'operations', { address: overrides.operations.address, port: overrides.operations.port });
  if (overrides.admin) {
    if (document.admin === undefined) problems.push({ path: '--admin', message: 'the file has no section admin with a tokenFile, so there is no admin API to move' });
    else setIn(document, 'admin', { address: overrides.admin.address, port: overrides.admin.port });
  }
  if (overrides.dataDirectory !== undefined) setIn(document, 'store', { directory: overrides.dataDirectory });
  if (overrides.name !== undefined) document.name = overrides.name;
  if (overrides.logServers !== undefined) {
    if (document.cluster === undefined) problems.push({ path: '--log', message: 'the file has no section cluster, so this broker stands alone and has no log' });
    else if (isMapping(document.cluster)) setIn(document.cluster, 'log', { servers: overrides.logServers });
  }
  return problems;
}

function setIn(document: Record<string, unknown>, key: string, values: Record<string, unknown>): void {
  const section = document[key];
  document[key] = { ...(isMapping(section) ? section : {}), ...values };
}
