import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { SnapshotNeededError } from '../../src/cluster/snapshots.js';
import { BatchWriter, Message, readBatch, Store, StoreUnavailableError, type SubmittedOperation } from '../../src/store/index.js';
import { temporaryDirectory } from '../store/temporary-directory.js';
import { caughtUp, limits, Member, TestConnection } from './cluster.js';
import { SharedLog } from './memory-log.js';

const publish = (payload: string, qos: 0 | 1 | 2 = 1, retain = true): SubmittedOperation => ({ kind: 'publish', time: 1, message: Message.create('x', Buffer.from(payload), qos, retain) });
const retained = (member: Member) => [...member.store.retained('#')].map((message) => message.payload.toString());
const queue = (member: Member, clientId: string) => member.store.read(member.store.session(clientId)!, 0, 1e6).map((entry) => (entry.released ? 'released' : entry.message!.payload.toString()));
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
};

test('what one broker submits takes effect on all, in one order, and the waiter is called once it has', async (t) => {
  const log = new SharedLog();
  const [first, second] = [await Member.join(t, log), await Member.join(t, log, { broker: 'broker-1' })];
  first.journal.submit(publish('one'));
  assert.deepEqual(retained(first), [], 'not before it came back');
  second.journal.submit(publish('two'));
  await Promise.all([first.applied(), second.applied()]);
  await caughtUp(first, second);
  assert.equal(first.messages.length, 2);
  assert.deepEqual(first.messages, second.messages);
  assert.deepEqual(retained(first), retained(second));
  assert.ok(first.journal.isDurable());
  let called = false;
  first.journal.afterCommit({ committed: () => (called = true), failed: assert.fail });
  assert.ok(called, 'nothing is on its way: at once');
});

test('a QoS 0 message is retained through the log, but not delivered when it comes back', async (t) => {
  const member = await Member.join(t, new SharedLog());
  member.journal.submit(publish('zero', 0));
  await member.applied();
  assert.deepEqual([member.messages, retained(member)], [[], ['zero']]);
});

test('what is submitted in one turn is one entry; while it is on its way, the next one fills; waiters are called in order', async (t) => {
  const log = new SharedLog();
  const member = await Member.join(t, log, { delays: () => 3 });
  const before = log.last;
  const order: number[] = [];
  for (let i = 0; i < 300; i++) {
    member.journal.submit(publish(`${i}`));
    member.journal.afterCommit({ committed: () => order.push(i), failed: assert.fail });
    if (i === 99) await turns(2);
  }
  await member.applied();
  assert.deepEqual(order, Array.from({ length: 300 }, (_, i) => i));
  assert.deepEqual(log.entries.slice(before).map(({ data }) => readBatch(data).operations.length), [100, 200]);
});

test('a batch ends at its size', async (t) => {
  const log = new SharedLog();
  const member = await Member.join(t, log, { maxBatchBytes: 1000 });
  const before = log.last;
  for (let i = 0; i < 100; i++) member.journal.submit(publish('p'.repeat(100)));
  await member.applied();
  const sizes = log.entries.slice(before).map(({ data }) => data.length);
  assert.ok(sizes.length >= 10 && sizes.every((size) => size < 1150), `${sizes}`);
});

test('a client id has one connection in the cluster: the last one in the log, and the broker of the one before ends it', async (t) => {
  const log = new SharedLog();
  const members = [await Member.join(t, log), await Member.join(t, log, { broker: 'broker-1' })] as const;
  const first = new TestConnection(members[0], 'a');
  assert.deepEqual((await first.open()).sessionPresent, false);
  first.subscribe('x');
  members[0].journal.submit(publish('one', 2, false));
  await members[0].applied();
  const second = new TestConnection(members[1], 'a');
  const opened = await second.open();
  assert.deepEqual([opened.sessionPresent, opened.session?.queuedMessages], [true, 1]);
  await caughtUp(...members);
  assert.deepEqual([first.over, second.over], [true, false]);
  // What the first one still says is not heard.
  const entries = log.last;
  first.close();
  await turns(3);
  assert.equal(log.last, entries);
  assert.equal(members[0].store.owner('a')!.number, second.id.number);
});

