import { randomUUID } from 'node:crypto';
import { EngineConnection, type EngineAddress } from './connection.js';
import { JetStreamLog } from './jetstream-log.js';
import { JetStreamSnapshots } from './jetstream-snapshots.js';
import { LiveTraffic } from './live-traffic.js';
import { Peers, type PeerStatus } from './peers.js';
import type { QuorumWatch } from './quorum-watch.js';
import type { EngineEndedError, EngineUnavailableError } from './errors.js';

/** Snapshots that are there at once: the latest, and the next one while it is written. Each is smaller than the store that it was taken of, whose pages are not full. */
const SNAPSHOTS = 2;

export interface EngineOptions {
  /** `cluster` of the configuration. */
  readonly cluster: { readonly name: string; readonly firstBroker?: string; readonly log: EngineAddress & { readonly maxBytes: number; readonly replicas?: number } };
  /** `store.maxBytes` of the configuration: what a snapshot may hold. */
  readonly maxStoreBytes: number;
  /** Name of this broker. */
  readonly broker: string;
  /** Of the cluster that the store of this broker belongs to; undefined: to none yet. */
  readonly clusterId?: string;
  readonly onWarning?: (message: string) => void;
  /** Told each time that NATS is not there or not ready, before it is tried again. */
  readonly onWaiting?: (error: EngineUnavailableError) => void;
  /** A connection ended for good: this process cannot go on. */
  readonly onEnded?: (error: EngineEndedError) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** All that this broker has between it and the others. */
export class Engine {
  /**
   * Waits for NATS.
   * @throws EngineRefusedError if it is there, and must not be used as it is
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const { cluster, broker, clusterId, maxStoreBytes, onEnded, onWarning, onWaiting, signal } = options;
    const incarnation = randomUUID();
    const waiting = { ...(onWaiting && { onWaiting }), ...(signal && { signal }) };
    const connections: EngineConnection[] = [];
    const connect = async (purpose: string) => {
      const connection = await EngineConnection.open({ log: cluster.log, name: `${cluster.name}/${broker}/${purpose}`, ...waiting, ...(onEnded && { onEnded }) });
      connections.push(connection);
      return connection;
    };
    let log: JetStreamLog | undefined;
    try {
      const stream = { cluster: cluster.name, incarnation, maxBytes: cluster.log.maxBytes, ...(cluster.log.replicas !== undefined && { replicas: cluster.log.replicas }), ...waiting };
      const forLog = await connect('log');
      log = await JetStreamLog.open(forLog, { ...stream, ...(clusterId !== undefined && { clusterId }), ...(onWarning && { onWarning }) });
      const snapshots = await JetStreamSnapshots.open(forLog, { ...stream, maxBytes: SNAPSHOTS * maxStoreBytes, orLess: true, clusterId: log.clusterId });
      if (snapshots.maxBytes < SNAPSHOTS * maxStoreBytes) onWarning?.(tooLittleRoom(cluster.name, snapshots.maxBytes, maxStoreBytes));
      const forTraffic = await connect('live');
      const traffic = new LiveTraffic(forTraffic, { cluster: cluster.name, incarnation });
      return new Engine(options, incarnation, [forLog, forTraffic], log, snapshots, traffic, await log.watchFrom(forTraffic));
    } catch (error) {
      await log?.close();
      await Promise.all(connections.map((connection) => connection.close()));
      throw error;
    }
  }

  #peers: Peers | undefined;

  private constructor(
    private readonly options: EngineOptions,
    /** Of this process, as the others know it. */
    readonly incarnation: string,
    private readonly connections: readonly [forLog: EngineConnection, live: EngineConnection],
    readonly log: JetStreamLog,
    readonly snapshots: JetStreamSnapshots,
    readonly traffic: LiveTraffic,
    private readonly sight: QuorumWatch,
  ) {}

  /** Why this broker hears nothing of others: the server that it has for this cannot be reached, or is itself cut off. */
  get isolation(): Error | undefined {
    return this.sight.failure;
  }

  /**
   * Lets the others know of this broker, and resolves when the filters of their clients are known here. From then on `traffic` reaches whom it should.
   * @throws DuplicateBrokerError, ForeignBrokerError
   */
  async join(status: () => PeerStatus): Promise<Peers> {
    const { cluster, broker } = this.options;
    const { name, firstBroker } = cluster;
    this.#peers = await Peers.join(this.connections[1], {
      cluster: name, name: broker, incarnation: this.incarnation, ...(firstBroker !== undefined && { firstBroker }), status, isolated: () => this.isolation !== undefined,
    });
    this.traffic.follow(this.#peers);
    await this.traffic.complete();
    return this.#peers;
  }

  /** Says goodbye to the others; what was sent is with them. */
  async close(): Promise<void> {
    if (this.connections[1].connected) await this.traffic.flushed();
    await this.#peers?.leave();
    this.traffic.close();
    this.sight.close();
    this.snapshots.close();
    await this.log.close();
    await Promise.all(this.connections.map((connection) => connection.close()));
  }
}

function tooLittleRoom(cluster: string, bytes: number, maxStoreBytes: number): string {
  const fits = Math.floor(bytes / SNAPSHOTS);
  return `NATS has ${bytes} bytes for the stream ${cluster}-snapshots, and two snapshots of a store of ${maxStoreBytes} bytes (store.maxBytes) take ${SNAPSHOTS * maxStoreBytes}. `
    + `Once the store holds more than ${fits}, none may fit, and the log fills up. Give the NATS servers more storage, or write store.maxBytes: ${fits}.`;
}
