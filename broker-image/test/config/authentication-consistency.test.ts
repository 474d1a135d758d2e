import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidFileError, loadConfigurationFile } from '../../src/config/index.js';
import { temporaryFile } from './files.js';

/** The problems of a file, without their lines. */
function problemsOf(yaml: string): string[] {
  try {
    loadConfigurationFile(temporaryFile(yaml));
  } catch (error) {
    assert.ok(error instanceof InvalidFileError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

const mqtt = 'listeners: [{name: mqtt, protocol: tcp, port: 1883}]';
const withJwt = (jwt: string) => `${mqtt}\nauthentication: {jwt: ${jwt}}`;
const files = 'certificateFile: /c, privateKeyFile: /k';
const mutual = `{${files}, clientCaFile: /a, clientCertificate: request}`;

test('the defaults of a token section', () => {
  assert.deepEqual(loadConfigurationFile(temporaryFile(withJwt('{keyFile: /k}'))).authentication.jwt, {
    keyFile: '/k',
    algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
    usernameClaim: 'sub', disconnectOnExpiry: true, refreshSeconds: 300, clockToleranceSeconds: 30,
  });
});

test('each method alone lets somebody connect', () => {
  for (const authentication of ['{anonymous: true}', '{passwordFile: /p}', '{jwt: {keyFile: /k}}']) assert.deepEqual(problemsOf(`${mqtt}\nauthentication: ${authentication}`), [], authentication);
  assert.deepEqual(problemsOf(`listeners: [{name: a, protocol: tls, port: 1, tls: ${mutual}}]\nauthentication: {clientCertificate: {username: dns}}`), []);
});

test('where the keys of tokens may come from', () => {
  for (const url of ['https://issuer.example.com/jwks', 'http://localhost:8080/jwks', 'http://127.0.0.1/jwks', 'http://[::1]:8080/jwks']) assert.deepEqual(problemsOf(withJwt(`{jwksUrl: "${url}"}`)), [], url);
});

const wrong: Record<string, [yaml: string, problem: string]> = {
  'no keys': [withJwt('{issuer: x}'), "authentication.jwt: neither jwksUrl nor keyFile, so no token could be verified; write one of them: where the issuer's keys are"],
  'keys from two places': [withJwt('{keyFile: /k, jwksUrl: "https://x/jwks"}'), 'authentication.jwt.keyFile: found with jwksUrl; the keys come from one place: leave one of the two out'],
  'another protocol': [withJwt('{jwksUrl: "ftp://x/jwks"}'), "authentication.jwt.jwksUrl: found \"ftp://x/jwks\", expected text that matches ^https?://: URL of the issuer's JWK Set; exactly one of it and `keyFile`. `https`, or `http` to a loopback address, as of a sidecar."],
  'no URL': [withJwt('{jwksUrl: "https://"}'), 'authentication.jwt.jwksUrl: found "https://", expected a URL, such as https://issuer.example.com/.well-known/jwks.json'],
  'keys over the network without encryption': [withJwt('{jwksUrl: "http://issuer.auth.svc/jwks"}'), 'authentication.jwt.jwksUrl: found "http://issuer.auth.svc/jwks", which is not encrypted: whoever sits between could put in keys of their own and sign tokens; write https://, or http:// to a sidecar on 127.0.0.1'],
  'a name that only looks like a loopback address': [withJwt('{jwksUrl: "http://127.0.0.1.example.com/jwks"}'), 'authentication.jwt.jwksUrl: found "http://127.0.0.1.example.com/jwks", which is not encrypted: whoever sits between could put in keys of their own and sign tokens; write https://, or http:// to a sidecar on 127.0.0.1'],
  'a secret in the URL': [withJwt('{jwksUrl: "https://me:hunter2@x/jwks"}'), 'authentication.jwt.jwksUrl: found a URL with a user name or password in it; secrets never stand in this file: the JWK Set must be readable without'],
  'authorities for a file': [withJwt('{keyFile: /k, caFile: /ca}'), 'authentication.jwt.caFile: found without jwksUrl, so there is no connection that it could be used for; leave it out'],
  'authorities without encryption': [withJwt('{jwksUrl: "http://127.0.0.1/jwks", caFile: /ca}'), 'authentication.jwt.caFile: found with a jwksUrl that is not encrypted; leave it out'],
  'a refresh of a file': [withJwt('{keyFile: /k, refreshSeconds: 60}'), 'authentication.jwt.refreshSeconds: found without jwksUrl; a changed keyFile is noticed by itself: leave it out'],
  'a shared secret at a URL': [withJwt('{jwksUrl: "https://x/jwks", algorithms: [RS256, HS256]}'), 'authentication.jwt.algorithms[1]: found HS256 with jwksUrl; whoever can read the URL could sign tokens: put the shared secret into a keyFile'],
  'no signature at all': [withJwt('{keyFile: /k, algorithms: [none]}'), 'authentication.jwt.algorithms[0]: found "none", expected one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384, HS512'],
  'a first refusal above the longest': [`${mqtt}\nauthentication: {anonymous: true, backoff: {seconds: 700}}`, 'authentication.backoff.seconds: found 700, more than maxSeconds (600)'],
  'a certificate without a name': [`listeners: [{name: a, protocol: tls, port: 1, tls: ${mutual}}]\nauthentication: {clientCertificate: {}}`, 'authentication.clientCertificate.username: missing; this key is required'],
  'certificates that nobody asks for': [`${mqtt}\nauthentication: {anonymous: true, clientCertificate: {username: dns}}`, 'authentication.clientCertificate: found, but no listener asks for a certificate; write tls.clientCertificate: require (or request) and tls.clientCaFile on one with protocol tls or wss'],
  'a listener on which only certificates could count, but do not': [
    `listeners: [{name: a, protocol: tls, port: 1, tls: ${mutual}}, {name: b, protocol: tcp, port: 2}]\nauthentication: {clientCertificate: {username: dns}}`,
    'listeners[1].authentication: missing, and authentication sets up client certificates alone, for which this listener does not ask: no client could connect; write tls.clientCertificate: require, or set up another method',
  ],
  'a method that does not exist': ['listeners: [{name: a, protocol: tcp, port: 1, authentication: [token]}]\nauthentication: {anonymous: true}', 'listeners[0].authentication[0]: found "token", expected one of anonymous, password, jwt, certificate'],
  'no method': ['listeners: [{name: a, protocol: tcp, port: 1, authentication: []}]\nauthentication: {anonymous: true}', 'listeners[0].authentication: found [], expected a list of at least 1 entry'],
  'a method twice': ['listeners: [{name: a, protocol: tcp, port: 1, authentication: [anonymous, anonymous]}]\nauthentication: {anonymous: true}', 'listeners[0].authentication[1]: found anonymous twice'],
  'anonymous clients that are not set up': ['listeners: [{name: a, protocol: tcp, port: 1, authentication: [anonymous]}]\nauthentication: {passwordFile: /p}', 'listeners[0].authentication[0]: found anonymous, which the section authentication does not set up; write anonymous: true there, or leave it out here'],
  'passwords that are not set up': ['listeners: [{name: a, protocol: tcp, port: 1, authentication: [password]}]\nauthentication: {anonymous: true}', 'listeners[0].authentication[0]: found password, which the section authentication does not set up; write passwordFile there, or leave it out here'],
  'tokens that are not set up': ['listeners: [{name: a, protocol: tcp, port: 1, authentication: [jwt]}]\nauthentication: {anonymous: true}', 'listeners[0].authentication[0]: found jwt, which the section authentication does not set up; write jwt there, or leave it out here'],
  'certificates on a listener that does not ask': [
    `listeners: [{name: a, protocol: tls, port: 1, tls: ${mutual}}, {name: b, protocol: tls, port: 2, tls: {${files}}, authentication: [certificate]}]\nauthentication: {clientCertificate: {username: dns}}`,
    'listeners[1].authentication[0]: found certificate on a listener that does not ask for one; write tls.clientCertificate: require (or request) and tls.clientCaFile',
  ],
  'a revocation list without authorities': [`listeners: [{name: a, protocol: tls, port: 1, tls: {${files}, crlFile: /crl}}]\nauthentication: {anonymous: true}`, 'listeners[0].tls.crlFile: found without clientCaFile, so there is no certificate that it could revoke'],
  'origins on TCP': ['listeners: [{name: a, protocol: tcp, port: 1, allowedOrigins: []}]\nauthentication: {anonymous: true}', 'listeners[0].allowedOrigins: found with protocol tcp, which no web page speaks; write protocol: ws, or leave allowedOrigins out'],
  'origins on TLS': [`listeners: [{name: a, protocol: tls, port: 1, tls: {${files}}, allowedOrigins: []}]\nauthentication: {anonymous: true}`, 'listeners[0].allowedOrigins: found with protocol tls, which no web page speaks; write protocol: wss, or leave allowedOrigins out'],
};
for (const [name, [yaml, problem]] of Object.entries(wrong)) test(`refused: ${name}`, () => assert.deepEqual(problemsOf(yaml), [problem]));

test('origins as browsers send them, and nothing else', () => {
  const problems = (origin: string) => problemsOf(`listeners: [{name: a, protocol: ws, port: 1, allowedOrigins: ["${origin}"]}]\nauthentication: {anonymous: true}`);
  for (const origin of ['https://app.example.com', 'http://localhost:3000', 'http://[::1]:3000', 'capacitor://localhost']) assert.deepEqual(problems(origin), [], origin);
  for (const origin of ['*', 'null', 'app.example.com', 'https://app.example.com/', 'https://app.example.com:443', 'https://App.example.com', 'HTTPS://app.example.com', 'https://*.example.com', 'https://me@app.example.com', 'https://', 'http://x:99999']) {
    assert.deepEqual(problems(origin), [
      `listeners[0].allowedOrigins[0]: found "${origin}", expected an origin as browsers send it: scheme, host and, unless it is the scheme's own, port, such as https://app.example.com or http://localhost:3000`,
    ], origin);
  }
});
