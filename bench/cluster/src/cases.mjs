/**
 * What the three pods a, b and c are put under: pair i publishes at `from[i]` and subscribes at `to[i]`, in turn. A closed loop with about 1,000 messages under way, 10,000 for those
 * that go through the log, whose entries grow with what waits; with a `rate`, an open loop.
 */
const bystanders = (series, topics) => [0, 100, 1_000, 10_000].map((x) =>
  ({ name: `${series}-${x}`, from: 'a', to: 'a', qos: 0, topics, bystanders: x, bystandersAt: 'bc' }));

const throughput = [
  { name: 'qos0-one-pod', from: 'a', to: 'a', qos: 0, pairs: 2 },
  { name: 'qos0-two-pods', from: 'ab', to: 'ab', qos: 0, pairs: 2 },
  { name: 'qos0-across', from: 'a', to: 'b', qos: 0, pairs: 2 },
  // Ten times as many under way: the way between pods is longer, and what is under way waits on it.
  { name: 'qos0-deep-one-pod', from: 'a', to: 'a', qos: 0, pairs: 20 },
  { name: 'qos0-deep-across', from: 'a', to: 'b', qos: 0, pairs: 20 },
  { name: 'qos1-one-pod', from: 'a', to: 'a', qos: 1, pairs: 2 },
  { name: 'qos1-two-pods', from: 'ab', to: 'ab', qos: 1, pairs: 2 },
  { name: 'qos1-across', from: 'a', to: 'b', qos: 1, pairs: 2 },
  { name: 'durable-one-pod', from: 'a', to: 'a', qos: 1, persistent: true, pairs: 10 },
  { name: 'durable-two-pods', from: 'ab', to: 'ab', qos: 1, persistent: true, pairs: 10 },
  { name: 'durable-across', from: 'a', to: 'b', qos: 1, persistent: true, pairs: 10 },
];

const latency = [
  { name: 'durable-rate-1000', from: 'a', to: 'a', qos: 1, persistent: true, pairs: 10, rate: 1_000 },
  { name: 'durable-rate-1000-across', from: 'a', to: 'b', qos: 1, persistent: true, pairs: 10, rate: 1_000 },
];

/** Not used to fit the model, but to check it. */
const checks = [
  { name: 'check-qos0-ring', from: 'abc', to: 'bca', qos: 0, pairs: 3 },
  { name: 'check-durable-ring', from: 'abc', to: 'bca', qos: 1, persistent: true, pairs: 12 },
];

export const cases = [...throughput, ...bystanders('bystanders-one-topic', 1), ...bystanders('bystanders-many-topics', 50_000), ...latency, ...checks];

/** With two pods more. */
export const casesOfFive = [{ name: 'check-durable-ring-of-five', from: 'abcde', to: 'bcdea', qos: 1, persistent: true, pairs: 10 }];
