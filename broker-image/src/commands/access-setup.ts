import { ConfiguredAccess, LoginBackoff, RemoteKeys, TokenVerifier, type PasswordFile } from '../access/index.js';
import type { BrokerConfiguration } from '../config/index.js';
import { readAuthorities } from '../listeners/index.js';
import type { Log, WatchedFiles } from '../operations/index.js';
import { readAccessRules, readPasswordFile, readTokenKeys } from './load-source.js';

/** With more slow hashes than this, a fleet that comes back after a restart of the broker waits for minutes: two are checked at a time, 256 more may wait, and everybody else is refused for now. */
const MANY_SLOW_HASHES = 500;

/** Access as the configuration says, from the files and the keys that it names, which are read again when they change. */
export class AccessSetup {
  readonly control: ConfiguredAccess;
  private readonly tokens: TokenVerifier | undefined;
  private readonly remoteKeys: RemoteKeys | undefined;

  /** Throws an InvalidFileError. */
  constructor(
    private readonly configuration: BrokerConfiguration,
    private readonly files: WatchedFiles,
    private readonly log: Log,
  ) {
    const { authentication, authorization, listeners } = configuration;
    const { anonymous, passwordFile, clientCertificate, backoff } = authentication;
    this.watch();
    this.remoteKeys = this.createRemoteKeys();
    this.tokens = this.createTokens();
    this.control = new ConfiguredAccess({
      anonymous,
      backoff: new LoginBackoff(backoff),
      ...(passwordFile !== undefined && { passwords: this.readPasswords(passwordFile) }),
      ...(this.tokens !== undefined && { tokens: this.tokens }),
      ...(clientCertificate !== undefined && { certificateName: clientCertificate.username }),
      ...(authorization.aclFile !== undefined && { rules: readAccessRules(authorization.aclFile) }),
      listeners: new Map(listeners.flatMap(({ name, authentication: methods }) => (methods === undefined ? [] : [[name, methods]]))),
    });
  }

  /** Fetches the keys that are at a URL, now and from time to time. */
  start(): void {
    this.remoteKeys?.start();
  }

  stop(): void {
    this.remoteKeys?.stop();
  }

  private watch(): void {
    const { passwordFile, jwt } = this.configuration.authentication;
    const { aclFile } = this.configuration.authorization;
    if (passwordFile !== undefined) this.files.watch({ file: 'password', paths: [passwordFile], reload: () => this.control.replacePasswords(this.readPasswords(passwordFile)) });
    if (aclFile !== undefined) this.files.watch({ file: 'acl', paths: [aclFile], reload: () => this.control.replaceRules(readAccessRules(aclFile)) });
    if (jwt?.keyFile !== undefined) this.files.watch({ file: 'jwt', paths: [jwt.keyFile], reload: () => this.tokens!.replaceKeys(readTokenKeys(jwt)!) });
    if (jwt?.caFile !== undefined) this.files.watch({ file: 'jwt', paths: [jwt.caFile], reload: () => this.remoteKeys!.replaceAuthorities(readAuthorities(jwt.caFile!)) });
  }

  private readPasswords(file: string): PasswordFile {
    const passwords = readPasswordFile(file);
    const { size: users, slowHashes } = passwords;
    if (slowHashes > MANY_SLOW_HASHES) {
      this.log.write('warn', 'passwords.slow', 'after a restart of the broker it takes long until all users are back: their passwords are checked two at a time, and each takes a fraction of a second. Give each device a random secret of 128 bits or more, and hash it with hash-password --random-secret', { file, users, slowHashes });
    }
    return passwords;
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
