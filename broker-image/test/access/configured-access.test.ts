import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { AccessRules, FileAccessControl, PasswordFile, ScryptHash } from '../../src/access/index.js';

const client = (username?: string) => ({ clientId: 'c1', listener: 'mqtt', remoteAddress: '192.0.2.1', ...(username !== undefined && { username }) });
const password = (text: string) => Buffer.from(text);

let passwords: PasswordFile;
let otherPasswords: PasswordFile;
before(async () => {
  const line = async (secret: string) => `alice:${(await ScryptHash.create(password(secret), { log2N: 1, r: 1, p: 1 })).toString()}`;
  passwords = PasswordFile.parse(await line('secret'), 'passwords');
  otherPasswords = PasswordFile.parse(await line('changed'), 'passwords');
});

test('without a user name: only where anonymous clients are allowed', async () => {
  assert.deepEqual(await new FileAccessControl({ anonymous: true, passwords }).authenticate(client()), { accepted: true });
  assert.deepEqual(await new FileAccessControl({ anonymous: false, passwords }).authenticate(client()), { accepted: false, reason: 'anonymous' });
});

test('with a user name: the password must be right, also where anonymous clients are allowed', async () => {
  for (const anonymous of [true, false]) {
    const access = new FileAccessControl({ anonymous, passwords });
    assert.deepEqual(await access.authenticate({ ...client('alice'), password: password('secret') }), { accepted: true });
    assert.deepEqual(await access.authenticate({ ...client('alice'), password: password('guess') }), { accepted: false, reason: 'bad-credentials' });
    assert.deepEqual(await access.authenticate(client('alice')), { accepted: false, reason: 'bad-credentials' });
    assert.deepEqual(await access.authenticate({ ...client('mallory'), password: password('secret') }), { accepted: false, reason: 'bad-credentials' });
    assert.deepEqual(await access.authenticate({ ...client(''), password: password('') }), { accepted: false, reason: 'bad-credentials' });
  }
});

test('without a password file a user name proves nothing', async () => {
  const rules = AccessRules.parse('- {effect: allow, actions: [publish], topics: ["users/%u"]}', 'acl');
  const access = new FileAccessControl({ anonymous: true, rules });
  assert.deepEqual(await access.authenticate({ ...client('alice'), password: password('x') }), { accepted: true });
  assert.equal(access.mayPublish(client('alice'), 'users/alice'), false);
  assert.deepEqual(await new FileAccessControl({ anonymous: false }).authenticate(client('alice')), { accepted: false, reason: 'bad-credentials' });
});

test('too many checks at once are refused as unavailable, not as wrong', async () => {
  const access = new FileAccessControl({ anonymous: false, passwords });
  const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => access.authenticate({ ...client('alice'), password: password(`guess ${index}`) })));
  const reasons = new Set(answers.map((answer) => (answer.accepted ? 'accepted' : answer.reason)));
  assert.deepEqual([...reasons].sort(), ['bad-credentials', 'unavailable']);
});

test('without rules: every topic but those with $, of which $SYS may be read', () => {
  const access = new FileAccessControl({ anonymous: true });
  assert.equal(access.mayPublish(client(), 'a/b'), true);
  assert.equal(access.mayPublish(client(), '$SYS/broker/x'), false);
  assert.equal(access.mayPublish(client(), '$other'), false);
  for (const filter of ['#', 'a/+', '$SYS/#', '$share/group/a/#', '$share/group/$SYS/#']) assert.equal(access.maySubscribe(client(), filter), true, filter);
  for (const filter of ['$other/#', '$share/group/$other/#', '$SYSTEM/x', '$share/group']) assert.equal(access.maySubscribe(client(), filter), false, filter);
});

test('rules are about the filter of a shared subscription, and never let a client write $SYS', () => {
  const rules = AccessRules.parse('- {effect: allow, actions: [publish, subscribe], topics: ["a/#", "$SYS/#"]}', 'acl');
  const access = new FileAccessControl({ anonymous: true, rules });
  assert.equal(access.maySubscribe(client(), '$share/group/a/b'), true);
  assert.equal(access.maySubscribe(client(), '$share/group/b'), false);
  assert.equal(access.maySubscribe(client(), '$SYS/#'), true);
  assert.equal(access.mayPublish(client(), '$SYS/broker/x'), false);
});

test('new files count at once, for clients that are connected too', async () => {
  const before = AccessRules.parse('- {effect: allow, actions: [publish], topics: [old]}', 'acl');
  const after = AccessRules.parse('- {effect: allow, actions: [publish], topics: [new, "users/%u"]}', 'acl');
  const access = new FileAccessControl({ anonymous: false, passwords, rules: before });
  const connected = client('alice');
  assert.deepEqual(await access.authenticate({ ...connected, password: password('secret') }), { accepted: true });
  assert.deepEqual([access.mayPublish(connected, 'old'), access.mayPublish(connected, 'new')], [true, false]);
  access.replaceRules(after);
  access.replacePasswords(otherPasswords);
  assert.deepEqual([access.mayPublish(connected, 'old'), access.mayPublish(connected, 'new'), access.mayPublish(connected, 'users/alice')], [false, true, true]);
  assert.deepEqual(await access.authenticate({ ...connected, password: password('secret') }), { accepted: false, reason: 'bad-credentials' });
  assert.deepEqual(await access.authenticate({ ...connected, password: password('changed') }), { accepted: true });
});
