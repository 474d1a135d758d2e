import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvalidFileError } from '../config/index.js';

/** 128 bits in hexadecimal: what guessing cannot find. */
const MIN_CHARACTERS = 32;
/** What a Bearer token may consist of (RFC 6750, section 2.1). */
const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/;

/** The token that requests to the admin API carry. Kept as a digest only, so that no dump of the broker's objects shows it. */
export class AdminToken {
  /** @throws InvalidFileError */
  static read(file: string): AdminToken {
    const token = readFileSync(file, 'utf8').trim();
    const problem = problemOf(token);
    if (problem !== undefined) throw new InvalidFileError(file, [{ path: '', message: `${problem}; make one by: openssl rand -hex 32` }]);
    return new AdminToken(digest(token));
  }

  private constructor(private readonly expected: Buffer) {}

  /** In constant time: how much of the token was right cannot be measured. */
  matches(token: string): boolean {
    return timingSafeEqual(digest(token), this.expected);
  }
}

/** Never quotes the token. */
function problemOf(token: string): string | undefined {
  if (token.length < MIN_CHARACTERS) return `found ${token.length === 0 ? 'nothing' : `${token.length} characters`}, expected a token of ${MIN_CHARACTERS} characters or more`;
  return BEARER.test(token) ? undefined : 'found characters that no Bearer token has, expected letters, digits and -._~+/ on one line';
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
