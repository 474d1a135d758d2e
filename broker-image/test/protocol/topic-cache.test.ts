import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TopicCache, type Topic } from '../../src/protocol/topic-cache.js';
import { SubscriptionTree } from '../../src/store/index.js';

const find = (cache: TopicCache<string>, name: string | Buffer): Topic | string => {
  const bytes = Buffer.from(name as string);
  return cache.find(Buffer.concat([Buffer.from('<<'), bytes, Buffer.from('>>')]), 2, 2 + bytes.length);
};

test('a topic is the same object each time, whatever its characters', () => {
  const cache = new TopicCache<string>(new SubscriptionTree(), 5);
  for (const name of ['a', 'ä/€', '🙂', 'constructor', '__proto__']) {
    const topic = find(cache, name) as Topic;
    assert.equal(topic.name, name);
    assert.equal(find(cache, name), topic);
  }
  assert.notEqual(find(cache, 'ä'), find(cache, Buffer.from('ä', 'utf8').toString('latin1')), 'names that look alike byte by byte are two');
});

test('what cannot be a topic is said, each time', () => {
  const cache = new TopicCache<string>(new SubscriptionTree(), 2);
  for (let i = 0; i < 2; i++) {
    assert.equal(find(cache, 'a/+'), 'it holds a wildcard');
    assert.equal(find(cache, 'a/b/c'), 'it has 3 levels, at most 2 are allowed');
    assert.equal(cache.find(Buffer.from('c3', 'hex'), 0, 1), 'it is not valid UTF-8');
  }
});

test('receivers follow the subscriptions', () => {
  const subscriptions = new SubscriptionTree<string>();
  const cache = new TopicCache(subscriptions, 5);
  const topic = find(cache, 'a/b') as Topic;
  assert.deepEqual(cache.receivers(topic), []);
  subscriptions.add('a/+', 'one', 0);
  subscriptions.add('#', 'one', 2);
  subscriptions.add('other', 'two', 1);
  assert.deepEqual(cache.receivers(topic), [['one', 2]]);
  assert.equal(cache.receivers(topic), cache.receivers(topic), 'matched once');
  subscriptions.remove('#', 'one');
  assert.deepEqual(cache.receivers(topic), [['one', 0]]);
  subscriptions.remove('a/+', 'one');
  assert.deepEqual(cache.receivers(topic), []);
});

test('a client that makes up topics does not fill the memory, and topics go on working', () => {
  const subscriptions = new SubscriptionTree<string>();
  const cache = new TopicCache(subscriptions, 5);
  subscriptions.add('t/#', 'one', 1);
  const first = find(cache, 't/0') as Topic;
  for (let i = 0; i < 70_000; i++) cache.receivers(find(cache, `t/${i}`) as Topic);
  assert.notEqual(find(cache, 't/0'), first, 'it was forgotten');
  assert.deepEqual(cache.receivers(first), [['one', 1]]);
});

test('a topic of more than 512 bytes is not kept, and works', () => {
  const subscriptions = new SubscriptionTree<string>();
  const cache = new TopicCache(subscriptions, 5);
  subscriptions.add('+', 'one', 1);
  for (const [length, kept] of [[512, true], [513, false]] as const) {
    const topic = find(cache, 'x'.repeat(length)) as Topic;
    assert.equal(topic.name.length, length);
    assert.equal(find(cache, 'x'.repeat(length)) === topic, kept);
    assert.deepEqual(cache.receivers(topic), [['one', 1]]);
  }
});
