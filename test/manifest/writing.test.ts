import { Yaml } from 'cdk8s';
import * as fc from 'fast-check';
import { writingScalarsOnce } from '../../lib/manifest/writing';

/** What cdk8s writes by itself, and what it writes with every scalar once. */
function bothWays(...documents: unknown[]): [string, string] {
  return [Yaml.stringify(...documents), writingScalarsOnce(() => Yaml.stringify(...documents))];
}

/** Strings that YAML quotes, folds, or takes for something else. */
const awkward = fc.constantFrom(
  '', ' ', '~', 'null', 'yes', 'n', 'on', '0', '0755', '1e3', '0x1f', '12:30', '.inf', '.nan', '2026-11-21', '<<', '---', '--- a', '...', '%', '# a', 'a # b', 'a: b', 'a:', '- a', '-', '? a', '?',
  '[', '{}', '&a', '*a', '!a', '|', '>', '@', '`', "it's", '"a"', '\'"', 'a\tb', '\t', 'a\r', '\u0000', '\u0085', '\ufeff', '\ud800', 'ü', '\n', '\n\n', 'a\n', 'a\n\n', '\na', ' a\nb', 'a\n b\n', 'a \nb', 'a\n ',
  'a\n\t\nb', 'a\n\n\n b\n\n', '--- a\nb', 'a\n---\nb\n', 'a\n%b', 'x'.repeat(600), `${'word '.repeat(60)}\n${'word '.repeat(60)}`, `\u0000${'word '.repeat(20)}\n\n b\n\nc`,
);
const text = fc.oneof(awkward, fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\t', '-', ':', '#', '"', "'", '\\') }));
const scalar = fc.oneof(text, fc.boolean(), fc.constant(null), fc.integer(), fc.double());
// Without those that leave a whole document to cdk8s, which have cases of their own below.
const key = text.filter((candidate) => !/\n|^(---|\.\.\.)/.test(candidate) && candidate.length < 500);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, fc.array(tie('value')), fc.dictionary(key, tie('value'))),
}));
const map = fc.dictionary(key, json);

describe('YAML whose scalars are asked for once', () => {
  test('is what cdk8s writes, whatever it says', () => {
    fc.assert(fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: map }, json), { maxLength: 4 }), (documents) => {
      const [ofCdk8s, faster] = bothWays(...documents);
      expect(faster).toBe(ofCdk8s);
    }), { numRuns: 200 });
  });

  test.each<[string, unknown]>([
    ['a value that is not set', { a: undefined, b: [undefined] }],
    ['no value at all', undefined],
    ['a date', { a: new Date(0) }],
    ['an object of a class', { a: new Map([['b', 1]]) }],
    ['a number that JSON has not', { a: [NaN, Infinity, -0] }],
    ['a key of several lines', { 'a\nb': 1, 'a': { 'a\n': 1 } }],
    ['a key that could end a document', { '---': 1, 'a': { '---': 1 } }],
    ['a long key', { ['a'.repeat(2000)]: 1 }],
    ['keys that are numbers', { b: 1, 10: 2, 9: 3, a: { 10: 1, 1: 2 } }],
  ])('is what cdk8s writes of %s', (_, document) => {
    const [ofCdk8s, faster] = bothWays(document);
    expect(faster).toBe(ofCdk8s);
  });

  test('has an anchor where the same object comes twice', () => {
    const labels = { app: 'broker' };
    const [ofCdk8s, faster] = bothWays({ a: labels, b: labels });
    expect(faster).toBe(ofCdk8s);
    expect(faster).toContain('*a1');
  });

  test('remembers what was said in an earlier document, as a key and as a value', () => {
    const [ofCdk8s, faster] = bothWays({ yes: 'on' }, { on: 'yes', y: ['on', true, 'true', 1, '1'] });
    expect(faster).toBe(ofCdk8s);
  });

  describe('asks cdk8s', () => {
    const { stringify } = Yaml;
    afterEach(() => { Yaml.stringify = stringify; });

    test('about each scalar once', () => {
      const asked: unknown[] = [];
      Yaml.stringify = (...documents) => {
        asked.push(...documents);
        return stringify.call(Yaml, ...documents);
      };
      writingScalarsOnce(() => {
        asked.length = 0;
        Yaml.stringify({ kind: 'Service' }, { kind: 'Service' }, { kind: 'Pod' });
      });
      expect(asked).toEqual([{ kind: null }, ['Service'], ['Pod']]);
    });

    test('to write everything where it indents otherwise', () => {
      Yaml.stringify = (...documents) => stringify.call(Yaml, ...documents).replace(/^ +/gm, '$&$&');
      const [ofCdk8s, faster] = bothWays({ a: { b: 'c' } });
      expect(faster).toBe(ofCdk8s);
      expect(faster).toBe('a:\n    b: c\n');
    });

    test('for everything again when the work is over, also after an error', () => {
      expect(() => writingScalarsOnce(() => {
        expect(Yaml.stringify).not.toBe(stringify);
        throw new Error('the work fails');
      })).toThrow('the work fails');
      expect(Yaml.stringify).toBe(stringify);
    });
  });
});
