import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestAdmin } from './harness.js';

test('shared subscriptions with what waits with each, and what was dropped', async (t) => {
  const admin = await TestAdmin.start(t, { session: { maxQueuedMessages: 2 } });
  const { mqtt } = admin;
  for (const clientId of ['member 1', 'member 2']) {
    const member = await mqtt.connect({ clientId, clean: false });
    await member.subscribeAsync({ '$share/a/jobs': { qos: 1 } });
    await member.endAsync();
  }
  await (await mqtt.connect({ clientId: 'worker' })).subscribeAsync({ '$share/b/jobs': { qos: 1 }, '$share/c/other': { qos: 0 } });
  const publisher = await mqtt.connect();
  for (const payload of ['one', 'two', 'three']) await publisher.publishAsync('jobs', payload, { qos: 1 });

  const all = [
    { filter: '$share/a/jobs', members: 2, connectedMembers: 0, queuedMessages: 2, queuedBytes: mqtt.broker.statistics().shared.queuedBytes, droppedMessages: 1 },
    { filter: '$share/b/jobs', members: 1, connectedMembers: 1, queuedMessages: 0, queuedBytes: 0, droppedMessages: 0 },
    { filter: '$share/c/other', members: 1, connectedMembers: 1, queuedMessages: 0, queuedBytes: 0, droppedMessages: 0 },
  ];
  const list = async (query = '') => (await admin.get(`/v1/shared-subscriptions${query}`)).body;
  assert.deepEqual(await list(), { sharedSubscriptions: all, next: null });
  assert.deepEqual((await list('?prefix=$share/b/')).sharedSubscriptions, [all[1]]);
  const first = await list('?limit=2');
  assert.deepEqual(first.sharedSubscriptions, all.slice(0, 2));
  assert.deepEqual(await list(`?limit=2&after=${first.next}`), { sharedSubscriptions: all.slice(2), next: null });

  const reached = (await admin.get('/v1/subscriptions?topic=jobs')).body.subscriptions as Array<{ clientId: string; filter: string }>;
  assert.deepEqual(reached.map(({ clientId, filter }) => `${clientId} ${filter}`), ['member 1 $share/a/jobs', 'member 2 $share/a/jobs', 'worker $share/b/jobs']);

  const { shared } = mqtt.broker.statistics();
  assert.deepEqual({ ...shared, queuedBytes: shared.queuedBytes > 0 }, { count: 3, queuedMessages: 2, queuedBytes: true, droppedMessages: 1 });
});
