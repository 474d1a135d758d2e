import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../src/store/index.js';
import { SharedMachine } from './shared-machine.js';

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i));

test('each message goes to one member, in turn while all are as busy; each group, and each ordinary subscription, gets its own', async (t) => {
  const machine = await SharedMachine.start(t);
  for (const id of ['a', 'b', 'c']) machine.member(id);
  machine.member('other', { filter: '$share/h/x' });
  machine.member('plus', { filter: '$share/g/+' });
  machine.member('ordinary', { filter: '#' });
  machine.publishAll(0, 6);
  assert.deepEqual(['a', 'b', 'c'].map((id) => machine.queue(id)), [['0', '3'], ['1', '4'], ['2', '5']]);
  assert.deepEqual(machine.queue('other'), numbers(0, 6));
  assert.deepEqual(machine.queue('plus'), numbers(0, 6), 'another filter is another shared subscription, also under the same name');
  assert.deepEqual(machine.queue('ordinary'), numbers(0, 6));
  machine.publish('elsewhere', 1, 'y');
  assert.deepEqual([machine.queue('plus').length, machine.queue('other').length], [7, 6]);
});

test('a client with an ordinary and a shared subscription that match gets both, with the QoS of each', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('a', { qos: 1 });
  machine.subscribe('a', 'x', 2);
  machine.publish('m', 2);
  assert.deepEqual(machine.entries('a').map(({ message, origin }) => [message!.qos, origin !== undefined]), [[2, false], [1, true]]);
});

test('the member that the fewest messages wait for is chosen', async (t) => {
  const machine = await SharedMachine.start(t);
  for (const id of ['a', 'b']) machine.member(id);
  machine.publishAll(0, 6);
  while (machine.queue('b').length > 0) machine.acknowledge('b');
  machine.publishAll(6, 9);
  assert.deepEqual(machine.queue('b'), ['6', '7', '8']);
});

test('the turn passes by members that are away or busy: what they do not get goes to the others in equal parts, also after a restart', async (t) => {
  const machine = await SharedMachine.start(t);
  const [away, free, busy] = [['away 1', 'away 2', 'away 3'], ['free 1', 'free 2', 'free 3'], ['busy 1', 'busy 2']];
  for (const id of [...away, free[0]!, busy[0]!, ...free.slice(1), busy[1]!]) machine.member(id);
  for (const id of away) machine.close(id);
  for (const id of busy) machine.subscribe(id, 'ordinary');
  machine.publish('waits for them', 1, 'ordinary');
  const served: string[] = [];
  for (let i = 0; i < 30; i++) {
    machine.publish(i);
    const id = free.find((each) => machine.queue(each).length > 0)!;
    machine.acknowledge(id);
    served.push(id);
    if (i % 7 === 0) await machine.restart();
  }
  assert.deepEqual(served, Array.from({ length: 30 }, (_, i) => free[i % 3]));
});

test('a member that leaves while it was its turn, and one that joins, leave the others in turn', async (t) => {
  const machine = await SharedMachine.start(t);
  for (const id of ['a', 'b', 'c']) machine.member(id);
  const served: string[] = [];
  const serve = (count: number) => {
    for (let i = 0; i < count; i++) {
      machine.publish('m');
      const id = ['a', 'b', 'c', 'd'].find((each) => machine.queue(each).length > 0)!;
      machine.acknowledge(id);
      served.push(id);
    }
  };
  serve(2);
  machine.unsubscribe('b', '$share/g/x');
  serve(3);
  machine.member('d');
  serve(4);
  assert.deepEqual(served, ['a', 'b', 'c', 'a', 'c', 'd', 'a', 'c', 'd']);
});

