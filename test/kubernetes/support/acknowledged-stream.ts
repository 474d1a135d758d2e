import { setTimeout as sleep } from 'timers/promises';
import type { MqttClient } from 'mqtt';

/** Messages that may be on their way at a time, so that a broker that is down is not answered with an endless queue. */
const IN_FLIGHT = 100;
const PAUSE_MS = 4;

export interface StreamOptions {
  /** @default 1 */
  readonly qos?: 1 | 2;
  /** Pause after each message. @default 4 */
  readonly pauseMs?: number;
}

/** Messages with consecutive numbers, at QoS 1 or 2, and which of them the broker acknowledged. The client sends again by itself what was not. */
export class AcknowledgedStream {
  public readonly acknowledged = new Set<number>();
  private readonly pending = new Set<Promise<void>>();
  private running?: Promise<void>;
  private stopping = false;
  private next = 0;
  private lastAnswerAt = Date.now();
  private longestSilence = 0;

  constructor(private readonly client: MqttClient, private readonly topic: string, private readonly options: StreamOptions = {}) {}

  get sent(): number {
    return this.next;
  }

  /** The longest time between two acknowledgements while it published. */
  get interruptionMs(): number {
    return this.longestSilence;
  }

  /** Publishes that many messages, and waits until each is acknowledged. */
  async publish(count: number): Promise<void> {
    for (let number = 0; number < count; number++) await this.publishNext();
    await Promise.all(this.pending);
  }

  /** Publishes until it is stopped. */
  start(): void {
    this.stopping = false;
    this.lastAnswerAt = Date.now();
    this.running = this.run();
  }

  /** Publishes no more, and waits until everything is acknowledged. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    await Promise.all(this.pending);
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.publishNext();
      await sleep(this.options.pauseMs ?? PAUSE_MS);
    }
  }

  private async publishNext(): Promise<void> {
    const number = this.next++;
    const publication: Promise<void> = this.client.publishAsync(this.topic, String(number), { qos: this.options.qos ?? 1 }).then(() => {
      this.acknowledged.add(number);
      this.longestSilence = Math.max(this.longestSilence, Date.now() - this.lastAnswerAt);
      this.lastAnswerAt = Date.now();
      this.pending.delete(publication);
    });
    this.pending.add(publication);
    if (this.pending.size >= IN_FLIGHT) await Promise.race(this.pending);
  }
}
