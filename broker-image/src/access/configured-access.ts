import type { AccessControl, AuthenticationResult, ClientIdentity, Credentials } from './access-control.js';
import type { AccessRules, SubjectRules } from './access-rules.js';
import { userOfCertificate } from './certificate-user.js';
import type { LoginBackoff } from './login-backoff.js';
import type { PasswordFile } from './password-file.js';
import { PasswordVerifier, VerifierBusyError } from './password-verifier.js';
import { isToken, TokenRefusedError, type TokenVerifier } from './token-verifier.js';
import type { AuthenticationMethod, CertificateName } from '../config/index.js';

export interface AccessOptions {
  readonly anonymous: boolean;
  readonly passwords?: PasswordFile;
  readonly backoff?: LoginBackoff;
  readonly tokens?: TokenVerifier;
  /** What of a client certificate names the user. @default - certificates name nobody */
  readonly certificateName?: CertificateName;
  readonly rules?: AccessRules;
  /** Methods by the name of the listener. A listener that is not among them accepts all that are set up. */
  readonly listeners?: ReadonlyMap<string, readonly AuthenticationMethod[]>;
}

/**
 * Access as the configuration says: by client certificates, tokens, a password file, access rules. Files and keys can be replaced while
 * clients are connected: the next connection, publish and subscribe see the new ones.
 */
export class ConfiguredAccess implements AccessControl {
  private readonly verifier = new PasswordVerifier();
  private passwords: PasswordFile | undefined;
  private rules: AccessRules | undefined;
  /** The rules of each connected client, filled in once: checked on every publish. */
  private resolved = new WeakMap<ClientIdentity, SubjectRules>();

  constructor(private readonly options: AccessOptions) {
    this.passwords = options.passwords;
    this.rules = options.rules;
  }

  replacePasswords(passwords: PasswordFile): void {
    this.passwords = passwords;
  }

  replaceRules(rules: AccessRules): void {
    this.rules = rules;
    this.resolved = new WeakMap();
  }

  /** The first method that fits what the client presents decides; one that fails is not made up for by the next. */
  async authenticate(credentials: Credentials): Promise<AuthenticationResult> {
    const { certificate, username, password } = credentials;
    const { certificateName, tokens } = this.options;
    const accepts = (method: AuthenticationMethod) => this.accepts(credentials.listener, method);
    if (certificate !== undefined && certificateName !== undefined && accepts('certificate')) {
      const user = userOfCertificate(certificate, certificateName);
      return user === undefined ? { accepted: false, reason: 'bad-credentials', error: new Error(`the client's certificate has no ${certificateName} that could be its user name`) } : { accepted: true, username: user };
    }
    const takesTokens = tokens !== undefined && accepts('jwt');
    if (takesTokens && password !== undefined && isToken(password)) return this.byToken(tokens, password);
    const takesPasswords = this.passwords !== undefined && accepts('password');
    if (takesPasswords && username !== undefined) return this.byPassword(this.passwords!, username, credentials);
    // Where nothing could prove a user name, it is no claim: such a client is anonymous, whatever name it gives.
    const claims = username !== undefined && (takesTokens || takesPasswords);
    if (this.options.anonymous && accepts('anonymous') && !claims) return { accepted: true };
    return { accepted: false, reason: username === undefined ? 'anonymous' : 'bad-credentials' };
  }

  mayPublish(client: ClientIdentity, topic: string): boolean {
    // The broker alone speaks there, whatever a rule says.
    if (topic.startsWith('$SYS/')) return false;
    const rules = this.rulesOf(client);
    return rules === undefined ? !topic.startsWith('$') : rules.mayPublish(topic);
  }

  maySubscribe(client: ClientIdentity, filter: string): boolean {
    const topics = withoutShareName(filter);
    const rules = this.rulesOf(client);
    return rules === undefined ? !topics.startsWith('$') || topics.startsWith('$SYS/') : rules.maySubscribe(topics);
  }

  private accepts(listener: string, method: AuthenticationMethod): boolean {
    return this.options.listeners?.get(listener)?.includes(method) ?? true;
  }

  private async byToken(tokens: TokenVerifier, password: Buffer): Promise<AuthenticationResult> {
    try {
      const { username, rules, expiresAt } = await tokens.verify(password);
      return { accepted: true, username, ...(rules !== undefined && { tokenRules: rules }), ...(expiresAt !== undefined && { expiresAt }) };
    } catch (error) {
      if (error instanceof TokenRefusedError) return { accepted: false, reason: error.reason, error };
      throw error;
    }
  }

  private async byPassword(passwords: PasswordFile, username: string, { password, remoteAddress }: Credentials): Promise<AuthenticationResult> {
    const { backoff } = this.options;
    if (backoff?.refuses(remoteAddress, username)) return { accepted: false, reason: 'too-many-failures' };
    try {
      const right = await this.verifier.verify(passwords.hashFor(username), password ?? Buffer.alloc(0));
      // Guesses that were under way together end together: those behind the last one allowed learn nothing.
      if (backoff?.refuses(remoteAddress, username)) return { accepted: false, reason: 'too-many-failures' };
      if (right) {
        backoff?.succeeded(remoteAddress, username);
        return { accepted: true, username };
      }
      backoff?.failed(remoteAddress, username);
      return { accepted: false, reason: 'bad-credentials' };
    } catch (error) {
      if (error instanceof VerifierBusyError) return { accepted: false, reason: 'unavailable' };
      throw error;
    }
  }

  /** Undefined: there are no rules for this client. */
  private rulesOf(client: ClientIdentity): SubjectRules | undefined {
    const { tokenRules } = client;
    if (this.rules === undefined && tokenRules === undefined) return undefined;
    let resolved = this.resolved.get(client);
    if (resolved === undefined) {
      const all = tokenRules === undefined ? this.rules! : tokenRules.followedBy(this.rules);
      resolved = all.for({ client: client.clientId, ...(client.username !== undefined && { user: client.username }) });
      this.resolved.set(client, resolved);
    }
    return resolved;
  }
}

/** `$share/NAME/FILTER` is a way to receive, not a topic: the rules are about FILTER. */
function withoutShareName(filter: string): string {
  return /^\$share\/[^/]+\/(.+)$/s.exec(filter)?.[1] ?? filter;
}
