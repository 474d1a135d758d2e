import { once, type EventEmitter } from 'node:events';
import { createServer, connect as connectSocket, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { generate, parser, type Packet } from 'mqtt-packet';
import { Broker, type BrokerOptions } from '../../src/protocol/index.js';
import { Store } from '../../src/store/index.js';
import { temporaryDirectory } from '../store/temporary-directory.js';
import type { AccessControl } from '../../src/access/access-control.js';
import type { BrokerObserver } from '../../src/operations/observer.js';

export const openAccess: AccessControl = {
  authenticate: async () => ({ accepted: true }),
  mayPublish: () => true,
  maySubscribe: () => true,
};

/** Writes down what the broker tells its observer. */
export class RecordingObserver implements BrokerObserver {
  readonly events: unknown[][] = [];
  #waiting: Array<{ matches: (event: unknown[]) => boolean; found: (event: unknown[]) => void }> = [];

  /** The first event of that name, past or to come. */
  event(name: string, matches: (event: unknown[]) => boolean = () => true): Promise<unknown[]> {
    const wanted = (event: unknown[]) => event[0] === name && matches(event);
    const past = this.events.find(wanted);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((found) => this.#waiting.push({ matches: wanted, found }));
  }

  #note(...event: unknown[]): void {
    this.events.push(event);
    this.#waiting = this.#waiting.filter(({ matches, found }) => !matches(event) || found(event));
  }

  connectionOpened: BrokerObserver['connectionOpened'] = (client, details) => this.#note('opened', client, details);
  connectionClosed: BrokerObserver['connectionClosed'] = (client, reason, error) => this.#note('closed', client.clientId, reason, error?.message);
  connectionRefused: BrokerObserver['connectionRefused'] = (_details, reason, error) => this.#note('refused', reason, error?.message);
  messageReceived: BrokerObserver['messageReceived'] = (qos, bytes) => this.#note('received', qos, bytes);
  messageSent: BrokerObserver['messageSent'] = (qos, bytes) => this.#note('sent', qos, bytes);
  messageDropped: BrokerObserver['messageDropped'] = (reason, count, clientId) => this.#note('dropped', reason, count, clientId);
  publishDenied: BrokerObserver['publishDenied'] = (client, topic) => this.#note('publish denied', client.clientId, topic);
  subscribeDenied: BrokerObserver['subscribeDenied'] = (client, filter, reason, count) => this.#note('subscribe denied', client.clientId, filter, reason, count);
  retainRefused: BrokerObserver['retainRefused'] = (client, topic) => this.#note('retain refused', client.clientId, topic);
  publishThrottled: BrokerObserver['publishThrottled'] = (client, reason) => this.#note('throttled', client.clientId, reason);
  storeCommitted: BrokerObserver['storeCommitted'] = () => {};
  storeFailed: BrokerObserver['storeFailed'] = (error) => this.#note('store failed', error.message);
  storeRecovered: BrokerObserver['storeRecovered'] = () => this.#note('store recovered');
}

export type Overrides = Partial<Omit<BrokerOptions, 'limits' | 'session' | 'store'>> & {
  limits?: Partial<BrokerOptions['limits']>;
  session?: Partial<BrokerOptions['session']>;
  directory?: string;
  maxStoreBytes?: number;
};

/** A broker on a loopback socket. */
export class TestBroker {
  static async start(t: TestContext, overrides: Overrides = {}): Promise<TestBroker> {
    const { directory = temporaryDirectory(t), maxStoreBytes = 1e9, limits, session, ...rest } = overrides;
    const observer = new RecordingObserver();
    const store = await Store.open({ directory, maxBytes: maxStoreBytes, observer });
    const broker = await Broker.start({
      name: 'test',
      store,
      access: openAccess,
      observer,
      limits: { maxPacketBytes: 1_048_576, maxTopicLevels: 32, maxSubscriptionsPerClient: 1000, connectTimeoutSeconds: 10, ...limits },
      session: { expirySeconds: 3600, maxQueuedMessages: 100_000, maxQueuedBytes: 100_000_000, ...session },
      ...rest,
    });
    const server = createServer({ noDelay: true }, (stream) => broker.accept({ stream, listener: 'tcp', remoteAddress: stream.remoteAddress ?? '' }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const started = new TestBroker(broker, store, observer, server, directory);
    t.after(() => started.stop());
    return started;
  }

  readonly #clients: MqttClient[] = [];
  readonly #sockets: Socket[] = [];

  private constructor(
    readonly broker: Broker,
    readonly store: Store,
    readonly observer: RecordingObserver,
    readonly server: Server,
    readonly directory: string,
  ) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A client that is about to connect: listen to it before it gets what waits for it. */
  client(options: IClientOptions = {}): MqttClient {
    const client = mqtt.connect({ host: '127.0.0.1', port: this.port, protocol: 'mqtt', reconnectPeriod: 0, ...options });
    this.#clients.push(client);
    client.on('error', () => {});
    return client;
  }

  async connect(options: IClientOptions = {}): Promise<MqttClient> {
    const client = this.client(options);
    await event(client, 'connect');
    return client;
  }

  /** A socket on which the test writes packets itself. */
  async raw(): Promise<RawClient> {
    const socket = connectSocket(this.port, '127.0.0.1');
    this.#sockets.push(socket);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.end(true);
    for (const socket of this.#sockets) socket.destroy();
    await this.broker.close();
    this.server.close();
  }
}

export const event = (client: MqttClient, name: string): Promise<unknown[]> => once(client as unknown as EventEmitter, name);

export class RawClient {
  readonly #packets: Packet[] = [];
  readonly bytes: Buffer[] = [];
  #waiting: Array<(packet: Packet | undefined) => void> = [];
  readonly #ended: Promise<void>;
  closed = false;

  constructor(readonly socket: Socket) {
    this.#ended = new Promise((resolve) => socket.on('close', resolve));
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#packets.push(packet);
      else waiting(packet);
    });
    packets.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.bytes.push(chunk);
      packets.parse(chunk);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    });
  }

  send(...packets: Packet[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => generate(packet))));
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  connect(clientId: string, options: Record<string, unknown> = {}): void {
    this.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 0, ...options } as Packet);
  }

  /** The next packet; undefined if the connection closed instead. */
  next(): Promise<Packet | undefined> {
    const packet = this.#packets.shift();
    if (packet !== undefined || this.closed) return Promise.resolve(packet);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): Promise<void> {
    return this.#ended;
  }
}

export const publishPacket = (topic: string, payload: string, qos: 0 | 1 | 2 = 0, messageId?: number, more: Record<string, unknown> = {}): Packet =>
  ({ cmd: 'publish', topic, payload, qos, retain: false, dup: false, ...(messageId === undefined ? {} : { messageId }), ...more }) as Packet;

/** The messages that a client gets, until there are `count`. */
export function messages(client: MqttClient, count: number): Promise<string[]> {
  const found: string[] = [];
  return new Promise((resolve) => {
    const take = (topic: string, payload: Buffer, packet: { qos: number; retain: boolean }) => {
      found.push(`${topic} ${payload.toString()} ${packet.qos}${packet.retain ? ' retained' : ''}`);
      if (found.length === count) {
        client.off('message', take);
        resolve(found);
      }
    };
    client.on('message', take);
  });
}
