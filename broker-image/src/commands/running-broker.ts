import type { Server } from 'node:http';
import { AdminToken, createAdminServer } from '../admin/index.js';
import { BrokerCluster } from '../cluster/index.js';
import { isLoopback, type BrokerConfiguration, type ClusterConfiguration, type ListenerConfiguration } from '../config/index.js';
import { bind, formatAddress, Listener } from '../listeners/index.js';
import { logExpiries } from './log-expiries.js';
import { CombinedObserver, createOperationsServer, Health, LogObserver, Metrics, Shutdown, SystemTopics, takeHeapSnapshot, WatchedFiles, type CertificateExpiry, type Log } from '../operations/index.js';
import { Broker } from '../protocol/index.js';
import { Store, StoreOpenError, type StoreOptions } from '../store/index.js';
import { AccessSetup } from './access-setup.js';
import { changedKeys } from './configuration-changes.js';
import { version } from './version.js';

/** How long a broker of a cluster gathers changes before it writes them: the log has them already. */
const COMMIT_DELAY_MILLISECONDS = 100;

/** The file that the configuration came from. */
export interface WatchedConfiguration {
  readonly file: string;
  /** Reads it again. Throws an InvalidFileError. */
  load(): BrokerConfiguration;
}

/** All parts of a broker, put together in the order in which they need each other. */
export class RunningBroker {
  private readonly metrics: Metrics;
  private readonly health: Health;
  private readonly observer: CombinedObserver;
  private readonly files: WatchedFiles;
  private readonly shutdown: Shutdown;
  private readonly access: AccessSetup;
  private readonly listeners: readonly Listener[];
  private operations: Server | undefined;
  private admin: Server | undefined;
  private systemTopics: SystemTopics | undefined;
  private store: Store | undefined;
  private broker: Broker | undefined;
  private cluster: BrokerCluster | undefined;
  private readonly ending = new AbortController();

  constructor(
    private readonly configuration: BrokerConfiguration,
    private readonly log: Log,
    /** The broker cannot go on; the process is to exit. */
    private readonly failed: (error: Error) => void,
    private readonly source?: WatchedConfiguration,
  ) {
    const { name, listeners, store, limits, shutdown } = configuration;
    const storeWritable = () => this.store?.writable ?? false;
    this.health = new Health({ storeWritable, listenersOpen: () => this.listeners.every((listener) => listener.isOpen), clusterProblem: configuration.cluster && (() => this.clusterProblem) });
    this.metrics = new Metrics(
      { version, name, listeners: listeners.map((listener) => listener.name), storeMaxBytes: store.maxBytes },
      { statistics: () => this.broker?.statistics(), storeWritable, draining: () => this.health.draining, expiries: () => this.expiries(), cluster: configuration.cluster && (() => this.cluster?.statistics()) },
    );
    this.observer = new CombinedObserver(this.metrics, new LogObserver(log));
    this.files = new WatchedFiles(log, this.metrics);
    this.watchConfiguration();
    this.access = new AccessSetup(configuration, this.files, log);
    const handshakeLimits = { handshakeTimeoutSeconds: limits.connectTimeoutSeconds, maxPacketBytes: limits.maxPacketBytes };
    const sink: ConstructorParameters<typeof Listener>[2] = {
      // Listeners open after the broker has started.
      accept: (connection) => this.broker!.accept(connection),
      turnedAway: (details, reason, error) => this.observer.connectionRefused(details, reason, error),
    };
    this.listeners = listeners.map((listener, index) => {
      this.watchTls(listener, index);
      return new Listener(listener, handshakeLimits, sink);
    });
    this.shutdown = new Shutdown(
      {
        ...shutdown,
        connectedClients: () => this.broker?.connectedClients ?? 0,
        closeListeners: () => this.closeListeners(),
        drain: async (connectionsPerSecond) => this.broker?.drain({ connectionsPerSecond }),
        close: () => this.close(),
      },
      this.health,
      log,
    );
  }

