import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalInterest } from '../../../src/cluster/engine/local-interest.js';

test('others hear of the first client with a filter, of the first that is stored, and of the last', () => {
  const interest = new LocalInterest();
  assert.deepEqual([interest.add('a', 'live'), interest.add('a', 'live'), interest.state('a')], [true, false, 'live']);
  assert.deepEqual([interest.add('a', 'stored'), interest.add('a', 'stored'), interest.state('a')], [true, false, 'stored']);
  assert.deepEqual([interest.remove('a', 'live'), interest.remove('a', 'live'), interest.state('a')], [false, false, 'stored']);
  assert.deepEqual([interest.remove('a', 'stored'), interest.remove('a', 'stored'), interest.state('a')], [false, true, undefined]);
  assert.deepEqual([interest.size, [...interest.filters()]], [0, []]);
});

test('one kind takes the place of the other', () => {
  const interest = new LocalInterest();
  interest.add('a', 'stored');
  interest.add('a', 'live');
  assert.deepEqual([interest.remove('a', 'stored'), interest.state('a'), interest.size], [true, 'live', 1]);
});

test('what was not there cannot be taken back', () => {
  const interest = new LocalInterest();
  assert.equal(interest.remove('a', 'live'), false);
  interest.add('a', 'live');
  assert.deepEqual([interest.remove('a', 'stored'), interest.state('a')], [false, 'live']);
});
