import { streamRoom } from './log-room';
import type { MessageLogIntent } from './message-log-intent';
import { headlessServiceName } from '../workload/stateful-set';

export const CLIENT_PORT = 4222;
export const ROUTE_PORT = 6222;
export const MONITORING_PORT = 8222;
export const EXPORTER_PORT = 7777;
export const EXPORTER_PORT_NAME = 'metrics';

export const CONFIGURATION_KEY = 'nats.conf';

export const NatsPaths = {
  CONFIGURATION: '/etc/nats',
  CERTIFICATE: '/etc/nats-certificate',
  DATA: '/data',
  /** A folder of its own, which the container may write to. */
  PID: '/var/run/nats',
} as const;

/**
 * Where JetStream keeps what it stores. A server that becomes one of several deletes the streams that it had alone, which the others know nothing of
 * (`checkForOrphans` in its jetstream_cluster.go), and one that is left alone may have an old copy. In two folders, neither touches what the other stored.
 */
const STORE = { OF_ONE: `${NatsPaths.DATA}/one-node`, OF_SEVERAL: NatsPaths.DATA } as const;

export const PID_FILE = `${NatsPaths.PID}/nats.pid`;

/** Variables of the container that nats.conf refers to. */
export const NatsVariables = { NODE: 'NODE_NAME', USER: 'LOG_USER', PASSWORD: 'LOG_PASS' } as const;

/**
 * A stopping node gives up its leaderships and its part of the log at once, tells its clients after the grace period, and then disconnects them one a
 * second or faster. 30 s is the least that nats-server takes.
 */
export const LAME_DUCK_GRACE_SECONDS = 3;
export const LAME_DUCK_SECONDS = 30;

/** Streams in memory are none of the brokers'; their readers keep their positions there. */
const MEMORY_STORE = '64MiB';

/** The largest that nats-server takes without a warning: a batch of operations must hold the largest MQTT packet (1 MiB by default) whole. */
const MAX_PAYLOAD = '8MiB';

/** Host names of the nodes; with the namespace where it is known, so that certificates can name them. */
export function nodeHosts(name: string, nodes: number, namespace: string | undefined): string[] {
  const domain = `${headlessServiceName(name)}${namespace === undefined ? '' : `.${namespace}.svc`}`;
  return Array.from({ length: nodes }, (_, node) => `${name}-${node}.${domain}`);
}

/**
 * The configuration file of each node, in nats-server's own format (https://docs.nats.io/running-a-nats-service/configuration). It is the same for all: what
 * differs, and what is secret, comes from the environment.
 */
export function natsConfiguration(name: string, namespace: string | undefined, intent: MessageLogIntent): string {
  return `${[
    `server_name: $${NatsVariables.NODE}`,
    `port: ${CLIENT_PORT}`,
    `http_port: ${MONITORING_PORT}`,
    `pid_file: "${PID_FILE}"`,
    `max_payload: ${MAX_PAYLOAD}`,
    `lame_duck_grace_period: "${LAME_DUCK_GRACE_SECONDS}s"`,
    `lame_duck_duration: "${LAME_DUCK_SECONDS}s"`,
    '',
    ...jetStream(intent),
    '',
    ...accounts(intent),
    ...(intent.tls ? ['', ...tls('')] : []),
    ...(intent.nodes > 1 ? ['', ...routes(name, namespace, intent)] : []),
  ].join('\n')}\n`;
}

function jetStream(intent: MessageLogIntent): string[] {
  return [
    'jetstream {',
    `  store_dir: "${intent.nodes === 1 ? STORE.OF_ONE : STORE.OF_SEVERAL}"`,
    `  domain: "${intent.instance}"`,
    '  # Acknowledge what is on the disk: with less, a power cut of all nodes loses acknowledged messages.',
    '  sync_interval: always',
    `  max_memory_store: ${MEMORY_STORE}`,
    `  max_file_store: ${streamRoom(intent.storageSize).toMebibytes()}MiB`,
    '}',
  ];
}

/** The brokers' account is the same with credentials and without: what it stored stays when they are introduced. */
function accounts({ credentials }: MessageLogIntent): string[] {
  const open = credentials.secretName === undefined;
  const user = open ? '{ user: broker }' : `{ user: $${NatsVariables.USER}, pass: $${NatsVariables.PASSWORD} }`;
  return [
    'accounts {',
    `  MQTT { jetstream: enabled, users: [${user}] }`,
    '  SYS {}',
    '}',
    'system_account: SYS',
    ...(open ? ['no_auth_user: broker'] : []),
  ];
}

function tls(indent: string, ...more: string[]): string[] {
  return [
    'tls {',
    `  cert_file: "${NatsPaths.CERTIFICATE}/tls.crt"`,
    `  key_file: "${NatsPaths.CERTIFICATE}/tls.key"`,
    ...more,
    '}',
  ].map((line) => indent + line);
}

function routes(name: string, namespace: string | undefined, { instance, nodes, tls: certificate }: MessageLogIntent): string[] {
  return [
    'cluster {',
    `  name: "${instance}"`,
    `  port: ${ROUTE_PORT}`,
    '  # Addresses of pods change: brokers have the names of all nodes.',
    '  no_advertise: true',
    '  routes: [',
    ...nodeHosts(name, nodes, namespace).map((host) => `    "nats-route://${host}:${ROUTE_PORT}"`),
    '  ]',
    // Between nodes each is client and server, and verifies the other.
    ...(certificate ? tls('  ', `  ca_file: "${NatsPaths.CERTIFICATE}/ca.crt"`) : []),
    '}',
  ];
}
