import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasImagesNode, howToGetNode } from '../../shared/companion.mjs';
import { describeMachine } from '../../shared/machine.mjs';
import { help, parseOptions } from './options.mjs';

const sampleSeconds = 5;

export async function main(args) {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const directory = options.data ?? mkdtempSync(join(tmpdir(), 'mqtt-soak-'));
  const clean = () => {
    if (options.data === undefined) rmSync(directory, { recursive: true, force: true });
  };
  try {
    return await soak(options, directory, clean);
  } finally {
    clean();
  }
}

async function soak(options, directory, clean) {
  const { SoakBroker, sessionExpirySeconds } = await import('./broker.mjs');
  const { Inspector } = await import('./inspector.mjs');
  const { Load } = await import('./load.mjs');
  const { report, minutes, trends } = await import('./report.mjs');
  const { record } = await import('./record.mjs');
  const { Sampler } = await import('./sampler.mjs');
  const { Site } = await import('./site.mjs');

  if (!hasImagesNode()) note(`the broker runs on this Node.js, ${process.version}, and not on that of its image: ${howToGetNode}`);
  const machine = describeMachine();
  const broker = await SoakBroker.start(directory);
  const ending = () => void broker.stop().then(() => { clean(); process.exit(1); });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, ending);
  const inspector = await Inspector.connect(broker.inspectorUrl);
  const sampler = new Sampler(broker, inspector);
  const site = new Site(broker);
  const load = new Load(site, options.load);
  try {
    const before = await sampler.sample();
    await load.begin();
    const loaded = new Sampler(broker, inspector);
    const samples = await sampleWhile(loaded, options.minutes, broker);
    const counters = { refused: await named(sampler, 'mqtt_connections_refused_total'), dropped: await named(sampler, 'mqtt_messages_dropped_total') };
    note('the load is over; checking what arrived');
    await load.end();
    await empty(sampler, 2 * sessionExpirySeconds + 70);
    const after = await sampler.sample();
    inspector.close();
    const exitCode = await broker.stop();

    const rows = minutes(samples);
    const fitted = trends(rows);
    const [first, last] = [samples[0], samples.at(-1)];
    const seconds = last.seconds - first.seconds;
    const result = {
      machine, options, counts: load.counts, rows, fitted, before, after, exitCode, ...counters,
      node: broker.node,
      cpu: { broker: (last.cpu.broker - first.cpu.broker) / seconds, clients: (last.cpu.clients - first.cpu.clients) / seconds },
      totals: { opened: last.opened, received: last.received, sent: last.sent, messages: load.messages },
      failures: leftovers(site, after), faults: broker.faults, wills: site.wills, events: [...broker.events].filter(([event]) => !/^(listener|operations|store|broker)\.(opened|starting|ready|closed|draining|stopped)$/.test(event)),
    };
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ ...result, samples, failures: [...result.failures] }, undefined, 2)}\n`);
    process.stdout.write(`${report(result)}\n`);
    const passed = !fitted.some(({ grows }) => grows) && result.failures.size === 0 && broker.faults.length === 0 && exitCode === 0;
    if (options.record) note(passed ? record(result) : 'the run failed, so README.md stays as it is');
    return passed ? 0 : 1;
  } finally {
    if (broker.running) await broker.stop();
  }
}

async function sampleWhile(sampler, minutes, broker) {
  const samples = [];
  const end = performance.now() + minutes * 60_000;
  for (let next = performance.now() + sampleSeconds * 1000; next <= end; next += sampleSeconds * 1000) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    if (!broker.running) throw new Error(`the broker ended:\n${broker.faults.join('\n')}`);
    const sample = await sampler.sample();
    samples.push(sample);
    if (samples.length % (60 / sampleSeconds) === 0) note(`minute ${samples.length / (60 / sampleSeconds)}: heap ${sample.heap.toFixed(1)} MiB, resident ${sample.resident.toFixed(0)} MiB, ${sample.connections} connections, ${sample.sessions} sessions, ${sample.queued} queued`);
  }
  return samples;
}

/** Sessions that expire are gone after a while. */
async function empty(sampler, seconds) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const { sessions, connections } = await sampler.sample();
    if ((sessions === 0 && connections === 0) || performance.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

/** What should be gone when nobody is there any more. */
function leftovers(site, after) {
  for (const what of ['connections', 'sessions', 'subscriptions', 'queued']) site.fail(`${what} left when all clients were gone`, after[what]);
  // What the broker says of itself under $SYS is retained, but not counted.
  site.fail('retained messages left when all were removed', after.retained);
  return site.failures;
}

async function named(sampler, prefix) {
  return (await sampler.counters(prefix)).map(([series, value]) => [/"(.*)"/.exec(series)[1], value]);
}

const note = (text) => process.stderr.write(`${text}\n`);
