import { configurationOfCommandLine, overridesIn, withOverrides } from './broker-command-line';
import { CommandLine } from './command-line';
import type { Container } from './container';
import { Fields } from './fields';
import type { ManifestObject } from './manifest-object';
import { parsedYaml } from '../../manifest/yaml-text';

/** The variable and the option that name the configuration file of the companion broker (broker-image/README.md). */
export const CONFIGURATION_VARIABLE = 'MQTT_BROKER_CONFIG';
const CONFIGURATION_OPTION = '--config';

/** Defaults of broker-image/config.schema.json. */
const DEFAULTS = {
  storeDirectory: '/var/lib/mqtt-broker',
  storeMaxBytes: 10_737_418_240,
  operationsPort: 8080,
  clusterName: 'mqtt',
  logMaxBytes: 4_294_967_296,
  shutdownDelaySeconds: 5,
  drainRate: 500,
  passwordFailures: 10,
};

/** A listener of the configuration. */
export interface ConfiguredListener {
  readonly name: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly isWebsocket: boolean;
  /** Whether every connection begins with a PROXY protocol header. */
  readonly expectsHeader: boolean;
  /** Whether it lets clients in that do not say who they are, where the broker does. */
  readonly takesAnonymous: boolean;
  /** Whether it takes user names with passwords, where the broker does. */
  readonly takesPasswords: boolean;
}

/** What a companion broker is configured to do, with the defaults of its schema, as far as the rules need it. */
export class BrokerConfiguration {
  /** The file under this key of a ConfigMap, and what the command line of the container changes in it. */
  public static ofFile(configMap: ManifestObject, key: string, container: Container): BrokerConfiguration {
    const commandLine = new CommandLine(container);
    const text = configMap.fields.at('data', key).text;
    const { value, problem } = text === undefined ? { value: undefined, problem: `there is no data.${key}` } : parse(text);
    const place = [`${key} of ConfigMap ${configMap.name}`, ...overridesIn(commandLine)].join(' with ');
    return new BrokerConfiguration(configMap, place, new Fields(withOverrides(value, commandLine)), key, problem);
  }

  /** The command line alone; `undefined` where it does not say where to listen. */
  public static ofCommandLine(workload: ManifestObject, container: Container): BrokerConfiguration | undefined {
    const value = configurationOfCommandLine(new CommandLine(container));
    return value === undefined ? undefined : new BrokerConfiguration(workload, `the command line of ${container.path}`, new Fields(value));
  }

  private knownListeners?: ConfiguredListener[];
  /** Why the broker cannot read it. @default - it can, as far as is seen here */
  public readonly problem?: string;

  /**
   * @param object the ConfigMap that holds it, or the workload that it is the command line of
   * @param place for messages: `broker.yaml of ConfigMap broker-configuration`
   * @param key of the ConfigMap, where there is one
   */
  private constructor(
    public readonly object: ManifestObject,
    public readonly place: string,
    private readonly fields: Fields,
    public readonly key?: string,
    problem?: string,
  ) {
    this.problem = problem ?? (this.listeners.length === 0 ? 'it has no listener with a name, a protocol and a port' : undefined);
  }

  public get listeners(): ConfiguredListener[] {
    return this.knownListeners ??= this.fields.at('listeners').items.flatMap((listener) => {
      const [name, protocol, port] = [listener.at('name').text, listener.at('protocol').text, listener.at('port').number];
      return name === undefined || protocol === undefined || port === undefined ? [] : {
        name,
        port,
        isTls: protocol === 'tls' || protocol === 'wss',
        isWebsocket: protocol === 'ws' || protocol === 'wss',
        expectsHeader: (listener.at('proxyProtocol').text ?? 'none') !== 'none',
        takesAnonymous: takes(listener, 'anonymous'),
        takesPasswords: takes(listener, 'password'),
      };
    });
  }

