import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { allLeave, startBroker, type TestBroker } from './brokers.js';
import { eventually, Nats, natsMissing } from './nats.js';
import { Proxy } from './proxy.js';

const skip = natsMissing;

const know = (...brokers: TestBroker[]) => eventually('all know each other', () => brokers.every(({ peers }) => peers.list().length === brokers.length - 1));

test('messages go to the brokers whose clients have a filter for them', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false, maxPayload: 128 * 1024 });
  t.after(() => allLeave().then(() => nats.stop()));
  const [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((name) => startBroker(nats.log, name)))) as [TestBroker, TestBroker, TestBroker];
  await know(a, b, c);
  const send = async (topic: string, qos: 0 | 1 | 2 = 0) => {
    void a.traffic.publish(topic, Buffer.from(`${topic} ${qos}`), qos);
    await a.traffic.flushed();
    return [b, c].map(({ received }) => received.splice(0));
  };

  await t.test('to nobody without a filter', async () => {
    assert.deepEqual([a.traffic.interested('x'), await send('x')], [false, [[], []]]);
  });

  await t.test('once an announcement is through, nothing is missed', async () => {
    for (let index = 0; index < 50; index++) {
      await b.traffic.announce(`t/${index}/+`, 'live');
      assert.deepEqual(await send(`t/${index}/x`), [[`t/${index}/x 0`], []]);
    }
    assert.deepEqual(await send('t/50/x'), [[], []]);
  });

  await t.test('once for each broker, however many of its filters match', async () => {
    await Promise.all([b.traffic.announce('#', 'live'), b.traffic.announce('m/#', 'stored'), c.traffic.announce('m/n', 'live')]);
    assert.deepEqual(await send('m/n', 1), [['m/n 1'], ['m/n 1']]);
    assert.deepEqual([a.traffic.storedInterest('m/n'), a.traffic.storedInterest('q')], [true, false]);
    assert.deepEqual([a.traffic.interested('$SYS/x'), a.traffic.interested('x')], [false, true]);
  });

  await t.test('until the last client with a filter is gone', async () => {
    await c.traffic.announce('m/n', 'stored');
    c.traffic.withdraw('m/n', 'live');
    assert.deepEqual((await send('m/n'))[1], ['m/n 0']);
    c.traffic.withdraw('m/n', 'stored');
    c.traffic.withdraw('m/n', 'stored');
    await c.traffic.flushed();
    assert.deepEqual((await send('m/n'))[1], []);
    b.traffic.withdraw('m/#', 'stored');
    b.traffic.withdraw('#', 'live');
    await b.traffic.flushed();
    assert.equal(a.traffic.storedInterest('m/n'), false);
    assert.equal(a.traffic.interested('m/n'), false);
  });

  await t.test('a broker that comes later gets all filters before it is complete', async () => {
    for (let index = 0; index < 20_000; index++) void b.traffic.announce(`many/${index}`, 'live');
    const d = await startBroker(nats.log, 'd');
    await know(a, b, c, d);
    await d.traffic.complete();
    assert.equal(d.traffic.statistics().filters.remote, 20_050);
    assert.ok(d.traffic.interested('many/19999'));
    d.traffic.publish('many/7', Buffer.from('early'), 1);
    await d.traffic.flushed();
    assert.deepEqual(b.received.splice(0), ['early']);
  });

  await t.test('a packet larger than a NATS message arrives whole', async () => {
    const large = 'abcdefghij'.repeat(100_000);
    await b.traffic.announce('large', 'live');
    a.traffic.publish('large', Buffer.from('before'), 0);
    a.traffic.publish('large', Buffer.from(large), 1);
    a.traffic.publish('large', Buffer.from('after'), 0);
    await a.traffic.flushed();
    assert.deepEqual(b.received.splice(0).map((text) => (text === large ? 'large' : text)), ['before', 'large', 'after']);
  });

  await t.test('what went to a broker that left is not waited for', async () => {
    await c.traffic.announce('late', 'live');
    await c.leave();
    await eventually('it is gone', () => !a.traffic.interested('late'));
    await a.traffic.announce('x', 'live');
  });
});

test('nothing is lost and nothing is twice above QoS 0 while connections break', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const proxies = await Promise.all([Proxy.start(nats.servers[0]!.port), Proxy.start(nats.servers[0]!.port)]);
  t.after(() => Promise.all(proxies.map((proxy) => proxy.stop())));
  const [a, b] = (await Promise.all(proxies.map(({ url }, index) => startBroker({ servers: [url] }, 'ab'[index]!)))) as [TestBroker, TestBroker];
  await know(a, b);
  await b.traffic.announce('#', 'live');
  let number = 0;
  let done = false;
  const publishing = (async () => {
    while (!done) {
      for (let index = 0; index < 100; index++) await a.traffic.publish('t', Buffer.from(String(number++)), 1);
      await new Promise(setImmediate);
    }
  })();
  const server = nats.servers[0]!;
  const [toA, toB] = proxies as [Proxy, Proxy];
  for (const disturb of [() => toA.reset(), () => toB.reset(), () => toA.cut(), () => toA.mend(), () => toB.cut(), () => toB.mend(), () => server.freeze(), () => server.thaw(), () => server.kill(), () => server.start()]) {
    await disturb();
    await pause(700);
  }
  done = true;
  await publishing;
  await eventually('all arrived', () => b.received.length >= number);
  assert.deepEqual(b.received.map(Number), [...Array(number).keys()]);
  assert.equal(b.traffic.statistics().interrupted, 0);
});

