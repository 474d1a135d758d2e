import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Message, type Store } from '../../src/store/index.js';
import { caughtUp, Member, TestConnection } from './cluster.js';
import { SharedLog } from './memory-log.js';

async function contentOf(store: Store): Promise<string> {
  await store.purged();
  const hash = createHash('sha256');
  for (const { key, value } of store.dump()) hash.update(key).update(value);
  return hash.digest('hex');
}

type Step =
  | { readonly does: 'connect'; readonly member: number; readonly clean: boolean; readonly clientId: string }
  | { readonly does: 'close'; readonly which: number; readonly politely: boolean }
  | { readonly does: 'publish'; readonly member: number; readonly retain: boolean }
  | { readonly does: 'subscribe'; readonly which: number }
  | { readonly does: 'restart'; readonly member: number }
  | { readonly does: 'expel'; readonly member: number }
  | { readonly does: 'part' | 'join'; readonly member: number }
  | { readonly does: 'wait'; readonly turns: number };

const MEMBERS = 3;
const member = fc.nat({ max: MEMBERS - 1 });
const which = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ does: fc.constant('connect' as const), member, clean: fc.boolean(), clientId: fc.constantFrom('a', 'a', 'b') }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('close' as const), which, politely: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('publish' as const), member, retain: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('subscribe' as const), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const), member }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('expel' as const), member }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('part' as const, 'join' as const), member }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('wait' as const), turns: fc.nat({ max: 6 }) }) },
);

/** Numbers that look random, the same for the same seed. */
function random(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

/** Brokers and the connections of two client ids, which come, go, race and are taken over while brokers fail. */
class Scenario {
  static async begin(t: TestContext, seed: number): Promise<Scenario> {
    const next = random(seed);
    const scenario = new Scenario(t, { delays: () => Math.floor(next() * 4), duplicates: () => next() < 0.1 });
    for (let number = 0; number < MEMBERS; number++) scenario.members.push(await scenario.#join(number));
    scenario.watcher = await Member.join(t, scenario.log, { broker: 'watcher', ...scenario.link });
    return scenario;
  }

  readonly log = new SharedLog();
  readonly members: Member[] = [];
  /** Never fails, and has no clients. */
  watcher!: Member;
  readonly connections: Array<{ readonly connection: TestConnection; readonly will: string; opened: boolean; polite: boolean }> = [];
  readonly #settled: Array<Promise<unknown>> = [];
  #published = 0;

  constructor(
    readonly t: TestContext,
    readonly link: { delays: () => number; duplicates: () => boolean },
  ) {}

  async run(step: Step): Promise<void> {
    switch (step.does) {
      case 'connect': return this.#connect(this.members[step.member]!, step.clientId, step.clean);
      case 'close': {
        const found = this.connections[step.which];
        if (found === undefined || found.connection.over) return;
        found.polite = step.politely;
        found.connection.close({ discardWill: step.politely });
        return;
      }
      case 'publish': {
        const message = Message.create('x', Buffer.from(`${this.#published++}`), 2, step.retain);
        return this.members[step.member]!.journal.submit({ kind: 'publish', time: 1, message });
      }
      case 'subscribe': {
        const found = this.connections[step.which];
        if (found !== undefined && !found.connection.over) found.connection.subscribe('#');
        return;
      }
      case 'restart': {
        const old = this.members[step.member]!;
        await old.die();
        for (const { connection } of this.connections) if (connection.member === old) connection.over = true;
        this.members[step.member] = await this.#join(step.member, old.directory);
        return;
      }
      case 'expel': return this.watcher.journal.submit({ kind: 'expel', time: 1, broker: `broker-${step.member}`, incarnation: this.members[step.member]!.journal.incarnation });
      case 'part': return this.members[step.member]!.log.disconnect();
      case 'join': return this.members[step.member]!.log.reconnect();
      case 'wait':
        for (let turn = 0; turn < step.turns; turn++) await new Promise(setImmediate);
    }
  }

  /** Everybody reaches the log again, and has all of it. */
  async settle(): Promise<void> {
    const everybody = [...this.members, this.watcher];
    for (const { log } of everybody) log.reconnect();
    for (let before = -1; before !== this.log.last; ) {
      before = this.log.last;
      await Promise.allSettled(everybody.map((one) => one.applied()));
      await caughtUp(...everybody);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    }
    await Promise.allSettled(this.#settled);
  }

  #join(number: number, directory?: string): Promise<Member> {
    return Member.join(this.t, this.log, { broker: `broker-${number}`, ...this.link, ...(directory === undefined ? {} : { directory }) });
  }

  #connect(at: Member, clientId: string, clean: boolean): void {
    const will = `will ${this.connections.length}`;
    // A broker closes the connection that it has itself first.
    for (const { connection } of this.connections) if (connection.member === at && connection.clientId === clientId && !connection.over) connection.close();
    const connection = new TestConnection(at, clientId);
    const found = { connection, will, opened: false, polite: false };
    this.connections.push(found);
    const opening = connection.open({ clean, will: Message.create('will', Buffer.from(will), 1, false) });
    this.#settled.push(
      opening.then(
        () => (found.opened = true),
        () => (connection.over = true),
      ),
    );
  }
}

test('whatever happens: one owner of a client id, every will at most once and none is missing, the same state and the same order on every broker', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.nat(), async (steps, seed) => {
      const scenario = await Scenario.begin(t, seed);
      const { members, connections, watcher } = scenario;
      for (const each of steps) await scenario.run(each);
      await scenario.settle();
      const everybody = [...members, watcher];

      for (const clientId of ['a', 'b']) {
        const alive = connections.filter(({ connection }) => connection.clientId === clientId && !connection.over).map(({ connection }) => connection.id);
        const owner = watcher.store.owner(clientId);
        assert.deepEqual(alive, owner === undefined ? [] : [owner], `connections of ${clientId}`);
      }

      const wills = watcher.messages.filter((message) => message.startsWith('will ')).map((message) => message.slice('will '.length));
      assert.equal(new Set(wills).size, wills.length, 'a will twice');
      for (const { connection, will, opened, polite } of connections) {
        if (!connection.over) assert.ok(!wills.includes(will), `the ${will} of a client that is connected`);
        else if (opened && !polite) assert.ok(wills.includes(will), `the ${will} is missing`);
      }

      const contents = await Promise.all(everybody.map(({ store }) => contentOf(store)));
      for (const content of contents) assert.equal(content, contents[0]);
      for (const { messages } of everybody) assert.deepEqual(messages, watcher.messages.slice(watcher.messages.length - messages.length));
      for (const one of everybody) await one.die();
    }),
    { numRuns: 25 * Number(process.env.FAULT_ROUNDS ?? 1) },
  );
});
