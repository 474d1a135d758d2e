import type { IClientOptions, IConnackPacket, MqttClient } from 'mqtt';
import { eventually } from './eventually';
import { BrokerAddress, mqttClient } from './mqtt-clients';
import type { Relay } from './relay';

/** What became of a stream. */
export interface Account {
  readonly acknowledged: number;
  readonly received: number;
  /** Acknowledged by the broker, but never received. */
  readonly lost: number;
  /** Received once more, which QoS 1 allows (MQTT 3.1.1 §4.3.2), and QoS 2 does not (§4.3.3). */
  readonly duplicates: number;
}

export interface SubscriberOptions {
  /** @default 1 */
  readonly qos?: 1 | 2;
  /** User name and password, where the broker wants them. */
  readonly client?: IClientOptions;
}

/** A client with a persistent session (clean session = 0) that subscribes once in its life, and counts what it receives. */
export class PersistentSubscriber {
  /** What each CONNACK said about the session, in order. */
  public readonly sessionPresent: boolean[] = [];
  private readonly received = new Map<number, number>();
  private client?: MqttClient;

  constructor(
    private readonly relay: Relay, private readonly address: BrokerAddress, private readonly clientId: string, private readonly topic: string,
    private readonly options: SubscriberOptions = {},
  ) {}

  /** The first connection: opens the session. */
  async subscribe(): Promise<void> {
    await this.connect();
    // Brokers that spread clients evenly may move this one before it has its SUBACK.
    await eventually(`the subscription of ${this.clientId}`, 30, async () => this.client!.subscribeAsync(this.topic, { qos: this.options.qos ?? 1 }));
  }

  /** Connects, now and whenever the connection is lost. Never subscribes again: the session must know. */
  async connect(address = this.address): Promise<void> {
    const client = mqttClient(this.relay, address, {
      ...this.options.client, clientId: this.clientId, clean: false, resubscribe: false, keepalive: 5, reconnectPeriod: 500, connectTimeout: 5000,
    });
    this.client = client;
    client.on('error', () => undefined);
    client.on('connect', (connack: IConnackPacket) => this.sessionPresent.push(connack.sessionPresent));
    client.on('message', (_topic, payload) => {
      const number = Number(payload.toString());
      this.received.set(number, (this.received.get(number) ?? 0) + 1);
    });
    const before = this.sessionPresent.length;
    await eventually(`${this.clientId} to connect`, 60, () => this.sessionPresent.length > before || undefined);
  }

  /** Goes away; the session stays. */
  async disconnect(): Promise<void> {
    await this.client!.endAsync();
  }

  /** The numbers in the order in which each arrived first. */
  get arrivals(): number[] {
    return [...this.received.keys()];
  }

  /** Waits until all of these have arrived, or no more have for a while, and says how it stands. */
  async account(acknowledged: ReadonlySet<number>, seconds: number): Promise<Account> {
    const lost = () => [...acknowledged].filter((number) => !this.received.has(number)).length;
    await eventually(`every acknowledged message at ${this.clientId}`, seconds, () => lost() === 0 || undefined).catch(() => undefined);
    const deliveries = [...this.received.values()].reduce((sum, count) => sum + count, 0);
    return { acknowledged: acknowledged.size, received: this.received.size, lost: lost(), duplicates: deliveries - this.received.size };
  }
}
