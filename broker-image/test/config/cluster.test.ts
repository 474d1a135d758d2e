import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { InvalidFileError, loadConfigurationFile, type FileInspector } from '../../src/config/index.js';
import { temporaryDirectory, temporaryFile } from './files.js';

const alone = 'listeners: [{name: a, protocol: tcp, port: 1}]\nauthentication: {anonymous: true}\n';
const clusterOf = (yaml: string) => loadConfigurationFile(temporaryFile(alone + yaml)).cluster;

function problemsOf(yaml: string, inspector?: FileInspector): string[] {
  try {
    loadConfigurationFile(temporaryFile(alone + yaml), { ...(inspector && { inspector }) });
  } catch (error) {
    assert.ok(error instanceof InvalidFileError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

test('no cluster unless one is written', () => assert.equal(clusterOf(''), undefined));

test('a cluster needs its servers only', () => {
  assert.deepEqual(clusterOf('cluster: {log: {servers: ["nats://nats:4222"]}}'), {
    name: 'mqtt',
    log: { servers: ['nats://nats:4222'], maxBytes: 4294967296 },
    rebalance: { enabled: true, connectionsPerSecond: 50, tolerancePercent: 10 },
  });
});

test('every key is taken over', () => {
  const written = {
    name: 'Factory_2-b',
    firstBroker: 'mqtt-0',
    log: { servers: ['tls://a', 'tls://[::1]:4333'], replicas: 5, maxBytes: 16777216, usernameFile: '/u', passwordFile: '/p', tls: { caFile: '/ca', certificateFile: '/c', privateKeyFile: '/k' } },
    rebalance: { enabled: false, connectionsPerSecond: 1, tolerancePercent: 100 },
  };
  assert.deepEqual(clusterOf(`cluster: ${JSON.stringify(written)}`), written);
  const credentials = { servers: ['nats://a/'], maxBytes: 4294967296, credentialsFile: '/c.creds' };
  assert.deepEqual(clusterOf(`cluster: {log: ${JSON.stringify(credentials)}}`)?.log, credentials);
});

const wrong: Record<string, [cluster: string, ...problems: string[]]> = {
  'no log': ['{}', 'cluster.log: missing; this key is required'],
  'no servers': ['{log: {}}', 'cluster.log.servers: missing; this key is required'],
  'an empty list of servers': ['{log: {servers: []}}', 'cluster.log.servers: found [], expected a list of at least 1 entry'],
  'another protocol': ['{log: {servers: ["http://a"]}}', 'cluster.log.servers[0]: found "http://a", expected text that matches ^(nats|tls)://'],
  'a port that is none': ['{log: {servers: ["nats://a:70000"]}}', 'cluster.log.servers[0]: found "nats://a:70000", expected nats://HOST:PORT, such as nats://nats.nats.svc:4222'],
  'no host': ['{log: {servers: ["nats://:4222"]}}', 'cluster.log.servers[0]: found "nats://:4222", expected nats://HOST:PORT, such as nats://nats.nats.svc:4222'],
  'a path': ['{log: {servers: ["nats://a/b"]}}', 'cluster.log.servers[0]: found "nats://a/b", expected nats://HOST:PORT, such as nats://nats.nats.svc:4222'],
  'credentials in a URL, which are not shown': ['{log: {servers: ["nats://me:secret@a"]}}', 'cluster.log.servers[0]: found credentials in a URL; write them into files: usernameFile and passwordFile, or credentialsFile'],
  'half encrypted': ['{log: {servers: ["nats://a", "tls://b"]}}', 'cluster.log.servers: found both nats:// and tls://; the log would be readable on the way to some servers, so write tls:// for all, or nats:// for all'],
  'TLS that would not be used': ['{log: {servers: ["nats://a"], tls: {caFile: /c}}}', 'cluster.log.tls: found with nats:// servers, which are not encrypted; write tls://, or leave tls out'],
  'a certificate without its key': ['{log: {servers: ["tls://a"], tls: {certificateFile: /c}}}', 'cluster.log.tls.privateKeyFile: missing; certificateFile needs the key that belongs to it'],
  'a key without its certificate': ['{log: {servers: ["tls://a"], tls: {privateKeyFile: /k}}}', 'cluster.log.tls.certificateFile: missing; privateKeyFile needs the certificate that it belongs to'],
  'a user name alone': ['{log: {servers: ["nats://a"], usernameFile: /u}}', 'cluster.log.passwordFile: missing; usernameFile needs the password that belongs to it'],
  'a password alone': ['{log: {servers: ["nats://a"], passwordFile: /p}}', 'cluster.log.usernameFile: missing; passwordFile needs the user name that it belongs to'],
  'two kinds of credentials': ['{log: {servers: ["nats://a"], credentialsFile: /c, usernameFile: /u, passwordFile: /p}}', 'cluster.log.credentialsFile: found beside usernameFile or passwordFile; NATS takes one or the other, so leave one out'],
  'two copies': ['{log: {servers: ["nats://a"], replicas: 2}}', 'cluster.log.replicas: found 2, expected one of 1, 3, 5'],
  'a first broker without a name': ['{firstBroker: "", log: {servers: ["nats://a"]}}', 'cluster.firstBroker: found "", expected text that is not empty'],
  'a name with a dot': [
    '{name: a.b, log: {servers: ["nats://a"]}}',
    'cluster.name: found "a.b", expected text that matches ^[a-zA-Z0-9_-]{1,40}$: Name of the cluster, the same in all its brokers: its streams and subjects in NATS begin with it. Two clusters on one NATS need two names.',
  ],
  'several at once': [
    '{log: {servers: ["nats://x@a", "nats://b:0"], usernameFile: /u}, rebalance: {tolerancePercent: 0}}',
    'cluster.rebalance.tolerancePercent: found 0, expected an integer from 1 to 100',
    'cluster.log.servers[0]: found credentials in a URL; write them into files: usernameFile and passwordFile, or credentialsFile',
    'cluster.log.servers[1]: found "nats://b:0", expected nats://HOST:PORT, such as nats://nats.nats.svc:4222',
    'cluster.log.passwordFile: missing; usernameFile needs the password that belongs to it',
  ],
};
for (const [name, [cluster, ...problems]] of Object.entries(wrong)) {
  test(`refused: ${name}`, () => assert.deepEqual(problemsOf(`cluster: ${cluster}`), problems));
}

test('files of credentials and TLS must be there, unless nobody looks', () => {
  const directory = temporaryDirectory();
  const at = (name: string) => join(directory, name);
  const yaml = `cluster: {log: {servers: ["tls://a"], usernameFile: ${at('u')}, passwordFile: ${at('p')}, tls: {caFile: ${at('ca')}}}}`;
  const missing = 'which does not exist; in a pod, check the volume mount and the key of the Secret or ConfigMap';
  const inspector = { passwordFile: () => undefined, aclFile: () => undefined, adminToken: () => undefined, jwt: () => undefined, tls: () => undefined };
  assert.deepEqual(problemsOf(yaml, inspector), [
    `cluster.log.usernameFile: found ${at('u')}, ${missing}`,
    `cluster.log.passwordFile: found ${at('p')}, ${missing}`,
    `cluster.log.tls.caFile: found ${at('ca')}, ${missing}`,
  ]);
  assert.deepEqual(problemsOf(yaml), []);
});