test('a clean session is registered too, and has no session to go on with', async (t) => {
  const log = new SharedLog();
  const members = [await Member.join(t, log), await Member.join(t, log, { broker: 'broker-1' })] as const;
  const [first, second] = [new TestConnection(members[0], 'a'), new TestConnection(members[1], 'a')];
  assert.deepEqual(await first.open({ clean: true }), { sessionPresent: false, session: undefined });
  assert.deepEqual(await second.open({ clean: true }), { sessionPresent: false, session: undefined });
  await caughtUp(...members);
  assert.deepEqual([first.over, second.over], [true, false]);
});

test('a will is published on every broker when its connection ends or is taken over', async (t) => {
  const log = new SharedLog();
  const members = [await Member.join(t, log), await Member.join(t, log, { broker: 'broker-1' })] as const;
  const will = Message.create('will', Buffer.from('gone'), 0, false);
  const first = new TestConnection(members[0], 'a');
  await first.open({ clean: true, will });
  await new TestConnection(members[1], 'a').open({ clean: true, will });
  await caughtUp(...members);
  assert.deepEqual(members.map(({ messages }) => messages), [['will gone'], ['will gone']]);
});

test('a broker that begins anew ends the connections of its run before, once, on every broker; so does one that was found gone', async (t) => {
  const log = new SharedLog();
  const watcher = await Member.join(t, log, { broker: 'broker-9' });
  for (const [broker, expelled] of [['broker-0', false], ['broker-1', true]] as const) {
    const dying = await Member.join(t, log, { broker });
    await new TestConnection(dying, broker).open({ clean: true, will: Message.create('will', Buffer.from(broker), 1, false) });
    await dying.die();
    if (expelled) watcher.journal.submit({ kind: 'expel', time: 1, broker, incarnation: dying.journal.incarnation });
    const again = await Member.join(t, log, { broker, directory: dying.directory });
    await caughtUp(watcher, again);
    assert.ok(again.journal.incarnation > dying.journal.incarnation);
  }
  assert.deepEqual(watcher.messages, ['will broker-0', 'will broker-1']);
});

test('a broker that was found gone though it is not ends its connections and begins anew', async (t) => {
  const log = new SharedLog();
  const members = [await Member.join(t, log), await Member.join(t, log, { broker: 'broker-1' })] as const;
  const [gone, other] = members;
  const before = gone.journal.incarnation;
  const connection = new TestConnection(gone, 'a');
  await connection.open();
  gone.log.disconnect();
  gone.journal.submit(publish('never acknowledged'));
  const waited = gone.applied();
  const opening = new TestConnection(gone, 'b').open();
  other.journal.submit({ kind: 'expel', time: 1, broker: 'broker-0', incarnation: before });
  await other.applied();
  assert.equal(other.store.owner('a'), undefined);
  gone.log.reconnect();
  await assert.rejects(waited, /the cluster took this broker for gone/);
  await assert.rejects(opening, /the cluster took this broker for gone/);
  assert.ok(connection.over);
  assert.throws(() => connection.subscribe('x'), (error) => error instanceof StoreUnavailableError && /the connection is over/.test(error.message));
  await gone.applied();
  assert.ok(gone.journal.incarnation > before);
  assert.deepEqual((await new TestConnection(gone, 'b').open()).sessionPresent, false);
  await caughtUp(...members);
  assert.deepEqual([gone.store.owner('b')?.incarnation, other.store.owner('b')?.incarnation, retained(other)], [gone.journal.incarnation, gone.journal.incarnation, []]);
  assert.ok(gone.journal.writable);
});

test('two brokers of one name: the earlier one ends, and says why', async (t) => {
  const log = new SharedLog();
  const [first, second] = [await Member.join(t, log), await Member.join(t, log)];
  await caughtUp(first, second);
  assert.match(first.failures[0]!.message, /^Another broker with the name broker-0 began to run\. Every broker of a cluster needs a name of its own/);
  assert.deepEqual([first.failures.length, first.journal.writable, first.journal.failure, second.journal.writable], [1, false, first.failures[0], true]);
  assert.throws(() => first.journal.submit(publish('x')), /Another broker with the name/);
});

