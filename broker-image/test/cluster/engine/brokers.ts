import { randomUUID } from 'node:crypto';
import { EngineConnection, LiveTraffic, Peers, type Peer } from '../../../src/cluster/engine/index.js';
import type { EngineAddress } from '../../../src/cluster/engine/index.js';

/** What brokers have between them, without the brokers. */
export interface TestBroker {
  readonly name: string;
  readonly connection: EngineConnection;
  readonly peers: Peers;
  readonly traffic: LiveTraffic;
  readonly received: string[];
  readonly events: string[];
  /** Of those that left, the names of the brokers that said so. */
  readonly goodbyes: string[];
  leave(): Promise<void>;
}

const leaving: Array<() => Promise<void>> = [];

export async function startBroker(log: EngineAddress, name: string, firstBroker?: string): Promise<TestBroker> {
  const incarnation = randomUUID();
  const connection = await EngineConnection.open({ log, name });
  const traffic = new LiveTraffic(connection, { cluster: 'mqtt', incarnation });
  const received: string[] = [];
  const events: string[] = [];
  const goodbyes: string[] = [];
  traffic.onMessage = (packet) => received.push(packet.toString());
  const leave = async () => {
    await peers?.leave();
    traffic.close();
    await connection.close();
  };
  let peers: Peers | undefined;
  try {
    peers = await Peers.join(connection, { cluster: 'mqtt', name, incarnation, ...(firstBroker !== undefined && { firstBroker }), status: () => ({ run: 1, ready: true, applied: 7, connections: received.length, draining: false }) });
  } catch (error) {
    await leave();
    throw error;
  }
  traffic.follow(peers);
  const [join, gone] = [peers.onJoin, peers.onLeave];
  peers.onJoin = (peer: Peer) => {
    events.push(`${peer.name} came`);
    join(peer);
  };
  peers.onLeave = (peer: Peer, saidGoodbye: boolean) => {
    if (saidGoodbye) goodbyes.push(peer.name);
    events.push(`${peer.name} left`);
    gone(peer, saidGoodbye);
  };
  peers.onReplaced = (error) => events.push(error.message);
  leaving.push(leave);
  return { name, connection, peers, traffic, received, events, goodbyes, leave };
}

/** For the end of a test: whoever is still there leaves. */
export async function allLeave(): Promise<void> {
  await Promise.allSettled(leaving.splice(0).map((leave) => leave()));
}
