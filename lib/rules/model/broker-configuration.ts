import type { Container } from './container';
import { Fields } from './fields';
import type { ManifestObject } from './manifest-object';
import { parsedYaml } from '../../manifest/yaml-text';

/** The variable and the option that name the configuration file of the companion broker (broker-image/README.md). */
export const CONFIGURATION_VARIABLE = 'MQTT_BROKER_CONFIG';
const CONFIGURATION_OPTION = '--config';
/** Options that move what the file says. */
const OVERRIDES = ['--listen', '--operations', '--data'];

/** Defaults of broker-image/config.schema.json. */
const DEFAULTS = {
  storeDirectory: '/var/lib/mqtt-broker',
  storeMaxBytes: 10_737_418_240,
  operationsPort: 8080,
  clusterName: 'mqtt',
  shutdownDelaySeconds: 5,
  drainRate: 500,
};

/** A listener of the configuration. */
export interface ConfiguredListener {
  readonly name: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Whether every connection begins with a PROXY protocol header. */
  readonly expectsHeader: boolean;
}

/** The configuration file of the companion broker, with the defaults of its schema, as far as the rules need it. */
export class BrokerConfiguration {
  private readonly fields: Fields;
  private knownListeners?: ConfiguredListener[];
  /** Why the broker cannot read it. @default - it can, as far as is seen here */
  public readonly problem?: string;

  /** @param object the ConfigMap that holds it, under this key */
  constructor(public readonly object: ManifestObject, public readonly key: string) {
    const text = object.fields.at('data', key).text;
    const { value, problem } = text === undefined ? { value: undefined, problem: `there is no data.${key}` } : parse(text);
    this.fields = new Fields(value);
    this.problem = problem ?? (this.listeners.length === 0 ? 'it has no listener with a name, a protocol and a port' : undefined);
  }

  /** For messages: `broker.yaml of ConfigMap broker-configuration`. */
  public get place(): string {
    return `${this.key} of ConfigMap ${this.object.name}`;
  }

  public get listeners(): ConfiguredListener[] {
    return this.knownListeners ??= this.fields.at('listeners').items.flatMap((listener) => {
      const [name, protocol, port] = [listener.at('name').text, listener.at('protocol').text, listener.at('port').number];
      return name === undefined || protocol === undefined || port === undefined ? [] : {
        name, port, isTls: protocol === 'tls' || protocol === 'wss', expectsHeader: (listener.at('proxyProtocol').text ?? 'none') !== 'none',
      };
    });
  }

  public get allowsAnonymousClients(): boolean {
    return this.fields.at('authentication', 'anonymous').boolean ?? false;
  }

  /** In seconds; infinite without a limit. */
  public get keepaliveMaximum(): number {
    return this.fields.at('keepalive', 'maxSeconds').number ?? Infinity;
  }

  public get sessionStore(): 'embedded' | 'replicated' {
    return this.fields.at('cluster').exists ? 'replicated' : 'embedded';
  }

  /** Addresses of the message log that the brokers share their sessions by; empty without one. */
  public get logServers(): string[] {
    return this.fields.at('cluster', 'log', 'servers').texts;
  }

  /** Whether the broker shows the message log who it is. */
  public get hasLogCredentials(): boolean {
    const log = this.fields.at('cluster', 'log');
    return ['passwordFile', 'credentialsFile'].some((key) => log.at(key).exists) || log.at('tls', 'certificateFile').exists;
  }

  /** Name of the cluster in the message log. */
  public get clusterName(): string {
    return this.fields.at('cluster', 'name').text ?? DEFAULTS.clusterName;
  }

  public get storeDirectory(): string {
    return this.fields.at('store', 'directory').text ?? DEFAULTS.storeDirectory;
  }

  public get storeMaxBytes(): number {
    return this.fields.at('store', 'maxBytes').number ?? DEFAULTS.storeMaxBytes;
  }

  public get operationsPort(): number {
    return this.fields.at('operations', 'port').number ?? DEFAULTS.operationsPort;
  }

  public get shutdownDelaySeconds(): number {
    return this.fields.at('shutdown', 'delaySeconds').number ?? DEFAULTS.shutdownDelaySeconds;
  }

  /** Clients that a stopping broker disconnects in a second. */
  public get drainRate(): number {
    return this.fields.at('shutdown', 'connectionsPerSecond').number ?? DEFAULTS.drainRate;
  }
}

/** The path of the configuration file of a container; `undefined` where there is none, or where options move what it says. */
export function configurationPath({ fields }: Container): string | undefined {
  const args = [...fields.at('command').texts, ...fields.at('args').texts].flatMap((argument) => argument.split('='));
  if (args.some((argument) => OVERRIDES.includes(argument))) return undefined;
  const option = args.indexOf(CONFIGURATION_OPTION);
  const variable = fields.at('env').items.find((candidate) => candidate.at('name').text === CONFIGURATION_VARIABLE)?.at('value').text;
  return (option >= 0 ? args[option + 1] : undefined) ?? (variable === '' ? undefined : variable);
}

function parse(text: string): { value?: unknown; problem?: string } {
  try {
    const value = parsedYaml(text);
    return new Fields(value).isMap ? { value } : { problem: 'it is no map' };
  } catch (error) {
    return { problem: `it is no YAML: ${(error as Error).message.split('\n')[0].replace(/:$/, '')}` };
  }
}
