import type { TestContext } from 'node:test';
import { Member } from './broker-processes.js';
import { eventually, Nats, type NatsServer } from './engine/nats.js';
import { Proxy } from './engine/proxy.js';

/** Of what a NATS server says of JetStream. */
interface Jsz {
  readonly account_details?: ReadonlyArray<{ readonly stream_detail?: ReadonlyArray<{ readonly name: string; readonly cluster?: { readonly leader?: string } }> }>;
}

/** Brokers in processes of their own, three NATS servers, and a network between each two of all these that can be cut. */
export class ClusterProcesses {
  static async start(t: TestContext, count = 3): Promise<ClusterProcesses> {
    const nats = await Nats.start({ servers: 3, divisible: true, maxFile: '20G' });
    t.after(() => nats.stop());
    const networks: Proxy[][] = [];
    const members: Member[] = [];
    for (let index = 0; index < count; index++) {
      const network = await Promise.all(nats.servers.map(({ port }) => Proxy.start(port)));
      t.after(() => Promise.all(network.map((proxy) => proxy.stop())));
      networks.push(network);
      members.push(new Member(`broker-${index}`, { servers: network.map(({ url }) => url) }));
    }
    t.after(() => Promise.all(members.map((member) => member.kill())));
    await Promise.all(members.map((member) => member.start()));
    return new ClusterProcesses(nats, members, networks);
  }

  /** Members that clients should not try now, as a load balancer would see to. */
  readonly avoided = new Set<Member>();

  private constructor(
    readonly nats: Nats,
    readonly members: readonly Member[],
    private readonly networks: readonly (readonly Proxy[])[],
  ) {}

  cut(member: Member): void {
    for (const proxy of this.#networkOf(member)) proxy.cut();
  }

  mend(member: Member): void {
    for (const proxy of this.#networkOf(member)) proxy.mend();
  }

  /** The server that leads the log. */
  leader(): Promise<NatsServer> {
    return eventually('a leader of the log', async () => {
      for (const { monitoringPort } of this.nats.servers) {
        const { account_details: accounts = [] } = (await (await fetch(`http://127.0.0.1:${monitoringPort}/jsz?streams=true`)).json()) as Jsz;
        const name = accounts.flatMap(({ stream_detail: streams = [] }) => streams).find((stream) => stream.name === 'mqtt-log')?.cluster?.leader;
        if (name !== undefined) return this.nats.server(name);
      }
      return undefined;
    });
  }

  /** Of a member that may be tried. */
  anyPort(random = Math.random()): number {
    const open = this.members.filter((member) => !this.avoided.has(member));
    return open[Math.floor(random * open.length)]!.port;
  }

  #networkOf(member: Member): readonly Proxy[] {
    return this.networks[this.members.indexOf(member)]!;
  }
}
