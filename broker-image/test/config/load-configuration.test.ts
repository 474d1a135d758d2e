import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { configurationWithoutFile, InvalidFileError, loadConfigurationFile, parseEndpoint, type Overrides } from '../../src/config/index.js';
import { temporaryDirectory, temporaryFile } from './files.js';

const minimal = `
listeners:
  - name: mqtt
    protocol: tcp
    port: 1883
authentication:
  anonymous: true
`;

/** The problems as they are printed, without the first line. */
function problemsOf(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof InvalidFileError, String(error));
    return error.message.split('\n').slice(1).map((line) => line.trim());
  }
  return [];
}

const problemsOfFile = (yaml: string, overrides?: Overrides) => problemsOf(() => loadConfigurationFile(temporaryFile(yaml), { ...(overrides && { overrides }) }));

test('a minimal file gets every default of the schema', () => {
  assert.deepEqual(loadConfigurationFile(temporaryFile(minimal)), {
    name: hostname(),
    listeners: [{ name: 'mqtt', protocol: 'tcp', address: '::', port: 1883, path: '/mqtt', proxyProtocol: 'none' }],
    authentication: { anonymous: true, backoff: { failures: 10, windowSeconds: 60, seconds: 60, maxSeconds: 600 } },
    authorization: {},
    keepalive: {},
    session: { expirySeconds: 604800, maxQueuedMessages: 100000, maxQueuedBytes: 104857600 },
    limits: { maxPacketBytes: 1048576, maxTopicLevels: 32, maxSubscriptionsPerClient: 1000, connectTimeoutSeconds: 10, maxInFlight: 1024, slowConsumerSeconds: 60 },
    store: { directory: '/var/lib/mqtt-broker', maxBytes: 10737418240 },
    operations: { address: '::', port: 8080 },
    diagnostics: {},
    shutdown: { delaySeconds: 5, connectionsPerSecond: 500 },
    log: { level: 'info' },
  });
});

test('the admin API is off, and on a loopback address when it is turned on', () => {
  assert.deepEqual(loadConfigurationFile(temporaryFile(`${minimal}admin: {tokenFile: /t}`)).admin, { tokenFile: '/t', address: '127.0.0.1', port: 8081 });
});

