import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSubscribers, type SharedSubscriber } from '../../src/protocol/shared-subscribers.js';
import type { Subscriber } from '../../src/protocol/subscriber.js';
import { Message, SubscriptionTree } from '../../src/store/index.js';
import { SharedMachine } from '../store/shared-machine.js';

class Member implements SharedSubscriber {
  constructor(readonly clientId = '') {}

  congested = false;
  received = 0;

  forward(): void {
    this.received++;
  }

  deliver(): void {
    this.received++;
  }
}

function group(...members: Member[]) {
  const tree = new SubscriptionTree<Subscriber>();
  const subscribers = new SharedSubscribers(tree);
  for (const member of members) subscribers.add('$share/g/x', member);
  const publish = (count: number, qos: 0 | 1 = 0) => {
    for (let i = 0; i < count; i++) for (const [receiver] of tree.match('x')) receiver.deliver(Message.create('x', Buffer.of(), qos, false), 2);
  };
  return { tree, subscribers, publish };
}

test('QoS 0 messages go to the members in turn, past those that do not keep up, as long as another one does', () => {
  const members = [new Member(), new Member(), new Member()] as const;
  const { tree, publish } = group(...members);
  publish(6);
  assert.deepEqual(members.map(({ received }) => received), [2, 2, 2]);
  members[1].congested = true;
  publish(4);
  assert.deepEqual(members.map(({ received }) => received), [4, 2, 4]);
  for (const member of members) member.congested = true;
  for (const [receiver] of tree.match('x')) receiver.forward(Buffer.of(), 0, 0);
  assert.equal(members.reduce((sum, { received }) => sum + received, 0), 11);
});

test('messages with QoS above 0 are left to the store', () => {
  const member = new Member();
  group(member).publish(3, 1);
  assert.equal(member.received, 0);
});

test('a member is there once, and the group as long as it has one', () => {
  const members = [new Member(), new Member()] as const;
  const { tree, subscribers, publish } = group(...members, members[0]);
  assert.equal(tree.size + subscribers.uncounted, 2);
  subscribers.remove('$share/h/x', members[0]);
  subscribers.remove('$share/g/x', members[0]);
  subscribers.remove('$share/g/x', members[0]);
  publish(2);
  assert.deepEqual(members.map(({ received }) => received), [0, 2]);
  subscribers.remove('$share/g/x', members[1]);
  assert.deepEqual([tree.match('x'), tree.size, subscribers.uncounted], [[], 0, 0]);
});

test('where members are connected to several brokers, one of all gets each QoS 0 message, without the brokers asking one another', async (t) => {
  const machine = await SharedMachine.start(t);
  const everywhere = (filter: string) => machine.store.sharedSubscription(filter);
  const brokers = ['broker-0', 'broker-1'].map((broker) => {
    const tree = new SubscriptionTree<Subscriber>();
    const members = [0, 1].map((number) => new Member(`${broker} ${number}`));
    const subscribers = new SharedSubscribers(tree, everywhere);
    for (const member of members) {
      machine.member(member.clientId, { clean: true, broker });
      for (const filter of ['$share/g/x', '$share/g/$SYS/x']) subscribers.add(filter, member);
    }
    return { tree, members };
  });
  const all = brokers.flatMap(({ members }) => members);
  const counts = () => all.map(({ received }) => received);
  const publish = (topic: string, payload: string, retained: boolean) => {
    const { bytes } = Message.create(topic, Buffer.from(payload), 0, retained);
    for (const { tree } of brokers) {
      for (const [receiver] of tree.match(topic)) {
        const message = Message.decode(bytes);
        if (retained) receiver.deliver(message, 0);
        else receiver.forward(message.bytes, 0, message.bytes.length);
        // Only the first broker knows whether it is to be retained.
        bytes[0] = 0x30;
      }
    }
  };
  for (let i = 0; i < 400; i++) publish('x', `payload ${i}`, i % 2 === 0);
  assert.equal(counts().reduce((sum, count) => sum + count, 0), 400);
  for (const count of counts()) assert.ok(count > 60, String(counts()));

  // All members of the other broker are gone.
  for (const { clientId } of brokers[1]!.members) machine.close(clientId);
  const before = counts();
  for (const [receiver] of brokers[0]!.tree.match('x')) for (let i = 0; i < 10; i++) receiver.deliver(Message.create('x', Buffer.of(), 0, false), 0);
  assert.deepEqual(counts().slice(0, 2).map((count, index) => count - before[index]!), [5, 5], 'in turn again');

  publish('$SYS/x', 'of each broker', false);
  assert.equal(counts().reduce((sum, count) => sum + count, 0), 412, '$SYS is of each broker itself');
});
