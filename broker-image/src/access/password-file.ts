import { costForPasswords, isSlow, ScryptHash } from './scrypt-hash.js';
import { InvalidFileError, type Problem } from '../config/index.js';

/** Lines of `user:hash`; empty lines and lines that begin with # are skipped. */
export class PasswordFile {
  private constructor(
    private readonly hashes: ReadonlyMap<string, string>,
    private readonly decoy: string,
    /** Hashes that take long to check, as those of passwords that people choose have to. */
    readonly slowHashes: number,
  ) {}

  /** Throws an InvalidFileError with every bad line. No message shows a password or a hash. */
  static parse(text: string, file: string): PasswordFile {
    const hashes = new Map<string, string>();
    const firstLine = new Map<string, number>();
    const problems: Problem[] = [];
    let slowHashes = 0;
    text.split(/\r?\n/).forEach((content, index) => {
      const line = index + 1;
      if (content.trim() === '' || content.startsWith('#')) return;
      const problem = (message: string) => problems.push({ path: '', line, message });
      const colon = content.indexOf(':');
      if (colon < 1) return problem('expected USER:HASH');
      const user = content.slice(0, colon);
      if (/[+#/\0]/.test(user)) return problem(`the user name "${user}" contains + # / or a NUL, which would widen the access rules that name %u`);
      if (firstLine.has(user)) return problem(`the user "${user}" stands on line ${firstLine.get(user)} already`);
      firstLine.set(user, line);
      const hash = content.slice(colon + 1).trim();
      try {
        if (isSlow(ScryptHash.parse(hash).cost)) slowHashes++;
        hashes.set(user, hash);
      } catch (error) {
        problem(`user "${user}": ${(error as Error).message}`);
      }
      return undefined;
    });
    if (problems.length > 0) throw new InvalidFileError(file, problems);
    const [anyHash] = hashes.values();
    const cost = anyHash === undefined ? costForPasswords : ScryptHash.parse(anyHash).cost;
    return new PasswordFile(hashes, ScryptHash.decoy(cost).toString(), slowHashes);
  }

  get size(): number {
    return this.hashes.size;
  }

  /** The hash to check a user's password against. That of an unknown user is one that no password has, at the same cost: how long the answer takes does not tell which users exist. */
  hashFor(user: string): string {
    return this.hashes.get(user) ?? this.decoy;
  }
}
