import { isMapping, listenersOf, mappingAt, type Mapping } from './document.js';
import { isLoopback } from './loopback.js';
import type { Inconsistency } from './problem.js';

/** What a JSON schema cannot say about who may connect, and where. */
export function findAuthenticationInconsistencies(written: unknown, complete: unknown): Inconsistency[] {
  return [
    ...checkJwt(mappingAt(written, 'authentication').jwt),
    ...checkBackoff(complete),
    ...checkSomebodyMayConnect(written, complete),
    ...checkCertificatesAreAskedFor(complete),
    ...listenersOf(complete).flatMap(({ index, listener }) => checkListenerMethods(index, listener, complete)),
    ...listenersOf(written).flatMap(({ index, listener }) => checkOrigins(index, listener)),
  ];
}

const sharedSecretAlgorithms = /^HS\d+$/;

function checkJwt(jwt: unknown): Inconsistency[] {
  if (!isMapping(jwt)) return [];
  const { jwksUrl, keyFile, caFile, refreshSeconds, algorithms } = jwt;
  const found: Inconsistency[] = [];
  const add = (message: string, ...keys: (string | number)[]) => found.push({ segments: ['authentication', 'jwt', ...keys], message });
  if (jwksUrl === undefined && keyFile === undefined) add("neither jwksUrl nor keyFile, so no token could be verified; write one of them: where the issuer's keys are");
  if (jwksUrl !== undefined && keyFile !== undefined) add('found with jwksUrl; the keys come from one place: leave one of the two out', 'keyFile');
  const problem = typeof jwksUrl === 'string' && /^https?:\/\//.test(jwksUrl) ? whyUnusable(jwksUrl) : undefined;
  if (problem !== undefined) add(problem, 'jwksUrl');
  if (jwksUrl === undefined) {
    if (caFile !== undefined) add('found without jwksUrl, so there is no connection that it could be used for; leave it out', 'caFile');
    if (refreshSeconds !== undefined) add('found without jwksUrl; a changed keyFile is noticed by itself: leave it out', 'refreshSeconds');
  } else if (caFile !== undefined && typeof jwksUrl === 'string' && jwksUrl.startsWith('http:')) add('found with a jwksUrl that is not encrypted; leave it out', 'caFile');
  if (jwksUrl !== undefined && Array.isArray(algorithms)) {
    algorithms.forEach((algorithm: unknown, index) => {
      if (typeof algorithm === 'string' && sharedSecretAlgorithms.test(algorithm)) add(`found ${algorithm} with jwksUrl; whoever can read the URL could sign tokens: put the shared secret into a keyFile`, 'algorithms', index);
    });
  }
  return found;
}

function whyUnusable(jwksUrl: string): string | undefined {
  const url = URL.canParse(jwksUrl) ? new URL(jwksUrl) : undefined;
  if (url === undefined) return `found "${jwksUrl}", expected a URL, such as https://issuer.example.com/.well-known/jwks.json`;
  // Not shown: it is a secret in a file that has none.
  if (url.username !== '' || url.password !== '') return 'found a URL with a user name or password in it; secrets never stand in this file: the JWK Set must be readable without';
  if (url.protocol === 'http:' && !isLocal(url.hostname)) return `found "${jwksUrl}", which is not encrypted: whoever sits between could put in keys of their own and sign tokens; write https://, or http:// to a sidecar on 127.0.0.1`;
  return undefined;
}

/** In a URL an IPv6 address stands in brackets. */
function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

function checkBackoff(complete: unknown): Inconsistency[] {
  const { seconds, maxSeconds } = mappingAt(mappingAt(complete, 'authentication'), 'backoff');
  if (typeof seconds !== 'number' || typeof maxSeconds !== 'number' || seconds <= maxSeconds) return [];
  return [{ segments: ['authentication', 'backoff', 'seconds'], message: `found ${seconds}, more than maxSeconds (${maxSeconds})` }];
}

