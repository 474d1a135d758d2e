import { ConfiguredAccess, LoginBackoff, RemoteKeys, TokenVerifier } from '../access/index.js';
import type { BrokerConfiguration } from '../config/index.js';
import { readAuthorities } from '../listeners/index.js';
import type { WatchedFiles } from '../operations/index.js';
import { readAccessRules, readPasswordFile, readTokenKeys } from './load-source.js';

/** Access as the configuration says, from the files and the keys that it names, which are read again when they change. */
export class AccessSetup {
  readonly control: ConfiguredAccess;
  private readonly tokens: TokenVerifier | undefined;
  private readonly remoteKeys: RemoteKeys | undefined;

  /** Throws an InvalidFileError. */
  constructor(
    private readonly configuration: BrokerConfiguration,
    private readonly files: WatchedFiles,
  ) {
    const { authentication, authorization, listeners } = configuration;
    const { anonymous, passwordFile, clientCertificate, backoff } = authentication;
    this.remoteKeys = this.createRemoteKeys();
    this.tokens = this.createTokens();
    this.control = new ConfiguredAccess({
      anonymous,
      backoff: new LoginBackoff(backoff),
      ...(passwordFile !== undefined && { passwords: readPasswordFile(passwordFile) }),
      ...(this.tokens !== undefined && { tokens: this.tokens }),
      ...(clientCertificate !== undefined && { certificateName: clientCertificate.username }),
      ...(authorization.aclFile !== undefined && { rules: readAccessRules(authorization.aclFile) }),
      listeners: new Map(listeners.flatMap(({ name, authentication: methods }) => (methods === undefined ? [] : [[name, methods]]))),
    });
  }

  /** From here on what changes is noticed. */
  async watch(): Promise<void> {
    const { passwordFile, jwt } = this.configuration.authentication;
    const { aclFile } = this.configuration.authorization;
    if (passwordFile !== undefined) await this.files.watch({ file: 'password', paths: [passwordFile], reload: () => this.control.replacePasswords(readPasswordFile(passwordFile)) });
    if (aclFile !== undefined) await this.files.watch({ file: 'acl', paths: [aclFile], reload: () => this.control.replaceRules(readAccessRules(aclFile)) });
    if (jwt?.keyFile !== undefined) await this.files.watch({ file: 'jwt', paths: [jwt.keyFile], reload: () => this.tokens!.replaceKeys(readTokenKeys(jwt)!) });
    if (jwt?.caFile !== undefined) await this.files.watch({ file: 'jwt', paths: [jwt.caFile], reload: () => this.remoteKeys!.replaceAuthorities(readAuthorities(jwt.caFile!)) });
    this.remoteKeys?.start();
  }

  stop(): void {
    this.remoteKeys?.stop();
  }

  private createTokens(): TokenVerifier | undefined {
    const { jwt } = this.configuration.authentication;
    return jwt && new TokenVerifier(jwt, this.remoteKeys?.find ?? readTokenKeys(jwt)!);
  }

  private createRemoteKeys(): RemoteKeys | undefined {
    const { jwksUrl: url, refreshSeconds = 0, caFile } = this.configuration.authentication.jwt ?? {};
    if (url === undefined) return undefined;
    // What follows the path can be a secret.
    const paths = [url.replace(/[?#].*$/s, '')];
    return new RemoteKeys({
      url,
      refreshSeconds,
      ...(caFile !== undefined && { authorities: readAuthorities(caFile) }),
      onFetched: (changed) => changed && this.files.accepted('jwks', paths),
      onFailed: (error) => this.files.rejected('jwks', paths, error),
    });
  }
}
