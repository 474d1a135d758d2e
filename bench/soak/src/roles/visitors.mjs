import { mqttPacket } from '../packages.mjs';
import { between, chance, leave, oneOf, vanish } from '../site.mjs';

export const retainedTopics = 500;

/** A client with a clean session: subscribes, publishes at every QoS, sets and removes retained messages; leaves in order, vanishes, or is taken over by itself. */
export function visitor(site, number) {
  let visits = 0;
  return site.repeat('a visitor', async () => {
    // One half keeps its client id, the other half never comes with the same again.
    const clientId = number % 2 === 0 ? `visitor-${number}` : `visitor-${number}-${visits++}`;
    const options = { clientId, clean: true, will: { topic: `gone/${clientId}`, payload: Buffer.from('gone'), qos: oneOf([0, 1, 2]), retain: false } };
    let client = await site.connect(options);
    await client.subscribeAsync(oneOf([`talk/${Math.floor(Math.random() * 20)}/#`, `state/+/${Math.floor(Math.random() * 10)}`, `nobody/${Math.random()}/+/#`, 'talk/+']), { qos: oneOf([0, 1, 2]) });
    const until = performance.now() + between(3_000, 15_000);
    while (performance.now() < until && !site.stopping) {
      const state = Math.floor(Math.random() * retainedTopics);
      if (chance(0.2)) client.publish(`state/${state}/${state % 10}`, chance(0.2) ? '' : `${Math.random()}`.repeat(10), { qos: oneOf([0, 1, 2]), retain: true });
      else client.publish(`talk/${Math.floor(Math.random() * 20)}/${Math.random()}`, 'x'.repeat(between(0, 2000)), { qos: oneOf([0, 1, 2]) });
      await site.wait(between(300, 1500));
    }
    if (chance(0.2)) {
      const before = client;
      site.wills.sent++;
      client = await site.connect(options);
      await vanish(before);
    }
    if (chance(0.5)) await leave(client);
    else {
      site.wills.sent++;
      await vanish(client);
    }
    await site.wait(between(100, 1000));
  });
}

/** Begins a session, subscribes, and never comes back: the session expires with what was queued for it. */
export async function passersBy(site, meters, everyMilliseconds) {
  let number = 0;
  await site.repeat('a passer-by', async () => {
    const client = await site.connect({ clientId: `passer-by-${number++}`, clean: false });
    await client.subscribeAsync(oneOf(meters).filter, { qos: 1 });
    await leave(client);
    await site.wait(between(0.5, 1.5) * everyMilliseconds);
  });
}

/** Publishes to topics that never come again and nobody hears, so many of them that the broker's cache of topics is full and emptied twice a minute. */
export async function sweeper(site) {
  const topicsPerSecond = 2500;
  const client = await site.connect({ clientId: 'sweeper', protocol: 'tcp' });
  for (let number = 0; !site.stopping; await site.wait(100)) {
    const packets = Array.from({ length: topicsPerSecond / 10 }, () => mqttPacket.generate({ cmd: 'publish', topic: `sweep/${number++}`, payload: '', qos: 0 }));
    // Past MQTT.js, which would take more time for them than the broker.
    client.stream.write(Buffer.concat(packets));
  }
  await leave(client);
}

/** Is always there, and counts the wills. */
export async function watcher(site) {
  const client = await site.connect({ clientId: 'watcher', clean: false, onMessage: (topic) => { if (topic.startsWith('gone/')) site.wills.received++; } });
  await client.subscribeAsync({ 'gone/#': { qos: 2 }, '$SYS/#': { qos: 0 } });
  return client;
}
