import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAccess, publishPacket, TestBroker } from './harness.js';
import type { AccessControl } from '../../src/access/access-control.js';

interface Connack { cmd: string; returnCode: number; sessionPresent: boolean }

test('a CONNECT of MQTT 5 is answered with a CONNACK of MQTT 5 that says so', async (t) => {
  const broker = await TestBroker.start(t);
  const client = await broker.raw();
  client.write(Buffer.from('100f00044d5154540502003c00000261', 'hex').subarray(0, 16));
  client.write(Buffer.from('62', 'hex'));
  await client.end();
  assert.equal(Buffer.concat(client.bytes).toString('hex'), '2003008400');
  await broker.observer.event('refused', ([, reason]) => reason === 'protocol-version');
});

test('a protocol level that does not exist is refused with return code 1', async (t) => {
  const broker = await TestBroker.start(t);
  for (const level of [1, 6, 127]) {
    const client = await broker.raw();
    client.write(Buffer.concat([Buffer.from('100d00044d515454', 'hex'), Buffer.of(level), Buffer.from('02003c000161', 'hex')]));
    assert.equal(((await client.next()) as unknown as Connack).returnCode, 1);
    await client.end();
  }
});

test('MQTT 3.1 is spoken, also with a long client id', async (t) => {
  const broker = await TestBroker.start(t);
  const client = await broker.raw();
  client.connect('a-client-id-of-more-than-23-bytes', { protocolId: 'MQIsdp', protocolVersion: 3 });
  assert.equal(((await client.next()) as unknown as Connack).returnCode, 0);
});

test('no client id: fine for a clean session, refused with return code 2 for another and in MQTT 3.1', async (t) => {
  const broker = await TestBroker.start(t);
  const connect = async (options: Record<string, unknown>) => {
    const client = await broker.raw();
    if (options.protocolVersion === 3) client.write(Buffer.from('100e00064d51497364700302003c0000', 'hex'));
    else client.write(Buffer.from(options.clean === true ? '100c00044d5154540402003c0000' : '100c00044d5154540400003c0000', 'hex'));
    return ((await client.next()) as unknown as Connack).returnCode;
  };
  assert.equal(await connect({ clean: true }), 0);
  assert.equal(await connect({ clean: true }), 0);
  assert.equal(broker.broker.connectedClients, 2, 'each has an id of its own');
  assert.equal(await connect({ clean: false }), 2);
  assert.equal(await connect({ protocolVersion: 3 }), 2);
  assert.equal(broker.observer.events.filter(([name, reason]) => name === 'refused' && reason === 'client-id').length, 2);
});

test('client ids that are names in JavaScript are client ids', async (t) => {
  const broker = await TestBroker.start(t);
  for (const clientId of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    for (const sessionPresent of [false, true]) {
      const client = await broker.raw();
      client.connect(clientId, { clean: false });
      assert.deepEqual([((await client.next()) as unknown as Connack).returnCode, broker.broker.connectedClients], [0, 1], clientId);
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: clientId, qos: 1 }] });
      assert.equal((await client.next())?.cmd, 'suback');
      client.send(publishPacket(clientId, clientId, 1, 1));
      const answers = [(await client.next())?.cmd, (await client.next())?.cmd];
      assert.deepEqual(answers.sort(), ['puback', 'publish'], `${sessionPresent}`);
      client.send({ cmd: 'puback', messageId: sessionPresent ? 2 : 1 }, { cmd: 'disconnect' });
      await client.end();
    }
  }
});

test('authentication decides, and its reason becomes the return code', async (t) => {
  const results = { accepted: { accepted: true }, anonymous: { accepted: false, reason: 'anonymous' }, bad: { accepted: false, reason: 'bad-credentials' }, down: { accepted: false, reason: 'unavailable' } } as const;
  const seen: unknown[] = [];
  const access: AccessControl = {
    ...openAccess,
    authenticate: async (credentials) => {
      seen.push([credentials.clientId, credentials.username, credentials.password?.toString(), credentials.listener]);
      return results[credentials.username as keyof typeof results] ?? results.anonymous;
    },
  };
  const broker = await TestBroker.start(t, { access });
  const connect = async (username?: string, password?: string) => {
    const client = await broker.raw();
    client.connect('me', { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password: Buffer.from(password) }) });
    const connack = (await client.next()) as unknown as Connack;
    if (connack.returnCode !== 0) await client.end();
    return connack.returnCode;
  };
  assert.deepEqual([await connect(), await connect('bad', 'secret'), await connect('down'), await connect('accepted')], [5, 4, 3, 0]);
  assert.deepEqual(seen[1], ['me', 'bad', 'secret', 'tcp']);
  const refused = broker.observer.events.filter(([name]) => name === 'refused').map(([, reason]) => reason);
  assert.deepEqual(refused, ['anonymous', 'bad-credentials', 'unavailable']);
  assert.equal(broker.broker.connectedClients, 1);
});

