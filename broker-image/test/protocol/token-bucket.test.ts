import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from '../../src/protocol/limits/token-bucket.js';

test('as many at once as a second brings, then one by one', () => {
  const bucket = new TokenBucket(10, 5000);
  assert.deepEqual(Array.from({ length: 11 }, () => bucket.tryTake(5000)), [...Array.from({ length: 10 }, () => 0), 100]);
  assert.deepEqual([bucket.tryTake(5050), bucket.tryTake(5100), bucket.tryTake(5100)], [50, 0, 100]);
  assert.deepEqual(Array.from({ length: 11 }, () => bucket.tryTake(99_000)).filter((wait) => wait === 0).length, 10, 'no more than a second saves up');
});

test('what is taken beyond is owed', () => {
  const bucket = new TokenBucket(1000, 0);
  assert.deepEqual([bucket.take(1000, 0), bucket.take(1, 0), bucket.take(2999, 0)], [0, 1, 3000]);
  assert.deepEqual([bucket.take(0, 1000), bucket.take(0, 3000), bucket.take(1, 3000)], [2000, 0, 1]);
});

test('whoever waits as told never gets more than the rate and its first second', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 2000 })), { minLength: 1, maxLength: 200 }), (perSecond, steps) => {
      const bucket = new TokenBucket(perSecond, 0);
      let now = 0;
      let taken = 0;
      let owed = 0;
      for (const [pause, count] of steps) {
        now += Math.max(pause, owed);
        assert.ok(taken <= perSecond + (now * perSecond) / 1000 + 1e-3, `${taken} until ${now}`);
        owed = bucket.take(count, now);
        taken += count;
      }
    }),
  );
});
