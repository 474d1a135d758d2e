import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from './broker-processes.js';
import { ClusterProcesses } from './cluster-processes.js';
import { eventually, natsMissing } from './engine/nats.js';
import { SessionClient } from '../protocol/session-client.js';

const skip = natsMissing;
/** `npm run test:faults` does ten. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 1);
/** Long enough for the others to take a broker for gone. */
const SILENT_MILLISECONDS = 8000;
const IN_FLIGHT = 20;

/** Clients that publish and receive all the time, and connect somewhere else when they are cut off. */
class Load {
  readonly publishers: readonly SessionClient[];
  readonly subscribers: readonly SessionClient[];
  readonly #ports = new Map<SessionClient, number>();
  readonly #sent = [0, 0];
  readonly #running: Promise<unknown>[];
  #stopped = false;

  constructor(readonly cluster: ClusterProcesses) {
    this.subscribers = [this.#client('subscriber 1', { topic: 'load/1', qos: 1 }), this.#client('subscriber 2', { topic: 'load/2', qos: 2 })];
    this.publishers = [this.#client('publisher 1'), this.#client('publisher 2')];
    this.#running = [this.#publish(1), this.#publish(2)];
  }

  /** That so many messages more are acknowledged. */
  async progress(count: number): Promise<void> {
    await Promise.all(this.publishers.map((publisher) => {
      const goal = publisher.acknowledged.length + count;
      return publisher.until(() => publisher.acknowledged.length >= goal);
    }));
  }

  /** Their own timers tell clients that a broker is silent. */
  leave(member: Member): void {
    this.cluster.avoided.add(member);
    for (const [client, port] of this.#ports) if (port === member.port) client.breakConnection();
  }

  return(member: Member): void {
    this.cluster.avoided.delete(member);
  }

  /** Somewhere else each time. */
  move(): void {
    for (const client of [...this.publishers, ...this.subscribers]) client.breakConnection();
  }

  stop(): void {
    this.#stopped = true;
    for (const client of [...this.publishers, ...this.subscribers]) client.stop();
  }

  /** Ends, and compares what was acknowledged with what arrived. */
  async check(): Promise<string> {
    this.#stopped = true;
    await Promise.all(this.#running);
    for (const publisher of this.publishers) await eventually(`${publisher.clientId} has its answers`, () => publisher.inFlight === 0);
    for (const [index, subscriber] of this.subscribers.entries()) {
      await eventually(`all for ${subscriber.clientId}`, () => new Set(subscriber.received).size >= this.#sent[index]!);
      for (const client of [subscriber, this.publishers[index]!]) client.stop();
      const arrived = new Set(subscriber.received);
      assert.deepEqual(this.publishers[index]!.acknowledged.filter((payload) => !arrived.has(payload)), [], 'acknowledged and lost');
    }
    const [, exactlyOnce] = this.subscribers;
    assert.equal(exactlyOnce!.received.length, new Set(exactlyOnce!.received).size, 'QoS 2 delivered twice');
    const numbers = exactlyOnce!.received.map(Number);
    assert.deepEqual(numbers, numbers.toSorted((one, other) => one - other), 'order of one publisher');
    return `${this.#sent.join(' and ')} messages, ${[...this.publishers, ...this.subscribers].map(({ connections }) => connections).join(', ')} connections`;
  }

  #client(clientId: string, subscription?: { readonly topic: string; readonly qos: 1 | 2 }): SessionClient {
    const client: SessionClient = new SessionClient(clientId, () => {
      const port = this.cluster.anyPort();
      // The first call comes from within the constructor.
      queueMicrotask(() => this.#ports.set(client, port));
      return port;
    }, subscription);
    return client;
  }

  async #publish(qos: 1 | 2): Promise<void> {
    const publisher = this.publishers[qos - 1]!;
    await this.subscribers[qos - 1]!.until(() => this.subscribers[qos - 1]!.connections > 0);
    await pause(500);
    while (!this.#stopped) {
      await publisher.until(() => publisher.inFlight < IN_FLIGHT);
      publisher.publish(`load/${qos}`, String(this.#sent[qos - 1]!++), qos);
    }
  }
}

test(`brokers and NATS servers are killed, frozen and cut off under load, ${ROUNDS} times: nothing acknowledged is lost, no QoS 2 message comes twice`, { skip, timeout: ROUNDS * 240_000 }, async (t) => {
  const cluster = await ClusterProcesses.start(t);
  const { members, nats } = cluster;
  t.after(() => {
    for (const { failure } of members) if (failure !== undefined) t.diagnostic(failure);
  });
  const load = new Load(cluster);
  t.after(() => load.stop());
  await load.progress(100);

  for (let round = 0; round < ROUNDS; round++) {
    const member = (offset: number) => members[(round + offset) % members.length]!;
    const server = (offset: number) => nats.servers[(round + offset) % nats.servers.length]!;
    const step = async (name: string, fault: () => Promise<void>) => {
      const begun = performance.now();
      await fault();
      await load.progress(100);
      assert.deepEqual(members.map(({ failure }) => failure), members.map(() => undefined));
      t.diagnostic(`round ${round + 1}, ${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    };

    await step('a broker is killed', async () => {
      cluster.avoided.add(member(0));
      await member(0).kill();
      await load.progress(100);
      await member(0).start();
      load.return(member(0));
      load.move();
    });
    await step('a broker is frozen', async () => {
      member(1).process.kill('SIGSTOP');
      load.leave(member(1));
      await pause(SILENT_MILLISECONDS);
      await load.progress(100);
      member(1).process.kill('SIGCONT');
      load.return(member(1));
      load.move();
    });
    await step('a broker is cut off from NATS', async () => {
      cluster.cut(member(2));
      await pause(SILENT_MILLISECONDS / 2);
      // Its clients leave only now: what they sent meanwhile must not be acknowledged.
      load.leave(member(2));
      await pause(SILENT_MILLISECONDS / 2);
      await load.progress(100);
      cluster.mend(member(2));
      await eventually('it is ready again', async () => (await member(2).readiness()).ready);
      load.return(member(2));
      load.move();
    });
    await step('a NATS server is killed', async () => {
      await server(0).kill();
      await load.progress(100);
      await server(0).start();
    });
    await step('a NATS server is frozen', async () => {
      server(1).freeze();
      await load.progress(100);
      server(1).thaw();
    });
    for (const leads of [true, false]) {
      await step(`a NATS server is cut off from the others, which ${leads ? 'leads' : 'follows'}`, async () => {
        const leader = await cluster.leader();
        nats.divide(leads ? leader : nats.servers.find((other) => other !== leader)!);
        // Brokers that are connected to it go to another one.
        await load.progress(100);
        nats.unite();
        await eventually('the brokers are ready', async () => (await Promise.all(members.map((each) => each.readiness()))).every(({ ready }) => ready));
      });
    }
    await step('all NATS servers are restarted', async () => {
      await Promise.all(nats.servers.map((each) => each.kill()));
      await eventually('the brokers say that they are not ready', async () => (await Promise.all(members.map((each) => each.readiness()))).every(({ ready }) => !ready));
      await Promise.all(nats.servers.map((each) => each.start()));
      await eventually('they are ready again', async () => (await Promise.all(members.map((each) => each.readiness()))).every(({ ready }) => ready));
    });
  }
  t.diagnostic(await load.check());
});
