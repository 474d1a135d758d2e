import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RetainedTree } from '../../src/store/retained-tree.js';
import { SubscriptionTree } from '../../src/store/subscription-tree.js';
import { filterMatches } from '../../src/protocol/topics.js';

const name = fc.constantFrom('a', 'b', '', '$x', 'constructor', '__proto__');
const topics = fc.array(name, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/')).filter((topic) => topic !== '');
const filters = fc
  .tuple(fc.array(fc.oneof(name, fc.constant('+')), { maxLength: 3 }), fc.constantFrom('#', '+', 'a', ''))
  .map(([levels, last]) => [...levels, last].join('/'))
  .filter((filter) => filter !== '');
const subscriber = fc.constantFrom('one', 'two', 'three');
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>;

test('a match is what a comparison with every subscription gives, each subscriber once with its highest QoS', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), filters, subscriber, qos), { maxLength: 40 }), fc.array(topics, { minLength: 1, maxLength: 8 }), (steps, wanted) => {
      const tree = new SubscriptionTree<string>();
      const model = new Map<string, { filter: string; who: string; qos: 0 | 1 | 2 }>();
      for (const [add, filter, who, level] of steps) {
        const key = `${who} ${filter}`;
        if (add) {
          tree.add(filter, who, level);
          model.set(key, { filter, who, qos: level });
        } else {
          const before = tree.version;
          tree.remove(filter, who);
          assert.equal(tree.version !== before, model.delete(key));
        }
      }
      assert.equal(tree.size, model.size);
      for (const topic of wanted) {
        const expected = new Map<string, number>();
        for (const { filter, who, qos: level } of model.values()) if (filterMatches(filter, topic)) expected.set(who, Math.max(level, expected.get(who) ?? 0));
        assert.deepEqual(new Map([...tree.match(topic)].sort()), new Map([...expected].sort()), topic);
      }
      for (const { filter, who } of model.values()) tree.remove(filter, who);
      assert.equal(tree.size, 0);
      for (const topic of wanted) assert.equal(tree.match(topic).length, 0);
    }),
  );
});

test('retained values are found by filter as by comparison with every topic', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), topics), { maxLength: 40 }), fc.array(filters, { minLength: 1, maxLength: 8 }), (steps, wanted) => {
      const tree = new RetainedTree<string>();
      const model = new Set<string>();
      for (const [set, topic] of steps) {
        if (set) {
          tree.set(topic, topic);
          model.add(topic);
        } else {
          tree.delete(topic);
          model.delete(topic);
        }
        assert.equal(tree.get(topic), set ? topic : undefined);
      }
      assert.equal(tree.size, model.size);
      for (const filter of wanted) assert.deepEqual([...tree.match(filter)].sort(), [...model].filter((topic) => filterMatches(filter, topic)).sort(), filter);
    }),
  );
});

test('a retained value goes on being found while others change between two steps', () => {
  const tree = new RetainedTree<string>();
  for (const topic of ['a/1', 'a/2', 'b']) tree.set(topic, topic);
  const found: string[] = [];
  for (const value of tree.match('#')) {
    found.push(value);
    tree.delete(value);
    tree.set('c', 'c');
  }
  assert.deepEqual(found.slice(0, 3), ['a/1', 'a/2', 'b']);
});
