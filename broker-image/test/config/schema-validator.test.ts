import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SchemaValidator } from '../../src/config/index.js';
import { nearestWord } from '../../src/config/nearest-word.js';

type Schema = Record<string, unknown>;

/** What the messages know, by type; and what is no condition. */
const conditions: Record<string, readonly string[]> = {
  integer: ['minimum', 'maximum'],
  string: ['minLength', 'maxLength', 'pattern'],
  boolean: [],
  array: ['minItems', 'items'],
  object: ['properties', 'required', 'additionalProperties'],
};
const annotations = ['$schema', '$id', '$ref', 'title', 'description', 'default', 'definitions', 'type'];

for (const name of ['#config.schema.json', '#acl.schema.json']) {
  const schema = JSON.parse(readFileSync(new URL(import.meta.resolve(name)), 'utf8')) as Schema;

  test(`${name}: every condition has words`, () => {
    const strange: string[] = [];
    const walk = (node: Schema, path: string) => {
      const known = node.enum === undefined ? [...annotations, ...(conditions[node.type as string] ?? [])] : [...annotations, 'enum'];
      strange.push(...Object.keys(node).filter((key) => !known.includes(key)).map((key) => `${path}: ${key}`));
      for (const [key, inner] of Object.entries({ ...(node.properties as object), ...(node.definitions as object), ...(node.items as object && { items: node.items }) })) walk(inner as Schema, `${path}/${key}`);
    };
    walk(schema, '');
    assert.deepEqual(strange, []);
  });

  test(`${name}: no mapping takes keys that it does not name`, () => {
    const open: string[] = [];
    const walk = (node: Schema, path: string) => {
      if (node.type === 'object' && node.additionalProperties !== false) open.push(path);
      for (const [key, inner] of Object.entries({ ...(node.properties as object), ...(node.definitions as object), ...(node.items as object && { items: node.items }) })) walk(inner as Schema, `${path}/${key}`);
    };
    walk(schema, '');
    assert.deepEqual(open, []);
  });
}

test('long values are shortened in messages', () => {
  const [problem] = new SchemaValidator('#acl.schema.json').check(['x'.repeat(100)]);
  assert.equal(problem?.message, `found "${'x'.repeat(56)}..., expected a mapping of keys to values: One rule.`);
});

test('one key that breaks several conditions is one problem', () => {
  const problems = new SchemaValidator('#config.schema.json').check({ listeners: [{ name: 'a', protocol: 'tcp', port: 0.5 }] });
  assert.deepEqual(problems.map(({ path, message }) => `${path}: ${message}`), ['listeners[0].port: found 0.5, expected an integer from 1 to 65535']);
});

test('the word that was meant, or none', () => {
  const words = ['listeners', 'limits', 'log'];
  assert.equal(nearestWord('listener', words), 'listeners');
  assert.equal(nearestWord('Limit', words), 'limits');
  assert.equal(nearestWord('lgo', words), 'log');
  assert.equal(nearestWord('authentication', words), undefined);
  assert.equal(nearestWord('', words), undefined);
});
