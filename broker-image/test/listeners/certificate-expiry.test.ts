import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { earliestExpiry } from '../../src/listeners/index.js';
import { temporaryDirectory } from '../config/files.js';
import { Authority } from './certificates.js';

let authority: Authority;
before(async () => {
  authority = await Authority.create(temporaryDirectory(), 'test authority');
});

const seconds = (iso: string) => Date.parse(iso) / 1000;
const certificate = async (name: string, iso: string) => readFileSync((await authority.issue(name, { notAfter: new Date(iso) })).certificateFile, 'utf8');
const revocations = async (iso: string) => readFileSync(await authority.revoke([], { nextUpdate: new Date(iso) }), 'utf8');

test('the earliest certificate of a bundle counts, wherever it stands', async () => {
  const [early, late] = [await certificate('early', '2030-02-03T04:05:06Z'), await certificate('late', '2040-01-01T00:00:00Z')];
  for (const bundle of [early, early + late, `# the old one\n${late}\n# the new one\n${early}`]) assert.equal(earliestExpiry(bundle), seconds('2030-02-03T04:05:06Z'));
  assert.equal(earliestExpiry(late), seconds('2040-01-01T00:00:00Z'));
});

// From 2050 on the time has another form (RFC 5280, 4.1.2.5).
for (const iso of ['2031-12-31T23:59:59Z', '2049-01-01T00:00:00Z', '2051-06-07T08:09:10Z']) {
  test(`a revocation list is over at its next update, ${iso}`, async () => {
    assert.equal(earliestExpiry(await revocations(iso)), seconds(iso));
  });
}

test('of several revocation lists the earliest counts, with revoked certificates or without', async () => {
  const some = readFileSync(await authority.revoke([await authority.issue('revoked')], { nextUpdate: new Date('2032-01-01T00:00:00Z') }), 'utf8');
  assert.equal(earliestExpiry((await revocations('2033-01-01T00:00:00Z')) + some), seconds('2032-01-01T00:00:00Z'));
});

test('what does not say when it is over says nothing', async () => {
  const key = readFileSync((await authority.issue('a')).privateKeyFile, 'utf8');
  const unreadable = '-----BEGIN X509 CRL-----\nMIAAAA==\n-----END X509 CRL-----\n';
  for (const pem of ['', 'nothing', key, unreadable]) assert.equal(earliestExpiry(pem), undefined);
});
