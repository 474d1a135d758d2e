import assert from 'node:assert/strict';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cannotMount, mountedDirectory } from './mounted-directory.js';
import { Message, Store, StoreUnavailableError, type Operation } from '../../src/store/index.js';

const VOLUME_MEBIBYTES = 32;
/** A twentieth. */
const RESERVED_BYTES = VOLUME_MEBIBYTES * 1024 * 1024 / 20;

const connection = { broker: '', incarnation: 1, number: 1 };
const publish = (): Operation => ({ kind: 'publish', time: 1, message: Message.create('x', Buffer.alloc(1000), 1, false) });

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a volume that is nearly full: new messages are refused before a write fails, what frees space goes on, and all is well when there is room', { timeout: 60_000, skip: cannotMount }, async (t) => {
  const volume = mountedDirectory(t, VOLUME_MEBIBYTES);
  const events: string[] = [];
  const directory = join(volume, 'store');
  const store = await Store.open({ directory, maxBytes: 1e9, observer: { storeCommitted() {}, storeFailed: (error) => events.push(error.message), storeRecovered: () => events.push('recovered') } });
  store.apply({ kind: 'open', time: 1, clientId: 's', connection, clean: false, limits: { expirySeconds: 0, maxQueuedMessages: 1e6, maxQueuedBytes: 1e9 } });
  store.apply({ kind: 'subscribe', time: 1, clientId: 's', connection, subscriptions: [{ filter: '#', qos: 1 }] });
  store.apply(publish());
  await store.durable();
  assert.equal(store.writable, true);

  const { bavail, bsize } = statfsSync(volume);
  writeFileSync(join(volume, 'ballast'), Buffer.alloc(bavail * bsize - RESERVED_BYTES / 2));
  // Some commits see it: the volume is not looked at with each.
  await eventually(() => {
    if (store.writable) store.apply(publish());
    return !store.writable;
  });
  assert.equal(events.length, 1);
  assert.match(events[0]!, /^The volume of the store in .*store is nearly full: \d+ bytes are left, and 16\d{5} have to stay\. New messages are refused until there is room; enlarge the volume, or set store\.maxBytes to less than 95 % of it\.$/);
  assert.throws(() => store.apply(publish()), StoreUnavailableError);
  const { queuedMessages } = store.session('s')!;
  store.apply({ kind: 'acknowledge', time: 2, clientId: 's', sequence: 0 });
  await store.durable();
  assert.equal(store.session('s')!.queuedMessages, queuedMessages - 1);
  assert.equal(store.writable, false);

  rmSync(join(volume, 'ballast'));
  await eventually(() => store.writable);
  assert.deepEqual(events.slice(1), ['recovered']);
  store.apply(publish());
  await store.durable();
  await store.close();
});