test('what no connected member has room for waits with the group, in order, for whoever acknowledges, connects or subscribes', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('a');
  machine.member('b');
  machine.close('b');
  machine.publishAll(0, 250);
  assert.deepEqual([machine.queue('a'), machine.queue('b'), machine.waiting()], [numbers(0, 100), [], numbers(100, 250)]);
  machine.acknowledge('a');
  assert.deepEqual([machine.queue('a'), machine.waiting().length], [numbers(1, 101), 149]);
  machine.open('b');
  assert.deepEqual([machine.queue('b'), machine.waiting().length], [numbers(101, 201), 49]);
  machine.publish(250);
  assert.deepEqual(machine.waiting(), numbers(201, 251), 'nothing overtakes what waits');
  machine.member('c');
  assert.deepEqual([machine.queue('c'), machine.waiting()], [numbers(201, 251), []]);
  assert.equal(machine.store.statistics().queuedMessages, 250);
});

test('the group of absent members is bounded by the limits of sessions, and says what it drops', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('a', { limits: { expirySeconds: 0, maxQueuedMessages: 3, maxQueuedBytes: 12 } });
  machine.close('a');
  machine.publishAll(0, 4);
  machine.publish('a longer one');
  assert.deepEqual([machine.waiting(), machine.drops], [['0', '1', '2'], ['queue-full 1 $share/g/x', 'queue-full 1 $share/g/x']]);
  machine.open('a');
  machine.acknowledge('a');
  machine.close('a');
  machine.publish('12 bytes now');
  assert.equal(machine.drops.length, 3, 'bytes count');
});

test('a message that is larger than what may wait for a member holds up nothing', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('small', { limits: { expirySeconds: 0, maxQueuedMessages: 10, maxQueuedBytes: 4 } });
  machine.member('large');
  machine.close('large');
  machine.publish('large message', 1);
  machine.publish('2', 1);
  assert.deepEqual([machine.queue('small'), machine.waiting()], [['large message'], ['2']]);
  machine.acknowledge('small');
  assert.deepEqual([machine.queue('small'), machine.waiting()], [['2'], []]);
});

test('what was not sent to a member that goes away returns to its place; what was sent stays for it', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('a');
  for (const qos of [1, 2] as const) machine.publish(`sent ${qos}`, qos);
  machine.publishAll(0, 3, 2);
  machine.publishAll(3, 5, 1);
  machine.close('a', 2);
  assert.deepEqual([machine.queue('a'), machine.waiting()], [['sent 1', 'sent 2'], numbers(0, 5)]);
  machine.member('b');
  machine.publish(5);
  assert.deepEqual([machine.queue('b'), machine.waiting()], [numbers(0, 6), []]);
  machine.open('a');
  assert.deepEqual(machine.queue('a'), ['sent 1', 'sent 2']);
});

test('what returns has the QoS that it was published with', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('a', { qos: 1 });
  machine.publish('m', 2);
  assert.equal(machine.entries('a')[0]!.message!.qos, 1);
  machine.close('a', 0);
  machine.member('b', { qos: 2 });
  assert.equal(machine.entries('b')[0]!.message!.qos, 2);
});

test('when a member never comes back, another one gets what it was sent with QoS 1, and nobody what it was sent with QoS 2', async (t) => {
  for (const way of ['expire', 'clean'] as const) {
    const machine = await SharedMachine.start(t);
    machine.member('a', { limits: { expirySeconds: 10, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 } });
    for (const qos of [1, 2] as const) machine.publish(`sent ${qos}`, qos);
    machine.close('a', 2);
    machine.member('b');
    if (way === 'expire') machine.apply({ kind: 'expire', time: 20_000 });
    else machine.open('a', { clean: true });
    assert.deepEqual(machine.queue('b'), ['sent 1'], way);
    assert.deepEqual(machine.drops, way === 'expire' ? ['expired-session 1 a'] : []);
  }
});

test('a clean session is a member while it is connected; what it did not acknowledge goes to another one, with QoS 2 only if it was not sent', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('c', { clean: true });
  for (const payload of ['sent', 'not sent']) for (const qos of [1, 2] as const) machine.publish(`${payload} ${qos}`, qos);
  assert.equal(machine.queue('c').length, 4);
  machine.member('p');
  machine.close('c', 2);
  assert.deepEqual(machine.queue('p'), ['sent 1', 'not sent 1', 'not sent 2']);
  assert.equal(machine.store.cleanSession('c'), undefined);
  machine.open('c', { clean: true });
  machine.publish('later');
  assert.deepEqual(machine.queue('c'), [], 'its subscriptions ended with the connection');
});

