import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Chart, Duration, Size, Testing } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import {
  MqttAuthentication, MqttAuthorization, MqttBroker, MqttClientCa, MqttClientCertificate, MqttCluster, MqttClusterProps,
  MqttKeepaliveLimit, MqttListener, MqttLogLevel, MqttStorage, MqttTls, ProxyProtocolVersion,
} from '../../lib';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttMessageLogCredentials } from '../../lib/message-log/mqtt-message-log-credentials';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { MqttAuthenticationMethod, MqttCertificateUser } from '../../lib/security/mqtt-authentication';
import { MqttFile } from '../../lib/security/mqtt-file';
import { MqttJwtAlgorithm, MqttJwtKeys } from '../../lib/security/mqtt-jwt';

// The library and the broker share the schema of the configuration file, and nothing else: what one writes, the other must read.

const ROOT = path.resolve(__dirname, '..', '..');
const BROKER = path.join(ROOT, 'broker-image', 'build', 'main.js');
const EXAMPLES = path.join(ROOT, 'examples');

const exampleNames = fs.readdirSync(EXAMPLES).filter((name) => fs.existsSync(path.join(EXAMPLES, name, 'chart.ts')));

function configurations(charts: Chart[]): string[] {
  return charts.flatMap((chart) => Testing.synth(chart)).flatMap((object) => object.data?.['broker.yaml'] ?? []);
}

/** Throws with what the broker says about the file. */
function checkConfiguration(configuration: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk8s-mqtt-contract-'));
  try {
    const file = path.join(folder, 'broker.yaml');
    fs.writeFileSync(file, configuration);
    // The mounted certificates and passwords are the cluster's, not this machine's.
    return execFileSync(process.execPath, [BROKER, '--check-config', '--skip-files', '--config', file], { encoding: 'utf8', stdio: 'pipe' });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test.each(exampleNames)('the broker reads the configuration of examples/%s', (name) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const classes = Object.values<new (app: App, id: string) => Chart>(require(path.join(EXAMPLES, name, 'chart.ts')));
  const files = configurations(classes.map((ChartClass, index) => new ChartClass(new App(), `chart-${index}`)));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(checkConfiguration(file)).toMatch(/ok/i);
});

test('the broker reads a configuration in which everything is set', () => {
  const chart = new Chart(new App(), 'test');
  const certificate = (id: string) => MqttTls.fromSecret(Secret.fromSecretName(chart, id, id), { clientCertificate: MqttClientCertificate.REQUEST });
  const clientCa = MqttClientCa.fromConfigMap(ConfigMap.fromConfigMapName(chart, 'Devices', 'devices'), { key: 'bundle.pem' });
  const cluster = new MqttCluster(chart, 'Broker', {
    broker: MqttBroker.companion({ logLevel: MqttLogLevel.DEBUG, maxPacketSize: Size.mebibytes(255), maxQueuedMessages: 1, maxQueuedSize: Size.mebibytes(255) }),
    listeners: [
      MqttListener.tcp({ maxConnections: 5 }),
      MqttListener.tls(certificate('tls')),
      MqttListener.websocket({ path: '/ws' }),
      MqttListener.secureWebsocket(certificate('wss')),
      MqttListener.tls(
        MqttTls.fromCertManager({ issuer: { name: 'ca' }, serviceNames: false, dnsNames: ['mqtt.example.com'], clientCertificate: MqttClientCertificate.REQUIRE, clientCa }),
        { name: 'mutual', port: 8885 },
      ),
    ],
    authentication: MqttAuthentication.passwordFile(Secret.fromSecretName(chart, 'users', 'users'), { allowAnonymous: true }),
    authorization: MqttAuthorization.aclFromConfigMap(ConfigMap.fromConfigMapName(chart, 'Rules', 'rules')),
    keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(65_535)),
    sessionExpiry: Duration.days(365),
    shutdownDelay: Duration.hours(1),
  });
  const versions = [undefined, ProxyProtocolVersion.V1, ProxyProtocolVersion.V2];
  cluster.listeners.forEach(({ name }, index) => cluster.openProxyPort(name, { version: versions[index % 3], sources: ['10.0.0.0/16', '2001:db8::/64', '192.0.2.7/32'] }));
  for (const file of configurations([chart])) expect(checkConfiguration(file)).toMatch(/ok/i);
});

