import { accessSync, constants, statSync } from 'node:fs';
import type { JwtConfiguration, TlsConfiguration } from './configuration.js';
import { listenersOf, mappingAt, type Mapping } from './document.js';
import { InvalidFileError, type Inconsistency, type PathSegment } from './problem.js';

/** Reads files that a configuration names, and throws when they cannot be used. */
export interface FileInspector {
  passwordFile(file: string): void;
  aclFile(file: string): void;
  adminToken(file: string): void;
  /** Keys of tokens, or authorities of the place that they come from. */
  jwt(jwt: JwtConfiguration): void;
  tls(tls: TlsConfiguration): void;
}

/** Says which of the files that a configuration names are missing, unreadable or wrong. In a pod they come from mounted Secrets and ConfigMaps. */
export function checkMountedFiles(document: unknown, inspector: FileInspector): Inconsistency[] {
  const authentication = mappingAt(document, 'authentication');
  const { passwordFile } = authentication;
  const jwt = mappingAt(authentication, 'jwt');
  const { keyFile, caFile } = jwt;
  const { aclFile } = mappingAt(document, 'authorization');
  const { tokenFile } = mappingAt(document, 'admin');
  return [
    ...check(['authentication', 'passwordFile'], { '': passwordFile }, () => inspector.passwordFile(passwordFile as string)),
    ...check(['authentication', 'jwt'], { keyFile, caFile }, () => {
      if (Array.isArray(jwt.algorithms)) inspector.jwt(jwt as unknown as JwtConfiguration);
    }),
    ...check(['authorization', 'aclFile'], { '': aclFile }, () => inspector.aclFile(aclFile as string)),
    ...checkLogFiles(mappingAt(mappingAt(document, 'cluster'), 'log')),
    ...check(['admin', 'tokenFile'], { '': tokenFile }, () => inspector.adminToken(tokenFile as string)),
    ...listenersOf(document).flatMap(({ index, listener }) => {
      const tls = mappingAt(listener, 'tls');
      const { certificateFile, privateKeyFile, clientCaFile, crlFile } = tls;
      const isComplete = isPath(certificateFile) && isPath(privateKeyFile) && [clientCaFile, crlFile].every((file) => file === undefined || isPath(file));
      return check(['listeners', index, 'tls'], { certificateFile, privateKeyFile, clientCaFile, crlFile }, () => {
        if (isComplete) inspector.tls(tls as unknown as TlsConfiguration);
      });
    }),
  ];
}

/** Read when a connection to NATS is made, so that rotated ones count: here they only have to be there. */
function checkLogFiles(log: Mapping): Inconsistency[] {
  const { usernameFile, passwordFile, credentialsFile } = log;
  const { caFile, certificateFile, privateKeyFile } = mappingAt(log, 'tls');
  return [
    ...check(['cluster', 'log'], { usernameFile, passwordFile, credentialsFile }, () => undefined),
    ...check(['cluster', 'log', 'tls'], { caFile, certificateFile, privateKeyFile }, () => undefined),
  ];
}

/** Looks at the files of one section, by key below it, and into them once all can be read. */
function check(section: readonly PathSegment[], files: Record<string, unknown>, inspect: () => void): Inconsistency[] {
  const named = Object.entries(files).filter((entry): entry is [string, string] => isPath(entry[1]));
  if (named.length === 0) return [];
  const unreadable = named.flatMap(([key, file]) => {
    const message = whyUnreadable(file);
    return message === undefined ? [] : [{ segments: key === '' ? section : [...section, key], message }];
  });
  if (unreadable.length > 0) return unreadable;
  try {
    inspect();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) return [{ segments: section, message: (error as Error).message }];
    return error.problems.map(({ path, line, message }) => ({
      segments: section,
      message: `${error.file}${line === undefined ? '' : ` line ${line}`}: ${path === '' ? '' : `${path}: `}${message}`,
    }));
  }
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Why a file cannot be read, in words; undefined when it can. */
export function whyUnreadable(file: string): string | undefined {
  try {
    if (!statSync(file).isFile()) return `found ${file}, which is not a file`;
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return `found ${file}, which does not exist; in a pod, check the volume mount and the key of the Secret or ConfigMap`;
    if (code === 'EACCES') return `found ${file}, which this user (${process.getuid?.() ?? 'unknown'}) may not read; in a pod, check the mode of the volume and fsGroup`;
    return `found ${file}, which cannot be read: ${code ?? String(error)}`;
  }
}
