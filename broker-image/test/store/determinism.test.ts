import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Message, Store, type Operation } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

const clientId = fc.constantFrom('a', 'b', 'constructor', '__proto__');
const broker = fc.constantFrom('', 'broker-0', 'broker-1');
const incarnation = fc.constantFrom(1, 2);
// Few enough that operations often come from the connection that counts, and often do not.
const connection = fc.record({ broker, incarnation, number: fc.constantFrom(1, 2) });
const topic = fc.constantFrom('x', 'x/y', 'x/z', '$SYS/x', 'constructor');
const filter = fc.constantFrom('x', 'x/+', '#', '+/y', '__proto__', 'x/#');
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>;
const limits = fc.record({ expirySeconds: fc.constantFrom(0, 1), maxQueuedMessages: fc.constantFrom(2, 1000), maxQueuedBytes: fc.constantFrom(40, 100_000) });
const message = fc
  .record({ topic, payload: fc.uint8Array({ maxLength: 20 }), qos, retain: fc.boolean() })
  .map((parts) => Message.create(parts.topic, Buffer.from(parts.payload), parts.qos, parts.retain));
const time = fc.integer({ min: 0, max: 5000 });
const sequence = fc.integer({ min: 0, max: 10 });
const packetId = fc.integer({ min: 1, max: 3 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), time, clientId, connection, clean: fc.boolean(), limits, will: message }, { requiredKeys: ['kind', 'time', 'clientId', 'connection', 'clean', 'limits'] }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), time, clientId, connection, discardWill: fc.boolean(), sentUpTo: sequence }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), time, clientId, connection, subscriptions: fc.array(fc.record({ filter, qos }), { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsubscribe' as const), time, clientId, connection, filters: fc.array(filter, { minLength: 1, maxLength: 2 }) }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('publish' as const), time, message, received: fc.record({ clientId, connection, packetId }) }, { requiredKeys: ['kind', 'time', 'message'] }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), time, clientId, sequence }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('receive' as const), time, clientId, connection, sequence }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), time, clientId, connection, packetId }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('recover' as const), time, broker, incarnation }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expel' as const), time, broker, incarnation }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), time }) },
);

interface Step {
  readonly operation: Operation;
  /** What may happen after the operation and must make no difference. */
  readonly then: 'go on' | 'commit' | 'restart';
}

const run = fc.array(fc.record({ operation, then: fc.constantFrom<Step['then'][]>('go on', 'go on', 'commit', 'restart') }), { maxLength: 60 });

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
  await store.purged();
  const hash = createHash('sha256');
  for (const { key, value } of store.dump()) hash.update(key).update(value);
  await store.close();
  return hash.digest('hex');
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
        for (const id of ids) {
          const session = store.session(id);
          if (session === undefined) continue;
          const entries = store.read(session, 0, 1_000_000);
          assert.equal(session.queuedMessages, entries.length);
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
