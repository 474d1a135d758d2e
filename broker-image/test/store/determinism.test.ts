import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Store, type Batch, type Operation } from '../../src/store/index.js';
import { operation } from './any-operation.js';
import { temporaryDirectory } from './temporary-directory.js';

interface Step {
  readonly operation: Operation;
  /** What may happen after the operation and must make no difference. */
  readonly then: 'go on' | 'commit' | 'restart';
}

const run = fc.array(fc.record({ operation, then: fc.constantFrom<Step['then'][]>('go on', 'go on', 'commit', 'restart') }), { maxLength: 60 });

async function contentOf(store: Store): Promise<string> {
  await store.purged();
  const hash = createHash('sha256');
  for (const { key, value } of store.dump()) hash.update(key).update(value);
  return hash.digest('hex');
}

/** The digest of everything on disk at the end. */
async function digest(t: TestContext, steps: readonly Step[], interrupted: boolean): Promise<string> {
  const directory = temporaryDirectory(t);
  let store = await Store.open({ directory, maxBytes: 1e9 });
  for (const { operation: next, then } of steps) {
    store.apply(next);
    if (!interrupted || then === 'go on') continue;
    await store.durable();
    if (then === 'restart') {
      await store.close();
      store = await Store.open({ directory, maxBytes: 1e9 });
    }
  }
  const content = await contentOf(store);
  await store.close();
  return content;
}

test('the same operations give the same bytes, however they were grouped into commits and whether or not the store was opened again in between', async (t) => {
  await fc.assert(
    fc.asyncProperty(run, async (steps) => {
      assert.equal(await digest(t, steps, true), await digest(t, steps, false));
    }),
    { numRuns: 40 },
  );
});

test('what is counted is what is queued', async (t) => {
  await fc.assert(
    fc.asyncProperty(run, async (steps) => {
      const store = await Store.open({ directory: temporaryDirectory(t), maxBytes: 1e9 });
      try {
        const ids = new Set<string>(['a', 'b', 'constructor', '__proto__']);
        for (const { operation: next, then } of steps) {
          store.apply(next);
          if (then === 'commit') await store.durable();
        }
        let queued = 0;
        let bytes = 0;
        const sessions = [...ids].flatMap((id) => [store.session(id), store.cleanSession(id)]);
        for (const queue of [...sessions, ...store.sharedSubscriptions]) {
          if (queue === undefined) continue;
          const entries = store.read(queue, 0, 1_000_000);
          assert.equal(queue.queuedMessages, entries.length);
          queued += entries.length;
          bytes += entries.reduce((sum, entry) => sum + (entry.message?.size ?? 0), 0);
        }
        const statistics = store.statistics();
        assert.deepEqual([statistics.queuedMessages, statistics.queuedBytes], [queued, bytes]);
      } finally {
        await store.close();
      }
    }),
    { numRuns: 40 },
  );
});

/** Entries of a log: the batches of two brokers, of which each began twice, with some that come again. */
const log = fc
  .array(fc.record({ broker: fc.constantFrom('broker-0', 'broker-1'), operations: fc.array(operation, { maxLength: 8 }), again: fc.constantFrom(true, false, false), anew: fc.constantFrom(true, false, false, false) }), { maxLength: 20 })
  .map((parts) => {
    const runs = new Map<string, { incarnation: number; batch: number }>();
    const entries: Batch[] = [];
    for (const { broker, operations, again, anew } of parts) {
      const before = runs.get(broker);
      const run = before === undefined || anew ? { incarnation: (before?.incarnation ?? 0) + 1, batch: 1 } : { ...before, batch: before.batch + 1 };
      runs.set(broker, run);
      const first: Operation[] = run.batch === 1 ? [{ kind: 'recover', time: 1, broker, incarnation: run.incarnation }] : [];
      const own = operations.map((each) => ('connection' in each && each.connection !== undefined ? { ...each, connection: { ...each.connection, broker, incarnation: run.incarnation } } : each));
      const entry = { broker, ...run, operations: [...first, ...own] };
      entries.push(entry);
      if (again) entries.push(entry);
    }
    return entries;
  });

/** Applies a log, from where the store is. */
function follow(store: Store, entries: readonly Batch[], upTo: number): void {
  for (let sequence = store.applied + 1; sequence <= upTo; sequence++) {
    const { operations, ...origin } = entries[sequence - 1]!;
    if (store.beginEntry(sequence, origin)) for (const each of operations) store.applyLogged(each);
  }
}

test('stores that follow one log are the same, whenever they commit, start again after a crash, or begin from the snapshot of another one', async (t) => {
  await fc.assert(
    fc.asyncProperty(log, fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), fc.nat({ max: 40 }), async (entries, stops, copied) => {
      const all = entries.length;
      const straight = await Store.open({ directory: temporaryDirectory(t), maxBytes: 1e9 });
      follow(straight, entries, all);

      const directory = temporaryDirectory(t);
      let stopping = await Store.open({ directory, maxBytes: 1e9, commitDelayMilliseconds: 1 });
      for (const stop of stops) {
        follow(stopping, entries, Math.min(stop, all));
        await stopping.close();
        stopping = await Store.open({ directory, maxBytes: 1e9, commitDelayMilliseconds: 1 });
      }
      follow(stopping, entries, all);

      const original = await Store.open({ directory: temporaryDirectory(t), maxBytes: 1e9 });
      follow(original, entries, Math.min(copied, all));
      await original.durable();
      const copy = temporaryDirectory(t);
      await Store.restore(copy, original.snapshot().chunks);
      await original.close();
      const restored = await Store.open({ directory: copy, maxBytes: 1e9 });
      assert.equal(restored.applied, Math.min(copied, all));
      follow(restored, entries, all);

      const contents = await Promise.all([straight, stopping, restored].map(contentOf));
      for (const store of [straight, stopping, restored]) await store.close();
      assert.deepEqual(contents, [contents[0], contents[0], contents[0]]);
    }),
    { numRuns: 40 },
  );
});
