import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { ReplicatedJournal } from '../../src/cluster/replicated-journal.js';
import { Broker, type OtherBrokers } from '../../src/protocol/index.js';
import { Store } from '../../src/store/index.js';
import { openAccess, RawClient, RecordingObserver } from '../protocol/harness.js';
import { temporaryDirectory } from '../store/temporary-directory.js';
import type { Delays, MemoryLog, SharedLog } from './memory-log.js';

export interface ClusterBrokerOptions {
  readonly name: string;
  readonly directory?: string;
  readonly delays?: Delays;
  readonly duplicates?: () => boolean;
  readonly maxWaitingOperations?: number;
  readonly maxQueuedMessages?: number;
  readonly maxRetainedBytes?: number;
  /** @default - what passes the log reaches nobody elsewhere */
  readonly others?: (store: Store) => OtherBrokers;
}

/** A broker of a cluster on a loopback socket. */
export class ClusterBroker {
  static async start(t: TestContext, shared: SharedLog, options: ClusterBrokerOptions): Promise<ClusterBroker> {
    const { name, directory = temporaryDirectory(t), delays, duplicates, maxWaitingOperations, maxQueuedMessages = 1_000_000, maxRetainedBytes, others } = options;
    const observer = new RecordingObserver();
    const store = await Store.open({ directory, maxBytes: 1e9, commitDelayMilliseconds: 20 });
    const log = shared.connect({ ...(delays === undefined ? {} : { delays }), ...(duplicates === undefined ? {} : { duplicates }) });
    const failed = (error: Error) => observer.storeFailed(error);
    const journal = await ReplicatedJournal.follow({ broker: name, store, log, failed, endSeconds: 0.01, ...(maxWaitingOperations === undefined ? {} : { maxWaitingOperations }) });
    const broker = await Broker.start({
      name,
      store,
      journal,
      ...(others === undefined ? {} : { others: others(store) }),
      access: openAccess,
      observer,
      limits: { maxPacketBytes: 1_048_576, maxTopicLevels: 32, maxSubscriptionsPerClient: 1000, connectTimeoutSeconds: 10, ...(maxRetainedBytes === undefined ? {} : { maxRetainedBytes }) },
      session: { expirySeconds: 0, maxQueuedMessages, maxQueuedBytes: 1e9 },
    });
    const started = new ClusterBroker(name, directory, store, log, broker, journal, observer);
    started.server.listen(0, '127.0.0.1');
    await once(started.server, 'listening');
    t.after(() => started.stop());
    return started;
  }

  readonly server: Server;
  readonly #streams = new Set<Socket>();
  readonly #sockets: Socket[] = [];
  #stopping: Promise<void> | undefined;

  private constructor(
    readonly name: string,
    readonly directory: string,
    readonly store: Store,
    readonly log: MemoryLog,
    readonly broker: Broker,
    readonly journal: ReplicatedJournal,
    readonly observer: RecordingObserver,
  ) {
    this.server = createServer({ noDelay: true }, (stream) => {
      this.#streams.add(stream);
      stream.on('close', () => this.#streams.delete(stream));
      broker.accept({ stream, listener: 'tcp', remoteAddress: '127.0.0.1' });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async raw(): Promise<RawClient> {
    const socket = connectSocket(this.port, '127.0.0.1');
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** A client that is connected. */
  async connected(clientId: string, options: Record<string, unknown> = {}): Promise<{ client: RawClient; sessionPresent: boolean }> {
    const client = await this.raw();
    client.connect(clientId, options);
    const answer = (await client.next()) as { cmd: string; returnCode: number; sessionPresent: boolean } | undefined;
    if (answer?.cmd !== 'connack' || answer.returnCode !== 0) throw new Error(`not connected: ${JSON.stringify(answer)}`);
    return { client, sessionPresent: answer.sessionPresent };
  }

  /** As when its process is killed: it says nothing more, to the log or to its clients. */
  kill(): Promise<void> {
    void this.log.close();
    for (const stream of this.#streams) stream.destroy();
    return this.stop();
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await this.broker.close();
  }
}