describe('the broker reads the configuration of', () => {
  const secret = (scope: Chart, name: string) => Secret.fromSecretName(scope, name, name);
  const cases: [string, (chart: Chart) => MqttClusterProps][] = [
    ['a cluster with a message log of its own', () => ({ replicas: 3, sessionStore: MqttSessionStore.replicated({ nodes: 3 }) })],
    ['a cluster whose log wants TLS and a password', (chart) => ({
      replicas: 3,
      sessionStore: MqttSessionStore.replicated({
        nodes: 5,
        credentials: MqttMessageLogCredentials.fromSecret(secret(chart, 'log')),
        tls: MqttTls.fromCertManager({ issuer: { name: 'ca' } }),
        clusterName: 'a'.repeat(40),
        rebalance: { enabled: false, connectionsPerSecond: 1, tolerancePercent: 100 },
      }),
    })],
    ['a cluster on a NATS that exists', (chart) => ({
      replicas: 3,
      sessionStore: MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['tls://nats.example.com', 'tls://[2001:db8::1]:4223'], {
        credentials: MqttMessageLogCredentials.credentialsFile(secret(chart, 'creds')),
        certificateAuthority: MqttFile.fromSecret(secret(chart, 'ca'), 'ca.pem'),
        clientCertificate: secret(chart, 'client'),
        copies: 1,
        maxSize: Size.gibibytes(1),
      })),
    })],
    ['every way to say who one is', (chart) => ({
      authentication: MqttAuthentication.anyOf([
        MqttAuthentication.passwordFile(secret(chart, 'users'), {
          backoff: { failures: 0, window: Duration.days(1), firstRefusal: Duration.seconds(1), longestRefusal: Duration.days(1) },
        }),
        MqttAuthentication.jwt(
          MqttJwtKeys.fromUrl('https://login.example.com/keys', { certificateAuthority: MqttFile.fromSecret(secret(chart, 'ca'), 'ca.pem'), refreshInterval: Duration.days(1) }),
          {
            issuer: 'https://login.example.com',
            audience: 'mqtt',
            algorithms: Object.values(MqttJwtAlgorithm).filter((algorithm) => !algorithm.startsWith('HS')),
            usernameClaim: 'email',
            aclClaim: 'acl',
            disconnectOnExpiry: false,
            clockTolerance: Duration.minutes(10),
          },
        ),
        MqttAuthentication.clientCertificate(MqttCertificateUser.EMAIL),
        MqttAuthentication.anonymous(),
      ]),
      listeners: [
        MqttListener.tls(MqttTls.fromSecret(secret(chart, 'tls'), {
          clientCertificate: MqttClientCertificate.REQUEST, revocationList: MqttFile.fromSecret(secret(chart, 'revoked'), 'crl.pem'),
        })),
        MqttListener.websocket({ allowedOrigins: ['https://app.example.com', 'http://localhost:8080'], authentication: [MqttAuthenticationMethod.JWT, MqttAuthenticationMethod.PASSWORD] }),
        MqttListener.tcp({ authentication: [MqttAuthenticationMethod.ANONYMOUS] }),
      ],
    })],
    ['tokens with a shared key', (chart) => ({
      authentication: MqttAuthentication.jwt(MqttJwtKeys.fromFile(MqttFile.fromSecret(secret(chart, 'jwt'), 'jwks.json')), { algorithms: [MqttJwtAlgorithm.HS256] }),
    })],
    ['the administration server', (chart) => ({ broker: MqttBroker.companion({ admin: { token: MqttFile.fromSecret(secret(chart, 'admin'), 'token'), port: 9090 } }) })],
    ['the narrowest limits', () => ({
      listeners: [MqttListener.tcp({ maxConnections: 1, connectionsPerSecond: 1 })],
      broker: MqttBroker.companion({
        maxConnections: 1,
        maxConnectionsPerAddress: 1,
        maxConnectionsPerUser: 1,
        messagesPerSecond: 1,
        sizePerSecond: Size.kibibytes(1),
        maxInFlight: 1,
        maxPacketSize: Size.kibibytes(1),
        maxOutboundSize: Size.kibibytes(2),
        maxBufferedSize: Size.kibibytes(1),
        maxRetainedSize: Size.kibibytes(64),
        slowConsumerTimeout: Duration.seconds(1),
        maxTopicLevels: 1,
        maxSubscriptionsPerClient: 1,
        connectTimeout: Duration.seconds(1),
      }),
    })],
    ['the widest limits', () => ({
      broker: MqttBroker.companion({
        maxInFlight: 65_535, maxOutboundSize: Size.gibibytes(1), slowConsumerTimeout: Duration.days(1), maxTopicLevels: 100, connectTimeout: Duration.minutes(5),
      }),
    })],
  ];

  test.each(cases)('%s', (_, props) => {
    const chart = new Chart(new App(), 'test', { namespace: 'mqtt' });
    new MqttCluster(chart, 'Broker', props(chart));
    const files = configurations([chart]);
    expect(files).toHaveLength(1);
    for (const file of files) expect(checkConfiguration(file)).toMatch(/ok/i);
  });
});

test('the smallest sizes that the library accepts', () => {
  const chart = new Chart(new App(), 'test');
  new MqttCluster(chart, 'Broker', {
    broker: MqttBroker.companion({ maxPacketSize: Size.kibibytes(1), maxQueuedSize: Size.kibibytes(1) }),
    storage: MqttStorage.persistentVolume({ size: Size.mebibytes(64) }),
  }).acknowledge('MQTT-STORAGE-001', 'as small as can be, in this test');
  for (const file of configurations([chart])) expect(checkConfiguration(file)).toMatch(/ok/i);
});

test('the check is not blind: a key that the schema does not know is refused', () => {
  expect(() => checkConfiguration('listeners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {anonymous: true}\nlistenerz: []')).toThrow(/listenerz/);
});
