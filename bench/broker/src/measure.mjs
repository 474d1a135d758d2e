import { durations } from './cases.mjs';
import { generate } from './generator.mjs';

/** Beyond the measurement itself: connections, what is still under way, a standstill that is waited for. */
const SLACK_SECONDS = { load: 90, connect: 60, latency: 60, rate: 60, idle: 300, sessions: 300, startup: 600 };

const seconds = (text) => parseFloat(text) / (text.endsWith('ms') ? 1000 : 1);

/** Measures one case with one broker. */
export function measure(fleet, broker, item) {
  const options = { ...item.options, ...durations(fleet.quick)[item.kind], ...(fleet.quick ? item.quick : {}) };
  const run = (command, more) => generate(fleet.cores.generator, command, more, SLACK_SECONDS[item.kind] + seconds(options.duration ?? '0s'));
  switch (item.kind) {
    case 'startup':
      return fleet.withFresh(broker, (instance) => startup(instance, options, run));
    case 'idle':
      return fleet.withFresh(broker, (instance) => run('idle', { ...instance.targetOf(item.transport), ...options }));
    case 'sessions':
      return fleet.withFresh(broker, (instance) => run('sessions', { ...instance.target, metrics: instance.metrics, ...options }));
    case 'rate':
      return fleet.with(broker, (instance) => run('latency', { ...instance.targetOf(item.transport), metrics: instance.metrics, ...options }));
    default:
      return fleet.with(broker, (instance) => run(item.kind, { ...instance.targetOf(item.transport), ...options }));
  }
}

/** Fills the queues of sessions without a client, ends the broker in order, and starts it again. */
async function startup(instance, options, run) {
  const { address } = instance.target;
  const filled = await run('fill', { address, ...options });
  await instance.process.stop();
  const milliseconds = await instance.start();
  const drained = await run('drain', { address: instance.target.address, ...options });
  return {
    startSeconds: milliseconds / 1000,
    fillSeconds: filled.seconds,
    drainSeconds: drained.seconds,
    expected: filled.messages,
    delivered: drained.messages,
    missing: Math.max(0, filled.messages - drained.messages),
    repeatedOrOutOfOrder: drained.repeatedOrOutOfOrder,
  };
}