test('a clock that went back does not keep a broker from beginning', async (t) => {
  const log = new SharedLog();
  const ahead = Date.now() * 2;
  const writer = new BatchWriter({ broker: 'broker-0', incarnation: ahead, batch: 1 }, 1);
  writer.add({ kind: 'recover', time: 1, broker: 'broker-0', incarnation: ahead });
  const member = await Member.join(t, log, { start: false });
  // Between its look at the log and its own entry.
  const started = member.journal.start(member);
  log.add(writer.finish());
  await started;
  assert.equal(member.journal.incarnation, ahead + 1);
});

test('repeated appends have no effect', async (t) => {
  const log = new SharedLog();
  const member = await Member.join(t, log, { duplicates: () => true });
  const connection = new TestConnection(member, 'a');
  await connection.open();
  connection.subscribe('x');
  for (let i = 0; i < 5; i++) {
    member.journal.submit(publish(`${i}`, 2, false));
    await member.applied();
  }
  await caughtUp(member);
  assert.deepEqual([queue(member, 'a'), member.messages.length], [['0', '1', '2', '3', '4'], 5]);
});

test('while the log is away, operations wait, as many as there is room for, and readiness says so', async (t) => {
  const member = await Member.join(t, new SharedLog(), { maxWaitingOperations: 3 });
  assert.ok(member.journal.writable);
  const connection = new TestConnection(member, 'a');
  await connection.open();
  member.log.disconnect();
  assert.deepEqual([member.journal.writable, member.journal.failure?.message], [false, 'the log is away']);
  for (let i = 0; i < 3; i++) member.journal.submit(publish(`${i}`));
  const refused = /3 operations \(\d+ bytes\) wait for the replicated log: the log is away\. Nothing more is taken until it goes on\.$/;
  assert.throws(() => member.journal.submit(publish('4')), (error) => error instanceof StoreUnavailableError && refused.test(error.message));
  await assert.rejects(new TestConnection(member, 'b').open(), refused);
  connection.close();
  member.log.reconnect();
  await member.applied();
  assert.deepEqual([retained(member), member.store.session('a')!.connected, member.journal.writable], [['2'], false, true]);
});

test('a session that the log does not take in time is refused; what is over before it was opened takes the client id from nobody later', async (t) => {
  const log = new SharedLog();
  const members = [await Member.join(t, log, { openSeconds: 0.05 }), await Member.join(t, log, { broker: 'broker-1' })] as const;
  const [isolated, other] = members;
  isolated.log.disconnect();
  // The append that is on its way cannot be taken back.
  isolated.journal.submit(publish('x'));
  await turns(2);
  const [slow, left, patient] = ['a', 'a', 'b'].map((clientId) => new TestConnection(isolated, clientId)) as [TestConnection, TestConnection, TestConnection];
  const refused = assert.rejects(slow.open(), (error) => error instanceof StoreUnavailableError && error.message === 'the replicated log did not take the session within 0.05 s: the log is away');
  const over = assert.rejects(left.open(), /the connection is over/);
  left.close();
  await Promise.all([refused, over]);
  slow.close();
  const connection = new TestConnection(other, 'a');
  await connection.open();
  // Whether it is still in time does not matter here.
  patient.open().catch(() => {});
  isolated.log.reconnect();
  await isolated.applied();
  await caughtUp(...members);
  assert.deepEqual([connection.over, other.store.owner('a')?.broker, other.store.owner('b')?.broker], [false, 'broker-1', 'broker-0']);
  const operations = log.entries.flatMap(({ data }) => readBatch(data).operations).map((operation) => operation.kind);
  assert.deepEqual(operations.toSorted(), ['open', 'open', 'publish', 'recover', 'recover']);
});

