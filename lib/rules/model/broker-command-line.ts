import type { CommandLine } from './command-line';
import { Fields } from './fields';

/** Options of the companion broker that say something else than its configuration file, or stand in for one (broker-image/README.md). */
const OVERRIDES = ['--listen', '--operations', '--data', '--log', '--allow-anonymous'];

/** A variable that Kubernetes puts in: its value is not known here. */
const VARIABLE = /\$\(/;

/** The overrides that are there, for messages. */
export function overridesIn(commandLine: CommandLine): string[] {
  return OVERRIDES.filter((option) => commandLine.has(option));
}

/** The configuration file as the broker takes it: with what the command line changes in it. */
export function withOverrides(document: unknown, commandLine: CommandLine): unknown {
  const file = new Fields(document);
  if (!file.isMap || overridesIn(commandLine).length === 0) return document;
  const moved = new Map(commandLine.valuesOf('--listen').map((text) => [text.split('=', 1)[0], portOf(text)]));
  const [directory] = commandLine.valuesOf('--data').slice(-1);
  const servers = commandLine.valuesOf('--log').filter((server) => !VARIABLE.test(server));
  return {
    ...file.value as object,
    listeners: file.at('listeners').items.map(({ value }) => {
      const port = moved.get(new Fields(value).at('name').text ?? '');
      return port === undefined ? value : { ...value as object, port };
    }),
    ...operationsOf(commandLine),
    ...directory !== undefined && { store: { ...file.at('store').value as object, directory } },
    // A file without a cluster has no log that could be another; the broker refuses the option then.
    ...commandLine.has('--log') && file.at('cluster').exists && { cluster: { ...file.at('cluster').value as object, log: { ...file.at('cluster', 'log').value as object, servers } } },
  };
}

/** The configuration of a broker that is started without a file; `undefined` where the command line does not say where to listen. */
export function configurationOfCommandLine(commandLine: CommandLine): unknown {
  const listeners = commandLine.valuesOf('--listen').flatMap((text, index) => {
    const port = portOf(text);
    return port === undefined ? [] : { name: `listener-${index + 1}`, protocol: text.split(':', 1)[0], port };
  });
  return listeners.length === 0 ? undefined : {
    listeners,
    authentication: { anonymous: commandLine.has('--allow-anonymous') },
    store: { directory: commandLine.valuesOf('--data')[0] },
    ...commandLine.has('--log') && { cluster: { log: { servers: commandLine.valuesOf('--log').filter((server) => !VARIABLE.test(server)) } } },
    ...{ operations: { port: null }, ...operationsOf(commandLine) },
    shutdown: { delaySeconds: 0 },
  };
}

function operationsOf(commandLine: CommandLine): { operations?: { port: number } } {
  const port = commandLine.valuesOf('--operations').map(portOf).at(-1);
  return port === undefined ? {} : { operations: { port } };
}

/** `1883` of `tcp://0.0.0.0:1883` and of `ws://[::]:8083/mqtt`. */
function portOf(endpoint: string): number | undefined {
  const port = /:(\d+)(\/[^:]*)?$/.exec(endpoint)?.[1];
  return port === undefined ? undefined : Number(port);
}
