import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublishRate } from '../../src/protocol/limits/publish-rate.js';

test('without limits there is nothing to count', () => {
  assert.equal(PublishRate.of({}, 0), undefined);
});

test('the limit that takes longer decides', () => {
  const rate = PublishRate.of({ messagesPerSecond: 2, bytesPerSecond: 1000 }, 0)!;
  assert.equal(rate.count(100, 0), undefined);
  assert.equal(rate.count(100, 0), undefined);
  assert.deepEqual(rate.count(100, 0), { milliseconds: 500, reason: 'messages' });
  assert.deepEqual(rate.count(2700, 0), { milliseconds: 2000, reason: 'bytes' });
});

test('each limit works alone', () => {
  const messages = PublishRate.of({ messagesPerSecond: 1 }, 0)!;
  assert.deepEqual([messages.count(1_000_000, 0), messages.count(1, 0)], [undefined, { milliseconds: 1000, reason: 'messages' }]);
  const bytes = PublishRate.of({ bytesPerSecond: 1000 }, 0)!;
  assert.deepEqual([bytes.count(1000, 0), bytes.count(1, 0)], [undefined, { milliseconds: 1, reason: 'bytes' }]);
});
