import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { BrokerConfiguration } from './configuration.js';
import { findInconsistencies } from './consistency.js';
import { isMapping } from './document.js';
import { checkMountedFiles, whyUnreadable, type FileInspector } from './mounted-files.js';
import { applyOverrides, noOverrides, type Overrides } from './overrides.js';
import { formatPath, InvalidFileError, type PathSegment, type Problem } from './problem.js';
import { SchemaValidator } from './schema-validator.js';
import { parseYaml } from './yaml-file.js';

export interface LoadOptions {
  readonly overrides?: Overrides;
  /** Looks into the files that the configuration names. Without it they need not be there: the configuration is checked by itself, away from its pod. */
  readonly inspector?: FileInspector;
}

/** Reads and checks a configuration file. Throws an InvalidFileError with everything that is wrong with it. */
export function loadConfigurationFile(file: string, options: LoadOptions = {}): BrokerConfiguration {
  const unreadable = whyUnreadable(file);
  if (unreadable !== undefined) throw new InvalidFileError(file, [{ path: '', message: unreadable }]);
  const yaml = parseYaml(readFileSync(file, 'utf8'));
  if (yaml.problems.length > 0) throw new InvalidFileError(file, yaml.problems);
  if (yaml.value === null) throw new InvalidFileError(file, [{ path: '', message: 'the file is empty; the least configuration is a list of `listeners`' }]);
  const { configuration, problems } = readDocument(yaml.value, options, yaml.lineOf);
  if (problems.length > 0) throw new InvalidFileError(file, problems);
  return configuration;
}

/**
 * The configuration of a broker that runs without a file, everything else at its default but two: no HTTP server unless asked for, as two brokers on one host
 * must not clash over a port that nobody named, and no delay at the end, as no load balancer watches its readiness.
 */
export function configurationWithoutFile(overrides: Overrides, authentication: { readonly anonymous: boolean }): BrokerConfiguration {
  // The ports are placeholders: the overrides carry the real ones, which may be 0.
  const document = { listeners: overrides.listeners.map(({ name, endpoint }) => ({ name, protocol: endpoint.protocol, port: 1883 })), authentication, shutdown: { delaySeconds: 0 }, ...(overrides.logServers && { cluster: { log: { servers: overrides.logServers } } }) };
  const { configuration, problems } = readDocument(document, { overrides }, () => undefined);
  if (problems.length > 0) throw new InvalidFileError('command line', problems);
  return overrides.operations ? configuration : { ...configuration, operations: undefined };
}

const schema = new SchemaValidator('#config.schema.json');

function readDocument(
  written: unknown,
  { overrides = noOverrides, inspector }: LoadOptions,
  lineOf: (path: readonly PathSegment[]) => number | undefined,
): { configuration: BrokerConfiguration; problems: Problem[] } {
  // First the file by itself, then with the overrides: these may use what the file may not, such as port 0.
  const problems = locate(schema.check(structuredClone(written)), lineOf);
  const effective = structuredClone(written);
  problems.push(...applyOverrides(effective, overrides));
  const complete = structuredClone(effective);
  schema.check(complete);
  problems.push(...locate(findInconsistencies(effective, complete), lineOf));
  if (inspector) problems.push(...locate(checkMountedFiles(complete, inspector), lineOf));
  if (isMapping(complete)) complete.name ??= hostname();
  // In the order of the file; what has no line comes from the command line or from a default.
  problems.sort((one, other) => (one.line ?? Infinity) - (other.line ?? Infinity) || 0);
  return { configuration: complete as BrokerConfiguration, problems };
}

function locate(problems: readonly { segments: readonly PathSegment[]; message: string }[], lineOf: (path: readonly PathSegment[]) => number | undefined): Problem[] {
  return problems.map(({ segments, message }) => ({ path: formatPath(segments), message, ...optionalLine(lineOf(segments)) }));
}

function optionalLine(line: number | undefined): { line?: number } {
  return line === undefined ? {} : { line };
}
