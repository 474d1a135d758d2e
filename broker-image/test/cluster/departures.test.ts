import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterProcesses } from './cluster-processes.js';
import { eventually, natsMissing } from './engine/nats.js';
import type { Member } from './broker-processes.js';

const departures = async (member: Member) => ({
  shutdown: await member.metric('mqtt_cluster_expelled_total{reason="shutdown"}'),
  lost: await member.metric('mqtt_cluster_expelled_total{reason="lost"}'),
  unheard: await member.metric('mqtt_cluster_expelled_total{reason="unheard"}'),
});

test('brokers that shut down are told from those that were lost, and who was cut off knows it afterwards', { skip: natsMissing, timeout: 120_000 }, async (t) => {
  const cluster = await ClusterProcesses.start(t);
  const [first, second, third] = cluster.members as [Member, Member, Member];
  await eventually('all hear each other', async () => (await Promise.all(cluster.members.map((member) => member.metric('mqtt_cluster_peers')))).every((peers) => peers === 2));

  const entries = await first.metric('mqtt_cluster_log_applied_sequence');
  cluster.cut(third);
  await eventually('it is taken for gone', async () => (await departures(first)).lost === 1);
  cluster.mend(third);
  await eventually('it knows that it was away', async () => (await third.metric('mqtt_cluster_interruptions_total')) > 0);
  assert.equal(await first.metric('mqtt_cluster_interruptions_total'), 0);
  // Its end, and its new beginning.
  await eventually('it has begun anew', async () => (await first.metric('mqtt_cluster_log_applied_sequence')) >= entries + 2);
  await eventually('it takes part again', async () => (await third.readiness()).ready);

  third.process.kill('SIGTERM');
  await third.process.exit();
  await eventually('the broker that shut down is missed', async () => (await departures(first)).shutdown === 1);
  assert.deepEqual(await departures(first), { shutdown: 1, lost: 1, unheard: 0 });

  await second.kill();
  await eventually('the broker that was killed is missed', async () => (await departures(first)).lost === 2);
  assert.deepEqual(await departures(first), { shutdown: 1, lost: 2, unheard: 0 });
});