  /** Throws a BindError, a StoreOpenError or a ClusterError; the process is to exit then. */
  async start(): Promise<void> {
    // What changes while the store recovers, or while others are waited for, counts as well.
    this.files.start();
    // The probes are answered meanwhile.
    await this.openOperations();
    await this.openAdmin();
    await this.openStore();
    try {
      if (this.configuration.cluster) await this.joinCluster(this.configuration.cluster);
      this.broker = await this.startBroker(this.store!);
      await this.cluster?.start(this.broker);
    } catch (error) {
      if (!this.ending.signal.aborted) throw error;
    }
    // A signal while it recovered, or waited for others: it is on its way out already.
    if (this.health.draining) return;
    // So that the first client finds what the files say now.
    await this.files.check();
    this.access.start();
    await this.openListeners();
    this.systemTopics = new SystemTopics({
      version,
      metrics: this.metrics,
      statistics: () => this.broker!.statistics(),
      publish: (topic, payload) => this.broker!.publishSystem(topic, payload),
    });
    this.systemTopics.start();
    this.health.markStarted();
    this.log.write('info', 'broker.ready', 'ready for clients');
  }

  /** Ends in order; called again, at once. */
  stop(signal: string): Promise<void> {
    // Nobody is served yet, and what is waited for may never come.
    if (!this.health.startedUp) this.ending.abort();
    return this.shutdown.run(signal);
  }

  takeHeapSnapshot(): void {
    takeHeapSnapshot(this.configuration.diagnostics.heapSnapshotDirectory, this.log);
  }

  reloadFiles(): Promise<void> {
    return this.files.check();
  }

  private expiries(): CertificateExpiry[] {
    const { cluster } = this.configuration;
    return [...this.listeners.flatMap(({ name, expiries }) => expiries.map((expiry) => ({ listener: name, ...expiry }))), ...logExpiries(cluster?.log.tls)];
  }

  private async openOperations(): Promise<void> {
    if (!this.configuration.operations) return;
    this.operations = createOperationsServer(this.health, this.metrics);
    const address = await bind(this.operations, 'operations', this.configuration.operations);
    this.log.write('info', 'operations.opened', 'answering probes and scrapes', { ...address, url: `http://${formatAddress(address)}` });
  }

  private async openAdmin(): Promise<void> {
    const { admin } = this.configuration;
    if (!admin) return;
    let token: AdminToken;
    const read = () => (token = AdminToken.read(admin.tokenFile));
    this.files.watch({ file: 'admin-token', paths: [admin.tokenFile], reload: read });
    read();
    this.admin = createAdminServer({ broker: () => this.broker, token: () => token, log: this.log });
    const address = await bind(this.admin, 'admin', admin);
    this.log.write('info', 'admin.opened', 'answering administrators', { ...address, url: `http://${formatAddress(address)}` });
    if (!isLoopback(address.address)) this.log.write('warn', 'admin.exposed', 'the admin API is reachable from other hosts, and tokens cross the network unencrypted: set admin.address to 127.0.0.1, or keep others out by a network policy', { ...address });
  }

  private async openStore(): Promise<void> {
    const { directory } = this.configuration.store;
    const begun = performance.now();
    try {
      this.store = await Store.open(this.storeOptions);
    } catch (error) {
      if (error instanceof StoreOpenError) throw error;
      throw new StoreOpenError(`cannot open the store in ${directory}: ${(error as Error).message}`, { cause: error });
    }
    const { cluster } = this.store;
    if (cluster !== undefined && this.configuration.cluster === undefined) {
      throw new StoreOpenError(`The store in ${directory} belongs to the cluster ${cluster}, and would not fit its log any more if this broker went on alone. Write the section cluster, name another folder, or take the store out of the cluster for good: mqtt-broker leave-cluster --data ${directory}`);
    }
    this.log.write('info', 'store.opened', 'the store is open', { directory, milliseconds: Math.round(performance.now() - begun) });
  }

