import { readdirSync, readFileSync } from 'node:fs';

const megabyte = 2 ** 20;
/** USER_HZ of Linux. */
const ticksPerSecond = 100;

/** Everything that could grow, at one moment. */
export class Sampler {
  #broker;
  #inspector;
  #begin = performance.now();

  constructor(broker, inspector) {
    this.#broker = broker;
    this.#inspector = inspector;
  }

  async sample() {
    const { heapUsed, external, handles } = await this.#inspector.memory();
    const { pid } = this.#broker;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]) / 1024;
    const metrics = await this.#metrics();
    const metric = (name) => metrics.get(name) ?? 0;
    return {
      seconds: (performance.now() - this.#begin) / 1000,
      heap: heapUsed / megabyte,
      external: external / megabyte,
      anonymous: kilobytes('RssAnon'),
      resident: kilobytes('VmRSS'),
      handles,
      files: readdirSync(`/proc/${pid}/fd`).length,
      connections: sum(metrics, 'mqtt_connections{'),
      sessions: sum(metrics, 'mqtt_sessions{'),
      subscriptions: metric('mqtt_subscriptions'),
      retained: metric('mqtt_retained_messages'),
      queued: metric('mqtt_queued_messages'),
      queuedMegabytes: metric('mqtt_queued_bytes') / megabyte,
      store: metric('mqtt_store_size_bytes') / megabyte,
      opened: sum(metrics, 'mqtt_connections_opened_total{'),
      received: sum(metrics, 'mqtt_messages_received_total{'),
      sent: sum(metrics, 'mqtt_messages_sent_total{'),
      cpu: { broker: cpuSeconds(pid), clients: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6 },
    };
  }

  /** Counters with their labels, as text. */
  async counters(prefix) {
    return [...(await this.#metrics())].filter(([name, value]) => name.startsWith(prefix) && value > 0);
  }

  async #metrics() {
    const text = await (await fetch(this.#broker.metricsUrl, { signal: AbortSignal.timeout(10_000) })).text();
    return new Map(text.split('\n').filter((line) => line.startsWith('mqtt_')).map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
  }
}

function sum(metrics, prefix) {
  let total = 0;
  for (const [name, value] of metrics) if (name.startsWith(prefix)) total += value;
  return total;
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
