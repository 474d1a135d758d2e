import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSubscribers, type SharedSubscriber } from '../../src/protocol/shared-subscribers.js';
import type { Subscriber } from '../../src/protocol/subscriber.js';
import { Message, SubscriptionTree } from '../../src/store/index.js';

class Member implements SharedSubscriber {
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
