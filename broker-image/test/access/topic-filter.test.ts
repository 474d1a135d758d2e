import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contains, levelsOf, overlaps, whyInvalidFilter } from '../../src/access/topic-filter.js';

const isContained = (pattern: string, filter: string) => contains(levelsOf(pattern), levelsOf(filter));
const doOverlap = (one: string, other: string) => overlaps(levelsOf(one), levelsOf(other));

const containment: [pattern: string, filter: string, expected: boolean][] = [
  ['a/b', 'a/b', true], ['a/b', 'a/c', false], ['a/b', 'a', false], ['a', 'a/b', false],
  ['a/+', 'a/b', true], ['a/+', 'a/+', true], ['a/b', 'a/+', false], ['a/+', 'a/', true], ['a/+', 'a', false],
  ['a/#', 'a', true], ['a/#', 'a/b/c', true], ['a/#', 'a/#', true], ['a/#', 'a/+/#', true], ['a/+/#', 'a/#', false],
  ['a/+', 'a/#', false], ['a', 'a/#', false], ['#', 'a/b', true], ['#', '#', true], ['+', '#', false], ['+/#', '#', true],
  ['/+/#', '/#', true], ['/#', '/+/#', true], ['/+', '/#', false],
  ['#', '$SYS/x', false], ['+/x', '$SYS/x', false], ['$SYS/#', '$SYS/x', true], ['$SYS/#', '#', false], ['#', '+/x', true],
];
for (const [pattern, filter, expected] of containment) {
  test(`${pattern} ${expected ? 'contains' : 'does not contain'} ${filter}`, () => assert.equal(isContained(pattern, filter), expected));
}

const overlapping: [one: string, other: string, expected: boolean][] = [
  ['a/b', 'a/+', true], ['a/#', 'a', true], ['a/+', 'a', false], ['+/b', 'a/+', true], ['a/b', 'a/c', false], ['a/#', 'b/#', false],
  ['#', '$SYS/a', false], ['+/a', '$SYS/a', false], ['$SYS/#', '$SYS/+', true], ['#', '+', true], ['a/b/#', 'a/+', true], ['/#', '+', false], ['/#', '/', true],
];
for (const [one, other, expected] of overlapping) {
  test(`${one} and ${other} ${expected ? 'overlap' : 'do not overlap'}`, () => {
    assert.equal(doOverlap(one, other), expected);
    assert.equal(doOverlap(other, one), expected);
  });
}

/** What a filter matches, by the words of MQTT 3.1.1 §4.7 rather than by the code under test. */
function toRegExp(filter: string): RegExp {
  const levels = filter.split('/').map((level) => (level === '+' ? '[^/]*' : level.replace('$', '\\$')));
  const hidden = /^[+#]/.test(filter) ? '(?!\\$)' : '';
  if (levels[levels.length - 1] !== '#') return new RegExp(`^${hidden}${levels.join('/')}$`);
  const parent = levels.slice(0, -1).join('/');
  return new RegExp(levels.length === 1 ? `^${hidden}.*$` : `^${hidden}${parent}(/.*)?$`);
}

const literal = fc.constantFrom('a', 'b', '');
const level = fc.oneof(literal, fc.constant('+'));
const filter = fc
  .tuple(fc.oneof(level, fc.constant('$S')), fc.array(level, { maxLength: 3 }), fc.boolean())
  .map(([first, rest, hash]) => [first, ...rest, ...(hash ? ['#'] : [])].join('/'))
  .chain((text) => fc.constantFrom(text, '#'))
  .filter((text) => text !== '');

/** All topics that can tell two such filters apart: one level more than they have, and a level (`z`) that none of them names. */
function grow(topic: string): string[] {
  return topic.split('/').length === 5 ? [topic] : [topic, ...['a', 'b', '', 'z'].flatMap((next) => grow(`${topic}/${next}`))];
}
const topics = ['a', 'b', '', 'z', '$S'].flatMap(grow).filter((topic) => topic !== '');

test('containment and overlap are those of the sets of topics', () => {
  fc.assert(
    fc.property(filter, filter, (one, other) => {
      const [first, second] = [toRegExp(one), toRegExp(other)];
      const matchedBySecond = topics.filter((topic) => second.test(topic));
      assert.equal(isContained(one, other), matchedBySecond.every((topic) => first.test(topic)), `${one} contains ${other}`);
      assert.equal(doOverlap(one, other), matchedBySecond.some((topic) => first.test(topic)), `${one} overlaps ${other}`);
    }),
    { numRuns: 2000 },
  );
});

test('what is no topic filter', () => {
  for (const valid of ['a', '/', '+', '#', 'a/+/b', '+/#', '$SYS/#', 'a//b']) assert.equal(whyInvalidFilter(valid), undefined, valid);
  assert.equal(whyInvalidFilter(''), 'it is empty');
  assert.equal(whyInvalidFilter('a\0'), 'it contains a NUL');
  for (const wrong of ['#/a', 'a#', 'a/#/b', '##']) assert.equal(whyInvalidFilter(wrong), '# must be a whole level, the last one', wrong);
  for (const wrong of ['a+', '++', '+a/b']) assert.equal(whyInvalidFilter(wrong), '+ must be a whole level', wrong);
});
