import type { Metrics } from './metrics.js';
import type { BrokerStatistics } from './statistics.js';

export interface SystemTopicsOptions {
  readonly version: string;
  readonly metrics: Metrics;
  statistics(): BrokerStatistics;
  publish(topic: string, payload: string): void;
}

const intervalSeconds = 10;

/** Spans of the moving averages, in seconds. */
const spans = { '1min': 60, '5min': 300, '15min': 900 };

/**
 * Publishes the state of the broker under `$SYS/broker/`, in the layout that mosquitto made customary (its man page lists the topics), as far as this
 * broker knows the numbers: it counts PUBLISH packets, not those of the rest of the protocol.
 */
export class SystemTopics {
  private readonly startedAt = process.hrtime.bigint();
  private readonly averages = new Map<string, MovingAverages>();
  private maximumClients = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SystemTopicsOptions) {}

  start(): void {
    this.publish();
    this.timer = setInterval(() => this.publish(), intervalSeconds * 1000).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Publishes every topic once. */
  publish(): void {
    const { version, publish } = this.options;
    publish('$SYS/broker/version', `cdk8s-mqtt broker ${version}`);
    publish('$SYS/broker/uptime', `${(process.hrtime.bigint() - this.startedAt) / 1_000_000_000n} seconds`);
    for (const [topic, value] of Object.entries({ ...this.levels(), ...this.loads() })) publish(`$SYS/broker/${topic}`, String(value));
  }

  private levels(): Record<string, number> {
    const { sessions, subscriptions, retainedMessages, queuedMessages, queuedBytes } = this.options.statistics();
    const { totals } = this.options.metrics;
    // The store knows those with persistent sessions alone.
    const connected = sum(totals.opened.values()) - sum(totals.closed.values());
    this.maximumClients = Math.max(this.maximumClients, connected);
    return {
      'clients/connected': connected,
      'clients/disconnected': sessions.disconnected,
      'clients/total': connected + sessions.disconnected,
      'clients/maximum': this.maximumClients,
      'subscriptions/count': subscriptions,
      'retained messages/count': retainedMessages,
      'store/messages/count': queuedMessages,
      'store/messages/bytes': queuedBytes,
      'publish/messages/received': sum(totals.received),
      'publish/messages/sent': sum(totals.sent),
      'publish/messages/dropped': sum(totals.dropped.values()),
      'publish/bytes/received': totals.bytesReceived,
      'publish/bytes/sent': totals.bytesSent,
    };
  }

  /** Events per minute, as moving averages. */
  private loads(): Record<string, string> {
    const { totals } = this.options.metrics;
    const counted = {
      'load/publish/received': sum(totals.received),
      'load/publish/sent': sum(totals.sent),
      'load/publish/dropped': sum(totals.dropped.values()),
      'load/connections': sum(totals.opened.values()),
    };
    const loads: Record<string, string> = {};
    for (const [topic, total] of Object.entries(counted)) {
      let averages = this.averages.get(topic);
      if (averages === undefined) this.averages.set(topic, (averages = new MovingAverages()));
      averages.add(total);
      for (const [span, perMinute] of averages.perMinute) loads[`${topic}/${span}`] = perMinute.toFixed(2);
    }
    return loads;
  }
}

/** Exponentially weighted averages of the growth of a counter, one sample an interval. */
class MovingAverages {
  readonly perMinute = new Map(Object.keys(spans).map((span) => [span, 0]));
  private last = 0;

  add(total: number): void {
    const perMinute = ((total - this.last) * 60) / intervalSeconds;
    this.last = total;
    for (const [span, seconds] of Object.entries(spans)) {
      const keep = Math.exp(-intervalSeconds / seconds);
      this.perMinute.set(span, this.perMinute.get(span)! * keep + perMinute * (1 - keep));
    }
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
