import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { connectAsync } from 'mqtt';
import { costForRandomSecrets, ScryptHash } from '../../src/access/index.js';
import { Nats, natsMissing } from '../cluster/engine/nats.js';
import { temporaryDirectory, temporaryFile } from '../config/files.js';
import { Authority } from '../listeners/certificates.js';
import { BrokerProcess } from './broker-process.js';

const hash = async (secret: string): Promise<string> => (await ScryptHash.create(Buffer.from(secret), costForRandomSecrets)).toString();

function presentedCertificate(url: string): Promise<PeerCertificate> {
  const { hostname: host, port } = new URL(url.replace('tls:', 'http:'));
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('what changes while a broker waits for its cluster is in use when the first client comes', { skip: natsMissing, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ maxFile: '20G' });
  t.after(() => nats.stop());
  const [server] = nats.servers as [Nats['servers'][0]];
  await server.kill();

  const directory = temporaryDirectory();
  const authority = await Authority.create(directory, 'authority');
  const [before, after] = [await authority.issue('before'), await authority.issue('after')];
  const [passwords, acl, certificateFile, privateKeyFile] = ['passwords', 'acl.yaml', 'tls.crt', 'tls.key'].map((name) => join(directory, name)) as [string, string, string, string];
  const install = ({ certificateFile: certificate, privateKeyFile: key }: typeof before) => {
    copyFileSync(certificate, certificateFile);
    copyFileSync(key, privateKeyFile);
  };
  writeFileSync(passwords, `alice:${await hash('the old password')}\n`);
  writeFileSync(acl, '- {effect: allow, actions: [publish, subscribe], topics: ["old/#"]}\n');
  install(before);
  const config = temporaryFile(`
name: a
listeners:
  - {name: mqtt, protocol: tcp, port: 1883}
  - {name: mqtts, protocol: tls, port: 8883, tls: {certificateFile: ${certificateFile}, privateKeyFile: ${privateKeyFile}}}
authentication: {passwordFile: ${passwords}}
authorization: {aclFile: ${acl}}
shutdown: {delaySeconds: 0}
cluster: {log: {servers: ["nats://nats:4222"]}}
`);
  const listeners = ['--listen', 'mqtt=tcp://127.0.0.1:0', '--listen', 'mqtts=tls://127.0.0.1:0', '--operations', 'http://127.0.0.1:0'];
  const broker = BrokerProcess.spawn(['--config', config, ...listeners, '--data', temporaryDirectory(), '--log', server.url]);
  await broker.logged('cluster.waiting');

  writeFileSync(passwords, `alice:${await hash('the new password')}\n`);
  writeFileSync(acl, '- {effect: allow, actions: [publish, subscribe], topics: ["new/#"]}\n');
  install(after);
  await server.start();
  await broker.logged('broker.ready');

  const url = broker.url('mqtt').replace('tcp:', 'mqtt:');
  await assert.rejects(connectAsync(url, { username: 'alice', password: 'the old password', reconnectPeriod: 0 }, false), { code: 4 });
  const client = await connectAsync(url, { username: 'alice', password: 'the new password', reconnectPeriod: 0 }, false);
  t.after(() => client.end(true));
  await client.subscribeAsync('new/x');
  await assert.rejects(client.subscribeAsync('old/x'), /Subscribe error/);
  assert.equal((await presentedCertificate(broker.url('mqtts'))).subject.CN, 'after');
  const reloaded = broker.lines.filter(({ event }) => event === 'file.reloaded').map(({ file }) => file);
  assert.deepEqual([...new Set(reloaded)].sort(), ['acl', 'password', 'tls']);
  await client.endAsync();
  broker.kill('SIGTERM');
  assert.equal(await broker.exit(), 0);
});
