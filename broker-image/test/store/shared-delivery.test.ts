import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { QueueEntry } from '../../src/store/index.js';
import { SharedMachine } from './shared-machine.js';

const BROKERS = ['broker-0', 'broker-1'];
const limits = { expirySeconds: 1, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 };

const clientId = fc.constantFrom('a', 'b', 'c');
const qos = fc.constantFrom(1 as const, 2 as const);
const kind = <K extends string>(name: K) => fc.constant(name);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kind('member'), clientId, clean: fc.boolean(), broker: fc.constantFrom(...BROKERS), qos }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('unsubscribe'), clientId }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('close'), clientId }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('publish'), count: fc.constantFrom(1, 5, 150), qos }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('send'), clientId, count: fc.constantFrom(1, 10, 200) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('receive'), clientId }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('acknowledge'), clientId, count: fc.constantFrom(1, 10, 200) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('crash'), broker: fc.constantFrom(...BROKERS) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('expire') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('restart') }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const payloadOf = ({ message }: QueueEntry): string => message!.payload.toString();

/** Members that come and go, with what each was sent; one that is never there keeps the queue of the group. */
class Deliveries {
  static async start(t: TestContext): Promise<Deliveries> {
    const machine = await SharedMachine.start(t);
    machine.member('absent');
    machine.close('absent');
    return new Deliveries(machine);
  }

  readonly published: string[] = [];
  readonly #acknowledged = new Set<string>();
  /** With QoS 2, by the number of the only session that may have got it. */
  readonly #sentOnce = new Map<string, number>();
  /** With QoS 2, of sessions that ended. */
  readonly #mayBeLost = new Set<string>();
  /** By number of the session: position after what it was sent, as far as it was told to the store. */
  readonly #sentUpTo = new Map<number, number>();

  private constructor(readonly machine: SharedMachine) {}

  async take(next: Step): Promise<void> {
    const { machine } = this;
    switch (next.kind) {
      case 'member':
        this.#lost(next.clientId, next.clean);
        return machine.member(next.clientId, { ...next, limits });
      case 'publish':
        for (let i = 0; i < next.count; i++) {
          this.published.push(`${this.published.length} with QoS ${next.qos}`);
          machine.publish(this.published.at(-1)!, next.qos);
        }
        return;
      case 'crash':
        for (const [id, { broker }] of machine.connections) if (broker === next.broker) this.#lost(id, false);
        return machine.recover(next.broker);
      case 'expire':
        for (const id of machine.connections.keys()) if (id !== 'absent' && machine.store.session(id)?.connected === false) this.#ended(id);
        machine.apply({ kind: 'expire', time: 5000 });
        return;
      case 'restart': return machine.restart();
    }
    const session = this.#session(next.clientId);
    if (session?.connected !== true) return;
    const sentUpTo = this.#sentUpTo.get(session.number) ?? 0;
    const sent = machine.entries(next.clientId).filter(({ sequence }) => sequence < sentUpTo);
    switch (next.kind) {
      case 'unsubscribe': return machine.unsubscribe(next.clientId, '$share/g/x');
      case 'close':
        if (machine.store.cleanSession(next.clientId) !== undefined) this.#ended(next.clientId);
        return machine.close(next.clientId, sentUpTo);
      case 'send': return this.#send(next.clientId, next.count);
      case 'receive': {
        const entry = sent.find(({ message }) => message?.qos === 2);
        if (entry === undefined) return;
        this.#acknowledged.add(payloadOf(entry));
        machine.apply({ kind: 'receive', time: 1, clientId: next.clientId, connection: machine.connections.get(next.clientId)!, sequence: entry.sequence });
        return;
      }
      case 'acknowledge':
        for (const entry of sent.slice(0, next.count)) {
          if (entry.message !== undefined) this.#acknowledged.add(payloadOf(entry));
          machine.acknowledge(next.clientId, entry.sequence);
        }
    }
  }

  /** What was published and is nowhere, though it was neither acknowledged nor sent with QoS 2 at most once. */
  get missing(): string[] {
    const { machine } = this;
    const waiting = [...machine.waiting(), ...['a', 'b', 'c'].flatMap((id) => machine.queue(id))];
    const known = new Set([...waiting, ...this.#acknowledged, ...this.#mayBeLost]);
    return this.published.filter((payload) => !known.has(payload));
  }

  #session(id: string) {
    return this.machine.store.session(id) ?? this.machine.store.cleanSession(id);
  }

  #send(id: string, count: number): void {
    const { number } = this.#session(id)!;
    const from = this.#sentUpTo.get(number) ?? 0;
    for (const entry of this.machine.entries(id).filter(({ sequence }) => sequence >= from).slice(0, count)) {
      const payload = payloadOf(entry);
      const other = this.#sentOnce.get(payload) ?? number;
      assert.equal(other, number, `${payload} was sent to session ${other} with QoS 2, and is sent to session ${number}`);
      if (entry.message!.qos === 2) this.#sentOnce.set(payload, number);
      this.#sentUpTo.set(number, entry.sequence + 1);
    }
  }

  /** Its connection ends, and nobody says how far was sent. */
  #lost(id: string, clean: boolean): void {
    const session = this.#session(id);
    if (session === undefined) return;
    if (session.connected) this.#sentUpTo.set(session.number, session.nextSequence);
    if (clean || this.machine.store.cleanSession(id) !== undefined) this.#ended(id);
  }

  #ended(id: string): void {
    const sentUpTo = this.#sentUpTo.get(this.#session(id)!.number) ?? 0;
    for (const entry of this.machine.entries(id)) if (entry.message?.qos === 2 && entry.sequence < sentUpTo) this.#mayBeLost.add(payloadOf(entry));
  }
}

test('whatever happens to members and brokers, nothing is lost with QoS 1, and what was sent with QoS 2 is not sent to another session', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      const deliveries = await Deliveries.start(t);
      for (const next of steps) await deliveries.take(next);
      assert.deepEqual(deliveries.missing, []);
      await deliveries.machine.store.close();
    }),
    { numRuns: 60 },
  );
});