test('every key of the schema is taken over', () => {
  const configuration = loadConfigurationFile(
    temporaryFile(`
name: broker-0
listeners:
  - {name: mqtt, protocol: tcp, address: 0.0.0.0, port: 1883, maxConnections: 7, connectionsPerSecond: 8, proxyProtocol: v2, trustedProxies: [10.0.0.0/8, 'fd00::/8']}
  - name: wss
    protocol: wss
    port: 8084
    path: /socket
    tls: {certificateFile: /c, privateKeyFile: /k, clientCaFile: /a, crlFile: /crl, clientCertificate: require, minVersion: TLSv1.3}
    allowedOrigins: ['https://app.example.com', 'http://localhost:3000', 'capacitor://localhost']
    authentication: [certificate, jwt]
authentication:
  anonymous: false
  passwordFile: /p
  jwt:
    jwksUrl: https://issuer.example.com/jwks
    caFile: /ca
    issuer: https://issuer.example.com
    audience: mqtt
    algorithms: [ES256]
    usernameClaim: device
    aclClaim: rules
    disconnectOnExpiry: false
    refreshSeconds: 10
    clockToleranceSeconds: 0
  clientCertificate: {username: uri}
  backoff: {failures: 0, windowSeconds: 1, seconds: 2, maxSeconds: 3}
authorization: {aclFile: /acl}
keepalive: {maxSeconds: 300}
session: {expirySeconds: 0, maxQueuedMessages: 5, maxQueuedBytes: 4096}
limits:
  {maxConnections: 9, maxPacketBytes: 2048, maxTopicLevels: 3, maxSubscriptionsPerClient: 4, connectTimeoutSeconds: 2, maxConnectionsPerAddress: 5, maxConnectionsPerUser: 6,
  messagesPerSecond: 7, bytesPerSecond: 8192, maxInFlight: 20, maxOutboundBytes: 4096, slowConsumerSeconds: 9, maxRetainedBytes: 65536}
store: {directory: /data, maxBytes: 16777216}
operations: {address: 127.0.0.1, port: 9090}
admin: {tokenFile: /t, address: '::1', port: 9091}
diagnostics: {heapSnapshotDirectory: /snapshots}
shutdown: {delaySeconds: 0, connectionsPerSecond: 1}
log: {level: debug}
`),
  );
  assert.deepEqual(configuration, {
    name: 'broker-0',
    listeners: [
      { name: 'mqtt', protocol: 'tcp', address: '0.0.0.0', port: 1883, path: '/mqtt', proxyProtocol: 'v2', trustedProxies: ['10.0.0.0/8', 'fd00::/8'], maxConnections: 7, connectionsPerSecond: 8 },
      {
        name: 'wss', protocol: 'wss', address: '::', port: 8084, path: '/socket', proxyProtocol: 'none',
        tls: { certificateFile: '/c', privateKeyFile: '/k', clientCaFile: '/a', crlFile: '/crl', clientCertificate: 'require', minVersion: 'TLSv1.3' },
        allowedOrigins: ['https://app.example.com', 'http://localhost:3000', 'capacitor://localhost'],
        authentication: ['certificate', 'jwt'],
      },
    ],
    authentication: {
      anonymous: false,
      passwordFile: '/p',
      jwt: {
        jwksUrl: 'https://issuer.example.com/jwks', caFile: '/ca', issuer: 'https://issuer.example.com', audience: 'mqtt', algorithms: ['ES256'],
        usernameClaim: 'device', aclClaim: 'rules', disconnectOnExpiry: false, refreshSeconds: 10, clockToleranceSeconds: 0,
      },
      clientCertificate: { username: 'uri' },
      backoff: { failures: 0, windowSeconds: 1, seconds: 2, maxSeconds: 3 },
    },
    authorization: { aclFile: '/acl' },
    keepalive: { maxSeconds: 300 },
    session: { expirySeconds: 0, maxQueuedMessages: 5, maxQueuedBytes: 4096 },
    limits: {
      maxConnections: 9, maxPacketBytes: 2048, maxTopicLevels: 3, maxSubscriptionsPerClient: 4, connectTimeoutSeconds: 2, maxConnectionsPerAddress: 5, maxConnectionsPerUser: 6,
      messagesPerSecond: 7, bytesPerSecond: 8192, maxInFlight: 20, maxOutboundBytes: 4096, slowConsumerSeconds: 9, maxRetainedBytes: 65536,
    },
    store: { directory: '/data', maxBytes: 16777216 },
    operations: { address: '127.0.0.1', port: 9090 },
    admin: { tokenFile: '/t', address: '::1', port: 9091 },
    diagnostics: { heapSnapshotDirectory: '/snapshots' },
    shutdown: { delaySeconds: 0, connectionsPerSecond: 1 },
    log: { level: 'debug' },
  });
});

test('all errors of a file are told at once, in its order, with line, value and expectation', () => {
  assert.deepEqual(
    problemsOfFile(`name: ""
listeners:
  - name: Mqtt
    protocol: mqtt
    port: 70000
    adress: 0.0.0.0
  - name: mqtts
    protocol: tls
    port: "8883"
sesion: {}
authentication:
  anonimous: true
limits: []
log: {level: verbose}
store: {maxBytes: 1}
`),
    [
      'name (line 1): found "", expected text that is not empty',
      'listeners[0].name (line 3): found "Mqtt", expected text that matches ^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$: Name of the listener in logs, metrics and Kubernetes ports: a DNS label of 15 characters at most.',
      'listeners[0].protocol (line 4): found "mqtt", expected one of tcp, tls, ws, wss',
      'listeners[0].port (line 5): found 70000, expected an integer from 1 to 65535',
      'listeners[0].adress (line 6): unknown key; did you mean `address`?',
      'listeners[1].tls (line 7): missing; a listener with protocol tls needs certificateFile and privateKeyFile here',
      'listeners[1].port (line 9): found "8883", expected an integer from 1 to 65535',
      'sesion (line 10): unknown key; did you mean `session`?',
      'authentication (line 11): anonymous is false (the default) and there is no passwordFile, jwt or clientCertificate, so no client could connect; name a passwordFile, or write anonymous: true to let everybody in',
      'authentication.anonimous (line 12): unknown key; did you mean `anonymous`?',
      'limits (line 13): found [], expected a mapping of keys to values: Protection against clients that ask for too much.',
      'log.level (line 14): found "verbose", expected one of debug, info, warn, error',
      'store.maxBytes (line 15): found 1, expected an integer of at least 16777216',
    ],
  );
});

