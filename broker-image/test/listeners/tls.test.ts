import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TlsConfiguration } from '../../src/config/index.js';
import { readTlsContext, TlsFilesError } from '../../src/listeners/index.js';
import { temporaryDirectory } from '../config/files.js';
import { Authority, type CertificateFiles } from './certificates.js';
import { connect, open } from './harness.js';

let authority: Authority;
let stranger: Authority;
let server: CertificateFiles;
let client: CertificateFiles;
let foreign: CertificateFiles;
before(async () => {
  authority = await Authority.create(temporaryDirectory(), 'test authority');
  stranger = await Authority.create(temporaryDirectory(), 'another authority');
  server = await authority.issue('server');
  client = await authority.issue('device-1');
  foreign = await stranger.issue('device-1');
});

const tls = (more: Partial<TlsConfiguration> = {}): TlsConfiguration => ({ ...server, clientCertificate: 'none', minVersion: 'TLSv1.2', ...more });
const openTls = (more?: Partial<TlsConfiguration>, limits?: Parameters<typeof open>[1]) => open({ protocol: 'tls', tls: tls(more) }, limits);
const keyPair = ({ certificateFile, privateKeyFile }: CertificateFiles) => ({ cert: readFileSync(certificateFile), key: readFileSync(privateKeyFile) });

function dial(port: number, options: ConnectionOptions = {}): TLSSocket {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.pem, ...options });
  socket.on('error', () => undefined);
  after(() => socket.destroy());
  return socket;
}

async function echoes(socket: TLSSocket): Promise<boolean> {
  socket.write('ping');
  return String((await once(socket, 'data'))[0]) === 'ping';
}

