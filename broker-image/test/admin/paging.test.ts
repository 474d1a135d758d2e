import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { page } from '../../src/admin/paging.js';

const self = { key: (key: string) => key, wanted: () => true };

/** All pages, one after the other. */
async function pages(keys: Iterable<string>, limit: number): Promise<string[][]> {
  const found: string[][] = [];
  let after: string | undefined;
  do {
    const { items, next } = await page(keys, self, { limit, after });
    found.push([...items]);
    after = next;
  } while (after !== undefined);
  return found;
}

test('pages hold every key once, in order, and only the last is short', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 100 }), fc.integer({ min: 1, max: 20 }), async (keys, limit) => {
      const found = await pages(keys, limit);
      assert.deepEqual(found.flat(), [...keys].sort((a, b) => (a < b ? -1 : 1)));
      assert.ok(found.slice(0, -1).every(({ length }) => length === limit));
    }),
  );
});

test('only wanted entries are on a page, and it is full of them', async () => {
  const even = { ...self, wanted: (key: string) => Number(key) % 2 === 0 };
  assert.deepEqual(await page(['1', '2', '3', '4', '5', '6'], even, { limit: 2, after: undefined }), { items: ['2', '4'], next: '4' });
});

test('an end that fills the page exactly has no next one', async () => {
  assert.deepEqual(await page(['a', 'b'], self, { limit: 2, after: undefined }), { items: ['a', 'b'], next: undefined });
});

test('nothing is missed or told twice when the key of the last page is gone', async () => {
  assert.deepEqual(await page(['a', 'c'], self, { limit: 5, after: 'b' }), { items: ['c'], next: undefined });
});

test('the event loop turns also where nothing is wanted', async () => {
  let turns = 0;
  const turning = setInterval(() => turns++, 0);
  const wanted = () => {
    // A page of this many takes longer than a slice by far, on every machine.
    for (const end = performance.now() + 0.02; performance.now() < end; );
    return false;
  };
  assert.deepEqual(await page(Array.from({ length: 10_000 }, (_, index) => String(index)), { ...self, wanted }, { limit: 3, after: undefined }), { items: [], next: undefined });
  clearInterval(turning);
  assert.ok(turns > 1);
});

test('the event loop turns while a hundred thousand entries are looked at, which may come and go', async () => {
  const entries = new Set(Array.from({ length: 100_000 }, (_, index) => `client-${String(index).padStart(6, '0')}`));
  function* slowly(): Generator<string> {
    // Longer than a slice by far, on every machine.
    let count = 0;
    for (const entry of entries) {
      for (const end = performance.now() + 0.3; count++ % 1000 === 0 && performance.now() < end; );
      yield entry;
    }
  }
  let turns = 0;
  const turning = setInterval(() => {
    turns++;
    entries.delete('client-099999');
    entries.add(`late-${turns}`);
  }, 0);
  const { items, next } = await page(slowly(), self, { limit: 3, after: 'client-050000' });
  clearInterval(turning);
  assert.deepEqual({ items, next }, { items: ['client-050001', 'client-050002', 'client-050003'], next: 'client-050003' });
  assert.ok(turns > 0);
});