test('the acknowledgement of an earlier connection does not meet a clean session under the same client id', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('c', { clean: true });
  machine.publish('first');
  const connection = machine.connections.get('c')!;
  machine.member('c', { clean: true });
  machine.publish('second');
  const { sequence } = machine.entries('c')[0]!;
  machine.apply({ kind: 'acknowledge', time: 1, clientId: 'c', connection, sequence });
  assert.deepEqual(machine.queue('c'), ['second']);
  machine.acknowledge('c');
  assert.deepEqual(machine.queue('c'), []);
});

test('the queue lasts as long as the group has a member, and leaves nothing on disk', async (t) => {
  const machine = await SharedMachine.start(t);
  const empty = [...machine.store.dump()].length;
  machine.member('c', { clean: true });
  machine.publishAll(0, 5000);
  assert.equal(machine.waiting().length, 4900);
  await machine.store.durable();
  machine.close('c', 100);
  assert.deepEqual([[...machine.store.sharedSubscriptions].length, machine.store.statistics().queuedMessages], [0, 0]);
  await machine.store.purged();
  assert.equal([...machine.store.dump()].length, empty + 1, 'only the counters are there');

  machine.member('p');
  machine.close('p');
  machine.publishAll(0, 300);
  assert.equal(machine.waiting().length, 300);
  machine.open('p');
  machine.unsubscribe('p', '$share/g/x');
  assert.deepEqual([machine.waiting(), machine.queue('p')], [[], numbers(0, 100)], 'what it was given it keeps');
  machine.publish('later');
  machine.close('p', 0);
  assert.deepEqual(machine.queue('p'), numbers(0, 100));
});

test('what waits for a group whose last session expires is counted', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('a', { limits: { expirySeconds: 10, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 } });
  machine.close('a');
  machine.publishAll(0, 7);
  machine.apply({ kind: 'expire', time: 20_000 });
  assert.deepEqual(machine.drops, ['expired-session 7 $share/g/x']);
  assert.equal(machine.store.statistics().queuedMessages, 0);
});

test('a member with QoS 0 is sent its messages at once or never, and nothing waits for it', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('zero', { qos: 0 });
  const sent: string[] = [];
  const session = machine.store.session('zero')!;
  const reader = { enqueued: () => false, deliverNow: (message: Message) => sent.push(`${message.payload.toString()} ${message.qos}`) };
  machine.store.attach(session, reader);
  machine.publish('a', 2);
  machine.member('one', { qos: 1 });
  machine.publishAll(0, 4, 1);
  assert.deepEqual([sent.length, machine.queue('one').length], [3, 2], 'in turn, as nothing waits for either');
  machine.store.detach(session, reader);
  for (const id of ['zero', 'one']) machine.close(id, 1000);
  machine.publish('waits');
  machine.open('zero');
  assert.deepEqual([machine.waiting(), machine.queue('zero')], [['waits'], []], 'not for a member with QoS 0');
  machine.open('one');
  machine.publish('x');
  machine.unsubscribe('one', '$share/g/x');
  machine.close('zero');
  machine.publish('nobody');
  assert.deepEqual([machine.waiting(), machine.drops], [[], []]);
});

test('a queue that only members with QoS 0 are left of ends, its group does not', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('zero', { qos: 0 });
  machine.member('one', { qos: 1 });
  for (const id of ['zero', 'one']) machine.close(id);
  machine.publishAll(0, 3);
  machine.open('one', { limits: { expirySeconds: 0, maxQueuedMessages: 1, maxQueuedBytes: 100 } });
  assert.equal(machine.waiting().length, 2);
  machine.subscribe('one', '$share/g/x', 0);
  assert.deepEqual([machine.waiting(), machine.queue('one')], [[], ['0']]);
  await machine.restart();
  machine.subscribe('one', '$share/g/x', 1);
  machine.acknowledge('one');
  machine.publish('again');
  assert.deepEqual(machine.queue('one'), ['again']);
});

