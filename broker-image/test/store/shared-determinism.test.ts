import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { SharedQueue } from '../../src/store/shared-queue.js';
import { SharedMachine } from './shared-machine.js';

const limits = { expirySeconds: 1, maxQueuedMessages: 1000, maxQueuedBytes: 100_000 };
const clientId = fc.constantFrom('p', 'q', 'c', 'd');
const isClean = (id: string) => id === 'c' || id === 'd';
const broker = fc.constantFrom('broker-0', 'broker-1');
const filter = fc.constantFrom('$share/g/x', '$share/g/#', '$share/h/+', 'x');
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>;

type Step = { readonly then?: 'commit' | 'restart' } & (
  | { readonly kind: 'open'; readonly clientId: string; readonly broker: string }
  | { readonly kind: 'close'; readonly clientId: string; readonly sentUpTo: number }
  | { readonly kind: 'subscribe'; readonly clientId: string; readonly filter: string; readonly qos: 0 | 1 | 2 }
  | { readonly kind: 'unsubscribe'; readonly clientId: string; readonly filter: string }
  | { readonly kind: 'publish'; readonly count: number; readonly qos: 0 | 1 | 2 }
  | { readonly kind: 'acknowledge'; readonly clientId: string; readonly count: number }
  | { readonly kind: 'broker'; readonly broker: string }
  | { readonly kind: 'expire'; readonly clientId: string }
);

const then = fc.option(fc.constantFrom('commit' as const, 'restart' as const), { nil: undefined, freq: 3 });
const kind = <K extends string>(name: K) => fc.constant(name);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('open'), clientId, broker, then }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('close'), clientId, sentUpTo: fc.nat({ max: 150 }), then }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('subscribe'), clientId, filter, qos, then }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('unsubscribe'), clientId, filter, then }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('publish'), count: fc.constantFrom(1, 3, 150), qos, then }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('acknowledge'), clientId, count: fc.constantFrom(1, 20, 200), then }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('broker'), broker, then }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('expire'), clientId, then }) },
) as fc.Arbitrary<Step>;

class Run {
  #published = 0;

  constructor(readonly machine: SharedMachine) {}

  take(next: Step): void {
    const { machine } = this;
    const known = 'clientId' in next && machine.connections.has(next.clientId);
    if (next.kind === 'open') machine.open(next.clientId, { clean: isClean(next.clientId), broker: next.broker, limits });
    else if (next.kind === 'publish') for (let i = 0; i < next.count; i++) machine.publish(`message ${this.#published++}`, next.qos);
    else if (next.kind === 'broker') machine.recover(next.broker);
    else if (next.kind === 'expire') machine.apply({ kind: 'expire', time: 5000 });
    else if (!known) return;
    else if (next.kind === 'close') machine.close(next.clientId, next.sentUpTo);
    else if (next.kind === 'subscribe') machine.subscribe(next.clientId, next.filter, next.qos);
    else if (next.kind === 'unsubscribe') machine.unsubscribe(next.clientId, next.filter);
    else for (const { sequence } of machine.entries(next.clientId).slice(0, next.count)) machine.acknowledge(next.clientId, sequence);
  }
}

async function play(t: TestContext, steps: readonly Step[], interrupted: boolean, look: (machine: SharedMachine) => void = () => {}): Promise<string> {
  const machine = await SharedMachine.start(t);
  const run = new Run(machine);
  for (const next of steps) {
    run.take(next);
    look(machine);
    if (!interrupted || next.then === undefined) continue;
    if (next.then === 'restart') await machine.restart();
    else await machine.store.durable();
  }
  await machine.store.purged();
  const hash = createHash('sha256');
  for (const { key, value } of machine.store.dump()) hash.update(key).update(value);
  await machine.store.close();
  return hash.digest('hex');
}

/** Three members, so that there is a choice from the beginning. */
const members = ['p', 'q', 'c'].flatMap((id): Step[] => [{ kind: 'open', clientId: id, broker: 'broker-0' }, { kind: 'subscribe', clientId: id, filter: '$share/g/x', qos: 1 }]);
const runs = fc.array(step, { minLength: 10, maxLength: 60 }).map((steps) => [...members, ...steps]);

test('shared subscriptions: the same operations give the same bytes, however they were grouped and whether or not the store was opened again in between', async (t) => {
  await fc.assert(fc.asyncProperty(runs, async (steps) => assert.equal(await play(t, steps, true), await play(t, steps, false))), { numRuns: 30 });
});

test('whatever happens, a message is in one place of each group, and waits only while no member has room', async (t) => {
  const ids = ['p', 'q', 'c', 'd'];
  await fc.assert(
    fc.asyncProperty(runs, async (steps) => {
      await play(t, steps, true, ({ store }) => {
        const places = new Map<string, number>();
        const shared = [...store.sharedSubscriptions];
        const sessions = ids.flatMap((id) => store.session(id) ?? store.cleanSession(id) ?? []);
        let queued = 0;
        for (const queue of [...shared, ...sessions]) {
          const entries = store.read(queue, 0, Infinity);
          assert.equal(queue.queuedMessages, entries.length);
          queued += entries.length;
          for (const { message, origin } of entries) {
            const group = queue instanceof SharedQueue ? queue.number : origin?.queue;
            if (group === undefined) continue;
            const place = `${group} ${message?.payload.toString()}`;
            places.set(place, (places.get(place) ?? 0) + 1);
          }
        }
        assert.deepEqual([...places].filter(([, count]) => count > 1), []);
        assert.equal(store.statistics().queuedMessages, queued);
        for (const { members, queuedMessages, filter } of shared) {
          if (queuedMessages > 0) assert.deepEqual(members.filter(({ session, qos: granted }) => granted > 0 && session.connected && session.queuedMessages < 100).map(({ session }) => `${filter} ${session.clientId}`), []);
        }
      });
    }),
    { numRuns: 30 },
  );
});
