import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine, UsageError } from '../../src/commands/arguments.js';

const parse = (line: string, environment: { MQTT_BROKER_CONFIG?: string } = {}) => parseCommandLine(line === '' ? [] : line.split(' '), environment);
const tcp = (port: number) => ({ protocol: 'tcp', address: '127.0.0.1', port });

test('help and version come before everything else', () => {
  for (const line of ['--help', '-h', 'serve --help', '--listen nonsense --help']) assert.deepEqual(parse(line), { name: 'help' }, line);
  assert.deepEqual(parse('--version'), { name: 'version' });
});

test('serve is the default, with a file from the option or the environment', () => {
  const source = { kind: 'file', file: 'a.yaml', overrides: { listeners: [] } };
  for (const line of ['--config a.yaml', 'serve --config a.yaml', '--config=a.yaml']) assert.deepEqual(parse(line), { name: 'serve', source }, line);
  assert.deepEqual(parse('', { MQTT_BROKER_CONFIG: 'a.yaml' }), { name: 'serve', source });
  assert.deepEqual(parse('--config a.yaml', { MQTT_BROKER_CONFIG: 'b.yaml' }), { name: 'serve', source });
});

test('overrides of a file', () => {
  assert.deepEqual(parse('--config a.yaml --listen mqtt=tcp://127.0.0.1:18830 --listen wss=wss://[::1]:0 --operations http://127.0.0.1:18080 --admin http://127.0.0.1:18081 --data ./d'), {
    name: 'serve',
    source: {
      kind: 'file',
      file: 'a.yaml',
      overrides: {
        listeners: [{ name: 'mqtt', endpoint: tcp(18830) }, { name: 'wss', endpoint: { protocol: 'wss', address: '::1', port: 0 } }],
        operations: { protocol: 'http', address: '127.0.0.1', port: 18080 },
        admin: { protocol: 'http', address: '127.0.0.1', port: 18081 },
        dataDirectory: './d',
      },
    },
  });
});

test('without a file, listeners are named after their protocol unless they have a name', () => {
  const command = parse('--listen tcp://127.0.0.1:1 --listen tcp://127.0.0.1:2 --listen ws://127.0.0.1:3/x --listen mine=tcp://127.0.0.1:4 --data /d --allow-anonymous');
  assert.deepEqual(command, {
    name: 'serve',
    source: {
      kind: 'none',
      anonymous: true,
      overrides: {
        listeners: [
          { name: 'tcp', endpoint: tcp(1) }, { name: 'tcp-2', endpoint: tcp(2) },
          { name: 'ws', endpoint: { protocol: 'ws', address: '127.0.0.1', port: 3, path: '/x' } }, { name: 'mine', endpoint: tcp(4) },
        ],
        dataDirectory: '/d',
      },
    },
  });
});

test('check-config, with and without the files that it names', () => {
  const source = { kind: 'file', file: 'a', overrides: { listeners: [] } };
  assert.deepEqual(parse('--check-config --config a'), { name: 'check-config', source, skipFiles: false });
  assert.deepEqual(parse('--check-config --skip-files --config a'), { name: 'check-config', source, skipFiles: true });
});

test('hash-password', () => {
  assert.deepEqual(parse('hash-password'), { name: 'hash-password', randomSecret: false });
  assert.deepEqual(parse('hash-password --user alice --random-secret'), { name: 'hash-password', user: 'alice', randomSecret: true });
});

const wrong: Record<string, string[]> = {
  '': ['nothing to serve: name a file by --config FILE or MQTT_BROKER_CONFIG, or say where to listen by --listen tcp://127.0.0.1:1883'],
  '--frobnicate': ['unknown option --frobnicate'],
  '--config': ["Option '--config <value>' argument missing"],
  'frobnicate': ['unknown subcommand "frobnicate"; there are serve, hash-password, leave-cluster'],
  'leave-cluster': ['--data is missing: say by --data DIR in which folder the store is that leaves its cluster'],
  'leave-cluster --data /d --user a': ['--user does not belong to leave-cluster'],
  'serve one two --config a': ['unexpected argument "one"', 'unexpected argument "two"'],
  'hash-password hunter2': ['unexpected argument "hunter2"'],
  'hash-password --config a': ['--config does not belong to hash-password'],
  '--config a --user alice': ['--user does not belong to serve'],
  '--config a --allow-anonymous': ['--allow-anonymous is for running without a file; write authentication.anonymous: true in a'],
  '--config a --skip-files': ['--skip-files belongs to --check-config'],
  '--check-config': ['--check-config needs a file: --config FILE, or MQTT_BROKER_CONFIG in the environment'],
  '--listen tcp://127.0.0.1:1': [
    '--data is missing: without a file, say in which folder the store is by --data DIR',
    'without a file there are no passwords, so no client could connect: write --allow-anonymous to let everybody in, or use a file',
  ],
  '--listen tcp://127.0.0.1:1 --data= --allow-anonymous': ['--data: found nothing, expected a folder'],
  '--config a --listen tcp://127.0.0.1:1': ['--listen: found "tcp://127.0.0.1:1", expected NAME=tcp://127.0.0.1:1 with the name of a listener of the file'],
  '--config a --listen Mqtt=tcp://127.0.0.1:1': ['--listen: found the name "Mqtt", expected a DNS label of 15 characters at most'],
  '--config a --listen m=tcp://127.0.0.1:1 --listen m=tcp://127.0.0.1:2': ['--listen: the name "m" is given twice'],
  '--listen tls://127.0.0.1:1 --data d --allow-anonymous': ['--listen: found the protocol "tls", expected tcp or ws, such as tcp://127.0.0.1:1883'],
  '--listen tcp://127.0.0.1:1 --data d --allow-anonymous --admin http://127.0.0.1:1': ['--admin needs a file: its section admin names the file with the token'],
  '--config a --admin 8081': ['--admin: found "8081", expected PROTOCOL://ADDRESS:PORT, such as http://127.0.0.1:8080'],
  '--config a --operations tcp://127.0.0.1:1 --listen m=nonsense': [
    '--listen: found "nonsense", expected PROTOCOL://ADDRESS:PORT, such as tcp://127.0.0.1:1883',
    '--operations: found the protocol "tcp", expected http, such as http://127.0.0.1:8080',
  ],
};
for (const [line, problems] of Object.entries(wrong)) {
  test(`refused: ${line || '(nothing)'}`, () =>
    assert.throws(() => parse(line), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.deepEqual(error.problems, problems);
      return true;
    }));
}
