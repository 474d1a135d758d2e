import { deleteSession, disconnectClient, inspectClient, listClients } from './clients.js';
import { Parameters } from './parameters.js';
import { RequestError } from './request-error.js';
import { deleteRetained, listRetained, readRetained } from './retained.js';
import { listSharedSubscriptions } from './shared-subscriptions.js';
import { listSubscriptions } from './subscriptions.js';
import type { Broker } from '../protocol/index.js';

export interface Route {
  readonly method: 'GET' | 'DELETE';
  /** Segments; `:name` stands for a client id or a topic. */
  readonly path: readonly string[];
  /** Known parameters of the query. */
  readonly parameters: readonly string[];
  /** Looks at everything there is, so only a few of these run at a time. */
  readonly scans?: boolean;
  /** @returns what the answer says; nothing for 204 */
  answer(broker: Broker, name: string, parameters: Parameters): unknown;
}

const paged = ['limit', 'after'];

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: ['v1', 'clients'],
    parameters: ['prefix', 'state', ...paged],
    scans: true,
    answer: (broker, _name, parameters) => listClients(broker, { prefix: parameters.text('prefix'), state: parameters.oneOf('state', ['connected', 'disconnected']) }, parameters.page()),
  },
  { method: 'GET', path: ['v1', 'clients', ':name'], parameters: [], answer: inspectClient },
  { method: 'DELETE', path: ['v1', 'clients', ':name', 'connection'], parameters: [], answer: disconnectClient },
  { method: 'DELETE', path: ['v1', 'clients', ':name', 'session'], parameters: [], answer: deleteSession },
  {
    method: 'GET',
    path: ['v1', 'subscriptions'],
    parameters: ['client', 'filter', 'topic', ...paged],
    scans: true,
    answer: (broker, _name, parameters) => listSubscriptions(broker, { client: parameters.text('client'), filter: parameters.text('filter'), topic: parameters.text('topic') }, parameters.page()),
  },
  {
    method: 'GET',
    path: ['v1', 'shared-subscriptions'],
    parameters: ['prefix', ...paged],
    scans: true,
    answer: (broker, _name, parameters) => listSharedSubscriptions(broker, { prefix: parameters.text('prefix') }, parameters.page()),
  },
  {
    method: 'GET',
    path: ['v1', 'retained'],
    parameters: ['filter', ...paged],
    scans: true,
    answer: (broker, _name, parameters) => listRetained(broker, parameters.text('filter') ?? '#', parameters.page()),
  },
  { method: 'GET', path: ['v1', 'retained', ':name'], parameters: [], answer: readRetained },
  { method: 'DELETE', path: ['v1', 'retained', ':name'], parameters: [], answer: deleteRetained },
];

export interface FoundRoute {
  readonly route: Route;
  readonly name: string;
  readonly parameters: Parameters;
}

/**
 * Not `new URL`, which takes `..` out of paths, and so a client id of that name.
 * @throws RequestError
 */
export function findRoute(method: string, url: string): FoundRoute {
  const [path = '', query = ''] = split(url);
  const segments = path.split('/').slice(1);
  const matching = routes.filter((route) => route.path.length === segments.length && route.path.every((segment, index) => segment === ':name' || segment === segments[index]));
  if (matching.length === 0) {
    throw new RequestError(404, `no such path; there are ${[...new Set(routes.map((route) => `/${route.path.join('/').replace(':name', route.path[1] === 'clients' ? '{client id}' : '{topic}')}`))].join(', ')}, with / in names written as %2F`);
  }
  const route = matching.find((candidate) => candidate.method === method);
  if (route === undefined) throw new RequestError(405, `${method} is not possible here`, { Allow: matching.map((candidate) => candidate.method).join(', ') });
  const at = route.path.indexOf(':name');
  return { route, name: at === -1 ? '' : decodeName(segments[at]!), parameters: new Parameters(query, route.parameters) };
}

function split(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function decodeName(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RequestError(400, 'the name in the path is not percent-encoded UTF-8');
  }
}
