import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logExpiries } from '../../src/commands/log-expiries.js';
import { temporaryDirectory } from '../config/files.js';
import { Authority } from '../listeners/certificates.js';

test('the files of the connection to the log tell when they are over, each time anew', async () => {
  const authority = await Authority.create(temporaryDirectory(), 'test authority');
  const { certificateFile, privateKeyFile } = await authority.issue('broker-0', { notAfter: new Date('2031-01-01T00:00:00Z') });
  const times = (tls: Parameters<typeof logExpiries>[0]) => Object.fromEntries(logExpiries(tls).map(({ file, time }) => [file, new Date(time * 1000).toISOString()]));
  assert.equal(times({ certificateFile, privateKeyFile })['log-certificate'], '2031-01-01T00:00:00.000Z');
  await authority.issue('broker-0', { notAfter: new Date('2032-01-01T00:00:00Z') });
  assert.equal(times({ certificateFile, privateKeyFile, caFile: authority.file })['log-certificate'], '2032-01-01T00:00:00.000Z');
  assert.deepEqual(Object.keys(times({ certificateFile, privateKeyFile, caFile: authority.file })), ['log-certificate', 'log-ca']);
  assert.deepEqual(times(undefined), {});
  assert.deepEqual(times({ caFile: '/nowhere/ca.pem' }), {});
});
