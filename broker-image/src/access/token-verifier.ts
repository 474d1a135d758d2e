import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { AuthenticationFailure } from './access-control.js';
import { AccessRules } from './access-rules.js';
import { KeysUnavailableError, type TokenKey, type TokenKeys } from './token-keys.js';
import type { JwtConfiguration } from '../config/index.js';

export interface VerifiedToken {
  readonly username: string;
  /** Undefined: tokens carry no rules here. */
  readonly rules?: AccessRules;
  /** When the connection is to end, in milliseconds of the Unix epoch. */
  readonly expiresAt?: number;
}

/** A token that lets nobody in. The message says why without showing any of it. */
export class TokenRefusedError extends Error {
  constructor(readonly reason: AuthenticationFailure, message: string) {
    super(message);
  }
}

/** Whether a password is a JSON Web Signature (RFC 7515 §3.1), whose header says how it is signed. */
export function isToken(password: Buffer): boolean {
  const text = password.toString('latin1');
  if (!/^[\w-]+\.[\w-]*\.[\w-]*$/.test(text)) return false;
  try {
    return typeof decodeProtectedHeader(text).alg === 'string';
  } catch {
    return false;
  }
}

/** Checks JSON Web Tokens, and takes from their claims who the client is and what it may do. */
export class TokenVerifier {
  private readonly options: JWTVerifyOptions;

  constructor(
    private readonly configuration: Omit<JwtConfiguration, 'jwksUrl' | 'keyFile' | 'caFile' | 'refreshSeconds'>,
    private keys: TokenKeys,
  ) {
    const { algorithms, issuer, audience, clockToleranceSeconds } = configuration;
    // A token without an end could never be taken back.
    this.options = { algorithms: [...algorithms], clockTolerance: clockToleranceSeconds, requiredClaims: ['exp'], ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }) };
  }

  replaceKeys(keys: TokenKeys): void {
    this.keys = keys;
  }

  /** Throws a TokenRefusedError. */
  async verify(token: Buffer): Promise<VerifiedToken> {
    const { usernameClaim, aclClaim, disconnectOnExpiry, clockToleranceSeconds } = this.configuration;
    const claims = await this.claimsOf(token.toString('latin1'));
    const username = claims[usernameClaim];
    if (typeof username !== 'string' || username === '') throw new TokenRefusedError('bad-credentials', `the claim "${usernameClaim}" of the token names no user: it is ${username === undefined ? 'missing' : 'not a text, or empty'}`);
    return {
      username,
      ...(aclClaim !== undefined && { rules: rulesOf(claims[aclClaim], aclClaim) }),
      ...(disconnectOnExpiry && { expiresAt: (claims.exp! + clockToleranceSeconds) * 1000 }),
    };
  }

  private async claimsOf(token: string): Promise<JWTPayload> {
    try {
      const header = decodeProtectedHeader(token);
      // Before a key is looked for, which may mean to fetch it.
      if (!this.configuration.algorithms.includes(header.alg ?? '')) throw new TokenRefusedError('bad-credentials', 'the token is signed with an algorithm that is not accepted');
      return await this.verifyWith(await this.keys(header), token);
    } catch (error) {
      if (error instanceof KeysUnavailableError) throw new TokenRefusedError('unavailable', error.message);
      if (error instanceof errors.JWTExpired) throw new TokenRefusedError('token-expired', 'the token has expired');
      if (error instanceof errors.JOSEError) throw new TokenRefusedError('bad-credentials', `the token is not valid: ${error.message}`);
      throw error;
    }
  }

  /** Several keys come into question when neither the token nor the keys are named. */
  private async verifyWith(keys: readonly TokenKey[], token: string): Promise<JWTPayload> {
    let refusal: Error = new errors.JWKSNoMatchingKey();
    for (const key of keys) {
      try {
        return (await jwtVerify(token, key, this.options)).payload;
      } catch (error) {
        // A TypeError: the key cannot be used with the algorithm of the token, such as an RSA key that is too short.
        if (error instanceof errors.JWSSignatureVerificationFailed) refusal = error;
        else if (!(error instanceof TypeError)) throw error;
      }
    }
    throw refusal;
  }
}

/** A token without the claim brings no rules: that is not the same as being allowed everything. */
function rulesOf(claim: unknown, name: string): AccessRules {
  try {
    return AccessRules.from(claim ?? [], `the claim "${name}" of the token`);
  } catch (error) {
    throw new TokenRefusedError('bad-credentials', (error as Error).message);
  }
}