test('a broker that does not keep up: QoS 0 is dropped for it alone, more waits, until it is gone', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const proxy = await Proxy.start(nats.servers[0]!.port);
  t.after(() => proxy.stop());
  const a = await startBroker(nats.log, 'a');
  const slow = await startBroker({ servers: [proxy.url] }, 'slow');
  const quick = await startBroker(nats.log, 'quick');
  await know(a, slow, quick);
  await Promise.all([slow.traffic.announce('#', 'live'), quick.traffic.announce('#', 'live')]);
  proxy.cut();
  const packet = Buffer.alloc(10_000, 'x');
  for (let sent = 0; sent < 3000; sent++) {
    a.traffic.publish('t', packet, 0);
    if (sent % 50 === 0) await quick.traffic.flushed().then(() => new Promise((resolve) => setTimeout(resolve, 5)));
  }
  await eventually('the quick one has all', () => quick.received.length === 3000);
  const { dropped, bufferedBytes } = a.traffic.statistics();
  assert.ok(dropped > 1500 && dropped < 3000, `dropped ${dropped}`);
  assert.ok(bufferedBytes < 9 * 1024 * 1024, `buffered ${bufferedBytes}`);
  const wait = a.traffic.publish('t', packet, 1);
  assert.ok(wait instanceof Promise);
  await wait;
  assert.equal(a.peers.list().some(({ name }) => name === 'slow'), false);
  assert.equal(a.traffic.statistics().bufferedBytes, 0);

  proxy.mend();
  await know(a, slow, quick);
  await slow.traffic.flushed();
  await a.traffic.complete();
  a.traffic.publish('t', Buffer.from('again'), 1);
  await eventually('it takes part again', () => slow.received.at(-1) === 'again');
  // The quick one may have noticed its absence, or not.
  const { interrupted } = slow.traffic.statistics();
  assert.ok(interrupted === 1 || interrupted === 2, `interrupted ${interrupted} times`);
});

test('a broker that takes nothing is crowded by many small messages, too, and no other is', { skip, timeout: 60_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const [a, slow, quick] = (await Promise.all(['a', 'slow', 'quick'].map((name) => startBroker(nats.log, name)))) as [TestBroker, TestBroker, TestBroker];
  await know(a, slow, quick);
  await Promise.all([slow.traffic.announce('slow', 'live'), quick.traffic.announce('quick', 'live')]);
  // It is alive, and takes no messages.
  slow.traffic.close();
  const packet = Buffer.from('x');
  // Half of what may wait for two.
  for (let sent = 1; sent < 100_000; sent++) void a.traffic.publish('slow', packet, 1);
  assert.equal(a.traffic.crowded('slow'), false);
  const last = a.traffic.publish('slow', packet, 1);
  assert.deepEqual(['slow', 'quick', 'nobody'].map((topic) => a.traffic.crowded(topic)), [true, false, false]);
  await slow.peers.leave();
  await last;
  assert.equal(a.traffic.crowded('slow'), false);
  assert.equal(a.traffic.statistics().bufferedBytes, 0);
});

interface Report {
  readonly received: string[];
  readonly events: string[];
  readonly interrupted: number;
}

test('a broker whose process is frozen: a moment loses nothing, longer makes it gone until it is back', { skip, timeout: 120_000 }, async (t) => {
  const nats = await Nats.start({ jetStream: false });
  t.after(() => allLeave().then(() => nats.stop()));
  const child = fork(fileURLToPath(new URL('broker-process.js', import.meta.url)), [nats.servers[0]!.url, 'b'], { execArgv: [] });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  const report = async (): Promise<Report> => {
    child.send('report');
    const [answer] = (await once(child, 'message')) as [Report];
    return answer;
  };
  const a = await startBroker(nats.log, 'a');
  await eventually('it is known', () => a.traffic.interested('t'));
  let number = 0;
  const publish = () => {
    for (let index = 0; index < 1000; index++) void a.traffic.publish('t', Buffer.from(String(number++)), 1);
  };
  publish();
  child.kill('SIGSTOP');
  publish();
  await pause(2500);
  publish();
  child.kill('SIGCONT');
  publish();
  await a.traffic.flushed();
  assert.deepEqual((await report()).received.map(Number), [...Array(number).keys()]);

  child.kill('SIGSTOP');
  await eventually('it is gone', () => !a.traffic.interested('t'));
  publish();
  child.kill('SIGCONT');
  await eventually('it is back', () => a.traffic.interested('t'));
  a.traffic.publish('t', Buffer.from('again'), 1);
  await a.traffic.flushed();
  const { received, events, interrupted } = await report();
  assert.equal(received.at(-1), 'again');
  assert.equal(new Set(received).size, received.length);
  assert.equal(interrupted, 1);
  assert.deepEqual(events, ['a came']);
  child.send('end');
  await once(child, 'exit');
});
