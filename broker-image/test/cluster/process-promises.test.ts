import assert from 'node:assert/strict';
import { once, type EventEmitter } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { startMembers, type Member } from './broker-processes.js';
import { eventually, Nats, natsMissing } from './engine/nats.js';

const skip = natsMissing;
/** `npm run test:faults` does as many as the promises say. */
const LONG = process.env.FAULT_ROUNDS !== undefined;
const RACES = LONG ? 50 : 10;
const WILLS = 50;
const QUEUED = LONG ? 100_000 : 10_000;

const clients: MqttClient[] = [];
const nats = skip ? undefined : await Nats.start({ servers: 3, maxFile: '20G' });
const members = (nats === undefined ? [] : await startMembers(3, nats.log).catch((error: unknown) => nats.stop().then(() => Promise.reject(error)))) as [Member, Member, Member];
after(async () => {
  for (const client of clients) client.end(true);
  await Promise.all(members.map((member) => member.kill()));
  await nats?.stop();
});

function dial(member: Member, options: IClientOptions = {}): MqttClient {
  const client = connect(`mqtt://127.0.0.1:${member.port}`, { reconnectPeriod: 0, ...options });
  clients.push(client);
  client.on('error', () => undefined);
  return client;
}

async function dialled(member: Member, options: IClientOptions = {}): Promise<MqttClient> {
  const client = dial(member, options);
  await once(client as unknown as EventEmitter, 'connect');
  return client;
}

test(`clients with one id connect everywhere at once, ${RACES} times: one stays connected`, { skip, timeout: 300_000 }, async () => {
  for (let race = 0; race < RACES; race++) {
    const open = new Set<MqttClient>();
    for (const member of [...members, ...members]) {
      const client = dial(member, { clientId: `race-${race}`, clean: race % 2 === 0 });
      open.add(client);
      client.on('close', () => open.delete(client));
    }
    await eventually('one is left', () => open.size === 1);
    const [winner] = [...open] as [MqttClient];
    await eventually('it is connected', () => winner.connected);
    // An answer of the log: whatever stood before it took effect.
    await winner.publishAsync('race', 'still here', { qos: 1, retain: true });
    assert.deepEqual([open.size, winner.connected], [1, true]);
    await winner.endAsync();
  }
});

test(`a session with ${QUEUED} messages goes on at another broker: complete and in order`, { skip, timeout: 600_000 }, async (t) => {
  const [first, second, third] = members;
  const sleeper = await dialled(first, { clientId: 'sleeper', clean: false });
  await sleeper.subscribeAsync('pile', { qos: 1 });
  await sleeper.endAsync();
  const publisher = await dialled(second);
  const begun = performance.now();
  for (let number = 0; number < QUEUED; number += 1000) {
    await Promise.all(Array.from({ length: 1000 }, (_, index) => publisher.publishAsync('pile', String(number + index), { qos: 1 })));
  }
  t.diagnostic(`queued in ${Math.round(performance.now() - begun)} ms`);
  const woken = dial(third, { clientId: 'sleeper', clean: false });
  let next = 0;
  let wrong: string | undefined;
  woken.on('message', (_topic, payload) => {
    if (payload.toString() !== String(next)) wrong ??= `${payload.toString()} instead of ${next}`;
    next++;
  });
  await eventually('all of them', () => next >= QUEUED || wrong, 300);
  assert.deepEqual([wrong, next], [undefined, QUEUED]);
  t.diagnostic(`delivered after ${Math.round(performance.now() - begun)} ms`);
});

