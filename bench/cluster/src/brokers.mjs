import { cases, casesOfFive } from './cases.mjs';
import { buildGenerator, generate } from './generator.mjs';
import { cpuSecondsOf, Nats } from './nats.mjs';
import { Pod } from './pods.mjs';

const SLACK_SECONDS = 120;
/** In 100 queues. */
const STORED = { sessions: 100, messages: 10_000 };

/** Everything about the pods of a cluster, `rounds` times in turns. @returns records by name of case */
export async function measureBrokers({ seconds, rounds, quick, only, progress, profile }) {
  buildGenerator();
  const wanted = ({ name }) => only === undefined || name.startsWith(only);
  const cluster = new Cluster(await Nats.start(), profile);
  try {
    await cluster.grow(['a', 'b', 'c']);
    progress('warming up');
    // A profile shows what was asked for, and nothing else.
    const warmup = ({ name }) => profile === undefined && (name.endsWith('-one-pod') || name.startsWith('check-'));
    for (const item of cases.filter(warmup)) await cluster.measure(item, 1);
    const records = {};
    const take = async (items, count) => {
      for (let round = 1; round <= count; round++) {
        for (const item of items.filter(wanted)) {
          progress(`round ${round} of ${count}: ${item.name}`);
          (records[item.name] ??= []).push(await cluster.measure(item, seconds));
        }
      }
    };
    await take(cases, rounds);
    if (casesOfFive.some(wanted)) {
      await cluster.grow(['d', 'e']);
      await cluster.measure(casesOfFive[0], 1);
      await take(casesOfFive, rounds);
      await cluster.shrink(['d', 'e']);
    }
    if (wanted({ name: 'join' })) Object.assign(records, await measureJoin(cluster, rounds, quick ? { ...STORED, messages: 500 } : STORED, progress));
    return records;
  } finally {
    await cluster.end();
  }
}

class Cluster {
  pods = new Map();

  constructor(nats, profile) {
    this.nats = nats;
    this.profile = profile;
  }

  async grow(names) {
    for (const name of names) {
      const pod = new Pod(name, this.nats.servers, { profile: this.profile });
      this.pods.set(name, pod);
      await pod.start();
    }
  }

  async shrink(names) {
    for (const name of names) {
      await this.pods.get(name).remove();
      this.pods.delete(name);
    }
  }

  addresses(letters) {
    return letters === undefined ? undefined : [...letters].map((name) => this.pods.get(name).address).join(',');
  }

  async measure({ from, to, qos, pairs, persistent, topics, bystanders, bystandersAt, rate }, seconds) {
    const names = [...this.pods.keys()];
    const first = this.pods.get('a');
    const before = await this.#log(first);
    const result = await generate(rate === undefined ? 'across' : 'across-latency', {
      qos, pairs, persistent, topics, bystanders, rate, from: this.addresses(from), to: this.addresses(to), 'bystanders-at': this.addresses(bystandersAt),
      processes: [...names.map((name) => this.pods.get(name).pid), ...this.nats.processes.map(({ pid }) => pid)].join(','),
      // What goes through the log comes in bursts of thousands.
      duration: `${persistent ? 2 * seconds : seconds}s`,
    }, SLACK_SECONDS + 2 * seconds);
    const after = await this.#log(first);
    return describe(result, names, after - before);
  }

  async fill(queue) {
    const processes = () => ({ pods: [...this.pods.values()].map(({ pid }) => cpuSecondsOf(pid)), servers: this.nats.processes.map(({ pid }) => cpuSecondsOf(pid)) });
    const before = processes();
    const entriesBefore = await this.#log(this.pods.get('a'));
    const result = await generate('fill', { address: this.addresses('a'), window: 10_000, ...queue }, 900);
    const after = processes();
    const entriesPerMessage = ((await this.#log(this.pods.get('a'))) - entriesBefore) / result.messages;
    const used = (kind) => after[kind].map((value, index) => ((value - before[kind][index]) / result.messages) * 1e6);
    const [publisher, ...others] = used('pods');
    const [leader, ...followers] = used('servers').sort((x, y) => y - x);
    return { messages: result.messages, seconds: result.seconds, publisher, other: average(others), leader, follower: average(followers), entriesPerMessage };
  }

  async end() {
    for (const pod of this.pods.values()) await pod.remove();
    await this.nats.stop();
  }

  /** How many entries the log has had. */
  #log(pod) {
    return pod.metric('mqtt_cluster_log_applied_sequence');
  }
}

/** CPU microseconds of each process for a message that was delivered. The busiest server is the leader of the log. */
function describe(result, names, entries) {
  const open = result.p99 !== undefined;
  const messages = open ? result.delivered : result.deliveriesInWindow;
  const each = result.processCpuSeconds.map((value) => (value / messages) * 1e6);
  const [leader, ...followers] = each.slice(names.length).sort((x, y) => y - x);
  return {
    messages,
    seconds: result.seconds,
    pods: Object.fromEntries(names.map((name, index) => [name, each[index]])),
    leader,
    follower: average(followers),
    entriesPerMessage: entries / result.expected,
    generatorShare: result.generatorCpuSeconds / result.seconds,
    otherShare: result.otherCpuSeconds / result.seconds,
    missing: open ? result.expected - result.delivered : result.missing,
    repeated: open ? 0 : result.repeatedOrOutOfOrder,
    ...(open && { p50: result.p50, p99: result.p99, p999: result.p999 }),
  };
}

/** A pod with an empty volume comes to a cluster with a million stored messages; then it starts once more, with what it has. */
async function measureJoin(cluster, rounds, queue, progress) {
  progress('filling the queues');
  const fill = await cluster.fill(queue);
  const first = cluster.pods.get('a');
  fill.storeBytes = await first.metric('mqtt_store_size_bytes');
  const join = [];
  const again = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}: a new pod`);
    const pod = new Pod(`new-${round}`, cluster.nats.servers, { profile: cluster.profile });
    try {
      join.push({ seconds: await pod.start(), cpuSeconds: cpuSecondsOf(pod.pid) });
      const queued = await pod.metric('mqtt_queued_messages');
      if (queued !== fill.messages) throw new Error(`the new pod has ${queued} of ${fill.messages} messages`);
      await pod.stop();
      again.push({ seconds: await pod.start(), cpuSeconds: cpuSecondsOf(pod.pid) });
    } finally {
      await pod.remove();
    }
  }
  return { fill: [fill], join, again };
}

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
