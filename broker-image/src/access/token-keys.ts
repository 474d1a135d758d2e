import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWK, type JWSHeaderParameters } from 'jose';
import { InvalidFileError, type Problem } from '../config/index.js';

export type TokenKey = CryptoKey | KeyObject;

/** Finds the keys that a token may be signed with, by its header. Throws a JOSEError when there are none, a KeysUnavailableError when nobody knows. */
export type TokenKeys = (header: JWSHeaderParameters) => Promise<readonly TokenKey[]>;

/** The keys cannot be had now: a token can neither be accepted nor be called wrong. */
export class KeysUnavailableError extends Error {}

/** RFC 7518 §3.2: a key as long as the hash, at least; a shorter one can be found by trying, away from the broker, with any token. */
const minSecretBytes: Record<string, number> = { HS256: 32, HS384: 48, HS512: 64 };

/** Reads a JWK Set, or public keys or certificates in PEM. Throws an InvalidFileError with everything that is wrong with them; no message shows a key. */
export function parseTokenKeys(text: string, file: string, algorithms: readonly string[]): TokenKeys {
  const problems: Problem[] = [];
  const keys = text.trimStart().startsWith('{') ? parseKeySet(text, algorithms, problems) : parsePem(text, algorithms, problems);
  if (problems.length > 0) throw new InvalidFileError(file, problems);
  return keys;
}

/** How jose finds a key, with the case that several fit: a set may name its keys by `kid` or leave them unnamed. */
export function candidatesFrom(find: (header: JWSHeaderParameters) => Promise<CryptoKey>): TokenKeys {
  return async (header) => {
    try {
      return [await find(header)];
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      const several: TokenKey[] = [];
      for await (const key of error) several.push(key);
      return several;
    }
  };
}

function parseKeySet(text: string, algorithms: readonly string[], problems: Problem[]): TokenKeys {
  let keys: JWK[];
  try {
    ({ keys } = JSON.parse(text) as JSONWebKeySet);
    if (!Array.isArray(keys) || keys.length === 0) throw new Error();
  } catch {
    // Not what JSON.parse says, which quotes the text.
    problems.push({ path: '', message: 'expected a JWK Set: a JSON object with a list "keys" that is not empty (RFC 7517 §5)' });
    return async () => [];
  }
  keys.forEach((key, index) => {
    const message = whyUnusable(key, algorithms);
    if (message !== undefined) problems.push({ path: `keys[${index}]`, message });
  });
  if (problems.length > 0) return async () => [];
  const secrets = keys.filter(({ kty }) => kty === 'oct').map(({ kid, alg, k }) => ({ kid, alg, key: createSecretKey(k!, 'base64url') }));
  const findPublic = candidatesFrom(createLocalJWKSet({ keys: keys.filter(({ kty }) => kty !== 'oct') }));
  return async (header) => {
    const { alg = '', kid } = header;
    if (!alg.startsWith('HS')) return findPublic(header);
    const fitting = secrets.filter((secret) => (kid === undefined || secret.kid === kid) && (secret.alg === undefined || secret.alg === alg));
    if (fitting.length === 0) throw new errors.JWKSNoMatchingKey();
    return fitting.map(({ key }) => key);
  };
}

function whyUnusable(key: JWK, algorithms: readonly string[]): string | undefined {
  if (key?.kty === 'oct') {
    const accepted = algorithms.filter((algorithm) => algorithm in minSecretBytes && (key.alg === undefined || key.alg === algorithm));
    if (accepted.length === 0) return `a shared secret (kty "oct") that no algorithm in authentication.jwt.algorithms uses; name ${key.alg ?? 'HS256'} there, or take the key out`;
    const bytes = typeof key.k === 'string' ? Buffer.from(key.k, 'base64url').length : 0;
    const needed = Math.max(...accepted.map((algorithm) => minSecretBytes[algorithm]!));
    return bytes < needed ? `a shared secret of ${bytes} bytes; ${accepted.join(', ')} needs ${needed} random bytes at least` : undefined;
  }
  if (key?.d !== undefined) return 'a private key; the broker needs the public part alone: take the private members out, and change the key if others could read this file';
  try {
    return whyWeak(createPublicKey({ key: key as JsonWebKey, format: 'jwk' }));
  } catch {
    return `not a public key of a type that signs: kty is ${typeof key?.kty === 'string' ? `"${key.kty}"` : 'missing'}, expected RSA, EC or OKP with their members (RFC 7518 §6)`;
  }
}

function parsePem(text: string, algorithms: readonly string[], problems: Problem[]): TokenKeys {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g)];
  if (blocks.length === 0) problems.push({ path: '', message: 'found neither a JWK Set nor a public key or certificate in PEM' });
  const keys = blocks.flatMap(([block, type], index): KeyObject[] => {
    const problem = (message: string) => problems.push({ path: `block ${index + 1}`, message });
    if (type!.endsWith('PRIVATE KEY')) problem('a private key; the broker needs the public key alone: put that here, and change the key if others could read this file');
    else {
      try {
        const key = createPublicKey(block);
        const weak = whyWeak(key);
        if (weak !== undefined) problem(weak);
        else if (algorithms.some((algorithm) => fits(key, algorithm))) return [key];
        else problem(`a key of the type ${key.asymmetricKeyType}, with which no algorithm in authentication.jwt.algorithms signs`);
      } catch {
        problem(`${type} cannot be read as a public key or certificate`);
      }
    }
    return [];
  });
  return async ({ alg = '' }) => {
    const fitting = keys.filter((key) => fits(key, alg));
    if (fitting.length === 0) throw new errors.JWKSNoMatchingKey();
    return fitting;
  };
}

/** RFC 7518 §3.3. */
function whyWeak({ asymmetricKeyDetails }: KeyObject): string | undefined {
  const { modulusLength } = asymmetricKeyDetails ?? {};
  return modulusLength !== undefined && modulusLength < 2048 ? `an RSA key of ${modulusLength} bits; 2048 are needed at least` : undefined;
}

const curves: Record<string, string> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' };

/** Whether this key can have made a signature with this algorithm (RFC 7518 §3.1, RFC 8037, RFC 9864). */
function fits({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, algorithm: string): boolean {
  if (/^[RP]S\d+$/.test(algorithm)) return asymmetricKeyType === 'rsa';
  if (algorithm in curves) return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curves[algorithm];
  return (algorithm === 'EdDSA' || algorithm === 'Ed25519') && asymmetricKeyType === 'ed25519';
}
