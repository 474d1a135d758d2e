import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeString, filterMatches, filterProblem, isBrokenShare, topicProblem } from '../../src/protocol/topics.js';

test('filters as MQTT allows them', () => {
  for (const filter of ['a', '/', 'a/b', '+', '#', '+/+', 'a/+/b', 'a/#', '/#', '+/#', '$SYS/#', 'a//b', ' ']) assert.equal(filterProblem(filter, 10), undefined, filter);
});

test('filters as MQTT does not allow them, with the reason', () => {
  const cases: Array<[string, string]> = [
    ['', 'it is empty'], ['a#', '# must be the whole last level'], ['#/a', '# must be the whole last level'], ['a/#/b', '# must be the whole last level'], ['##', '# must be the whole last level'],
    ['a+', '+ must be a whole level'], ['+a', '+ must be a whole level'], ['a/b+/c', '+ must be a whole level'], ['a/b/c/d', 'it has 4 levels, at most 3 are allowed'],
  ];
  for (const [filter, reason] of cases) assert.equal(filterProblem(filter, 3), reason, filter);
});

test('topic names', () => {
  for (const topic of ['a', '/', 'a//b', '$SYS', 'a/b/c']) assert.equal(topicProblem(topic, 3), undefined, topic);
  assert.equal(topicProblem('', 3), 'it is empty');
  assert.equal(topicProblem('a/+', 3), 'it holds a wildcard');
  assert.equal(topicProblem('#', 3), 'it holds a wildcard');
  assert.equal(topicProblem('a/b/c/d', 3), 'it has 4 levels, at most 3 are allowed');
});

test('what only begins like a shared subscription is told from those, and from topics that look alike', () => {
  const broken = ['$share', '$share/', '$share/g', '$share/g/', '$share//a', '$share/+/a', '$share/#', '$share/#/a'];
  const others = ['$share/g/a', '$share/g//', '$share/g/#', '$share/g/$share/h', '$shared/a', 'a/$share/b'];
  assert.deepEqual([...broken, ...others].filter(isBrokenShare), broken);
  assert.deepEqual(['$share/g/a#', '$share/g/a+', '$share/g/a/b/c', '$share/g/a/b'].map((filter) => filterProblem(filter, 2)), [
    '# must be the whole last level', '+ must be a whole level', 'it has 3 levels, at most 2 are allowed', undefined,
  ]);
});

test('a filter matches its topics and no others', () => {
  const cases: Array<[string, string, boolean]> = [
    ['#', 'a/b', true], ['#', '$SYS/a', false], ['+/a', '$SYS/a', false], ['$SYS/#', '$SYS/a', true], ['$SYS/+', '$SYS/a', true], ['a/#', 'a', true], ['a/+', 'a', false], ['a/+', 'a/b', true],
    ['a/+', 'a/', true], ['a/+', 'a/b/c', false], ['+', 'a/b', false], ['+/+', '/', true], ['/+', '/a', true], ['+', '/a', false], ['a/b', 'a/b/c', false], ['a/b/c', 'a/b', false], ['a/+/c', 'a/b/c', true],
    ['$share/g/a/+', 'a/b', true], ['$share/g/#', 'a', true], ['$share/g/#', '$SYS/a', false], ['$share/g/a', '$share/g/a', false], ['$share/g', 'g', false],
  ];
  for (const [filter, topic, expected] of cases) assert.equal(filterMatches(filter, topic), expected, `${filter} ${topic}`);
});

test('strings are well-formed UTF-8 without U+0000', () => {
  for (const text of ['', 'abc', 'äöü', '€', '🙂', '\ufeffbom']) assert.equal(decodeString(Buffer.from(text)), text);
  for (const hex of ['00', '6100', 'ff', 'c0af', 'eda080', 'edbfbf', 'f4908080', 'c3', 'c3a400']) assert.equal(decodeString(Buffer.from(hex, 'hex')), undefined, hex);
});
