import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Packet } from 'mqtt-packet';
import { publishPacket, TestBroker, type Overrides, type RawClient } from './harness.js';
import { RetainedDelivery, type RetainedSink } from '../../src/protocol/retained-delivery.js';
import { Message } from '../../src/store/index.js';
import { temporaryDirectory } from '../store/temporary-directory.js';

type Publish = Extract<Packet, { cmd: 'publish' }>;
const turn = () => new Promise(setImmediate);

/** A broker with retained messages on `r/0`, `r/1`, and so on. */
async function retaining(t: TestContext, count: number, overrides: Overrides = {}, payload = 'x'): Promise<TestBroker> {
  const broker = await TestBroker.start(t, overrides);
  for (let i = 0; i < count; i++) broker.store.apply({ kind: 'publish', time: 1, message: Message.create(`r/${i}`, Buffer.from(payload), 1, true) });
  await broker.store.durable();
  return broker;
}

async function connected(broker: TestBroker, clean: boolean): Promise<RawClient> {
  const client = await broker.raw();
  client.connect('c', { clean });
  assert.equal((await client.next())?.cmd, 'connack');
  return client;
}

async function subscribe(client: RawClient, ...subscriptions: Array<{ topic: string; qos: 0 | 1 | 2 }>): Promise<number[]> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
  return ((await client.next()) as unknown as { granted: number[] }).granted;
}

/** What the client is sent and acknowledges, until it was sent `count` topics. */
async function topics(client: RawClient, count: number): Promise<{ sent: Set<string>; repeated: number }> {
  const sent = new Set<string>();
  let repeated = 0;
  while (sent.size < count) {
    const { topic, messageId, retain } = (await client.next()) as unknown as Publish;
    assert.equal(retain, true);
    if (sent.has(topic)) repeated++;
    sent.add(topic);
    client.send({ cmd: 'puback', messageId: messageId! });
  }
  return { sent, repeated };
}

async function nothingMore(client: RawClient): Promise<void> {
  client.send({ cmd: 'pingreq' });
  assert.equal((await client.next())?.cmd, 'pingresp');
}

const drops = (broker: TestBroker) => broker.observer.events.filter(([name]) => name === 'dropped');

