import { readFileSync } from 'node:fs';
import { AccessRules, parseTokenKeys, PasswordFile, type TokenKeys } from '../access/index.js';
import { AdminToken } from '../admin/index.js';
import { configurationWithoutFile, loadConfigurationFile, type BrokerConfiguration, type FileInspector, type JwtConfiguration } from '../config/index.js';
import { readAuthorities, readTlsContext } from '../listeners/index.js';
import type { ConfigurationSource } from './arguments.js';

/** Throws an InvalidFileError. */
export function loadSource(source: ConfigurationSource, { skipFiles }: { readonly skipFiles: boolean }): BrokerConfiguration {
  if (source.kind === 'none') return configurationWithoutFile(source.overrides, { anonymous: source.anonymous });
  return loadConfigurationFile(source.file, { overrides: source.overrides, ...(!skipFiles && { inspector }) });
}

export function readPasswordFile(file: string): PasswordFile {
  return PasswordFile.parse(readFileSync(file, 'utf8'), file);
}

export function readAccessRules(file: string): AccessRules {
  return AccessRules.parse(readFileSync(file, 'utf8'), file);
}

/** Undefined: the keys are not in a file. */
export function readTokenKeys({ keyFile, algorithms }: JwtConfiguration): TokenKeys | undefined {
  return keyFile === undefined ? undefined : parseTokenKeys(readFileSync(keyFile, 'utf8'), keyFile, algorithms);
}

const inspector: FileInspector = {
  passwordFile: readPasswordFile,
  aclFile: readAccessRules,
  adminToken: AdminToken.read,
  jwt: (jwt) => {
    readTokenKeys(jwt);
    if (jwt.caFile !== undefined) readAuthorities(jwt.caFile);
  },
  tls: readTlsContext,
};
