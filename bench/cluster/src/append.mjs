import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { repository } from '../../shared/paths.mjs';
import { fixed, number, table } from '../../shared/table.mjs';

const { jetstream } = createRequire(join(repository, 'broker-image/package.json'))('@nats-io/jetstream');

/** An operation with a message of 64 bytes takes about as much. */
const OPERATION_BYTES = 128;
const operation = Buffer.alloc(OPERATION_BYTES, 'x');
const MAX_BYTES = 4 * 1024 ** 3;

export async function append({ engine, nats, seconds }) {
  const connection = await engine.EngineConnection.open({ log: { servers: nats.servers }, name: 'bench' });
  const log = await engine.JetStreamLog.open(connection, { cluster: 'append', maxBytes: MAX_BYTES, incarnation: 'one', replicas: 3 });
  const client = jetstream(connection.nats, { timeout: 30_000 });
  const rows = [];
  const measure = async (name, run) => {
    const cpu = nats.cpuSeconds();
    const own = process.cpuUsage();
    const started = performance.now();
    const { operations, latencies } = await run(started + seconds * 1000);
    const elapsed = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(own);
    rows.push([name, number(operations / elapsed), ...percentiles(latencies), fixed(((nats.cpuSeconds() - cpu) / operations) * 1e6, 1), fixed((user + system) / operations, 1)]);
    await log.trim(await log.last());
  };

  for (const inFlight of [1, 64, 1000]) {
    await measure(`a message an operation, ${inFlight} in flight`, (end) => closedLoop(end, inFlight, 1, () => client.publish('append.log.single', operation)));
  }
  for (const size of [10, 100, 1000]) await measure(`atomic batch of ${size} messages, one in flight`, (end) => closedLoop(end, 1, size, () => atomicBatch(client, size)));
  for (const size of [1, 10, 100, 1000]) {
    const entry = Buffer.alloc(size * OPERATION_BYTES, 'x');
    await measure(`a message with ${size} operations, one in flight, in a chain (the log)`, (end) => closedLoop(end, 1, size, () => log.append(entry)));
  }
  for (const rate of [1000, 10_000, 50_000]) await measure(`the log, gathering ${number(rate)} operations/s`, (end) => openLoop(end, rate, log));

  await log.close();
  await connection.close();
  return table(['128 bytes an operation, three copies', 'operations/s', 'p50 ms', 'p99 ms', 'CPU of NATS, µs an operation', 'own CPU, µs an operation'], rows);
}

async function closedLoop(end, inFlight, size, step) {
  const latencies = [];
  let operations = 0;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (performance.now() < end) {
      const started = performance.now();
      await step();
      latencies.push(performance.now() - started);
      operations += size;
    }
  }));
  return { operations, latencies };
}

/** As a broker does it: operations come at their rate, and wait for the entry under way. */
async function openLoop(end, rate, log) {
  const latencies = [];
  const started = performance.now();
  let waiting = [];
  let made = 0;
  let busy = Promise.resolve();
  let appending = false;
  const flush = async () => {
    appending = true;
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      await log.append(Buffer.alloc(taken.length * OPERATION_BYTES, 'x'));
      const now = performance.now();
      for (const came of taken) latencies.push(now - came);
    }
    appending = false;
  };
  while (performance.now() < end) {
    const now = performance.now();
    for (const due = ((now - started) / 1000) * rate; made < due; made++) waiting.push(started + (made / rate) * 1000);
    if (!appending && waiting.length > 0) busy = flush();
    // Not busy waiting, which would take the servers' processor.
    await pause(1);
  }
  await busy;
  return { operations: made, latencies };
}

async function atomicBatch(client, size) {
  const batch = await client.startBatch('append.log.batch', operation);
  for (let index = 1; index < size - 1; index++) batch.add('append.log.batch', operation);
  await batch.commit('append.log.batch', operation, { timeout: 30_000 });
}

export function percentiles(latencies) {
  const sorted = Float64Array.from(latencies).sort();
  return [0.5, 0.99].map((share) => fixed(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]));
}