  private get clusterProblem(): string | undefined {
    return this.cluster === undefined ? 'the store is being opened' : this.cluster.problem;
  }

  private get storeOptions(): StoreOptions {
    const { cluster, store: { directory, maxBytes } } = this.configuration;
    return { directory, maxBytes, observer: this.observer, ...(cluster && { commitDelayMilliseconds: COMMIT_DELAY_MILLISECONDS }) };
  }

  private async joinCluster(configuration: ClusterConfiguration): Promise<void> {
    const { name } = this.configuration;
    const store = this.store!;
    this.cluster = new BrokerCluster({
      name,
      configuration,
      storeOptions: this.storeOptions,
      log: this.log,
      failed: this.failed,
      signal: this.ending.signal,
      draining: () => this.health.draining,
      connections: () => this.broker?.connectedClients ?? 0,
      appended: (seconds) => this.metrics.logAppended(seconds),
    });
    // Closed, and perhaps replaced, on the way.
    this.store = undefined;
    await this.cluster.join(store);
    this.store = this.cluster.store;
  }

  private startBroker(store: Store): Promise<Broker> {
    const { name, limits, session, keepalive } = this.configuration;
    return Broker.start({
      name,
      store,
      ...(this.cluster && { journal: this.cluster.journal, others: this.cluster.others }),
      access: this.access.control,
      observer: this.observer,
      limits,
      session,
      ...(keepalive.maxSeconds !== undefined && { maxKeepaliveSeconds: keepalive.maxSeconds }),
    });
  }

  /** All of them, or none: whoever fixes one port learns of the others at once. */
  private async openListeners(): Promise<void> {
    const results = await Promise.allSettled(this.listeners.map((listener) => listener.open()));
    const errors = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as Error);
    if (errors.length > 0) {
      for (const listener of this.listeners) listener.close();
      throw errors.length === 1 ? errors[0]! : new AggregateError(errors, errors.map((error) => error.message).join('; '));
    }
    results.forEach((result, index) => {
      if (result.status !== 'fulfilled') return;
      const { name, protocol } = this.configuration.listeners[index]!;
      this.log.write('info', 'listener.opened', 'accepting clients', { listener: name, protocol, ...result.value, url: `${protocol}://${formatAddress(result.value)}` });
    });
  }

  private closeListeners(): void {
    for (const listener of this.listeners) {
      listener.close();
      this.log.write('info', 'listener.closed', 'accepting no more clients', { listener: listener.name });
    }
  }

  private watchTls({ tls }: ListenerConfiguration, index: number): void {
    if (!tls) return;
    const paths = [tls.certificateFile, tls.privateKeyFile, tls.clientCaFile, tls.crlFile].filter((path) => path !== undefined);
    this.files.watch({ file: 'tls', paths, reload: () => this.listeners[index]!.reloadTls() });
  }

  private watchConfiguration(): void {
    const { source } = this;
    if (source !== undefined) this.files.watch({ file: 'config', paths: [source.file], reload: () => this.reloadConfiguration(source.load()) });
  }

  /** The level of the log is all that changes while the broker runs. */
  private reloadConfiguration(changed: BrokerConfiguration): void {
    this.log.setLevel(changed.log.level);
    const keys = changedKeys(this.configuration, changed).filter((key) => key !== 'log.level');
    if (keys.length > 0) this.log.write('warn', 'configuration.restart-needed', 'these keys changed and take effect with the next start', { keys });
  }

  private async close(): Promise<void> {
    this.files.stop();
    this.access.stop();
    this.systemTopics?.stop();
    await this.cluster?.stop();
    // The broker ends its journal and closes its store; without one, nothing may reach the store any more.
    if (this.broker === undefined) await this.cluster?.leave();
    await (this.broker ?? this.store)?.close();
    if (this.broker !== undefined) await this.cluster?.leave();
    for (const server of [this.operations, this.admin]) {
      server?.close();
      server?.closeAllConnections();
    }
  }
}