  /** Whether any listener lets clients in that do not say who they are. */
  public get allowsAnonymousClients(): boolean {
    return this.anonymous && this.listeners.some(({ takesAnonymous }) => takesAnonymous);
  }

  /** The same for messages, with the listeners where not all of them do. */
  public get anonymousFound(): string {
    const taking = this.listeners.filter(({ takesAnonymous }) => takesAnonymous).map(({ name }) => name);
    const where = !this.anonymous || taking.length === this.listeners.length ? '' : ` on ${taking.join(', ') || 'no listener'}`;
    return `authentication.anonymous: ${this.anonymous}${where}`;
  }

  /** The sections by which clients prove a user name; empty where nobody has one. */
  public get waysToProveUsers(): string[] {
    return ['passwordFile', 'jwt', 'clientCertificate'].filter((way) => this.fields.at('authentication', way).exists);
  }

  /** Whether anything says what a user may publish and subscribe to: a file for all, or a claim of each token. */
  public get hasAccessRules(): boolean {
    return this.fields.at('authorization', 'aclFile').exists || this.fields.at('authentication', 'jwt', 'aclClaim').exists;
  }

  /** Wrong passwords of one user name after which it is refused from its address; ten times as many refuse the address. 0 where nobody is ever refused. */
  public get passwordFailures(): number {
    return this.fields.at('authentication', 'passwordFile').exists ? this.fields.at('authentication', 'backoff', 'failures').number ?? DEFAULTS.passwordFailures : 0;
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

  /** Addresses of all that the broker connects to: `nats://log:4222`, `https://login.example.com/keys`. */
  public get remotes(): string[] {
    const keys = this.fields.at('authentication', 'jwt', 'jwksUrl').text;
    return [...this.logServers, ...(keys === undefined ? [] : [keys])];
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

  /** Bytes at which the cluster's log counts as full. */
  public get logMaxBytes(): number {
    return this.fields.at('cluster', 'log', 'maxBytes').number ?? DEFAULTS.logMaxBytes;
  }

  public get storeDirectory(): string {
    return this.fields.at('store', 'directory').text ?? DEFAULTS.storeDirectory;
  }

  public get storeMaxBytes(): number {
    return this.fields.at('store', 'maxBytes').number ?? DEFAULTS.storeMaxBytes;
  }

  /** `undefined` where the broker has no HTTP server. */
  public get operationsPort(): number | undefined {
    const port = this.fields.at('operations', 'port');
    return port.value === null ? undefined : port.number ?? DEFAULTS.operationsPort;
  }

  public get shutdownDelaySeconds(): number {
    return this.fields.at('shutdown', 'delaySeconds').number ?? DEFAULTS.shutdownDelaySeconds;
  }

  /** Clients that a stopping broker disconnects in a second. */
  public get drainRate(): number {
    return this.fields.at('shutdown', 'connectionsPerSecond').number ?? DEFAULTS.drainRate;
  }

  private get anonymous(): boolean {
    return this.fields.at('authentication', 'anonymous').boolean ?? false;
  }
}

/** The path of the configuration file that a container is told to read. */
export function configurationPath(container: Container): string | undefined {
  const variable = container.fields.at('env').items.find((candidate) => candidate.at('name').text === CONFIGURATION_VARIABLE)?.at('value').text;
  return new CommandLine(container).valuesOf(CONFIGURATION_OPTION)[0] ?? (variable === '' ? undefined : variable);
}

/** A listener that names no ways takes all that are set up. */
function takes(listener: Fields, way: string): boolean {
  const ways = listener.at('authentication');
  return !ways.exists || ways.texts.includes(way);
}

function parse(text: string): { value?: unknown; problem?: string } {
  try {
    const value = parsedYaml(text);
    return new Fields(value).isMap ? { value } : { problem: 'it is no map' };
  } catch (error) {
    return { problem: `it is no YAML: ${(error as Error).message.split('\n')[0].replace(/:$/, '')}` };
  }
}