test('a keepalive above the limit, or none, is refused with return code 5', async (t) => {
  const broker = await TestBroker.start(t, { maxKeepaliveSeconds: 300 });
  const connect = async (keepalive: number) => {
    const client = await broker.raw();
    client.connect('me', { keepalive });
    return ((await client.next()) as unknown as Connack).returnCode;
  };
  assert.deepEqual([await connect(0), await connect(301), await connect(300), await connect(1)], [5, 5, 0, 0]);
  assert.deepEqual(await broker.observer.event('refused'), ['refused', 'keepalive', 'keepalive of 0 s, at most 300 s and not 0 are allowed']);
});

test('a client is cut off once it was silent for one and a half times its keepalive, and not before [MQTT-3.1.2-24]', async (t) => {
  // The test alone looks after the connections, at the times that it says.
  t.mock.timers.enable({ apis: ['setInterval'] });
  const broker = await TestBroker.start(t);
  const client = await broker.raw();
  client.connect('silent', { keepalive: 10 });
  assert.equal((await client.next())?.cmd, 'connack');
  const connection = broker.broker.clients.get('silent')!;
  const closed = () => broker.observer.events.some(([name]) => name === 'closed');
  const ping = async () => {
    client.send({ cmd: 'pingreq' });
    assert.equal((await client.next())?.cmd, 'pingresp');
  };
  let now = performance.now();
  for (const silence of [5_000, 14_999]) {
    await ping();
    connection.check(now);
    connection.check((now += silence));
    assert.equal(closed(), false, `${silence} ms`);
  }
  await ping();
  connection.check(now);
  connection.check(now + 15_000);
  assert.equal(closed(), false, 'at one and a half times');
  connection.check(now + 15_001);
  assert.deepEqual(await broker.observer.event('closed'), ['closed', 'silent', 'keepalive', undefined]);
});

test('a silent client is cut off after its keepalive, and its will goes out', async (t) => {
  const broker = await TestBroker.start(t);
  const watcher = await broker.raw();
  watcher.connect('watcher');
  await watcher.next();
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'will', qos: 0 }] });
  await watcher.next();
  const silent = await broker.raw();
  silent.connect('silent', { keepalive: 1, will: { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false } });
  await silent.next();
  await silent.end();
  assert.equal((await watcher.next())?.cmd, 'publish');
  await broker.observer.event('closed', ([, id, reason]) => id === 'silent' && reason === 'keepalive');
});

test('a connection that does not send CONNECT in time is closed', async (t) => {
  const broker = await TestBroker.start(t, { limits: { connectTimeoutSeconds: 1 } });
  const silent = await broker.raw();
  const slow = await broker.raw();
  slow.write(Buffer.from('100d00', 'hex'));
  await Promise.all([silent.end(), slow.end()]);
  await broker.observer.event('refused');
  assert.deepEqual(broker.observer.events.map(([name, reason]) => [name, reason]), [['refused', 'connect-timeout'], ['refused', 'connect-timeout']]);
  assert.equal(broker.broker.statistics().connections, 0);
});

test('connections above the limit are closed, and make room again', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxConnections: 1 } });
  const first = await broker.raw();
  first.connect('first');
  await first.next();
  const second = await broker.raw();
  await second.end();
  assert.deepEqual(await broker.observer.event('refused'), ['refused', 'connection-limit', undefined]);
  first.send({ cmd: 'disconnect' });
  await first.end();
  const third = await broker.raw();
  third.connect('third');
  assert.equal((await third.next())?.cmd, 'connack');
});

test('packets that follow CONNECT at once wait for CONNACK and are all handled', async (t) => {
  const broker = await TestBroker.start(t);
  const client = await broker.raw();
  client.send(
    { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: 'hasty', keepalive: 0 },
    { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 0 }] },
    ...Array.from({ length: 200 }, (_, i) => publishPacket('x', `${i}`, 0)),
    { cmd: 'pingreq' },
  );
  assert.equal((await client.next())?.cmd, 'connack');
  const cmds: string[] = [];
  while (cmds.length < 202) cmds.push((await client.next())!.cmd);
  assert.deepEqual([cmds.filter((cmd) => cmd === 'publish').length, cmds.includes('suback'), cmds.includes('pingresp')], [200, true, true]);
});

