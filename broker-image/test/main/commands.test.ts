import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ScryptHash } from '../../src/access/index.js';
import { UsageError } from '../../src/commands/arguments.js';
import { hashPassword } from '../../src/commands/hash-password.js';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { BrokerProcess, run } from './broker-process.js';

const configuration = (more = '') => `listeners: [{name: mqtt, protocol: tcp, port: 1883}]\nauthentication: {passwordFile: /nowhere/passwords}\n${more}`;

test('--help and --version', async () => {
  const help = await run(['--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--check-config/);
  assert.deepEqual(await run(['--version']), { code: 0, stdout: '0.0.0\n', stderr: '' });
});

test('a command line that cannot be understood exits with 64, all its errors at once', async () => {
  assert.deepEqual(await run(['--listen', 'tcp://127.0.0.1']), {
    code: 64,
    stdout: '',
    stderr: [
      'mqtt-broker: --listen: found "tcp://127.0.0.1", expected PROTOCOL://ADDRESS:PORT, such as tcp://127.0.0.1:1883',
      'mqtt-broker: --data is missing: without a file, say in which folder the store is by --data DIR',
      'mqtt-broker: without a file there are no passwords, so no client could connect: write --allow-anonymous to let everybody in, or use a file',
      'Try --help.\n',
    ].join('\n'),
  });
});

test('--check-config says OK, or everything that is wrong with 78', async () => {
  const file = temporaryFile(configuration());
  assert.deepEqual(await run(['--check-config', '--skip-files', '--config', file]), { code: 0, stdout: 'OK\n', stderr: '' });
  assert.deepEqual(await run(['--check-config'], { env: { MQTT_BROKER_CONFIG: file } }), {
    code: 78,
    stdout: '',
    stderr: `mqtt-broker: ${file}: 1 error\n  authentication.passwordFile (line 2): found /nowhere/passwords, which does not exist; in a pod, check the volume mount and the key of the Secret or ConfigMap\n`,
  });
});

test('--check-config looks into the files that the configuration names', async () => {
  const passwords = temporaryFile('alice:secret\n');
  const acl = temporaryFile('- {effect: allow, actions: [publish], topics: [a/#/b]}');
  const garbage = temporaryFile('no PEM');
  const file = temporaryFile(`listeners: [{name: a, protocol: tls, port: 1, tls: {certificateFile: ${garbage}, privateKeyFile: ${garbage}}}]\nauthentication: {passwordFile: ${passwords}}\nauthorization: {aclFile: ${acl}}`);
  const { code, stderr } = await run(['--check-config', '--config', file]);
  assert.equal(code, 78);
  const [first, tls, ...rest] = stderr.trimEnd().split('\n');
  assert.equal(first, `mqtt-broker: ${file}: 3 errors`);
  assert.ok(tls?.startsWith(`  listeners[0].tls (line 1): ${garbage} is not a certificate chain in PEM: `), tls);
  assert.deepEqual(rest, [
    `  authentication.passwordFile (line 2): ${passwords} line 1: user "alice": the hash is not in the form $scrypt$ln=..,r=..,p=..$salt$hash (a password in clear text?); make it with the hash-password subcommand`,
    `  authorization.aclFile (line 3): ${acl} line 1: [0].topics[0]: found "a/#/b", which is no topic filter: # must be a whole level, the last one`,
  ]);
});

test('serve exits with 78 when the configuration cannot be used', async () => {
  const { code, stderr } = await run(['--config', temporaryFile('listeners: []')]);
  assert.equal(code, 78);
  assert.match(stderr, /listeners \(line 1\): found \[\], expected a list of at least 1 entry/);
});

test('ports in use exit with 69 and are all named', async () => {
  const occupants = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')];
  await Promise.all(occupants.map((server) => server.listening || once(server, 'listening')));
  const [one, other] = occupants.map((server) => (server.address() as AddressInfo).port);
  const broker = BrokerProcess.spawn(['--listen', `tcp://127.0.0.1:${one}`, '--listen', `ws://127.0.0.1:${other}`, '--listen', 'free=tcp://127.0.0.1:0', '--data', temporaryDirectory(), '--allow-anonymous']);
  assert.equal(await broker.exit(), 69);
  const failure = await broker.logged('broker.failed');
  assert.equal(failure.level, 'fatal');
  assert.equal(
    failure.msg,
    `listener tcp: cannot listen on 127.0.0.1:${one}: the port is in use by another process; listener ws: cannot listen on 127.0.0.1:${other}: the port is in use by another process`,
  );
  const http = BrokerProcess.spawn(['--listen', 'tcp://127.0.0.1:0', '--operations', `http://127.0.0.1:${one}`, '--data', temporaryDirectory(), '--allow-anonymous']);
  assert.equal(await http.exit(), 69);
  assert.equal((await http.logged('broker.failed')).msg, `operations: cannot listen on 127.0.0.1:${one}: the port is in use by another process`);
  for (const server of occupants) server.close();
});

test('a store that cannot be opened exits with 74', async () => {
  const data = temporaryFile('this is no folder');
  const broker = BrokerProcess.spawn(['--listen', 'tcp://127.0.0.1:0', '--data', data, '--allow-anonymous']);
  assert.equal(await broker.exit(), 74);
  const { msg, level } = await broker.logged('broker.failed');
  assert.equal(level, 'fatal');
  assert.ok(msg.includes(data), msg);
});

test('an error that nobody foresaw is logged with its stack and exits with 70', async () => {
  const fault = `data:text/javascript,${encodeURIComponent('process.on("SIGUSR2", () => { throw new Error("boom"); })')}`;
  const broker = await BrokerProcess.start(['--listen', 'tcp://127.0.0.1:0', '--data', temporaryDirectory(), '--allow-anonymous'], { NODE_OPTIONS: `--import=${fault}` });
  broker.kill('SIGUSR2');
  assert.equal(await broker.exit(), 70);
  const { error } = (await broker.logged('broker.failed')) as unknown as { error: { message: string; stack: string } };
  assert.equal(error.message, 'boom');
  assert.match(error.stack, /at process/);
});

test('hash-password takes the password from the standard input', async () => {
  const { code, stdout, stderr } = await run(['hash-password', '--user', 'alice'], { stdin: 'correct horse\n' });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const [, hash] = /^alice:(\S+)\n$/.exec(stdout)!;
  assert.match(hash!, /^\$scrypt\$ln=14,r=8,p=5\$/);
  assert.equal(await ScryptHash.parse(hash!).verify(Buffer.from('correct horse')), true);
});

test('hash-password for random secrets is cheap, and for nothing else', async () => {
  const secret = 'Zm9vYmFyYmF6cXV4cXV1eA';
  const { stdout } = await run(['hash-password', '--random-secret'], { stdin: secret });
  assert.match(stdout, /^\$scrypt\$ln=10,r=8,p=1\$\S+\n$/);
  assert.deepEqual(await run(['hash-password', '--random-secret'], { stdin: 'short' }), {
    code: 64,
    stdout: '',
    stderr: 'mqtt-broker: --random-secret: the secret has 5 characters, too few for 128 random bits (22 in base64, 32 in hexadecimal); leave --random-secret out\nTry --help.\n',
  });
});

const input = (text: string): NodeJS.ReadStream => {
  const stream = new PassThrough();
  stream.end(text);
  return stream as unknown as NodeJS.ReadStream;
};
const refused = (user: string | undefined, text: string, problem: string) =>
  assert.rejects(hashPassword({ randomSecret: false, ...(user !== undefined && { user }) }, input(text)), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.deepEqual(error.problems, [problem]);
    return true;
  });

test('hash-password: what cannot be hashed', async () => {
  await refused(undefined, '', 'the password is empty');
  await refused(undefined, '\n', 'the password is empty');
  await refused(undefined, 'one\ntwo\n', 'the input has more than one line; give one password');
  for (const user of ['', 'a:b', 'a+', 'a#', 'a/b', '#a']) await refused(user, 'x', `--user: found "${user}", expected a name without : + # / or line breaks`);
});

/** A terminal on which somebody types a line after each question. */
function typing(...lines: string[]): NodeJS.ReadStream {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  const next = () => {
    const line = lines.shift();
    if (line !== undefined) terminal.write(`${line}\r`);
  };
  terminal.on('resume', () => setImmediate(next));
  return terminal as unknown as NodeJS.ReadStream;
}

test('hash-password asks twice on a terminal', async () => {
  const hash = await hashPassword({ randomSecret: false }, typing('correct horse', 'correct horse'));
  assert.equal(await ScryptHash.parse(hash).verify(Buffer.from('correct horse')), true);
  await assert.rejects(hashPassword({ randomSecret: false }, typing('one', 'other')), { message: 'the two passwords differ' });
  await assert.rejects(hashPassword({ randomSecret: false }, typing('\x03')), { message: 'cancelled' });
});