const wrong: Record<string, [yaml: string, problem: string]> = {
  'no listeners': ['authentication: {anonymous: true}', 'listeners: missing; this key is required'],
  'an empty list of listeners': ['listeners: []\nauthentication: {anonymous: true}', 'listeners (line 1): found [], expected a list of at least 1 entry'],
  'a list instead of a mapping': ['- a', 'found ["a"], expected a mapping of keys to values: One YAML file, named by MQTT_BROKER_CONFIG or --config. Secrets never stand in it: only the paths of files that hold them.'],
  'an unknown key that resembles none': [`${minimal}xyzzy: 1`, 'xyzzy (line 8): unknown key; known here: name, listeners, authentication, authorization, keepalive, session, limits, store, cluster, operations, admin, diagnostics, shutdown, log'],
  'a boolean in quotes': ['listeners: [{name: a, protocol: tcp, port: 1}]\nauthentication: {anonymous: "true"}', 'authentication.anonymous (line 2): found "true", expected true or false'],
  'a number with a fraction': [`${minimal}keepalive: {maxSeconds: 1.5}`, 'keepalive.maxSeconds (line 8): found 1.5, expected an integer from 1 to 65535'],
  'a keepalive above 16 bits': [`${minimal}keepalive: {maxSeconds: 65536}`, 'keepalive.maxSeconds (line 8): found 65536, expected an integer from 1 to 65535'],
  'a packet above the limit of MQTT': [`${minimal}limits: {maxPacketBytes: 268435461}\nsession: {maxQueuedBytes: 999999999}`, 'limits.maxPacketBytes (line 8): found 268435461, expected an integer from 1024 to 268435460'],
  'a null': [`${minimal}limits:`, 'limits (line 8): found null, expected a mapping of keys to values: Protection against clients that ask for too much.'],
  __proto__: [`${minimal}__proto__: {a: 1}`, '__proto__ (line 8): unknown key; known here: name, listeners, authentication, authorization, keepalive, session, limits, store, cluster, operations, admin, diagnostics, shutdown, log'],
  'TLS on a plain listener': ['listeners: [{name: a, protocol: tcp, port: 1, tls: {certificateFile: /c, privateKeyFile: /k}}]\nauthentication: {anonymous: true}', 'listeners[0].tls (line 1): found with protocol tcp, which is not encrypted; write protocol: tls, or leave tls out'],
  'TLS on a plain WebSocket': ['listeners: [{name: a, protocol: ws, port: 1, tls: {certificateFile: /c, privateKeyFile: /k}}]\nauthentication: {anonymous: true}', 'listeners[0].tls (line 1): found with protocol ws, which is not encrypted; write protocol: wss, or leave tls out'],
  'a path on TCP': ['listeners: [{name: a, protocol: tcp, port: 1, path: /mqtt}]\nauthentication: {anonymous: true}', 'listeners[0].path (line 1): found with protocol tcp, which has no path; write protocol: ws, or leave path out'],
  'a path on TLS': ['listeners: [{name: a, protocol: tls, port: 1, path: /mqtt, tls: {certificateFile: /c, privateKeyFile: /k}}]\nauthentication: {anonymous: true}', 'listeners[0].path (line 1): found with protocol tls, which has no path; write protocol: wss, or leave path out'],
  'a relative path': ['listeners: [{name: a, protocol: ws, port: 1, path: mqtt}]\nauthentication: {anonymous: true}', 'listeners[0].path (line 1): found "mqtt", expected text that matches ^/: Path of a WebSocket listener; refused on others.'],
  'client certificates without authorities': ['listeners: [{name: a, protocol: tls, port: 1, tls: {certificateFile: /c, privateKeyFile: /k, clientCertificate: require}}]\nauthentication: {anonymous: true}', 'listeners[0].tls.clientCaFile (line 1): missing; clientCertificate: require needs the authorities that sign client certificates'],
  'authorities without client certificates': ['listeners: [{name: a, protocol: tls, port: 1, tls: {certificateFile: /c, privateKeyFile: /k, clientCaFile: /a}}]\nauthentication: {anonymous: true}', 'listeners[0].tls.clientCaFile (line 1): found without clientCertificate: request or require, so no client would ever be asked for a certificate'],
  'trusted proxies without the protocol': ['listeners: [{name: a, protocol: tcp, port: 1, trustedProxies: [10.0.0.0/8]}]\nauthentication: {anonymous: true}', 'listeners[0].trustedProxies (line 1): found without proxyProtocol: v1, v2 or any, so nobody would be asked for a header'],
  'a proxy that is no CIDR block': ['listeners: [{name: a, protocol: tcp, port: 1, proxyProtocol: any, trustedProxies: [10.0.0.1]}]\nauthentication: {anonymous: true}', 'listeners[0].trustedProxies[0] (line 1): found "10.0.0.1", expected a CIDR block, such as 10.0.0.0/16 or 192.0.2.7/32'],
  'a proxy with too long a prefix': ['listeners: [{name: a, protocol: tcp, port: 1, proxyProtocol: any, trustedProxies: ["::1/128", 10.0.0.1/33]}]\nauthentication: {anonymous: true}', 'listeners[0].trustedProxies[1] (line 1): found "10.0.0.1/33", expected a CIDR block, such as 10.0.0.0/16 or 192.0.2.7/32'],
  'a host name as address': ['listeners: [{name: a, protocol: tcp, port: 1, address: localhost}]\nauthentication: {anonymous: true}', 'listeners[0].address (line 1): found "localhost", expected an IP address: 0.0.0.0 for all of IPv4, :: for IPv6 and IPv4, 127.0.0.1 for this host alone'],
  'a name twice': ['listeners: [{name: a, protocol: tcp, port: 1}, {name: a, protocol: tcp, port: 2}]\nauthentication: {anonymous: true}', 'listeners[1].name (line 1): found "a", the name of listeners[0] too; logs and metrics could not tell them apart'],
  'a port twice': ['listeners: [{name: a, protocol: tcp, port: 1}, {name: b, protocol: tcp, port: 1, address: 127.0.0.1}]\nauthentication: {anonymous: true}', 'listeners[1].port (line 1): found 1, the port of listeners[0] on the same address'],
  'the port of the HTTP server': ['listeners: [{name: a, protocol: ws, port: 8080}]\nauthentication: {anonymous: true}', 'operations.port: found 8080, the port of listeners[0] on the same address'],
  'the port of the admin API': [`${minimal}admin: {tokenFile: /t, port: 8080}`, 'admin.port (line 8): found 8080, the port of operations on the same address'],
  'a host name for the admin API': [`${minimal}admin: {tokenFile: /t, address: localhost}`, 'admin.address (line 8): found "localhost", expected an IP address: 0.0.0.0 for all of IPv4, :: for IPv6 and IPv4, 127.0.0.1 for this host alone'],
  'an admin API without a token': [`${minimal}admin: {}`, 'admin.tokenFile (line 8): missing; this key is required'],
  'nobody may connect': ['listeners: [{name: a, protocol: tcp, port: 1}]\nauthentication: {anonymous: false}', 'authentication (line 2): anonymous is false and there is no passwordFile, jwt or clientCertificate, so no client could connect; name a passwordFile, or write anonymous: true to let everybody in'],
  'less room for a client than for two packets': [`${minimal}limits: {maxOutboundBytes: 2000000}`, 'limits.maxOutboundBytes (line 8): found 2000000, less than twice maxPacketBytes (1048576): a large message to a client that is a little behind would disconnect it; write 2097152 or more, or a smaller maxPacketBytes'],
  'more messages in flight than packet ids': [`${minimal}limits: {maxInFlight: 65536}`, 'limits.maxInFlight (line 8): found 65536, expected an integer from 1 to 65535'],
  'a queue smaller than a packet': [`${minimal}session: {maxQueuedBytes: 2048}`, 'session.maxQueuedBytes (line 8): found 2048, less than limits.maxPacketBytes (1048576): the largest messages could never be queued'],
  'a key twice': ['listeners: []\nlisteners: []', 'line 2: not valid YAML: Map keys must be unique'],
  'two documents': [`${minimal}---\na: 1`, 'line 8: not valid YAML: Source contains multiple documents; please use YAML.parseAllDocuments()'],
  'broken YAML': ['listeners: [', 'line 1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  'an alias without an anchor': ['listeners: *x', 'not valid YAML: Unresolved alias (the anchor must be set before the alias): x'],
  'an empty file': ['', 'the file is empty; the least configuration is a list of `listeners`'],
};
for (const [name, [yaml, problem]] of Object.entries(wrong)) {
  test(`refused: ${name}`, () => assert.deepEqual(problemsOfFile(yaml), [problem]));
}

test('ports of different addresses do not clash', () => {
  const of = (one: string, other: string) =>
    problemsOfFile(`listeners: [{name: a, protocol: tcp, port: 1, address: ${one}}, {name: b, protocol: tcp, port: 1, address: "${other}"}]\nauthentication: {anonymous: true}`);
  assert.deepEqual(of('127.0.0.1', '127.0.0.2'), []);
  assert.deepEqual(of('0.0.0.0', '::1'), []);
  assert.equal(of('0.0.0.0', '::').length, 1);
  assert.equal(of('0.0.0.0', '127.0.0.1').length, 1);
});

test('a file that cannot be read', () => {
  const directory = temporaryDirectory();
  assert.deepEqual(problemsOf(() => loadConfigurationFile(join(directory, 'none.yaml'))), [
    `found ${directory}/none.yaml, which does not exist; in a pod, check the volume mount and the key of the Secret or ConfigMap`,
  ]);
  mkdirSync(join(directory, 'folder'));
  assert.deepEqual(problemsOf(() => loadConfigurationFile(join(directory, 'folder'))), [`found ${directory}/folder, which is not a file`]);
  symlinkSync('loop', join(directory, 'loop'));
  assert.deepEqual(problemsOf(() => loadConfigurationFile(join(directory, 'loop'))), [`found ${directory}/loop, which cannot be read: ELOOP`]);
});

test('the first line names the file and counts the errors', () => {
  const one = temporaryFile('');
  assert.throws(() => loadConfigurationFile(one), { message: new RegExp(`^${one}: 1 error\n`) });
  const two = temporaryFile('a: 1');
  assert.throws(() => loadConfigurationFile(two), { message: new RegExp(`^${two}: 3 errors\n`) });
});

const inspector = { passwordFile: () => undefined, aclFile: () => undefined, adminToken: () => undefined, jwt: () => undefined, tls: () => undefined };
const withFiles = (directory: string) => `
listeners:
  - {name: a, protocol: tls, port: 1, tls: {certificateFile: ${directory}/c, privateKeyFile: ${directory}/k}}
authentication: {passwordFile: ${directory}/p}
authorization: {aclFile: ${directory}/acl}
admin: {tokenFile: ${directory}/t}
`;

test('files that the configuration names must be there, unless nobody looks', () => {
  const directory = temporaryDirectory();
  const file = temporaryFile(withFiles(directory));
  const missing = 'which does not exist; in a pod, check the volume mount and the key of the Secret or ConfigMap';
  assert.deepEqual(problemsOf(() => loadConfigurationFile(file, { inspector })), [
    `listeners[0].tls.certificateFile (line 3): found ${directory}/c, ${missing}`,
    `listeners[0].tls.privateKeyFile (line 3): found ${directory}/k, ${missing}`,
    `authentication.passwordFile (line 4): found ${directory}/p, ${missing}`,
    `authorization.aclFile (line 5): found ${directory}/acl, ${missing}`,
    `admin.tokenFile (line 6): found ${directory}/t, ${missing}`,
  ]);
  assert.doesNotThrow(() => loadConfigurationFile(file));
});

test('a file without permission', { skip: process.getuid?.() === 0 && 'root may read everything' }, () => {
  const secret = temporaryFile('', 'secret');
  chmodSync(secret, 0);
  const file = temporaryFile(`listeners: [{name: a, protocol: tcp, port: 1}]\nauthentication: {passwordFile: ${secret}}`);
  assert.deepEqual(problemsOf(() => loadConfigurationFile(file, { inspector })), [
    `authentication.passwordFile (line 2): found ${secret}, which this user (${process.getuid?.()}) may not read; in a pod, check the mode of the volume and fsGroup`,
  ]);
});

test('what is wrong inside the files is told with their own lines', () => {
  const password = temporaryFile('', 'p');
  const file = temporaryFile(`listeners: [{name: a, protocol: tcp, port: 1}]\nauthentication: {passwordFile: ${password}}`);
  const failing = { ...inspector, passwordFile: () => { throw new InvalidFileError(password, [{ path: '', line: 3, message: 'bad' }, { path: '[0].topics', message: 'worse' }]); } };
  assert.deepEqual(problemsOf(() => loadConfigurationFile(file, { inspector: failing })), [
    `authentication.passwordFile (line 2): ${password} line 3: bad`,
    `authentication.passwordFile (line 2): ${password}: [0].topics: worse`,
  ]);
});

const overrides = (...listen: [string, string][]): Overrides => ({
  listeners: listen.map(([name, url]) => ({ name, endpoint: parseEndpoint(url, ['tcp', 'tls', 'ws', 'wss']) })),
});

test('overrides move listeners, the HTTP server and the store, and nothing else', () => {
  const file = temporaryFile(minimal);
  const moved = loadConfigurationFile(file, {
    overrides: { ...overrides(['mqtt', 'tcp://127.0.0.1:18830']), operations: parseEndpoint('http://127.0.0.1:18080', ['http']), dataDirectory: './data' },
  });
  const original = loadConfigurationFile(file);
  assert.deepEqual(moved, {
    ...original,
    listeners: [{ ...original.listeners[0], address: '127.0.0.1', port: 18830 }],
    operations: { address: '127.0.0.1', port: 18080 },
    store: { ...original.store, directory: './data' },
  });
});

test('overrides may ask for any free port, the file may not', () => {
  const any = overrides(['mqtt', 'tcp://127.0.0.1:0']);
  assert.equal(loadConfigurationFile(temporaryFile(minimal), { overrides: any }).listeners[0]?.port, 0);
  assert.deepEqual(problemsOfFile(minimal.replace('1883', '0'), any), ['listeners[0].port (line 5): found 0, expected an integer from 1 to 65535']);
});

test('overrides that do not fit the file', () => {
  assert.deepEqual(problemsOfFile(minimal, overrides(['mqtts', 'tls://127.0.0.1:1'], ['mqtt', 'ws://127.0.0.1:1'])), [
    '--listen mqtts=tls://...: the file has no listener with this name; it has: mqtt',
    '--listen mqtt=ws://...: the listener mqtt of the file speaks tcp: write --listen mqtt=tcp://...',
  ]);
});

test('the admin API is moved, not turned on, by an override', () => {
  const admin = parseEndpoint('http://127.0.0.1:0', ['http']);
  assert.deepEqual(loadConfigurationFile(temporaryFile(`${minimal}admin: {tokenFile: /t}`), { overrides: { ...overrides(), admin } }).admin, { tokenFile: '/t', address: '127.0.0.1', port: 0 });
  assert.deepEqual(problemsOfFile(minimal, { ...overrides(), admin }), ['--admin: the file has no section admin with a tokenFile, so there is no admin API to move']);
});

test('an override can clash, too', () => {
  const operations = parseEndpoint('http://127.0.0.1:1883', ['http']);
  assert.deepEqual(problemsOfFile(minimal, { ...overrides(), operations }), ['operations.port: found 1883, the port of listeners[0] on the same address']);
});

test('without a file: the given listeners, everything else at its default, no HTTP server unless asked for, no delay at the end', () => {
  const given = { ...overrides(['tcp', 'tcp://127.0.0.1:0'], ['ws', 'ws://[::1]:8083/x']), dataDirectory: '/d' };
  const configuration = configurationWithoutFile(given, { anonymous: true });
  const { operations, ...fromFile } = loadConfigurationFile(temporaryFile(minimal));
  assert.deepEqual(configuration, {
    ...fromFile,
    listeners: [
      { name: 'tcp', protocol: 'tcp', address: '127.0.0.1', port: 0, path: '/mqtt', proxyProtocol: 'none' },
      { name: 'ws', protocol: 'ws', address: '::1', port: 8083, path: '/x', proxyProtocol: 'none' },
    ],
    store: { ...fromFile.store, directory: '/d' },
    operations: undefined,
    shutdown: { ...fromFile.shutdown, delaySeconds: 0 },
  });
  const asked = configurationWithoutFile({ ...given, operations: parseEndpoint('http://127.0.0.1:0', ['http']) }, { anonymous: true });
  assert.deepEqual(asked.operations, { address: '127.0.0.1', port: 0 });
});

test('the published schema is valid JSON schema and says what each key is', () => {
  const schema = JSON.parse(readFileSync(new URL(import.meta.resolve('#config.schema.json')), 'utf8')) as object;
  const undescribed: string[] = [];
  const walk = (node: Record<string, unknown>, path: string) => {
    for (const [key, property] of Object.entries((node.properties ?? {}) as Record<string, Record<string, unknown>>)) {
      if (property.description === undefined && property.$ref !== '#/definitions/address') undescribed.push(`${path}${key}`);
      walk(property, `${path}${key}.`);
    }
  };
  walk(schema as Record<string, unknown>, '');
  walk((schema as { definitions: { listener: Record<string, unknown> } }).definitions.listener, 'listeners[].');
  assert.deepEqual(undescribed, []);
});