for (const clean of [true, false]) {
  const kind = clean ? 'a clean session' : 'a persistent session';

  test(`${kind}: one filter several times in a SUBSCRIBE has a return code for each, the last QoS, and its retained messages once [MQTT-3.8.4-3, -5]`, async (t) => {
    const broker = await retaining(t, 3);
    const client = await connected(broker, clean);
    assert.deepEqual(await subscribe(client, { topic: '#', qos: 2 }, { topic: 'other', qos: 0 }, { topic: '#', qos: 0 }, { topic: '#', qos: 1 }), [2, 0, 0, 1]);
    await topics(client, 3);
    await nothingMore(client);
    client.send(publishPacket('live', 'x', 2, 7));
    const two = [await client.next(), await client.next()] as unknown as Publish[];
    assert.deepEqual([two.find(({ cmd }) => cmd === 'publish')?.qos, two.some(({ cmd }) => (cmd as string) === 'pubrec')], [1, true]);
  });

  test(`${kind}: a SUBSCRIBE of a megabyte is answered as far as a client may subscribe, and costs no more than that`, async (t) => {
    const broker = await retaining(t, 20);
    const client = await connected(broker, clean);
    const filters = 200_000;
    const packet = Buffer.alloc(4 + 2 + 4 * filters);
    packet.set([0x82, 0, 0, 0, 0, 1]);
    for (let rest = 2 + 4 * filters, at = 1; at < 4; at++, rest >>>= 7) packet[at] = (rest & 0x7f) | (at < 3 ? 0x80 : 0);
    for (let at = 6; at < packet.length; at += 4) packet.set([0, 1, 0x23, 1], at);
    client.write(packet);
    const { granted } = (await client.next()) as unknown as { granted: number[] };
    assert.deepEqual([granted.length, granted.lastIndexOf(1), granted.indexOf(128)], [filters, 999, 1000]);
    await topics(client, 20);
    await nothingMore(client);
    assert.deepEqual(broker.observer.events.filter(([name]) => name === 'subscribe denied'), [['subscribe denied', 'c', undefined, 'limit', filters - 1000]]);
  });

  test(`${kind}: whoever subscribes again and again to much that is retained leaves others their turn`, async (t) => {
    const broker = await retaining(t, 400);
    const client = await connected(broker, clean);
    const other = await broker.raw();
    other.connect('other');
    assert.equal((await other.next())?.cmd, 'connack');
    const rounds = 200;
    client.send(...Array.from({ length: rounds }, (): Packet => ({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'r/#', qos: 1 }] })));
    let answered = 0;
    const all = (async () => {
      while (answered < rounds) {
        const packet = (await client.next())!;
        if (packet.cmd === 'suback') answered++;
        else client.send({ cmd: 'puback', messageId: packet.messageId! });
      }
    })();
    while (answered === 0) await turn();
    await nothingMore(other);
    assert.ok(answered < rounds, `${answered} of ${rounds} were answered first`);
    await all;
  });

  test(`${kind}: all retained messages come, however few the queue takes [MQTT-3.3.1-6]`, async (t) => {
    const broker = await retaining(t, 60, { session: { maxQueuedMessages: 4 }, limits: { maxInFlight: 2 } });
    const client = await connected(broker, clean);
    assert.deepEqual(await subscribe(client, { topic: 'r/+', qos: 1 }), [1]);
    const { sent, repeated } = await topics(client, 60);
    assert.deepEqual([sent.size, repeated, drops(broker)], [60, 0, []]);
    await nothingMore(client);
  });

  test(`${kind}: all retained messages come, however few bytes the queue takes, and also one that is larger`, async (t) => {
    const broker = await retaining(t, 20, { session: { maxQueuedBytes: 1000 }, limits: { maxBufferedBytes: 1000 } }, 'x'.repeat(300));
    broker.store.apply({ kind: 'publish', time: 1, message: Message.create('r/large', Buffer.alloc(5000), 1, true) });
    const client = await connected(broker, clean);
    assert.deepEqual(await subscribe(client, { topic: 'r/#', qos: 1 }), [1]);
    const { sent } = await topics(client, 21);
    assert.ok(sent.has('r/large'));
    assert.deepEqual(drops(broker), []);
  });

  test(`${kind}: more retained messages than one turn looks at come too, and an unsubscribed filter brings no more of them`, async (t) => {
    const broker = await retaining(t, 2500);
    const client = await connected(broker, clean);
    assert.deepEqual(await subscribe(client, { topic: 'r/#', qos: 1 }), [1]);
    const { repeated } = await topics(client, 2500);
    assert.deepEqual([repeated, drops(broker)], [0, []]);
    await nothingMore(client);

    assert.deepEqual(await subscribe(client, { topic: 'r/#', qos: 1 }), [1]);
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['r/#'] });
    let sent = 0;
    for (;;) {
      const packet = await client.next();
      if (packet?.cmd === 'unsuback') break;
      assert.equal(packet?.cmd, 'publish');
      sent++;
    }
    // At most what was in flight; it is not acknowledged, so nothing follows.
    assert.ok(sent <= 1024, `${sent}`);
  });
}

test('a persistent session: the retained messages of a wide subscription enter its queue a bounded piece at a time', async (t) => {
  const broker = await retaining(t, 3000);
  const client = await connected(broker, false);
  assert.deepEqual(await subscribe(client, { topic: 'r/#', qos: 1 }), [1]);
  const session = broker.store.session('c')!;
  assert.equal(session.subscriptions.get('r/#')!.retainedDue, true);
  let most = 0;
  for (let received = 0; received < 3000; received++) {
    const { messageId } = (await client.next()) as unknown as Publish;
    most = Math.max(most, session.queuedMessages);
    client.send({ cmd: 'puback', messageId: messageId! });
  }
  assert.ok(most > 0 && most <= 1000, `${most} in the queue at once`);
  await nothingMore(client);
  assert.equal(session.subscriptions.get('r/#')!.retainedDue, false);
});