function checkSomebodyMayConnect(written: unknown, complete: unknown): Inconsistency[] {
  const { anonymous, passwordFile, jwt, clientCertificate } = mappingAt(complete, 'authentication');
  if (anonymous !== false || passwordFile !== undefined || jwt !== undefined || clientCertificate !== undefined) return [];
  const wasWritten = mappingAt(written, 'authentication').anonymous !== undefined;
  return [
    {
      segments: ['authentication'],
      message: `anonymous is false${wasWritten ? '' : ' (the default)'} and there is no passwordFile, jwt or clientCertificate, so no client could connect; name a passwordFile, or write anonymous: true to let everybody in`,
    },
  ];
}

function checkCertificatesAreAskedFor(complete: unknown): Inconsistency[] {
  const listeners = listenersOf(complete);
  if (mappingAt(complete, 'authentication').clientCertificate === undefined || listeners.length === 0 || listeners.some(({ listener }) => asksForCertificates(listener))) return [];
  return [{ segments: ['authentication', 'clientCertificate'], message: 'found, but no listener asks for a certificate; write tls.clientCertificate: require (or request) and tls.clientCaFile on one with protocol tls or wss' }];
}

/** The key of the section `authentication` that sets a method up. */
const setUpBy: Record<string, string> = { anonymous: 'anonymous: true', password: 'passwordFile', jwt: 'jwt', certificate: 'clientCertificate' };

function checkListenerMethods(index: number, listener: Mapping, complete: unknown): Inconsistency[] {
  const { anonymous, passwordFile, jwt, clientCertificate } = mappingAt(complete, 'authentication');
  const isSetUp: Record<string, boolean> = { anonymous: anonymous === true, password: passwordFile !== undefined, jwt: jwt !== undefined, certificate: clientCertificate !== undefined };
  const segments = ['listeners', index, 'authentication'];
  const { authentication } = listener;
  if (authentication === undefined) {
    const onlyCertificates = isSetUp.certificate && !isSetUp.anonymous && !isSetUp.password && !isSetUp.jwt;
    if (!onlyCertificates || asksForCertificates(listener)) return [];
    return [{ segments, message: 'missing, and authentication sets up client certificates alone, for which this listener does not ask: no client could connect; write tls.clientCertificate: require, or set up another method' }];
  }
  if (!Array.isArray(authentication)) return [];
  return authentication.flatMap((method: unknown, position): Inconsistency[] => {
    if (typeof method !== 'string' || setUpBy[method] === undefined) return [];
    const at = [...segments, position];
    if (authentication.indexOf(method) !== position) return [{ segments: at, message: `found ${method} twice` }];
    if (!isSetUp[method]) return [{ segments: at, message: `found ${method}, which the section authentication does not set up; write ${setUpBy[method]} there, or leave it out here` }];
    if (method === 'certificate' && !asksForCertificates(listener)) return [{ segments: at, message: 'found certificate on a listener that does not ask for one; write tls.clientCertificate: require (or request) and tls.clientCaFile' }];
    return [];
  });
}

function asksForCertificates(listener: Mapping): boolean {
  const { clientCertificate } = mappingAt(listener, 'tls');
  return clientCertificate === 'request' || clientCertificate === 'require';
}

function checkOrigins(index: number, listener: Mapping): Inconsistency[] {
  const { allowedOrigins, protocol } = listener;
  if (allowedOrigins === undefined) return [];
  const segments = ['listeners', index, 'allowedOrigins'];
  if (protocol === 'tcp' || protocol === 'tls') return [{ segments, message: `found with protocol ${protocol}, which no web page speaks; write protocol: ${protocol === 'tcp' ? 'ws' : 'wss'}, or leave allowedOrigins out` }];
  if (!Array.isArray(allowedOrigins)) return [];
  return allowedOrigins.flatMap((origin: unknown, position): Inconsistency[] => {
    if (typeof origin !== 'string' || origin === '' || isOrigin(origin)) return [];
    return [{ segments: [...segments, position], message: `found "${origin}", expected an origin as browsers send it: scheme, host and, unless it is the scheme's own, port, such as https://app.example.com or http://localhost:3000` }];
  });
}

/** The serialization of RFC 6454 §6.2. Other schemes than of the web are those of apps in a web view, such as `capacitor://localhost`. */
function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+$/.test(text) || !URL.canParse(text)) return false;
  return !/^https?:/.test(text) || new URL(text).origin === text;
}
