import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PublishStream } from './publish-stream.js';
import { SessionClient } from './session-client.js';
import { spawnBroker, type SpawnedBroker } from './spawn-broker.js';
import { temporaryDirectory } from '../store/temporary-directory.js';

/** How often the broker ends in each test. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
const IN_FLIGHT = 50;
/** What is lost is waited for in vain. */
const limits = { timeout: 120_000 + ROUNDS * 60_000 };

for (const [end, signal, qos] of [['kill -9', 'SIGKILL', 1], ['kill -9', 'SIGKILL', 2], ['a restart in order', 'SIGTERM', 1], ['a restart in order', 'SIGTERM', 2]] as const) {
  test(`${end} under a QoS ${qos} stream, ${ROUNDS} times: nothing acknowledged is lost${qos === 2 ? ', nothing comes twice' : ''}, and the order holds`, limits, async (t) => {
    const directory = temporaryDirectory(t);
    let broker = await spawnBroker(t, directory);
    const { port } = broker;
    const subscribers = [new SessionClient('subscriber', port, { topic: 'stream/+', qos }), new SessionClient('other', port, { topic: '#', qos })];
    for (const subscriber of subscribers) await subscriber.until(() => subscriber.connections > 0);
    t.after(() => subscribers.forEach((client) => client.stop()));
    const stream = new PublishStream(t, port, { qos, inFlight: IN_FLIGHT });

    for (let round = 0; round < ROUNDS; round++) {
      // Somewhere in the stream: after the connections are back, and some more messages.
      await stream.progress(100 + Math.floor(Math.random() * 400));
      if (round % 2 === 1) subscribers[1]!.breakConnection();
      broker.process.kill(signal);
      await once(broker.process, 'exit');
      broker = await spawnBroker(t, directory, port);
    }
    await stream.end();

    t.diagnostic(await checkArrivals(stream, subscribers, qos));
  });
}

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

for (const qos of [1, 2] as const) {
  test(`a disk that fills up under a QoS ${qos} stream, ${ROUNDS} times: nothing acknowledged is lost${qos === 2 ? ', nothing comes twice' : ''}, and all goes on when there is space`, { ...limits, skip: !canLimit && 'prlimit (util-linux) is not here' }, async (t) => {
    const directory = temporaryDirectory(t);
    let broker = await spawnBroker(t, directory);
    const { port } = broker;
    const [there, away] = [new SessionClient('there', port, { topic: 'stream/+', qos }), new SessionClient('away', port, { topic: '#', qos })];
    t.after(() => [there, away].forEach((client) => client.stop()));
    for (const subscriber of [there, away]) await subscriber.until(() => subscriber.connections > 0);
    const stream = new PublishStream(t, port, { qos, inFlight: IN_FLIGHT });

    let [failures, crashes] = [0, 0];
    const restart = async () => {
      broker.process.kill('SIGKILL');
      await broker.ended;
      // Nothing but lmdb's own code may end it.
      if (broker.process.signalCode !== 'SIGKILL') assert.ok(['SIGABRT', 'SIGSEGV', 'SIGBUS'].includes(String(broker.process.signalCode)), `exit code ${broker.process.exitCode}, signal ${broker.process.signalCode}`);
      broker = await spawnBroker(t, directory, port);
      failures = 0;
    };
    for (let round = 0; round < ROUNDS; round++) {
      // What is queued for it is what fills the disk.
      away.leave();
      await Promise.race([stream.progress(100 + Math.floor(Math.random() * 400)), broker.ended]);
      // A write ends at some place of the file, or behind its end: a transaction is cut off in the middle.
      const size = statSync(join(directory, 'data.mdb')).size;
      limitFiles(broker, Math.floor(size * (0.5 + Math.random() * 0.6)));
      await broker.said('store failed', ++failures).catch(() => broker.ended);
      if (round % 2 === 1) away.comeBack();
      if (round % 3 < 2) {
        limitFiles(broker, 'unlimited');
        await broker.said('store recovered', failures).catch(() => broker.ended);
      }
      // lmdb 3.5.6 describes a failed write in 100 bytes of memory, whatever the description takes, so that one can end the process. Kubernetes would start it again.
      if (!broker.running) crashes++;
      // In the middle of the fault: what was acknowledged has to be on the disk already.
      if (round % 3 === 2 || !broker.running) await restart();
      if (round % 2 === 0) away.comeBack();
    }
    // A run that had faults may still end of them.
    await restart();
    t.diagnostic(`${crashes} runs ended by themselves`);
    await stream.end();

    t.diagnostic(await checkArrivals(stream, [there, away], qos));
  });
}

/** No file that the process writes may become larger; what is behind that cannot be written either. */
function limitFiles({ process, running }: SpawnedBroker, bytes: number | 'unlimited'): void {
  if (running) spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

/** Waits until the subscribers have everything that was published, and says how much that was. */
async function checkArrivals(stream: PublishStream, subscribers: readonly SessionClient[], qos: 1 | 2): Promise<string> {
  for (const subscriber of subscribers) {
    await subscriber.until(() => new Set(subscriber.received).size >= stream.sent);
    const received = new Set(subscriber.received);
    assert.deepEqual(stream.acknowledged.filter((payload) => !received.has(payload)), [], 'acknowledged and lost');
    if (qos === 2) assert.equal(subscriber.received.length, received.size, 'delivered twice');
    for (const number of [0, 1]) {
      // Of each first arrival: repetitions may come later.
      const positions = [...received].filter((payload) => payload.startsWith(`${number}:`)).map((payload) => Number(payload.slice(2)));
      assert.deepEqual(positions, positions.toSorted((a, b) => a - b), 'order of one publisher');
    }
  }
  return `${stream.sent} messages, ${subscribers.map((subscriber) => subscriber.received.length - new Set(subscriber.received).size).join(' and ')} repetitions`;
}

test('the will of a client that was connected when the broker was killed is published at the next start, once', limits, async (t) => {
  const directory = temporaryDirectory(t);
  let broker = await spawnBroker(t, directory);
  const { port } = broker;
  const watcher = new SessionClient('watcher', port, { topic: 'will', qos: 2 });
  t.after(() => watcher.stop());
  await watcher.until(() => watcher.connections > 0);
  const { connect } = await import('mqtt');
  const client = connect({ host: '127.0.0.1', port, reconnectPeriod: 0, will: { topic: 'will', payload: Buffer.from('gone'), qos: 2, retain: false } });
  client.on('error', () => {});
  await new Promise((resolve) => client.once('connect', resolve));
  for (let restart = 0; restart < 2; restart++) {
    broker.process.kill('SIGKILL');
    await once(broker.process, 'exit');
    broker = await spawnBroker(t, directory, port);
    await watcher.until(() => watcher.received.length === 1 && watcher.connections === restart + 2);
  }
  const publisher = new SessionClient('publisher', port);
  t.after(() => publisher.stop());
  publisher.publish('will', 'after', 2);
  await watcher.until(() => watcher.received.includes('after'));
  assert.deepEqual(watcher.received, ['gone', 'after']);
});