/** Not `once`, which rejects at the error that comes before. */
const closed = (socket: TLSSocket) => new Promise((resolve) => socket.once('close', resolve));

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${version} carries bytes both ways`, async () => {
    const { sink, port } = await openTls();
    const socket = dial(port, { minVersion: version, maxVersion: version });
    assert.equal(await echoes(socket), true);
    assert.equal(socket.getProtocol(), version);
    const { remoteAddress, certificate } = await sink.connection();
    assert.deepEqual({ remoteAddress, certificate }, { remoteAddress: '127.0.0.1', certificate: undefined });
  });
}

test('minVersion refuses older clients', async () => {
  const { sink, port } = await openTls({ minVersion: 'TLSv1.3' });
  const [error] = await once(dial(port, { maxVersion: 'TLSv1.2' }), 'error') as [Error];
  assert.match(error.message, /protocol version/);
  assert.equal((await sink.refusal()).reason, 'tls');
});

test('clientCertificate none: a certificate that a client has is not asked for', async () => {
  const { sink, port } = await openTls();
  assert.equal(await echoes(dial(port, keyPair(client))), true);
  assert.equal((await sink.connection()).certificate, undefined);
});

for (const clientCertificate of ['request', 'require'] as const) {
  test(`clientCertificate ${clientCertificate}: a valid certificate is handed on`, async () => {
    const { sink, port } = await openTls({ clientCertificate, clientCaFile: authority.file });
    assert.equal(await echoes(dial(port, keyPair(client))), true);
    assert.equal((await sink.connection()).certificate?.subject.CN, 'device-1');
  });

  test(`clientCertificate ${clientCertificate}: a certificate of another authority is refused`, async () => {
    const { sink, port } = await openTls({ clientCertificate, clientCaFile: authority.file });
    await closed(dial(port, keyPair(foreign)));
    const { reason, error } = await sink.refusal();
    assert.deepEqual([reason, error?.message], ['tls', "the client's certificate does not verify: UNABLE_TO_VERIFY_LEAF_SIGNATURE"]);
    assert.equal(sink.connections.length, 0);
  });
}

test('clientCertificate request: a client without one is let in', async () => {
  const { sink, port } = await openTls({ clientCertificate: 'request', clientCaFile: authority.file });
  assert.equal(await echoes(dial(port)), true);
  assert.equal((await sink.connection()).certificate, undefined);
});

test('clientCertificate require: a client without one is refused', async () => {
  const { sink, port } = await openTls({ clientCertificate: 'require', clientCaFile: authority.file });
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) await closed(dial(port, { minVersion: version, maxVersion: version }));
  for (const index of [0, 1]) {
    const { reason, error } = await sink.refusal(index);
    assert.deepEqual([reason, error?.message], ['tls', 'the client presented no certificate']);
  }
  assert.equal(sink.connections.length, 0);
});

test('a client that speaks no TLS is refused, and the listener goes on', async () => {
  const { sink, port } = await openTls();
  const plain = await connect(port);
  plain.write('this is no TLS handshake at all');
  await once(plain, 'close');
  const { reason, remoteAddress } = await sink.refusal();
  assert.deepEqual({ reason, remoteAddress }, { reason: 'tls', remoteAddress: '127.0.0.1' });
  assert.equal(await echoes(dial(port)), true);
});

test('a client that goes silent in the handshake is cut after the timeout', async () => {
  const { sink, port } = await openTls({}, { handshakeTimeoutSeconds: 0.2 });
  const silent = await connect(port);
  await once(silent, 'close');
  const { reason, error } = await sink.refusal();
  assert.equal(reason, 'connect-timeout');
  assert.equal(error?.message, 'no MQTT connection within 0.2 s');
});

test('a health check, which connects and leaves without a word, is not reported', async () => {
  const { sink, port } = await openTls();
  const check = await connect(port);
  check.destroy();
  // A later client has passed the same way: what there was to report about the first one is reported.
  assert.equal(await echoes(dial(port)), true);
  assert.deepEqual(sink.refusals, []);
});

test('a client that leaves in the middle of the handshake is reported once', async () => {
  const { sink, port } = await openTls();
  const half = await connect(port);
  half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
  half.end();
  assert.equal((await sink.refusal()).reason, 'tls');
  await once(half, 'close');
  assert.equal(await echoes(dial(port)), true);
  assert.equal(sink.refusals.length, 1);
});

test('handshakes that are not done end when the listener closes', async () => {
  const { listener, sink, port } = await openTls();
  const waiting = await connect(port);
  assert.equal(await echoes(dial(port)), true);
  listener.close();
  await once(waiting, 'close');
  assert.deepEqual(sink.refusals, []);
});

test('a new certificate serves new connections, and old connections stay', async () => {
  const directory = temporaryDirectory();
  const files = { certificateFile: join(directory, 'tls.crt'), privateKeyFile: join(directory, 'tls.key') };
  const install = (from: CertificateFiles) => {
    copyFileSync(from.certificateFile, files.certificateFile);
    copyFileSync(from.privateKeyFile, files.privateKeyFile);
  };
  install(server);
  const { listener, port } = await openTls(files);
  const old = dial(port);
  assert.equal(await echoes(old), true);
  const renewed = await authority.issue('server-renewed');
  install(renewed);
  listener.reloadTls();
  const fresh = dial(port);
  assert.equal(await echoes(fresh), true);
  assert.equal(fresh.getPeerCertificate().subject.CN, 'server-renewed');
  assert.equal(await echoes(old), true);

  writeFileSync(files.privateKeyFile, readFileSync(server.privateKeyFile));
  assert.throws(() => listener.reloadTls(), TlsFilesError);
  const third = dial(port);
  assert.equal(await echoes(third), true);
  assert.equal(third.getPeerCertificate().subject.CN, 'server-renewed');
});

test('a listener tells when what it uses is over, and goes by the new files once they are in use', async () => {
  const issuing = await Authority.create(temporaryDirectory(), 'issuing authority');
  const [first, second] = [new Date('2031-01-01T00:00:00Z'), new Date('2032-01-01T00:00:00Z')];
  const files = await issuing.issue('server', { notAfter: first });
  const crlFile = await issuing.revoke([], { nextUpdate: first });
  const { listener } = await openTls({ ...files, clientCertificate: 'request', clientCaFile: issuing.file, crlFile });
  const told = () => Object.fromEntries(listener.expiries.map(({ file, time }) => [file, time * 1000]));
  const authorityEnds = told()['client-ca'];
  assert.ok(authorityEnds !== undefined && Math.abs(authorityEnds - Date.now()) < 48 * 60 * 60 * 1000);
  assert.deepEqual(told(), { certificate: first.getTime(), 'client-ca': authorityEnds, crl: first.getTime() });

  await issuing.issue('server', { notAfter: second });
  await issuing.revoke([], { nextUpdate: second });
  listener.reloadTls();
  const renewed = { certificate: second.getTime(), 'client-ca': authorityEnds, crl: second.getTime() };
  assert.deepEqual(told(), renewed);
  writeFileSync(files.certificateFile, 'nothing');
  assert.throws(() => listener.reloadTls(), TlsFilesError);
  assert.deepEqual(told(), renewed, 'what cannot be used is not in use');
  assert.deepEqual((await openTls()).listener.expiries.map(({ file }) => file), ['certificate']);
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${version}: a resumed session still has the client's certificate, and one from before a reload is not resumed`, async () => {
    const { listener, sink, port } = await openTls({ clientCertificate: 'require', clientCaFile: authority.file });
    const options = { ...keyPair(client), minVersion: version, maxVersion: version };
    const first = dial(port, options);
    const sessions = once(first, 'session') as Promise<[Buffer]>;
    assert.equal(await echoes(first), true);
    const [session] = await sessions;
    const resumed = dial(port, { ...options, session });
    assert.equal(await echoes(resumed), true);
    assert.equal(resumed.isSessionReused(), true);
    assert.equal((await sink.connection(1)).certificate?.subject.CN, 'device-1');
    // Else a client whose authority was taken off the list would come back by its old session.
    listener.reloadTls();
    const later = dial(port, { ...options, session });
    assert.equal(await echoes(later), true);
    assert.equal(later.isSessionReused(), false);
  });
}

