import { RequestError } from './request-error.js';
import type { PageRequest } from './paging.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** The parameters of a request's query, each checked when it is read. */
export class Parameters {
  readonly #values = new Map<string, string>();

  /** @throws RequestError */
  constructor(query: string, known: readonly string[]) {
    for (const [name, value] of new URLSearchParams(query)) {
      if (!known.includes(name)) throw new RequestError(400, `unknown parameter ${name}; ${known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`}`);
      if (this.#values.has(name)) throw new RequestError(400, `${name} is given twice`);
      this.#values.set(name, value);
    }
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.#values.get(name);
    if (value !== undefined && !(values as readonly string[]).includes(value)) throw new RequestError(400, `${name}: found "${value}", expected ${values.join(' or ')}`);
    return value as T | undefined;
  }

  /** `limit`, and `after`: what the page before said in `next`. */
  page(): PageRequest {
    const limit = this.#values.get('limit') ?? String(DEFAULT_LIMIT);
    if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT) throw new RequestError(400, `limit: found "${limit}", expected 1 to ${MAX_LIMIT}`);
    const after = this.#values.get('after');
    return { limit: Number(limit), after: after === undefined ? undefined : decodePosition(after) };
  }
}

/** Positions are opaque to the client: the keys behind them may hold any character. */
export function encodePosition(key: string | undefined): string | null {
  return key === undefined ? null : Buffer.from(key).toString('base64url');
}

function decodePosition(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  if (text === '' || bytes.toString('base64url') !== text) throw new RequestError(400, 'after: expected what the page before says in "next"');
  return bytes.toString();
}