test('a subscriber that reads nothing does not hold up those of other brokers', { skip, timeout: 120_000 }, async (t) => {
  const [first, second, third] = members;
  const flooder = await dialled(second);
  const probe = await dialled(second);
  const answers = await dialled(third);
  let arrived: (() => void) | undefined;
  answers.on('message', () => arrived?.());
  await answers.subscribeAsync('probe', { qos: 0 });
  const payload = Buffer.alloc(10_000);

  const percentile = async () => {
    const times: number[] = [];
    for (let number = 0; number < 200; number++) {
      // More than the subscriber's broker will keep for it.
      for (let count = 0; count < 5; count++) flooder.publish('flood', payload, { qos: 0 });
      await new Promise<void>((resolve) => flooder.publish('flood', payload, { qos: 1 }, () => resolve()));
      const sent = performance.now();
      await new Promise<void>((resolve) => {
        arrived = resolve;
        probe.publish('probe', '');
      });
      times.push(performance.now() - sent);
    }
    return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)]!;
  };

  const healthy = await dialled(first);
  await healthy.subscribeAsync('flood', { qos: 1 });
  const ratios: number[] = [];
  for (let round = 0; round < 5; round++) {
    const before = await percentile();
    const stuck = connectSocket(first.port, '127.0.0.1');
    await once(stuck, 'connect');
    stuck.pause();
    stuck.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'stuck', clean: true, keepalive: 0 }));
    stuck.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flood', qos: 1 }] }));
    await pause(100);
    const during = await percentile();
    stuck.destroy();
    ratios.push(during / before);
    t.diagnostic(`p99 ${before.toFixed(1)} ms, with a stuck subscriber ${during.toFixed(1)} ms`);
  }
  // The median: of single rounds, a busy machine makes any ratio.
  assert.ok(ratios.toSorted((one, other) => one - other)[2]! < 2, `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`);
});

test('a broker that is frozen: the wills of its clients are published, and when it goes on it closes their connections and acknowledges nothing', { skip, timeout: 120_000 }, async () => {
  const [first, frozen, last] = members;
  const watcher = await dialled(first);
  const wills: string[] = [];
  watcher.on('message', (_topic, payload) => wills.push(payload.toString()));
  await watcher.subscribeAsync('gone', { qos: 1 });
  const client = await dialled(frozen, { clientId: 'held', clean: false, keepalive: 0, will: { topic: 'gone', payload: Buffer.from('will'), qos: 1, retain: false } });
  const closed = once(client as unknown as EventEmitter, 'close');
  frozen.process.kill('SIGSTOP');
  let acknowledged = false;
  client.publish('held', 'never', { qos: 1, retain: true }, (error) => (acknowledged = error === undefined || error === null));
  await eventually('the will', () => wills.length === 1);
  const taken = await dialled(last, { clientId: 'held', clean: false });
  frozen.process.kill('SIGCONT');
  await closed;
  assert.deepEqual([acknowledged, wills, taken.connected], [false, ['will'], true]);
  await eventually('it is ready again', async () => (await frozen.readiness()).ready);
  await (await dialled(frozen)).publishAsync('gone', 'after', { qos: 1 });
  await eventually('what is published there', () => wills.length === 2);
  assert.deepEqual([wills, taken.connected], [['will', 'after'], true]);
});

// Last: a process that is started in a test ends with it.
test(`the broker of ${WILLS} clients is killed: each will is published once, also after it has returned`, { skip, timeout: 120_000 }, async () => {
  const [watching, killed] = members;
  const watcher = await dialled(watching, { clientId: 'watcher', clean: false });
  const wills: string[] = [];
  watcher.on('message', (_topic, payload) => wills.push(payload.toString()));
  await watcher.subscribeAsync('wills/#', { qos: 2 });
  await Promise.all(Array.from({ length: WILLS }, (_, number) => dialled(killed, { clientId: `will-${number}`, clean: number % 2 === 0, will: { topic: `wills/${number}`, payload: Buffer.from(String(number)), qos: number % 2 === 0 ? 2 : 1, retain: false } })));
  await killed.kill();
  await eventually('all wills', () => new Set(wills).size === WILLS);
  await killed.start();
  await (await dialled(killed)).publishAsync('wills/last', 'last', { qos: 2 });
  await eventually('what comes after them', () => wills.includes('last'));
  assert.equal(wills.length, WILLS + 1);
});
