import type { TestContext } from 'node:test';
import { Member } from './broker-processes.js';
import { Nats } from './engine/nats.js';
import { Proxy } from './engine/proxy.js';

/** Brokers in processes of their own, three NATS servers, and a network between each two of them that can be cut. */
export class ClusterProcesses {
  static async start(t: TestContext, count = 3): Promise<ClusterProcesses> {
    const nats = await Nats.start({ servers: 3, maxFile: '20G' });
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

  /** Of a member that may be tried. */
  anyPort(random = Math.random()): number {
    const open = this.members.filter((member) => !this.avoided.has(member));
    return open[Math.floor(random * open.length)]!.port;
  }

  #networkOf(member: Member): readonly Proxy[] {
    return this.networks[this.members.indexOf(member)]!;
  }
}
