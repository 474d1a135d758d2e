import { randomBytes, scrypt, timingSafeEqual, type BinaryLike } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<BinaryLike, BinaryLike, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** Cost of one hash: N = 2^log2N, memory 128 * N * r bytes, time proportional to N * r * p. */
export interface ScryptCost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** For passwords that people choose: OWASP Password Storage Cheat Sheet, the scrypt setting with 16 MiB. */
export const costForPasswords: ScryptCost = { log2N: 14, r: 8, p: 5 };

/** For secrets of at least 128 random bits: no guessing finds them, whatever the hash costs, and a fleet that reconnects with a secret per device is let in quickly. */
export const costForRandomSecrets: ScryptCost = { log2N: 10, r: 8, p: 1 };

/** More than this, and one login could stop a small pod. */
const maxMemoryBytes = 256 * 1024 * 1024;
const maxParallelization = 64;

/** Whether checking it takes long enough for a fleet to notice: several times as long as a hash for random secrets. */
export function isSlow({ log2N, r, p }: ScryptCost): boolean {
  const work = (cost: ScryptCost) => 2 ** cost.log2N * cost.r * cost.p;
  return work({ log2N, r, p }) > 8 * work(costForRandomSecrets);
}

const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** A password hash in PHC string format: `$scrypt$ln=14,r=8,p=5$<salt>$<hash>`, both in base64 without padding. */
export class ScryptHash {
  private constructor(
    readonly cost: ScryptCost,
    private readonly salt: Buffer,
    private readonly hash: Buffer,
  ) {}

  /** Throws an Error that says what is wrong, without the hash itself. */
  static parse(text: string): ScryptHash {
    const parts = form.exec(text);
    if (!parts) throw new Error(`the hash is not in the form $scrypt$ln=..,r=..,p=..$salt$hash${foreignHint(text)}; make it with the hash-password subcommand`);
    const [log2N, r, p] = parts.slice(1, 4).map(Number) as [number, number, number];
    if (log2N < 1 || r < 1 || p < 1 || p > maxParallelization || 128 * 2 ** log2N * r > maxMemoryBytes) {
      throw new Error(`the cost ln=${log2N},r=${r},p=${p} is out of range: ln, r and p are at least 1, p is at most ${maxParallelization}, and 128 * 2^ln * r is at most ${maxMemoryBytes} bytes of memory`);
    }
    const salt = Buffer.from(parts[4]!, 'base64');
    const hash = Buffer.from(parts[5]!, 'base64');
    if (salt.length < 8 || hash.length < 16 || hash.length > 64) throw new Error('the salt must have at least 8 bytes and the hash 16 to 64');
    return new ScryptHash({ log2N, r, p }, salt, hash);
  }

  static async create(password: Buffer, cost: ScryptCost): Promise<ScryptHash> {
    const salt = randomBytes(16);
    return new ScryptHash(cost, salt, await deriveKey(password, salt, 32, cost));
  }

  /** A hash of no password: for users that do not exist, checked at the same price as one that does. */
  static decoy(cost: ScryptCost): ScryptHash {
    return new ScryptHash(cost, randomBytes(16), randomBytes(32));
  }

  /** Derives the key on a thread of the pool, and compares it in constant time. */
  async verify(password: Buffer): Promise<boolean> {
    return timingSafeEqual(await deriveKey(password, this.salt, this.hash.length, this.cost), this.hash);
  }

  toString(): string {
    const { log2N, r, p } = this.cost;
    return `$scrypt$ln=${log2N},r=${r},p=${p}$${unpadded(this.salt)}$${unpadded(this.hash)}`;
  }
}

function deriveKey(password: Buffer, salt: Buffer, length: number, { log2N, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** log2N;
  // What scrypt needs by RFC 7914 (B and V), and some room for OpenSSL's own bookkeeping.
  return derive(password, salt, length, { N, r, p, maxmem: 128 * r * (N + p) + 1024 * 1024 });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function foreignHint(text: string): string {
  if (/^\$[67]\$/.test(text)) return ' (it looks like one of mosquitto, which cannot be taken over)';
  if (/^\$(2[aby]|argon2id?)\$/.test(text)) return ' (bcrypt and argon2 are not supported)';
  return text.startsWith('$') ? '' : ' (a password in clear text?)';
}
