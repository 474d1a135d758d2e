import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConcurrencyLimit } from '../../src/admin/concurrency-limit.js';
import { RequestError } from '../../src/admin/request-error.js';

test('what is beyond the limit is refused, and let in once another one ended, well or not', async () => {
  const limit = new ConcurrencyLimit(2);
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const run = () => limit.run(() => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })));
  const first = run();
  const second = run();
  await assert.rejects(run(), (error) => error instanceof RequestError && error.status === 503 && error.message === '2 lists are being made already' && error.headers['Retry-After'] === '1');
  ends[0]!.resolve();
  await first;
  const third = run();
  ends[1]!.reject(new Error('fault'));
  await assert.rejects(second, { message: 'fault' });
  const fourth = run();
  for (const end of ends) end.resolve();
  await Promise.all([third, fourth]);
  assert.equal(await limit.run(() => 'at once'), 'at once');
});