test('a persistent session whose connection, and broker, end before all retained messages of a wide subscription were queued gets all of them afterwards', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await retaining(t, 3000, { directory });
  const before = await connected(first, false);
  assert.deepEqual(await subscribe(before, { topic: 'r/#', qos: 1 }), [1]);
  await before.next();
  before.socket.destroy();
  await first.stop();

  const second = await TestBroker.start(t, { directory });
  assert.equal(second.store.session('c')!.subscriptions.get('r/#')!.retainedDue, true);
  const client = await connected(second, false);
  await topics(client, 3000);
  await nothingMore(client);
  assert.equal(second.store.session('c')!.subscriptions.get('r/#')!.retainedDue, false);
});

/** Takes so many retained messages, then no more until it is given room. */
class Taker implements RetainedSink {
  readonly taken: string[] = [];
  completed = 0;
  congested = false;

  constructor(public room = Infinity) {}

  offer({ topic, qos, retain }: Message): boolean {
    if (this.room === 0) return false;
    this.room--;
    this.taken.push(`${topic} ${qos}${retain ? ' retained' : ''}`);
    return true;
  }

  deliverNow(message: Message): void {
    this.offer(message);
  }

  complete(): boolean {
    this.completed++;
    return true;
  }
}

const message = (topic: string, qos: 0 | 1 | 2) => Message.create(topic, Buffer.from('x'), qos, true);

test('what does not fit now is offered again, in order, with the QoS of the subscription', () => {
  const taker = new Taker(1);
  const delivery = new RetainedDelivery(taker);
  delivery.add('#', 1, [message('a', 2), message('b', 1), message('c', 0)], taker);
  assert.equal(delivery.go(), 2);
  assert.deepEqual([taker.taken, delivery.idle], [['a 1 retained'], false]);
  taker.room = 2;
  delivery.go();
  assert.deepEqual([taker.taken, delivery.idle, taker.completed], [['a 1 retained', 'b 1 retained', 'c 0 retained'], true, 1]);
});

test('nothing is sent to a client that does not keep up, nor without a sink above QoS 0', () => {
  const taker = new Taker();
  const delivery = new RetainedDelivery(taker);
  taker.congested = true;
  delivery.add('#', 2, [message('a', 0), message('b', 1)], undefined);
  assert.deepEqual([delivery.go(), taker.taken], [0, []]);
  taker.congested = false;
  delivery.go();
  assert.deepEqual([taker.taken, delivery.idle], [['a 0 retained'], true]);
});

test('the event loop has its turn in between, and whoever asks again meanwhile does not make it longer', async () => {
  const taker = new Taker();
  const delivery = new RetainedDelivery(taker);
  delivery.add('#', 1, Array.from({ length: 1200 }, (_, i) => message(`${i}`, 1)), taker);
  assert.equal(delivery.go(), 500);
  assert.equal(delivery.go(), 0);
  assert.equal(taker.taken.length, 500);
  await turn();
  assert.equal(taker.taken.length, 1000);
  await turn();
  assert.deepEqual([taker.taken.length, delivery.idle], [1200, true]);
});

test('a filter that is subscribed again begins anew, and one that is removed, or a delivery that is stopped, brings no more', () => {
  const taker = new Taker(1);
  const delivery = new RetainedDelivery(taker);
  const [a, b] = [message('a', 1), message('b', 1)];
  delivery.add('#', 1, [a, b], taker);
  delivery.go();
  delivery.add('#', 1, [a, b], taker);
  taker.room = 1;
  delivery.go();
  assert.deepEqual(taker.taken, ['a 1 retained', 'a 1 retained']);
  delivery.remove('#');
  assert.equal(delivery.idle, true);
  delivery.add('#', 1, [a], taker);
  delivery.stop();
  assert.deepEqual([delivery.go(), delivery.idle], [0, true]);
});
