import type { IClientOptions, MqttClient } from 'mqtt';
import { AcknowledgedStream } from './acknowledged-stream';
import { eventually } from './eventually';
import { BrokerAddress, connected, mqttClient } from './mqtt-clients';
import { Account, PersistentSubscriber } from './persistent-subscriber';
import { progress } from './progress';
import type { Relay } from './relay';

/** About a hundred messages a second of each quality of service. */
const PAUSE_MS = 10;

/** Messages of each quality of service that must be acknowledged on either side of whatever happens. */
const STREAMED = 200;

/** Time that a broker may take to be noticed gone, its clients to come back, and the message log to choose a leader. */
const RECOVERY_SECONDS = 90;

/** What became of the messages of a load, at both qualities of service and all subscribers. */
export interface Outcome {
  /** Messages that brokers acknowledged. */
  readonly acknowledged: number;
  /** Of these, those that a subscriber never received; one that two subscribers miss counts twice. */
  readonly lost: number;
  /** Messages of QoS 2 that a subscriber received once more. */
  readonly twice: number;
  /** The longest time for which one of the publishers had no acknowledgement. */
  readonly interruptionMs: number;
}

/**
 * Two streams to a cluster, of QoS 1 and QoS 2, and for each a subscriber that is there and one that is away, all with persistent sessions. Clients reconnect to whatever broker the
 * address leads to, with the session that they have.
 */
export class ClusterLoad {
  static async start(relay: Relay, address: BrokerAddress, name: string, credentials: IClientOptions = {}): Promise<ClusterLoad> {
    const flows = await Promise.all(([1, 2] as const).map((qos) => Flow.start(relay, address, `${name}-qos${qos}`, qos, credentials)));
    const load = new ClusterLoad(name, flows);
    await load.acknowledges();
    return load;
  }

  private constructor(private readonly name: string, private readonly flows: Flow[]) {}

  /** Waits until some more messages of both streams are acknowledged, and says how long that took. */
  async acknowledges(): Promise<void> {
    const began = Date.now();
    await Promise.all(this.flows.map((flow) => flow.acknowledges(STREAMED)));
    progress(`${this.name}: ${STREAMED} more messages of each QoS acknowledged after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }

  /** Ends the streams, lets those who were away come back, and counts what each subscriber received. */
  async settle(): Promise<Outcome> {
    const outcomes = await Promise.all(this.flows.map((flow) => flow.settle()));
    return outcomes.reduce((sum, flow) => ({
      acknowledged: sum.acknowledged + flow.acknowledged,
      lost: sum.lost + flow.lost,
      twice: sum.twice + flow.twice,
      interruptionMs: Math.max(sum.interruptionMs, flow.interruptionMs),
    }));
  }

  /** Ends the streams, and demands every acknowledged message from each subscriber; of QoS 2 once. */
  async expectNothingLost(): Promise<void> {
    expectIntact(await this.settle());
  }
}

/** Every acknowledged message arrived, and of QoS 2 none twice. */
export function expectIntact(outcome: Outcome): void {
  expect(outcome).toMatchObject({ lost: 0, twice: 0 });
}

class Flow {
  static async start(relay: Relay, address: BrokerAddress, name: string, qos: 1 | 2, credentials: IClientOptions): Promise<Flow> {
    const subscriber = (role: string) => new PersistentSubscriber(relay, address, `${name}-${role}`, `load/${name}`, { qos, client: credentials });
    const [waker, sleeper] = [subscriber('waker'), subscriber('sleeper')];
    await Promise.all([waker, sleeper].map((each) => each.subscribe()));
    await sleeper.disconnect();
    // Exactly once is a promise to a session: one that ends with the connection could not know what it was sent before.
    const publisher = mqttClient(relay, address, {
      ...credentials, clientId: `${name}-publisher`, clean: false, keepalive: 5, reconnectPeriod: 500, connectTimeout: 5000,
    });
    publisher.on('error', () => undefined);
    await connected(publisher);
    const stream = new AcknowledgedStream(publisher, `load/${name}`, { qos, pauseMs: PAUSE_MS });
    stream.start();
    return new Flow(name, qos, publisher, stream, waker, sleeper);
  }

  private constructor(
    private readonly name: string, private readonly qos: 1 | 2, private readonly publisher: MqttClient, private readonly stream: AcknowledgedStream,
    private readonly waker: PersistentSubscriber, private readonly sleeper: PersistentSubscriber,
  ) {}

  async acknowledges(more: number): Promise<void> {
    const { acknowledged } = this.stream;
    const goal = acknowledged.size + more;
    await eventually(`${more} more acknowledged messages of ${this.name}`, RECOVERY_SECONDS, () => acknowledged.size >= goal || undefined);
  }

  async settle(): Promise<Outcome> {
    await this.stream.stop();
    await this.sleeper.connect();
    const { acknowledged, interruptionMs } = this.stream;
    expect(acknowledged.size).toBe(this.stream.sent);
    let [lost, twice] = [0, 0];
    for (const [role, subscriber] of Object.entries({ waker: this.waker, sleeper: this.sleeper })) {
      const account = await subscriber.account(acknowledged, 60);
      progress(`${this.name}-${role}: ${describe(account)}`);
      lost += account.lost;
      if (this.qos === 2) twice += account.duplicates;
      // The session was there each time but the first.
      const [first, ...later] = subscriber.sessionPresent;
      expect(first).toBe(false);
      expect(later).not.toContain(false);
    }
    await Promise.all([this.publisher.endAsync(), this.waker.disconnect(), this.sleeper.disconnect()]);
    return { acknowledged: acknowledged.size, lost, twice, interruptionMs };
  }
}

function describe(account: Account): string {
  return Object.entries(account).map(([what, count]) => `${what} ${count}`).join(', ');
}
