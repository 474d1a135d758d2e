import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { EngineConnection, JetStreamLog } from '../../../src/cluster/engine/index.js';
import { eventually, Nats, natsMissing, type NatsServer } from './nats.js';
import { Proxy } from './proxy.js';

const skip = natsMissing;

/** A broker as the log sees it: it appends numbered entries without pause, and reads all there are. */
class Appender {
  static async start(name: string, nats: Nats): Promise<Appender> {
    const proxies = await Promise.all(nats.servers.map(({ port }) => Proxy.start(port)));
    const connection = await EngineConnection.open({ log: { ...nats.log, servers: proxies.map(({ url }) => url) }, name });
    const log = await JetStreamLog.open(connection, { cluster: 'mqtt', maxBytes: 256 * 1024 ** 2, incarnation: randomUUID(), replicas: 3 });
    return new Appender(name, proxies, connection, log);
  }

  readonly acknowledged: number[] = [];
  readonly read: string[] = [];
  #stopped = false;
  #failure: Error | undefined;
  readonly #running: Promise<unknown>;
  readonly #reading: Promise<unknown>;

  private constructor(
    readonly name: string,
    readonly proxies: readonly Proxy[],
    readonly connection: EngineConnection,
    readonly log: JetStreamLog,
  ) {
    this.#running = this.#run();
    this.#reading = this.#readAll();
    for (const work of [this.#running, this.#reading]) work.catch((error: Error) => (this.#failure = error));
  }

  async #run(): Promise<void> {
    // Some entries are larger than a NATS message, so that batches meet the faults as well.
    for (let number = 0; !this.#stopped; number++) this.acknowledged.push(await this.log.append(Buffer.from(`${this.name} ${number} ${number % 7 === 6 ? 'x'.repeat(150_000) : ''}`)));
  }

  async #readAll(): Promise<void> {
    for await (const { sequence, data } of this.log.read(0)) this.read.push(`${sequence} ${Buffer.from(data.subarray(0, 40)).toString().split(' ', 2).join(' ')}`);
  }

  /** Entries are acknowledged and read from now on. */
  async progresses(): Promise<void> {
    const [acknowledged, read] = [this.acknowledged.length, this.read.length];
    const holds = (what: string, check: () => boolean) => eventually(`${this.name} ${what}`, () => {
      if (this.#failure !== undefined) throw this.#failure;
      return check();
    });
    await holds('appends', () => this.acknowledged.length > acknowledged + 5);
    await holds('reads', () => this.read.length > read + 5);
    await holds('is available', () => this.log.available);
  }

  async finish(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    await this.log.close();
    await Promise.allSettled([this.#running, this.#reading]);
    await this.connection.close();
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
  }
}

async function leaderOf(nats: Nats, appender: Appender): Promise<NatsServer> {
  const manager = await jetstreamManager(appender.connection.nats);
  return nats.server((await eventually('a leader', async () => (await manager.streams.info('mqtt-log')).cluster?.leader || undefined)));
}

test('three servers: every entry is there, in order, whatever happens to them', { skip, timeout: 600_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3, maxPayload: 64 * 1024 });
  t.after(() => nats.stop());
  const appenders = await Promise.all(['a', 'b'].map((name) => Appender.start(name, nats)));
  t.after(() => Promise.all(appenders.map((appender) => appender.close())));
  const progress = () => Promise.all(appenders.map((appender) => appender.progresses()));
  await progress();

  const faults: Record<string, () => Promise<unknown>> = {
    'the leader is killed': async () => {
      const leader = await leaderOf(nats, appenders[0]!);
      await leader.kill();
      await progress();
      await leader.start();
    },
    'the server that a broker is connected to is killed': async () => {
      const port = Number(appenders[1]!.connection.nats.getServer().split(':')[1]);
      const index = appenders[1]!.proxies.findIndex(({ url }) => url.endsWith(`:${port}`));
      await nats.servers[index]!.kill();
      await progress();
      await nats.servers[index]!.start();
    },
    'the leader is frozen': async () => {
      const leader = await leaderOf(nats, appenders[0]!);
      leader.freeze();
      await progress();
      leader.thaw();
    },
    'one broker is cut off from all servers': async () => {
      const [cut, other] = appenders as [Appender, Appender];
      for (const proxy of cut.proxies) proxy.cut();
      await eventually('it notices', () => !cut.log.available);
      assert.match(cut.log.failure!.message, /^(The connection to NATS at .* is lost|An entry has been waiting|The stream mqtt-log has no leader that answers)/);
      const before = cut.acknowledged.length;
      await other.progresses();
      assert.ok(cut.acknowledged.length <= before + 1);
      for (const proxy of cut.proxies) proxy.mend();
    },
    'two of three servers are away': async () => {
      const [one, two] = nats.servers as [NatsServer, NatsServer];
      await Promise.all([one.kill(), two.kill()]);
      await Promise.all(appenders.map((appender) => eventually('it notices', () => !appender.log.available)));
      await Promise.all([one.start(), two.start()]);
    },
    'all servers are killed and started again': async () => {
      await Promise.all(nats.servers.map((server) => server.kill()));
      await Promise.all(appenders.map((appender) => eventually('it notices', () => !appender.log.available)));
      await Promise.all(nats.servers.map((server) => server.start()));
    },
  };
  for (const [name, fault] of Object.entries(faults)) {
    await t.test(name, async () => {
      await fault();
      await progress();
    });
  }

  await t.test('nothing is missing, what is there twice comes after the first, all read the same', async () => {
    await Promise.all(appenders.map((appender) => appender.finish()));
    const last = Math.max(...appenders.map(({ acknowledged }) => acknowledged.at(-1)!));
    const sequence = (line: string) => Number(line.split(' ', 1)[0]);
    for (const { read } of appenders) await eventually('all is read', () => sequence(read.at(-1)!) >= last);
    const [all] = appenders.map(({ read }) => read) as [string[]];
    for (const { read } of appenders) assert.deepEqual(read.filter((line) => sequence(line) <= last), all.filter((line) => sequence(line) <= last));
    const present = new Set(all);
    for (const { name, acknowledged } of appenders) {
      assert.deepEqual(acknowledged.map((each, number) => `${each} ${name} ${number}`).filter((line) => !present.has(line)), [], 'acknowledged');
      const order = new Set(all.map((line) => line.split(' ').slice(1)).filter(([writer]) => writer === name).map(([, number]) => Number(number)));
      assert.deepEqual([...order], acknowledged.map((_, number) => number), 'order of one broker');
    }
    t.diagnostic(`${all.length} entries, ${all.length - new Set(all.map((line) => line.slice(line.indexOf(' ')))).size} repeated`);
  });
});