test('a shared subscription is sent nothing that was retained', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.apply({ kind: 'publish', time: 1, message: Message.create('x', Buffer.from('kept'), 1, true) });
  machine.member('a');
  assert.deepEqual(machine.queue('a'), []);
  machine.apply({ kind: 'publish', time: 1, message: Message.create('x', Buffer.from('new'), 1, true) });
  assert.deepEqual(machine.entries('a').map(({ message }) => message!.retain), [false]);
});

test('recovery: what members had may have been sent; what waits is there, and nobody who is gone is given anything', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.member('p');
  machine.member('c', { clean: true });
  for (let i = 0; i < 150; i++) for (const qos of [1, 2] as const) machine.publish(`${i} ${qos}`, qos);
  const [persistent, clean, waiting] = [machine.queue('p'), machine.queue('c'), machine.waiting()];
  assert.deepEqual([persistent.length, clean.length, waiting.length], [100, 100, 100]);
  await machine.restart();
  assert.deepEqual([machine.queue('p'), machine.queue('c'), machine.waiting()], [persistent, clean, waiting]);
  machine.recover();
  assert.deepEqual(machine.queue('p'), persistent);
  assert.deepEqual(machine.queue('c'), []);
  assert.deepEqual(machine.waiting(), [...clean.filter((payload) => payload.endsWith('1')), ...waiting]);
  await machine.restart();
  assert.deepEqual(machine.waiting().length, 100 + clean.filter((payload) => payload.endsWith('1')).length);
});

test('when a broker is gone, its members lose what they were not sent before any of them is given more', async (t) => {
  const machine = await SharedMachine.start(t);
  machine.apply({ kind: 'recover', time: 1, broker: 'b', incarnation: 1 });
  machine.member('first', { clean: true, broker: 'b' });
  machine.member('second', { clean: true, broker: 'b' });
  machine.member('elsewhere', { clean: true, broker: 'a' });
  machine.publishAll(0, 320);
  machine.apply({ kind: 'expel', time: 1, broker: 'b', incarnation: 1 });
  assert.deepEqual([machine.queue('elsewhere').length, machine.waiting().length], [100, 220]);
  const seen: string[] = [];
  while (machine.queue('elsewhere').length > 0) {
    seen.push(machine.queue('elsewhere')[0]!);
    machine.acknowledge('elsewhere');
  }
  assert.deepEqual(seen.sort(), numbers(0, 320).sort());
});

test('10,000 messages that waited on disk are drawn by three members, each once', async (t) => {
  const machine = await SharedMachine.start(t);
  for (const id of ['a', 'b', 'c']) machine.member(id);
  for (const id of ['a', 'b', 'c']) machine.close(id);
  machine.publishAll(0, 10_000);
  await machine.restart();
  const seen = new Map<string, string[]>([['a', []], ['b', []], ['c', []]]);
  for (const id of seen.keys()) machine.open(id);
  for (let left = 3; left > 0; ) {
    left = 0;
    for (const [id, payloads] of seen) {
      const [first] = machine.entries(id);
      if (first === undefined) continue;
      left++;
      payloads.push(first.message!.payload.toString());
      machine.acknowledge(id, first.sequence);
    }
    if (seen.get('a')!.length % 1000 === 0) await machine.store.durable();
  }
  assert.deepEqual([...seen.values()].flat().sort(), numbers(0, 10_000).sort());
  for (const [id, payloads] of seen) {
    assert.ok(payloads.length > 3000, `${id}: ${payloads.length}`);
    assert.deepEqual(payloads.map(Number), payloads.map(Number).toSorted((x, y) => x - y), 'in order');
  }
  assert.equal(machine.store.statistics().queuedMessages, 0);
});
