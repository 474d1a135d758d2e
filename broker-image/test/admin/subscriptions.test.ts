import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestAdmin } from './harness.js';

test('subscriptions by client, by filter and by topic, a page at a time', async (t) => {
  const admin = await TestAdmin.start(t);
  const { mqtt } = admin;
  await (await mqtt.connect({ clientId: 'clean' })).subscribeAsync({ 'site/+/alarm': { qos: 2 }, '#': { qos: 0 } });
  await (await mqtt.connect({ clientId: 'here', clean: false })).subscribeAsync({ 'site/1/alarm': { qos: 1 } });
  const away = await mqtt.connect({ clientId: 'away', clean: false });
  await away.subscribeAsync({ 'site/+/alarm': { qos: 1 }, '$SYS/#': { qos: 0 } });
  await away.endAsync();

  const all = [
    { clientId: 'away', filter: '$SYS/#', qos: 0 },
    { clientId: 'away', filter: 'site/+/alarm', qos: 1 },
    { clientId: 'clean', filter: '#', qos: 0 },
    { clientId: 'clean', filter: 'site/+/alarm', qos: 2 },
    { clientId: 'here', filter: 'site/1/alarm', qos: 1 },
  ];
  const list = async (query = '') => (await admin.get(`/v1/subscriptions${query}`)).body;
  assert.deepEqual(await list(), { subscriptions: all, next: null });
  assert.deepEqual((await list('?client=away')).subscriptions, all.slice(0, 2));
  assert.deepEqual((await list('?filter=site/%2B/alarm')).subscriptions, [all[1], all[3]]);
  assert.deepEqual((await list('?topic=site/1/alarm')).subscriptions, all.slice(1));
  assert.deepEqual((await list('?topic=$SYS/broker/uptime')).subscriptions, [all[0]]);
  assert.deepEqual((await list('?topic=site/1/alarm&client=clean&filter=%23')).subscriptions, [all[2]]);

  // The boundary of a page falls between two subscriptions of one client.
  const first = await list('?limit=3');
  assert.deepEqual(first.subscriptions, all.slice(0, 3));
  assert.deepEqual(await list(`?limit=3&after=${first.next}`), { subscriptions: all.slice(3), next: null });
});
