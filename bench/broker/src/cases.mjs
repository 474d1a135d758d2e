import { capacity } from './capacity.mjs';

/**
 * What is measured. A case with an `x` is one point of a series. `goal` is against mosquitto in the same round, unless it says otherwise.
 * Windows keep about 1,000 messages under way, 10,000 deliveries in a fan-out.
 */
const load = (name, title, options, more = {}) => ({ name, title, kind: 'load', options, ...more });

const throughput = [
  load('1:1-qos0', '1:1, QoS 0', { qos: 0 }, { goal: { ratio: 1.5 } }),
  load('1:1-qos1', '1:1, QoS 1', { qos: 1 }, { goal: { ratio: 1.2 } }),
  load('1:1-qos1-persistent', '1:1, QoS 1, persistent session', { qos: 1, persistent: true }, { goal: { ratio: 1 } }),
  load('1:1-qos2', '1:1, QoS 2', { qos: 2 }),
  load('1:1-qos2-persistent', '1:1, QoS 2, persistent session', { qos: 2, persistent: true }),
  load('1:100-qos0', '1:100, QoS 0', { qos: 0, subscribers: 100, window: 100 }, { goal: { ratio: 2 } }),
  load('1:100-qos1', '1:100, QoS 1', { qos: 1, subscribers: 100, window: 100 }, { goal: { ratio: 1.5 } }),
  load('50:1-qos0', '50:1, QoS 0', { qos: 0, publishers: 50, window: 20 }, { goal: { ratio: 1 } }),
  load('50:1-qos1', '50:1, QoS 1', { qos: 1, publishers: 50, window: 20 }, { goal: { ratio: 1 } }),
  // Nothing to coalesce: a message here and there on many connections, as devices send.
  load('500x1:1-qos0', '500 times 1:1, QoS 0', { qos: 0, publishers: 500, subscribers: 500, pairs: true, window: 2 }),
  load('500x1:1-qos1', '500 times 1:1, QoS 1', { qos: 1, publishers: 500, subscribers: 500, pairs: true, window: 2 }),
];

const connections = [
  { name: 'connect', title: 'connections', kind: 'connect', options: { parallel: 100 }, goal: { perCpuSecond: 10_000 } },
  { name: 'idle', title: 'memory of an idle connection', kind: 'idle', options: { count: 10_000 }, quick: { count: 2_000, settle: '2s' }, once: true, goal: { kilobytes: 10 } },
];

const latency = [
  { name: 'latency-qos0', title: '2,000 messages a second, QoS 0', kind: 'latency', options: { qos: 0 }, goal: { p99Ratio: 2 } },
  { name: 'latency-qos1', title: '2,000 messages a second, QoS 1', kind: 'latency', options: { qos: 1 }, goal: { p99Ratio: 2 } },
  { name: 'latency-qos1-persistent', title: '2,000 messages a second, QoS 1, persistent sessions', kind: 'latency', options: { qos: 1, persistent: true }, goal: { p99Ratio: 2 } },
];

const compared = ['mosquitto', 'cdk8s-mqtt'];
const bystanders = (series, title, topics) => [0, 100, 1_000, 10_000].map((x) =>
  load(`${series}-${x}`, title, { qos: 0, topics, bystanders: x }, { series, x, brokers: compared, goal: { flat: 0.1 } }));

const subscriptions = [
  ...bystanders('nonmatching-one-topic', 'other subscriptions, always the same topic', 1),
  // More topics than a cache of topics would hold.
  ...bystanders('nonmatching-many-topics', 'other subscriptions, 50,000 topics in turn', 50_000),
  ...[1, 10, 100, 1_000].map((x) => load(`matching-${x}`, 'matching subscriptions', { qos: 0, subscribers: x, window: 10, burst: true },
    { series: 'matching', x, brokers: compared, goal: { linear: true } })),
];

const startup = [
  { name: 'startup', title: 'start with 1,000,000 queued messages', kind: 'startup', options: { sessions: 100, messages: 10_000 }, quick: { messages: 500 }, once: true, brokers: compared, goal: { seconds: 5 } },
];

export const cases = [...throughput, ...connections, ...latency, ...subscriptions, ...startup, ...capacity];

/** How long each measurement takes; generators that are late are ended. */
export const durations = (quick) => ({
  load: quick ? { warmup: '300ms', duration: '700ms' } : { warmup: '1s', duration: '3s' },
  connect: quick ? { warmup: '300ms', duration: '1s' } : { warmup: '1s', duration: '3s' },
  latency: quick ? { warmup: '300ms', duration: '2s' } : { warmup: '1s', duration: '10s' },
  rate: quick ? { warmup: '300ms', duration: '1s' } : { warmup: '1s', duration: '4s' },
  idle: {},
  sessions: {},
  startup: {},
});
