import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import type { JWK } from 'jose';
import { parseTokenKeys } from '../../src/access/index.js';
import { InvalidFileError } from '../../src/config/index.js';
import { temporaryDirectory } from '../config/files.js';
import { Authority } from '../listeners/certificates.js';
import { keySet, Signer } from './tokens.js';

let signer: Signer;
before(async () => {
  signer = await Signer.create('ES256', 'k');
});

/** What is wrong with a file of keys. */
function problemsOf(text: string, algorithms = ['RS256', 'ES256', 'EdDSA']): string[] {
  try {
    parseTokenKeys(text, 'keys', algorithms);
  } catch (error) {
    assert.ok(error instanceof InvalidFileError, String(error));
    return error.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  }
  return [];
}
const setOf = (...keys: JWK[]) => JSON.stringify({ keys });
const notASet = 'expected a JWK Set: a JSON object with a list "keys" that is not empty (RFC 7517 §5)';

test('a set, one key in PEM, several', async () => {
  assert.deepEqual(problemsOf(keySet(signer)), []);
  assert.deepEqual(problemsOf(signer.pem!), []);
  assert.deepEqual(problemsOf(`# old and new\n${signer.pem}\n${(await Signer.create('EdDSA')).pem}`), []);
});

test('the key of a certificate, for the algorithm of its curve alone', async () => {
  const { certificateFile } = await (await Authority.create(temporaryDirectory(), 'test authority')).issue('issuer');
  const find = parseTokenKeys(readFileSync(certificateFile, 'utf8'), 'keys', ['ES256', 'ES384']);
  assert.equal((await find({ alg: 'ES256', kid: 'any' })).length, 1);
  await assert.rejects(find({ alg: 'ES384' }), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

test('what is neither a set nor PEM', () => {
  for (const text of ['', 'secret', '-----BEGIN PUBLIC KEY-----']) assert.deepEqual(problemsOf(text), ['found neither a JWK Set nor a public key or certificate in PEM'], text);
  for (const text of ['{', '{}', '{"keys": []}', '{"keys": {}}', '{"keys": null}']) assert.deepEqual(problemsOf(text), [notASet], text);
});

test('a private key is refused wherever it is, and not shown', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = 'block 1: a private key; the broker needs the public key alone: put that here, and change the key if others could read this file';
  assert.deepEqual(problemsOf(signer.privatePem!), [pem]);
  assert.deepEqual(problemsOf(rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string), [pem]);
  const jwk = rsa.privateKey.export({ format: 'jwk' }) as JWK;
  const problems = problemsOf(setOf(signer.jwk, jwk));
  assert.deepEqual(problems, ['keys[1]: a private key; the broker needs the public part alone: take the private members out, and change the key if others could read this file']);
  assert.ok(!problems.join().includes(jwk.d!));
});

test('all that is wrong is told at once', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  assert.deepEqual(
    problemsOf([weak.export({ type: 'spki', format: 'pem' }), p384.export({ type: 'spki', format: 'pem' }), '-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----'].join('\n')),
    [
      'block 1: an RSA key of 1024 bits; 2048 are needed at least',
      'block 2: a key of the type ec, with which no algorithm in authentication.jwt.algorithms signs',
      'block 3: PUBLIC KEY cannot be read as a public key or certificate',
    ],
  );
  assert.deepEqual(problemsOf(setOf(weak.export({ format: 'jwk' }) as JWK, { kty: 'EC', crv: 'P-256', x: '!' }, {} as JWK, null as unknown as JWK, { kty: 'oct', k: 'c2hvcnQ' })), [
    'keys[0]: an RSA key of 1024 bits; 2048 are needed at least',
    'keys[1]: not a public key of a type that signs: kty is "EC", expected RSA, EC or OKP with their members (RFC 7518 §6)',
    'keys[2]: not a public key of a type that signs: kty is missing, expected RSA, EC or OKP with their members (RFC 7518 §6)',
    'keys[3]: not a public key of a type that signs: kty is missing, expected RSA, EC or OKP with their members (RFC 7518 §6)',
    'keys[4]: a shared secret (kty "oct") that no algorithm in authentication.jwt.algorithms uses; name HS256 there, or take the key out',
  ]);
});

test('a shared secret must be as long as the hash of every algorithm that may use it', () => {
  const secret = (bytes: number, alg?: string): JWK => ({ kty: 'oct', k: randomBytes(bytes).toString('base64url'), ...(alg !== undefined && { alg }) });
  assert.deepEqual(problemsOf(setOf(secret(32)), ['HS256']), []);
  assert.deepEqual(problemsOf(setOf(secret(31)), ['HS256']), ['keys[0]: a shared secret of 31 bytes; HS256 needs 32 random bytes at least']);
  assert.deepEqual(problemsOf(setOf(secret(32)), ['HS256', 'HS512']), ['keys[0]: a shared secret of 32 bytes; HS256, HS512 needs 64 random bytes at least']);
  assert.deepEqual(problemsOf(setOf(secret(32, 'HS256')), ['HS256', 'HS512']), []);
  assert.deepEqual(problemsOf(setOf(secret(64, 'HS512')), ['HS256']), ['keys[0]: a shared secret (kty "oct") that no algorithm in authentication.jwt.algorithms uses; name HS512 there, or take the key out']);
  assert.deepEqual(problemsOf(setOf({ kty: 'oct' }), ['HS256']), ['keys[0]: a shared secret of 0 bytes; HS256 needs 32 random bytes at least']);
});