for (const clientCertificate of ['request', 'require'] as const) {
  test(`clientCertificate ${clientCertificate}: a revoked certificate is refused, once its list is read, and connections stay`, async () => {
    const issuing = await Authority.create(temporaryDirectory(), 'issuing authority');
    const [good, bad] = [await issuing.issue('good'), await issuing.issue('bad')];
    const crlFile = await issuing.revoke([]);
    const { listener, sink, port } = await openTls({ clientCertificate, clientCaFile: issuing.file, crlFile });
    const connected = dial(port, keyPair(bad));
    assert.equal(await echoes(connected), true);

    await issuing.revoke([bad]);
    listener.reloadTls();
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) await closed(dial(port, { ...keyPair(bad), minVersion: version, maxVersion: version }));
    for (const index of [0, 1]) assert.equal((await sink.refusal(index)).error?.message, "the client's certificate does not verify: CERT_REVOKED");
    assert.equal(await echoes(dial(port, keyPair(good))), true);
    assert.equal(await echoes(connected), true);

    writeFileSync(crlFile, 'nonsense');
    assert.throws(() => listener.reloadTls(), TlsFilesError);
    await closed(dial(port, keyPair(bad)));
    assert.equal(await echoes(dial(port, keyPair(good))), true);
  });
}

test('several authorities, each with its list in one file', async () => {
  const [one, other] = [await Authority.create(temporaryDirectory(), 'one'), await Authority.create(temporaryDirectory(), 'other')];
  const directory = temporaryDirectory();
  const concatenate = (name: string, files: string[]) => {
    writeFileSync(join(directory, name), files.map((file) => readFileSync(file, 'utf8')).join('\n'));
    return join(directory, name);
  };
  const [revoked, good] = [await other.issue('revoked'), await other.issue('good')];
  const clientCaFile = concatenate('ca.pem', [one.file, other.file]);
  const crlFile = concatenate('crl.pem', [await one.revoke([]), await other.revoke([revoked])]);
  const { sink, port } = await openTls({ clientCertificate: 'require', clientCaFile, crlFile });
  assert.equal(await echoes(dial(port, keyPair(await one.issue('device')))), true);
  assert.equal(await echoes(dial(port, keyPair(good))), true);
  await closed(dial(port, keyPair(revoked)));
  assert.equal((await sink.refusal()).reason, 'tls');
});

test('a list past its time, and none for the authority, refuse its certificates', async () => {
  const stale = await Authority.create(temporaryDirectory(), 'stale');
  const device = await stale.issue('device');
  const crlFile = await stale.revoke([], { nextUpdate: new Date(Date.now() - 1000) });
  const past = await openTls({ clientCertificate: 'request', clientCaFile: stale.file, crlFile });
  await closed(dial(past.port, keyPair(device)));
  assert.equal((await past.sink.refusal()).error?.message, "the client's certificate does not verify: CRL_HAS_EXPIRED");
  const without = await openTls({ clientCertificate: 'request', clientCaFile: stale.file, crlFile: await authority.revoke([]) });
  await closed(dial(without.port, keyPair(device)));
  assert.equal((await without.sink.refusal()).error?.message, "the client's certificate does not verify: UNABLE_TO_GET_CRL");
});

test('files that cannot be used', () => {
  const directory = temporaryDirectory();
  const garbage = join(directory, 'garbage');
  writeFileSync(garbage, 'no PEM');
  const refused = (more: Partial<TlsConfiguration>, message: RegExp) =>
    assert.throws(() => readTlsContext(tls(more)), (error: Error) => error instanceof TlsFilesError && message.test(error.message));
  refused({ certificateFile: garbage }, new RegExp(`^${garbage} is not a certificate chain in PEM: `));
  refused({ privateKeyFile: garbage }, new RegExp(`^${garbage} is not a private key in PEM without a passphrase: `));
  refused({ privateKeyFile: client.privateKeyFile }, /device-1\.key is not the key of the certificate in .*server\.pem: /);
  refused({ clientCaFile: garbage }, new RegExp(`^${garbage} holds no certificate in PEM$`));
  writeFileSync(garbage, `${authority.pem}\n-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n`);
  refused({ clientCaFile: garbage }, new RegExp(`^${garbage}: certificate 2 of 2 cannot be read: `));
  refused({ crlFile: garbage }, new RegExp(`^${garbage} holds no revocation list in PEM \\(-----BEGIN X509 CRL-----\\)$`));
  writeFileSync(garbage, '-----BEGIN X509 CRL-----\nnonsense\n-----END X509 CRL-----\n');
  refused({ crlFile: garbage }, new RegExp(`^${garbage}: revocation list 1 of 1 cannot be read: `));
});
