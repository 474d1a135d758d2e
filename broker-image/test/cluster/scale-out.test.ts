import assert from 'node:assert/strict';
import { once, type EventEmitter } from 'node:events';
import { test } from 'node:test';
import { connect, type MqttClient } from 'mqtt';
import { Member } from './broker-processes.js';
import { eventually, Nats, natsMissing } from './engine/nats.js';

/** It takes longer than half a minute until brokers count as settled: only `npm run test:faults` waits. */
const skip = natsMissing || (process.env.FAULT_ROUNDS === undefined && 'only in npm run test:faults');
/** So many that a tenth above the average is more than the handful that is left alone. */
const CLIENTS = 150;

test('after a broker more has come, clients move until all have as many', { skip, timeout: 300_000 }, async (t) => {
  const nats = await Nats.start({ servers: 3, maxFile: '20G' });
  t.after(() => nats.stop());
  const members = [0, 1, 2].map((index) => new Member(`broker-${index}`, nats.log));
  const clients: MqttClient[] = [];
  t.after(async () => {
    for (const client of clients) client.end(true);
    await Promise.all(members.map((member) => member.kill()));
  });
  const [first, second, third] = members as [Member, Member, Member];
  await Promise.all([first.start(), second.start()]);
  // Like a load balancer: whoever connects gets the next broker.
  const open = [first, second];
  let turn = 0;
  const dial = async () => {
    const client: MqttClient = connect(`mqtt://127.0.0.1:${open[turn++ % open.length]!.port}`, { reconnectPeriod: 0 });
    clients.push(client);
    client.on('error', () => undefined);
    client.on('close', () => client.disconnecting || void dial());
    await once(client as unknown as EventEmitter, 'connect');
  };
  for (let number = 0; number < CLIENTS; number++) await dial();
  await third.start();
  open.push(third);
  const counts = () => Promise.all(members.map((member) => member.metric('mqtt_connections')));
  assert.deepEqual(await counts(), [75, 75, 0]);
  await eventually('they are even', async () => {
    const found = await counts();
    return found.reduce((sum, count) => sum + count) === CLIENTS && Math.max(...found) <= (CLIENTS / 3) * 1.1;
  }, 240);
  t.diagnostic(`${(await counts()).join(', ')} connections; moved: ${(await Promise.all(members.map((member) => member.metric('mqtt_cluster_rebalanced_connections_total')))).join(', ')}`);
});
