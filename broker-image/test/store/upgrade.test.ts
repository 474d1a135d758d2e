import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { open } from 'lmdb';
import { EmbeddedJournal, Store, type Session } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

/** Written by the code of that version: fixtures/fill.mjs. */
function install(version: number, directory: string): void {
  const fixture = fileURLToPath(new URL(`test/store/fixtures/version-${version}.mdb.gz`, import.meta.resolve('#package.json')));
  writeFileSync(join(directory, 'data.mdb'), gunzipSync(readFileSync(fixture)));
}

async function formatOf(directory: string): Promise<unknown> {
  const raw = open<Buffer, Buffer>({ path: directory, encoding: 'binary', keyEncoding: 'binary' });
  const format: unknown = JSON.parse(raw.get(Buffer.of(0, 0))!.toString());
  await raw.close();
  return format;
}

const queued = (store: Store, session: Session) => store.read(session, 0, 100).map(({ message, released }) => (released ? 'released' : `${message!.topic} ${message!.payload.toString()} ${message!.qos}`));

for (const version of [1, 2, 3]) {
  test(`a store that version ${version} wrote has everything that was in it, for good`, async (t) => {
    const directory = temporaryDirectory(t);
    install(version, directory);
    assert.deepEqual(await formatOf(directory), { name: 'mqtt-broker-store', version });
    for (let start = 0; start < 2; start++) {
      const store = await Store.open({ directory, maxBytes: 1e9 });
      const [connected, away] = [store.session('connected')!, store.session('away')!];
      assert.deepEqual([connected.connected, away.connected], [start === 0, false]);
      assert.deepEqual([...store.wills].map(({ clientId, message }) => `${clientId} ${message.topic}`), start === 0 ? ['connected will/connected', 'clean will/clean'] : []);
      await new EmbeddedJournal(store).start({ published() {}, dropped() {} });

      assert.equal(connected.connected, false);
      assert.deepEqual(queued(store, connected), ['released', 'a/3 third 2', 'a/kept value 1', 'will/connected gone 1', 'will/clean gone 1']);
      assert.deepEqual(queued(store, away), ['a/1 first 1', 'a/2 second 1', 'a/3 third 1', 'a/kept value 1']);
      const shared = version < 3 ? [] : ['$share/g/s 1 false'];
      assert.deepEqual([connected, away].map(({ subscriptions }) => [...subscriptions].map(([filter, { qos, retainedDue }]) => `${filter} ${qos} ${retainedDue}`)), [['a/+ 2 false', 'will/# 1 false', 'zero 0 false'], ['a/# 1 false', ...shared]]);
      assert.equal(store.sharedSubscription('$share/g/s')?.queuedMessages, version < 3 ? undefined : 1);
      assert.deepEqual([...connected.received], [7]);
      assert.deepEqual([...store.retained('#')].map(({ topic, payload, qos }) => `${topic} ${payload.toString()} ${qos}`).sort(), ['a/kept value 1', 'kept/qos0 plain 0']);
      assert.equal(store.reaches('a/new'), true);
      await store.close();
      assert.deepEqual(await formatOf(directory), { name: 'mqtt-broker-store', version: 4 });
    }
  });
}

test('sessions of an earlier version can share subscriptions, those of its clean clients too', async (t) => {
  const directory = temporaryDirectory(t);
  install(2, directory);
  const store = await Store.open({ directory, maxBytes: 1e9 });
  const subscriptions = [{ filter: '$share/g/y', qos: 1 as const }];
  for (const [clientId, number] of [['clean', 3], ['connected', 1]] as const) {
    const connection = { broker: '', incarnation: 1, number };
    assert.deepEqual(store.owner(clientId), connection);
    store.apply({ kind: 'subscribe', time: 5, clientId, connection, subscriptions });
  }
  assert.deepEqual(store.sharedSubscription('$share/g/y')!.members.map(({ session }) => session.clientId), ['connected', 'clean']);
  await store.close();
});
