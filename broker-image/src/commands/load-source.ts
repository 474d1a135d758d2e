import { readFileSync } from 'node:fs';
import { AccessRules, PasswordFile } from '../access/index.js';
import { AdminToken } from '../admin/index.js';
import { configurationWithoutFile, loadConfigurationFile, type BrokerConfiguration, type FileInspector } from '../config/index.js';
import { readTlsContext } from '../listeners/index.js';
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

const inspector: FileInspector = { passwordFile: readPasswordFile, aclFile: readAccessRules, adminToken: AdminToken.read, tls: readTlsContext };
