import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Health, Shutdown } from '../../src/operations/index.js';
import { RecordingLog } from './recording-log.js';

function create(delaySeconds: number, drain: () => Promise<void> = () => Promise.resolve()) {
  const steps: string[] = [];
  const health = new Health({ storeWritable: () => true, listenersOpen: () => true });
  const log = new RecordingLog();
  const step = (name: string) => steps.push(`${name}${health.draining ? '' : ' (ready)'}`);
  const shutdown = new Shutdown(
    {
      delaySeconds,
      connectionsPerSecond: 50,
      connectedClients: () => 7,
      closeListeners: () => void step('close listeners'),
      drain: (rate) => {
        step(`drain at ${rate}`);
        return drain();
      },
      close: async () => void step('close'),
    },
    health,
    log,
  );
  return { shutdown, steps, health, log };
}

test('told to load balancers at once, then listeners, clients and store, in this order', async () => {
  const { shutdown, steps, health, log } = create(0);
  const done = shutdown.run('SIGTERM');
  assert.equal(health.draining, true);
  await done;
  assert.deepEqual(steps, ['close listeners', 'drain at 50', 'close']);
  assert.deepEqual(log.lines[0], { level: 'info', event: 'broker.draining', message: 'shutting down', details: { signal: 'SIGTERM', delaySeconds: 0, connectionsPerSecond: 50, clients: 7 } });
});

test('serves on during the delay', async () => {
  const { shutdown, steps } = create(0.05);
  const done = shutdown.run('SIGTERM');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(steps, []);
  await done;
});

test('a second signal ends the delay, and all clients go at once', async () => {
  const { shutdown, steps, log } = create(3600);
  const done = shutdown.run('SIGTERM');
  assert.equal(shutdown.run('SIGINT'), done);
  shutdown.run('SIGINT');
  await done;
  assert.deepEqual(steps, ['close listeners', 'close']);
  assert.deepEqual(log.events, ['broker.draining', 'broker.hurrying']);
});

test('a second signal ends a drain that takes long', async () => {
  let drainBegan: () => void = () => undefined;
  const began = new Promise<void>((resolve) => (drainBegan = resolve));
  const { shutdown, steps } = create(0, () => {
    drainBegan();
    return new Promise(() => undefined);
  });
  const done = shutdown.run('SIGTERM');
  await began;
  shutdown.run('SIGTERM');
  await done;
  assert.deepEqual(steps, ['close listeners', 'drain at 50', 'close']);
});

test('a drain that fails is an error, not a clean end', async () => {
  const { shutdown } = create(0, () => Promise.reject(new Error('broken')));
  await assert.rejects(shutdown.run('SIGTERM'), { message: 'broken' });
});