test('a connection that ends while its opening is on its way is closed behind it', async (t) => {
  const log = new SharedLog();
  const member = await Member.join(t, log, { delays: () => 3 });
  const connection = new TestConnection(member, 'a');
  const over = assert.rejects(connection.open(), /the connection is over/);
  await turns(2);
  connection.close();
  await Promise.all([over, member.applied()]);
  assert.deepEqual([member.store.session('a')?.connected], [false]);
});

test('a slow log is said to be slow; the bound in bytes holds too', async (t) => {
  const member = await Member.join(t, new SharedLog(), { maxWaitingBytes: 1000 });
  member.journal.submit(publish('p'.repeat(1000)));
  assert.throws(() => member.journal.submit(publish('q')), /1 operations \(\d{4} bytes\) wait for the replicated log: it is too slow\./);
  await member.applied();
  member.journal.submit(publish('q'));
  await member.applied();
});

test('a broker is part of the cluster once it has everything that was in the log, and then knows how far behind it is', async (t) => {
  const log = new SharedLog();
  const writer = await Member.join(t, log, { broker: 'broker-1' });
  for (let i = 0; i < 50; i++) {
    writer.journal.submit(publish(`${i}`));
    await writer.applied();
  }
  const late = await Member.join(t, log, { start: false });
  assert.deepEqual(retained(late), ['49']);
  assert.match(late.journal.failure!.message, /not part of the cluster yet/);
  await late.journal.start(late);
  assert.deepEqual([late.messages, await late.journal.lag()], [[], 0], 'what was before is not delivered again');
  late.log.disconnect();
  await turns(2);
  writer.journal.submit(publish('more'));
  await writer.applied();
  const lag = late.journal.lag();
  late.log.reconnect();
  assert.ok((await lag) >= 0);
  await caughtUp(late);
  assert.deepEqual(late.messages, ['x more']);
});

test('only the broker that brought a message counts what was dropped of it', async (t) => {
  const log = new SharedLog();
  const members = [await Member.join(t, log), await Member.join(t, log, { broker: 'broker-1' })] as const;
  const connection = new TestConnection(members[0], 'a');
  await connection.open({ limits: { ...limits, maxQueuedMessages: 1 } });
  connection.subscribe('x');
  await members[0].applied();
  for (let i = 0; i < 3; i++) members[1].journal.submit(publish(`${i}`, 1, false));
  await members[1].applied();
  await caughtUp(...members);
  assert.deepEqual(members.map(({ drops }) => drops), [[], ['queue-full 1 a', 'queue-full 1 a']]);
});

test('a store that is too far behind is told apart from one that is ahead', async (t) => {
  const log = new SharedLog();
  const member = await Member.join(t, log);
  for (let i = 0; i < 5; i++) {
    member.journal.submit(publish(`${i}`));
    await member.applied();
  }
  log.trim(3);
  await assert.rejects(Member.join(t, log, { broker: 'broker-1' }), (error) => error instanceof SnapshotNeededError && error.sequence === 3 && /begins at 4; the entries from 1 on were trimmed/.test(error.message));
  const { directory } = member;
  await member.die();
  await assert.rejects(Member.join(t, new SharedLog(), { directory }), /^ClusterError: The store of this broker is at entry 6 of the replicated log, which ends at 0: it is another log, or one that was begun anew\. Name the log/);
});

const endings: Array<[string, (log: SharedLog, member: Member) => void, RegExp]> = [
  ['an entry of a newer version', (log) => log.add(Buffer.of(9)), /^Entry 2 of the replicated log cannot be read: it has format version 9; this broker reads 1\. Run the broker version that wrote it, or a newer one\.$/],
  ['an entry that is none', (log) => log.add(Buffer.of(1)), /^Entry 2 of the replicated log cannot be read: it ends too early\.$/],
  [
    'a log that refuses',
    (_log, member) => {
      member.log.refusal = new Error('no room');
      member.journal.submit(publish('x'));
    },
    /^The replicated log refuses what this broker writes: no room$/,
  ],
];
for (const [what, cause, pattern] of endings) {
  test(`${what} ends the journal: everybody who waits is told, and nothing changes any more`, async (t) => {
    const log = new SharedLog();
    const member = await Member.join(t, log);
    cause(log, member);
    member.journal.submit(publish('waits'));
    await assert.rejects(member.applied(), (error: Error) => pattern.test(error.message));
    assert.match(member.failures[0]!.message, pattern);
    assert.deepEqual([member.failures.length, member.journal.writable], [1, false]);
    assert.throws(() => member.journal.submit(publish('later')), (error) => error instanceof StoreUnavailableError && pattern.test(error.message));
    assert.deepEqual(retained(member), []);
  });
}

