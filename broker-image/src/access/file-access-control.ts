import type { AccessControl, AuthenticationResult, ClientIdentity, Credentials } from './access-control.js';
import type { AccessRules, SubjectRules } from './access-rules.js';
import type { PasswordFile } from './password-file.js';
import { PasswordVerifier, VerifierBusyError } from './password-verifier.js';

export interface FileAccessControlOptions {
  readonly anonymous: boolean;
  readonly passwords?: PasswordFile;
  readonly rules?: AccessRules;
}

/** Access by a password file and access rules. Both can be replaced while clients are connected: the next connection, publish and subscribe see the new ones. */
export class FileAccessControl implements AccessControl {
  private readonly anonymous: boolean;
  private readonly verifier = new PasswordVerifier();
  private passwords: PasswordFile | undefined;
  private rules: AccessRules | undefined;
  /** The rules of each connected client, filled in once: checked on every publish. */
  private resolved = new WeakMap<ClientIdentity, SubjectRules>();

  constructor({ anonymous, passwords, rules }: FileAccessControlOptions) {
    this.anonymous = anonymous;
    this.passwords = passwords;
    this.rules = rules;
  }

  replacePasswords(passwords: PasswordFile): void {
    this.passwords = passwords;
  }

  replaceRules(rules: AccessRules): void {
    this.rules = rules;
    this.resolved = new WeakMap();
  }

  async authenticate({ username, password }: Credentials): Promise<AuthenticationResult> {
    if (username === undefined) return this.anonymous ? { accepted: true } : { accepted: false, reason: 'anonymous' };
    // Without a password file nobody can say who is who: such a client is anonymous, whatever name it gives.
    if (this.passwords === undefined) return this.anonymous ? { accepted: true } : { accepted: false, reason: 'bad-credentials' };
    try {
      const accepted = await this.verifier.verify(this.passwords.hashFor(username), password ?? Buffer.alloc(0));
      return accepted ? { accepted } : { accepted, reason: 'bad-credentials' };
    } catch (error) {
      if (error instanceof VerifierBusyError) return { accepted: false, reason: 'unavailable' };
      throw error;
    }
  }

  mayPublish(client: ClientIdentity, topic: string): boolean {
    // The broker alone speaks there, whatever a rule says.
    if (topic.startsWith('$SYS/')) return false;
    if (this.rules === undefined) return !topic.startsWith('$');
    return this.rulesOf(client, this.rules).mayPublish(topic);
  }

  maySubscribe(client: ClientIdentity, filter: string): boolean {
    const topics = withoutShareName(filter);
    if (this.rules === undefined) return !topics.startsWith('$') || topics.startsWith('$SYS/');
    return this.rulesOf(client, this.rules).maySubscribe(topics);
  }

  private rulesOf(client: ClientIdentity, rules: AccessRules): SubjectRules {
    let resolved = this.resolved.get(client);
    if (resolved === undefined) {
      const user = this.passwords === undefined ? undefined : client.username;
      resolved = rules.for({ client: client.clientId, ...(user !== undefined && { user }) });
      this.resolved.set(client, resolved);
    }
    return resolved;
  }
}

/** `$share/NAME/FILTER` is a way to receive, not a topic: the rules are about FILTER. */
function withoutShareName(filter: string): string {
  return /^\$share\/[^/]+\/(.+)$/s.exec(filter)?.[1] ?? filter;
}
