import { Duration, Size } from 'cdk8s';
import { ArgumentErrors, show } from '../../lib/manifest/arguments';
import { messageOf, newChart } from '../support/synth';

/** What the collector says, without its heading. */
function problems(check: (errors: ArgumentErrors) => void): string[] {
  const errors = new ArgumentErrors(newChart(), 'Thing');
  check(errors);
  errors.add('(end)');
  return messageOf(() => errors.throwIfAny()).split('\n').slice(1, -1).map((line) => line.replace('  - ', ''));
}

test('nothing wrong, nothing thrown', () => {
  new ArgumentErrors(newChart(), 'Thing').throwIfAny();
});

test('the error names the construct, its path and everything that was found', () => {
  const errors = new ArgumentErrors(newChart(), 'Thing');
  errors.add('a');
  expect(messageOf(() => errors.throwIfAny())).toBe('[test] Thing: an argument cannot work:\n  - a');
  errors.add('b');
  expect(messageOf(() => errors.throwIfAny())).toBe('[test] Thing: 2 arguments cannot work:\n  - a\n  - b');
});

test.each<[string, (errors: ArgumentErrors) => void, string[]]>([
  ['whole number', (e) => e.wholeNumber('n', 3, { min: 1 }, 'why'), []],
  ['whole number not set', (e) => e.wholeNumber('n', undefined, { min: 1 }, 'why'), []],
  ['zero', (e) => e.wholeNumber('n', 0, { min: 1 }, 'why'), ['n is 0, but must be a whole number of at least 1: why']],
  ['NaN', (e) => e.wholeNumber('n', NaN, { min: 1 }, 'why'), ['n is NaN, but must be a whole number of at least 1: why']],
  ['fraction', (e) => e.wholeNumber('n', 1.5, { min: 1, max: 9 }, 'why'), ['n is 1.5, but must be a whole number from 1 to 9: why']],
  ['text for a number', (e) => e.wholeNumber('n', '3', { min: 1 }, 'why'), ["n is '3', but must be a whole number of at least 1: why"]],
  ['boolean', (e) => e.boolean('b', false), []],
  ['text for a boolean', (e) => e.boolean('b', 'no'), ["b is 'no', but must be true or false"]],
  ['member', (e) => e.member('m', 'a', { A: 'a' }), []],
  ['no member', (e) => e.member('m', 'x', { A: 'a', B: 'b' }), ["m is 'x', but must be one of A, B"]],
  ['duration', (e) => e.duration('d', Duration.seconds(5), { min: Duration.seconds(1) }, 'why'), []],
  ['number for a duration', (e) => e.duration('d', 5, { min: Duration.seconds(1) }, 'why'), ['d is 5, but must be a Duration, for example Duration.seconds(1)']],
  ['half a second', (e) => e.duration('d', Duration.millis(1500), { min: Duration.seconds(1) }, 'why'), ['d is 1.5 s, but can only be expressed in whole seconds: why']],
  ['too short', (e) => e.duration('d', Duration.seconds(1), { min: Duration.seconds(2) }, 'why'), ['d is 1 s, but must be at least 2 s: why']],
  ['too long', (e) => e.duration('d', Duration.hours(1), { min: Duration.seconds(2), max: Duration.minutes(1) }, 'why'), ['d is 3600 s, but must be from 2 s to 60 s: why']],
  ['size', (e) => e.size('s', Size.gibibytes(1), { min: Size.mebibytes(1) }, 'why'), []],
  ['text for a size', (e) => e.size('s', '1Gi', { min: Size.mebibytes(1) }, 'why'), ["s is '1Gi', but must be a Size, for example Size.mebibytes(64)"]],
  ['too small', (e) => e.size('s', Size.kibibytes(1), { min: Size.mebibytes(1) }, 'why'), ['s is 1Ki, but must be at least 1Mi: why']],
  ['too large', (e) => e.size('s', Size.gibibytes(1), { min: Size.mebibytes(1), max: Size.mebibytes(2) }, 'why'), ['s is 1Gi, but must be from 1Mi to 2Mi: why']],
  ['label', (e) => e.dnsLabel('l', 'a-1'), []],
  ['upper case', (e) => e.dnsLabel('l', 'A', 63, 'why'), ["l is 'A', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label): why"]],
  ['empty label', (e) => e.dnsLabel('l', '', 63, 'why'), ["l is '', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label): why"]],
  ['long label', (e) => e.dnsLabel('l', 'abcd', 3, 'why'), ["l is 'abcd' with 4 characters, but may have 3: why"]],
  ['subdomain', (e) => e.dnsSubdomain('d', 'a.b-c'), []],
  ['no subdomain', (e) => e.dnsSubdomain('d', 'a..b'), ["d is 'a..b', but must be lower-case letters, digits, dashes and dots, at most 253 (a DNS-1123 subdomain): Kubernetes refuses the object otherwise"]],
  ['hostname', (e) => e.hostname('h', 'mqtt.example.com', 'no wildcard', 'why'), []],
  ['hostname not set', (e) => e.hostname('h', undefined, 'no wildcard', 'why'), []],
  ['wildcard', (e) => e.hostname('h', '*.example.com', 'wildcard', 'why'), []],
  ['unwanted wildcard', (e) => e.hostname('h', '*.example.com', 'no wildcard', 'why'), ["h is '*.example.com', but cannot be a wildcard: why"]],
  ['wildcard inside', (e) => e.hostname('h', 'a.*.com', 'wildcard', 'why'), ["h is 'a.*.com', but '*' is no label of RFC 1123: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit: why"]],
  ['number for a hostname', (e) => e.hostname('h', 1, 'no wildcard', 'why'), ["h is 1, but must be a DNS name, for example 'mqtt.example.com': why"]],
  ['address for a hostname', (e) => e.hostname('h', '192.0.2.1', 'no wildcard', 'why'), ["h is '192.0.2.1', but must be a DNS name, not an IP address: why"]],
  ['dot at the end', (e) => e.hostname('h', 'a.b.', 'no wildcard', 'why'), ["h is 'a.b.', but must be written without the dot at the end: why"]],
  ['no domain', (e) => e.hostname('h', 'mqtt', 'no wildcard', 'why'), ["h is 'mqtt', but must have a domain, for example 'mqtt.example.com': why"]],
  ['wildcard without a domain', (e) => e.hostname('h', '*.com', 'wildcard', 'why'), ["h is '*.com', but must have a domain, for example 'mqtt.example.com': why"]],
  ['empty hostname', (e) => e.hostname('h', '', 'no wildcard', 'why'), ["h is '', but '' is no label of RFC 1123: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit: why"]],
  ['upper case in a hostname', (e) => e.hostname('h', 'Mqtt.example.com', 'no wildcard', 'why'), ["h is 'Mqtt.example.com', but 'Mqtt' is no label of RFC 1123: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit: why"]],
  ['long label in a hostname', (e) => e.hostname('h', `${'a'.repeat(64)}.b`, 'no wildcard', 'why'), [`h is '${'a'.repeat(64)}.b', but '${'a'.repeat(64)}' is no label of RFC 1123: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit: why`]],
  ['long hostname', (e) => e.hostname('h', 'a.'.repeat(127) + 'b', 'no wildcard', 'why'), [`h is '${'a.'.repeat(127)}b', but may have 253 characters, and has 255: why`]],
  ['labels', (e) => e.labels('l', { 'a.b/c': 'd', 'e': '' }), []],
  ['label key', (e) => e.labels('l', { 'a b': 'c' }), ["l has the key 'a b', which is not a label key: [prefix/]name, name of at most 63 letters, digits, '-', '_', '.'"]],
  ['label value', (e) => e.labels('l', { a: '-' }), ["l['a'] is '-', which is not a label value: at most 63 letters, digits, '-', '_', '.', beginning and ending with a letter or digit"]],
  ['number for a label', (e) => e.labels('l', { a: 1 }), ["l['a'] is 1, but must be a string"]],
  ['text for labels', (e) => e.labels('l', 'a=b'), ["l is 'a=b', but must be an object of strings"]],
  ['annotations', (e) => e.annotations('a', { 'x/y': 'anything at all' }), []],
  ['annotation key', (e) => e.annotations('a', { 'X_/y': '' }), ["a has the key 'X_/y', which is not an annotation key: [prefix/]name, name of at most 63 letters, digits, '-', '_', '.'"]],
  ['array', (e) => e.filledArray('a', [1], 'why'), []],
  ['empty array', (e) => e.filledArray('a', [], 'write something'), ['a is empty: write something']],
  ['text for an array', (e) => e.filledArray('a', 'x', 'why'), ["a is 'x', but must be an array"]],
  ['alike', (e) => e.like('o', { a: 1 }, ['a'], 'A.of()'), []],
  ['not alike', (e) => e.like<any>('o', 'x', ['a'], 'A.of()'), ["o is 'x', but must be made like this: A.of()"]],
])('%s', (_, check, expected) => {
  expect(problems(check)).toEqual(expected);
});

test('values in messages', () => {
  expect([null, undefined, [], {}, () => 1, new Map(), Object.create(null), 1, true, 'a'].map(show)).toEqual(
    ['null', 'undefined', 'an array', 'an object', 'a function', 'a Map', 'an object', '1', 'true', "'a'"],
  );
});