test('a connection that ends while it is being authenticated leaves nothing behind', async (t) => {
  let settle: (() => void) | undefined;
  const asked = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let answer: (() => void) | undefined;
  const access: AccessControl = {
    ...openAccess,
    authenticate: () => {
      settle!();
      return new Promise((resolve) => (answer = () => resolve({ accepted: true })));
    },
  };
  const broker = await TestBroker.start(t, { access });
  const client = await broker.raw();
  client.connect('gone', { clean: false });
  await asked;
  client.socket.destroy();
  await broker.observer.event('refused');
  answer!();
  await new Promise(setImmediate);
  assert.deepEqual([broker.broker.connectedClients, broker.broker.statistics().sessions], [0, { connected: 0, disconnected: 0 }]);
});

test('what a client sends before it is authenticated is not read into memory', async (t) => {
  const access: AccessControl = { ...openAccess, authenticate: () => new Promise(() => {}) };
  const broker = await TestBroker.start(t, { access });
  const client = await broker.raw();
  client.connect('flood');
  const chunk = Buffer.alloc(1_000_000, 0x30);
  let taken = 0;
  while (taken < 64 && client.socket.write(chunk, () => taken++)) await new Promise(setImmediate);
  for (let i = 0; i < 64; i++) client.socket.write(chunk, () => taken++);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(taken < 32, `${taken} of 64 MB were taken: no more than what the kernel keeps`);
});

test('many connections under one client id at once: one remains, and it works', async (t) => {
  const broker = await TestBroker.start(t);
  const clients = await Promise.all(Array.from({ length: 30 }, () => broker.raw()));
  for (const client of clients) client.connect('same', { clean: false });
  while (clients.filter((client) => !client.closed).length > 1) await Promise.race(clients.filter((client) => !client.closed).map((client) => client.end()));
  const [last] = clients.filter((client) => !client.closed);
  assert.equal((await last!.next())?.cmd, 'connack');
  last!.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 1 }] }, publishPacket('x', 'hello', 0));
  assert.deepEqual([(await last!.next())?.cmd, (await last!.next())?.cmd].sort(), ['publish', 'suback']);
  assert.deepEqual(broker.broker.statistics().sessions, { connected: 1, disconnected: 0 });
});

test('to be moved, the longest-lived clients are disconnected, as many as asked for; none that connected a moment ago', async (t) => {
  const broker = await TestBroker.start(t);
  for (const clientId of ['first', 'second', 'third']) await broker.connect({ clientId, reconnectPeriod: 0 });
  assert.equal(broker.broker.release(3, 3600), 0);
  assert.equal(broker.broker.release(2, 0), 2);
  const closed = () => broker.observer.events.filter(([name]) => name === 'closed').map(([, clientId, reason]) => [clientId, reason]);
  await broker.observer.event('closed', ([, clientId]) => clientId === 'second');
  assert.deepEqual(closed(), [['first', 'rebalance'], ['second', 'rebalance']]);
  assert.equal(broker.broker.release(5, 0), 1);
});

test('draining refuses new clients with return code 3 and disconnects the others; wills wait for the next start', async (t) => {
  const broker = await TestBroker.start(t);
  const clients = await Promise.all(Array.from({ length: 5 }, async (_, i) => {
    const client = await broker.raw();
    client.connect(`c${i}`, i === 0 ? { will: { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false } } : { clean: false });
    await client.next();
    return client;
  }));
  const before = performance.now();
  const draining = broker.broker.drain({ connectionsPerSecond: 20 });
  const late = await broker.raw();
  late.connect('late');
  assert.equal(((await late.next()) as unknown as Connack).returnCode, 3);
  await draining;
  assert.ok(performance.now() - before >= 200, 'five at 20 a second take a fifth of a second at least');
  await Promise.all(clients.map((client) => client.end()));
  assert.deepEqual(broker.broker.statistics().sessions, { connected: 0, disconnected: 4 });
  assert.deepEqual([...broker.store.wills].map(({ clientId }) => clientId), ['c0']);
  assert.equal(broker.observer.events.filter(([name, , reason]) => name === 'closed' && reason === 'drain').length, 5);
});