test('what was submitted is in the log when the journal has ended, and nothing more is taken', async (t) => {
  const log = new SharedLog();
  const member = await Member.join(t, log, { delays: () => 2 });
  member.journal.submit(publish('last'));
  const connection = new TestConnection(member, 'a');
  await connection.open();
  connection.close();
  await member.journal.end();
  assert.deepEqual([retained(member), member.store.session('a')!.connected], [['last'], false]);
  assert.throws(() => member.journal.submit(publish('more')), (error) => error instanceof StoreUnavailableError && /the broker ends/.test(error.message));
});

test('without the log the end does not wait for ever, and who still waits is told', async (t) => {
  const member = await Member.join(t, new SharedLog(), { endSeconds: 0.01 });
  member.log.disconnect();
  member.journal.submit(publish('lost'));
  const waited = member.applied();
  await Promise.all([member.journal.end(), assert.rejects(waited, /the broker ends/)]);
});

test('operations of a log are the same after a crash of the broker, from where its disk is', async (t) => {
  const log = new SharedLog();
  const [crashing, other] = [await Member.join(t, log), await Member.join(t, log, { broker: 'broker-1' })];
  const connection = new TestConnection(crashing, 'a');
  await connection.open();
  connection.subscribe('x');
  await crashing.applied();
  // The disk of the moment of the crash.
  await crashing.store.durable();
  const directory = temporaryDirectory(t);
  await Store.restore(directory, crashing.store.snapshot().chunks);
  for (let i = 0; i < 20; i++) other.journal.submit(publish(`${i}`, 1, false));
  await other.applied();
  await crashing.die();
  const again = await Member.join(t, log, { directory });
  await caughtUp(again, other);
  assert.deepEqual(queue(again, 'a'), queue(other, 'a'));
  assert.equal(queue(again, 'a').length, 20);
});

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

test('a disk that cannot be written: new messages are refused, the log is not read without bound, and all goes on when it can', { skip: !canLimit && 'prlimit (util-linux) is not here' }, async (t) => {
  const limit = (bytes: number | string) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
  const ignored = () => {};
  process.on('SIGXFSZ', ignored);
  // The store alone does not keep a process alive while it waits to try again.
  const alive = setInterval(() => {}, 1000);
  t.after(() => {
    clearInterval(alive);
    limit('unlimited');
    process.off('SIGXFSZ', ignored);
  });
  const log = new SharedLog();
  const member = await Member.join(t, log, { maxBatchBytes: 10_000 });
  limit(1);
  member.journal.submit(publish('one'));
  await member.applied();
  await assert.rejects(member.store.durable(), /cannot be written/);
  assert.match(member.journal.failure!.message, /^The store in .* cannot be written: .* check the free space and the volume\.$/);
  assert.throws(() => member.journal.submit(publish('refused')), (error) => error instanceof StoreUnavailableError && /cannot be written/.test(error.message));
  for (let i = 0; i < 150_000; i++) member.journal.submit({ kind: 'expire', time: 1 });
  while (member.store.pendingOperations <= 100_000) await turns(1);
  await turns(50);
  assert.ok(member.store.pendingOperations < 110_000, `${member.store.pendingOperations} operations in memory`);
  limit('unlimited');
  await member.applied();
  await member.store.durable();
  assert.equal(member.store.applied, log.last);
  assert.ok(member.journal.writable);
});
