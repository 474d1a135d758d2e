import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { EmbeddedJournal, Message, Store, StoreUnavailableError, type OpenSession } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

const limits = { expirySeconds: 0, maxQueuedMessages: 1000, maxQueuedBytes: 1e6 };
const will = Message.create('will', Buffer.from('gone'), 1, false);

async function start(t: TestContext, directory = temporaryDirectory(t), maxBytes = 1e9) {
  const commits: number[] = [];
  const published: string[] = [];
  const store = await Store.open({ directory, maxBytes, observer: { storeCommitted: (operations) => commits.push(operations), storeFailed() {}, storeRecovered() {} } });
  const journal = new EmbeddedJournal(store);
  await journal.start({ published: (message) => published.push(message.topic), dropped() {} });
  commits.length = 0;
  const open = (more: Partial<OpenSession>) => {
    const connection = journal.connection();
    const opening = journal.open({ kind: 'open', time: 1, clientId: 'a', connection, clean: false, limits, ...more });
    return { connection, opening };
  };
  t.after(() => store.close());
  return { store, journal, commits, published, open };
}

test('opening says whether there was a session, once that is durable', async (t) => {
  const { store, open } = await start(t);
  const { opening } = open({});
  let done = false;
  void opening.then(() => (done = true));
  await Promise.resolve();
  assert.ok(!done, 'not before it is on disk');
  assert.deepEqual(await opening, { sessionPresent: false, session: store.session('a') });
  assert.deepEqual(await open({}).opening, { sessionPresent: true, session: store.session('a') });
  assert.deepEqual(await open({ clean: true }).opening, { sessionPresent: false, session: undefined });
  assert.equal(store.session('a'), undefined);
});

test('a clean client that leaves nothing behind and finds nothing costs the store nothing', async (t) => {
  const { store, journal, commits, open } = await start(t);
  const { connection, opening } = open({ clean: true });
  assert.deepEqual(await opening, { sessionPresent: false, session: undefined });
  journal.close({ kind: 'close', time: 1, clientId: 'a', connection, discardWill: false, sentUpTo: 0 });
  await store.durable();
  assert.deepEqual(commits, []);
});

test('the will of a clean client is published when its connection ends, and told', async (t) => {
  const { store, journal, published, open } = await start(t);
  const { connection, opening } = open({ clean: true, will });
  await opening;
  journal.close({ kind: 'close', time: 1, clientId: 'a', connection, discardWill: false, sentUpTo: 0 });
  assert.deepEqual([published, [...store.wills]], [['will'], []]);
});

test('a start ends the connections of the run before, whatever those were called', async (t) => {
  const directory = temporaryDirectory(t);
  const before = await start(t, directory);
  const { connection, opening } = before.open({ will });
  await opening;
  await before.store.close();
  const { store, journal, published } = await start(t, directory);
  assert.deepEqual([published, store.session('a')!.connected], [['will'], false]);
  assert.notDeepEqual(journal.connection(), connection);
});

test('messages that cannot be written are refused, sessions are still closed', async (t) => {
  const { store, journal, open } = await start(t, undefined, 1);
  assert.deepEqual([journal.writable, journal.replicated], [false, false]);
  assert.match(journal.failure!.message, /is full/);
  assert.throws(() => journal.submit({ kind: 'publish', time: 1, message: will }), StoreUnavailableError);
  const { connection, opening } = open({});
  await opening;
  journal.close({ kind: 'close', time: 1, clientId: 'a', connection, discardWill: true, sentUpTo: 0 });
  assert.equal(store.session('a')!.connected, false);
});
