import { parseArgs } from 'node:util';
import { parseEndpoint, type Endpoint, type Overrides } from '../config/index.js';

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | { readonly name: 'serve'; readonly source: ConfigurationSource }
  | { readonly name: 'check-config'; readonly source: ConfigurationSource; readonly skipFiles: boolean }
  | { readonly name: 'hash-password'; readonly user?: string; readonly randomSecret: boolean }
  | { readonly name: 'leave-cluster'; readonly directory: string; readonly dryRun: boolean };

export type ConfigurationSource =
  | { readonly kind: 'file'; readonly file: string; readonly overrides: Overrides }
  | { readonly kind: 'none'; readonly overrides: Overrides; readonly anonymous: boolean };

/** Everything that is wrong with the command line. */
export class UsageError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'UsageError';
  }
}

const options = {
  config: { type: 'string' },
  'check-config': { type: 'boolean' },
  'skip-files': { type: 'boolean' },
  listen: { type: 'string', multiple: true },
  operations: { type: 'string' },
  admin: { type: 'string' },
  data: { type: 'string' },
  'allow-anonymous': { type: 'boolean' },
  log: { type: 'string', multiple: true },
  name: { type: 'string' },
  user: { type: 'string' },
  'random-secret': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; strict: true }>>['values'];

const optionsOf: Record<string, readonly (keyof Values)[]> = {
  serve: ['config', 'check-config', 'skip-files', 'listen', 'operations', 'admin', 'data', 'allow-anonymous', 'log', 'name'],
  'hash-password': ['user', 'random-secret'],
  'leave-cluster': ['data', 'dry-run'],
};

/** Throws a UsageError. */
export function parseCommandLine(args: readonly string[], environment: { readonly MQTT_BROKER_CONFIG?: string | undefined }): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };

  const [subcommand = 'serve', ...surplus] = positionals;
  const allowed = optionsOf[subcommand];
  if (allowed === undefined) throw new UsageError([`unknown subcommand "${subcommand}"; there are ${Object.keys(optionsOf).join(', ')}`]);
  const problems = surplus.map((argument) => `unexpected argument "${argument}"`);
  for (const given of Object.keys(values) as (keyof Values)[]) {
    if (!allowed.includes(given)) problems.push(`--${given} does not belong to ${subcommand}`);
  }
  const command = subcommand === 'hash-password' ? hashPassword(values) : subcommand === 'leave-cluster' ? leaveCluster(values, problems) : serve(values, environment, problems);
  if (problems.length > 0) throw new UsageError(problems);
  return command;
}

function parse(args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'([^']+)'/.exec(message)?.[1] : undefined;
    throw new UsageError([unknown === undefined ? message : `unknown option ${unknown}`]);
  }
}

function hashPassword(values: Values): Command {
  return { name: 'hash-password', randomSecret: values['random-secret'] ?? false, ...(values.user !== undefined && { user: values.user }) };
}

function leaveCluster({ data: directory = '', 'dry-run': dryRun = false }: Values, problems: string[]): Command {
  if (directory === '') problems.push('--data is missing: say by --data DIR in which folder the store is that leaves its cluster');
  return { name: 'leave-cluster', directory, dryRun };
}

function serve(values: Values, environment: { readonly MQTT_BROKER_CONFIG?: string | undefined }, problems: string[]): Command {
  // An empty variable is the way of Kubernetes and shells to say that there is none.
  const file = values.config ?? (environment.MQTT_BROKER_CONFIG || undefined);
  const overrides = readOverrides(values, file !== undefined, problems);
  const source: ConfigurationSource = file === undefined ? { kind: 'none', overrides, anonymous: values['allow-anonymous'] ?? false } : { kind: 'file', file, overrides };
  if (file === undefined) {
    if (values['check-config']) problems.push('--check-config needs a file: --config FILE, or MQTT_BROKER_CONFIG in the environment');
    else if (values.listen === undefined) problems.push('nothing to serve: name a file by --config FILE or MQTT_BROKER_CONFIG, or say where to listen by --listen tcp://127.0.0.1:1883');
    else {
      if (values.data === undefined) problems.push('--data is missing: without a file, say in which folder the store is by --data DIR');
      if (!values['allow-anonymous']) problems.push('without a file there are no passwords, so no client could connect: write --allow-anonymous to let everybody in, or use a file');
    }
  } else if (values['allow-anonymous']) {
    problems.push(`--allow-anonymous is for running without a file; write authentication.anonymous: true in ${file}`);
  }
  if (values['skip-files'] && !values['check-config']) problems.push('--skip-files belongs to --check-config');
  return values['check-config'] ? { name: 'check-config', source, skipFiles: values['skip-files'] ?? false } : { name: 'serve', source };
}

function readOverrides(values: Values, hasFile: boolean, problems: string[]): Overrides {
  const listeners: { name: string; endpoint: Endpoint }[] = [];
  const attempt = (action: () => void, option: string) => {
    try {
      action();
    } catch (error) {
      problems.push(`${option}: ${(error as Error).message}`);
    }
  };
  for (const text of values.listen ?? []) attempt(() => listeners.push(readListen(text, hasFile, listeners)), '--listen');
  let operations: Endpoint | undefined;
  if (values.operations !== undefined) attempt(() => (operations = parseEndpoint(values.operations!, ['http'])), '--operations');
  let admin: Endpoint | undefined;
  if (values.admin !== undefined) {
    if (!hasFile) problems.push('--admin needs a file: its section admin names the file with the token');
    attempt(() => (admin = parseEndpoint(values.admin!, ['http'])), '--admin');
  }
  if (values.name === '') problems.push('--name: found nothing, expected a name for this broker');
  if (values.data === '') problems.push('--data: found nothing, expected a folder');
  return { listeners, ...(operations && { operations }), ...(admin && { admin }), ...(values.data !== undefined && { dataDirectory: values.data }), ...(values.name !== undefined && { name: values.name }), ...(values.log && { logServers: values.log }) };
}

/** `NAME=URL`, or without a file also `URL` alone. */
function readListen(text: string, hasFile: boolean, earlier: readonly { readonly name: string }[]): { name: string; endpoint: Endpoint } {
  const [, given, url] = /^(?:([^=:/]*)=)?(.*)$/s.exec(text) as unknown as [string, string | undefined, string];
  if (hasFile && given === undefined) throw new Error(`found "${text}", expected NAME=${text} with the name of a listener of the file`);
  if (given !== undefined && !/^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(given)) throw new Error(`found the name "${given}", expected a DNS label of 15 characters at most`);
  // TLS needs files, which only a configuration file can name.
  const endpoint = parseEndpoint(url, hasFile ? ['tcp', 'tls', 'ws', 'wss'] : ['tcp', 'ws']);
  const taken = (name: string) => earlier.some((listener) => listener.name === name);
  if (given !== undefined) {
    if (taken(given)) throw new Error(`the name "${given}" is given twice`);
    return { name: given, endpoint };
  }
  let name = endpoint.protocol;
  for (let count = 2; taken(name); count++) name = `${endpoint.protocol}-${count}`;
  return { name, endpoint };
}
