import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import fc from 'fast-check';
import { userOfCertificate } from '../../src/access/certificate-user.js';
import { temporaryDirectory } from '../config/files.js';
import { Authority, type CertificateNames } from '../listeners/certificates.js';

const authority = Authority.create(temporaryDirectory(), 'test authority');

const kinds = ['commonName', 'dns', 'email', 'uri'] as const;

/** A real certificate with these names, as Node.js shows it. */
async function certificate(names: CertificateNames): Promise<PeerCertificate> {
  const { certificateFile } = await (await authority).issue('device', names);
  return new X509Certificate(readFileSync(certificateFile)).toLegacyObject() as unknown as PeerCertificate;
}

test('each kind of name', async () => {
  const of = await certificate({ subject: 'O=Example, CN=pump-7', alternative: [{ type: 'ip', value: '192.0.2.1' }, { type: 'dns', value: 'pump-7.example.com' }, { type: 'dns', value: 'second.example.com' }, { type: 'email', value: 'pump@example.com' }, { type: 'url', value: 'spiffe://example.com/pump/7' }] });
  assert.equal(userOfCertificate(of, 'commonName'), 'pump-7');
  assert.equal(userOfCertificate(of, 'dns'), 'pump-7.example.com');
  assert.equal(userOfCertificate(of, 'email'), 'pump@example.com');
  assert.equal(userOfCertificate(of, 'uri'), 'spiffe://example.com/pump/7');
});

test('a certificate without the name names nobody', async () => {
  const of = await certificate({ subject: 'O=Example', alternative: [{ type: 'ip', value: '192.0.2.1' }] });
  for (const from of kinds) assert.equal(userOfCertificate(of, from), undefined, from);
  const bare = await certificate({ subject: 'O=Example', alternative: [] });
  for (const from of kinds) assert.equal(userOfCertificate(bare, from), undefined, from);
});

test('with two common names there is no telling which one is meant', async () => {
  assert.equal(userOfCertificate(await certificate({ subject: 'CN=admin, CN=pump-7', alternative: [] }), 'commonName'), undefined);
});

test('one name cannot be made to look like two', async () => {
  const smuggled = 'x, DNS:admin.example.com';
  const of = await certificate({ subject: 'CN=device', alternative: [{ type: 'url', value: `urn:${smuggled}` }, { type: 'dns', value: 'pump-7.example.com' }] });
  assert.equal(userOfCertificate(of, 'dns'), 'pump-7.example.com');
  assert.equal(userOfCertificate(of, 'uri'), `urn:${smuggled}`);
  const quoted = await certificate({ subject: 'CN=device', alternative: [{ type: 'email', value: 'a"b, email:admin' }] });
  assert.equal(userOfCertificate(quoted, 'email'), 'a"b, email:admin');
});

test('no alternative names whatever make it throw', () => {
  const text = fc.string({ unit: fc.constantFrom('DNS:', 'URI:', 'email:', '"', '\\', ',', ', ', ':', 'a', '\n', '\0') });
  fc.assert(fc.property(text, fc.constantFrom(...kinds), (subjectaltname, kind) => {
    const user = userOfCertificate({ subject: {}, subjectaltname } as unknown as PeerCertificate, kind);
    assert.ok(user === undefined || user !== '');
  }), { numRuns: 2000 });
});
