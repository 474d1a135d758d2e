import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { AccessRules, ConfiguredAccess, LoginBackoff, parseTokenKeys, PasswordFile, ScryptHash, TokenVerifier } from '../../src/access/index.js';
import type { AuthenticationMethod } from '../../src/config/index.js';
import { keySet, Signer } from './tokens.js';

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
  assert.deepEqual(await new ConfiguredAccess({ anonymous: true, passwords }).authenticate(client()), { accepted: true });
  assert.deepEqual(await new ConfiguredAccess({ anonymous: false, passwords }).authenticate(client()), { accepted: false, reason: 'anonymous' });
});

test('with a user name: the password must be right, also where anonymous clients are allowed', async () => {
  for (const anonymous of [true, false]) {
    const access = new ConfiguredAccess({ anonymous, passwords });
    assert.deepEqual(await access.authenticate({ ...client('alice'), password: password('secret') }), { accepted: true, username: 'alice' });
    assert.deepEqual(await access.authenticate({ ...client('alice'), password: password('guess') }), { accepted: false, reason: 'bad-credentials' });
    assert.deepEqual(await access.authenticate(client('alice')), { accepted: false, reason: 'bad-credentials' });
    assert.deepEqual(await access.authenticate({ ...client('mallory'), password: password('secret') }), { accepted: false, reason: 'bad-credentials' });
    assert.deepEqual(await access.authenticate({ ...client(''), password: password('') }), { accepted: false, reason: 'bad-credentials' });
  }
});

test('where nothing could prove a user name, it is no claim: the client is anonymous', async () => {
  assert.deepEqual(await new ConfiguredAccess({ anonymous: true }).authenticate({ ...client('alice'), password: password('x') }), { accepted: true });
  assert.deepEqual(await new ConfiguredAccess({ anonymous: false }).authenticate(client('alice')), { accepted: false, reason: 'bad-credentials' });
});

test('too many checks at once are refused as unavailable, not as wrong', async () => {
  const access = new ConfiguredAccess({ anonymous: false, passwords });
  const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => access.authenticate({ ...client('alice'), password: password(`guess ${index}`) })));
  const reasons = new Set(answers.map((answer) => (answer.accepted ? 'accepted' : answer.reason)));
  assert.deepEqual([...reasons].sort(), ['bad-credentials', 'unavailable']);
});

test('without rules: every topic but those with $, of which $SYS may be read', () => {
  const access = new ConfiguredAccess({ anonymous: true });
  assert.equal(access.mayPublish(client(), 'a/b'), true);
  assert.equal(access.mayPublish(client(), '$SYS/broker/x'), false);
  assert.equal(access.mayPublish(client(), '$other'), false);
  for (const filter of ['#', 'a/+', '$SYS/#', '$share/group/a/#', '$share/group/$SYS/#']) assert.equal(access.maySubscribe(client(), filter), true, filter);
  for (const filter of ['$other/#', '$share/group/$other/#', '$SYSTEM/x', '$share/group']) assert.equal(access.maySubscribe(client(), filter), false, filter);
});

test('rules are about the filter of a shared subscription, and never let a client write $SYS', () => {
  const rules = AccessRules.parse('- {effect: allow, actions: [publish, subscribe], topics: ["a/#", "$SYS/#"]}', 'acl');
  const access = new ConfiguredAccess({ anonymous: true, rules });
  assert.equal(access.maySubscribe(client(), '$share/group/a/b'), true);
  assert.equal(access.maySubscribe(client(), '$share/group/b'), false);
  assert.equal(access.maySubscribe(client(), '$SYS/#'), true);
  assert.equal(access.mayPublish(client(), '$SYS/broker/x'), false);
});

test('new files count at once, for clients that are connected too', async () => {
  const before = AccessRules.parse('- {effect: allow, actions: [publish], topics: [old]}', 'acl');
  const after = AccessRules.parse('- {effect: allow, actions: [publish], topics: [new, "users/%u"]}', 'acl');
  const access = new ConfiguredAccess({ anonymous: false, passwords, rules: before });
  const connected = client('alice');
  assert.deepEqual(await access.authenticate({ ...connected, password: password('secret') }), { accepted: true, username: 'alice' });
  assert.deepEqual([access.mayPublish(connected, 'old'), access.mayPublish(connected, 'new')], [true, false]);
  access.replaceRules(after);
  access.replacePasswords(otherPasswords);
  assert.deepEqual([access.mayPublish(connected, 'old'), access.mayPublish(connected, 'new'), access.mayPublish(connected, 'users/alice')], [false, true, true]);
  assert.deepEqual(await access.authenticate({ ...connected, password: password('secret') }), { accepted: false, reason: 'bad-credentials' });
  assert.deepEqual(await access.authenticate({ ...connected, password: password('changed') }), { accepted: true, username: 'alice' });
});

const certificate = (CN: string) => ({ subject: { CN } }) as unknown as PeerCertificate;
const mayPublish = (effect: 'allow' | 'deny', ...topics: string[]) => ({ effect, actions: ['publish'], topics });
let signer: Signer;
before(async () => {
  signer = await Signer.create();
});
const tokens = (settings: object = {}) => new TokenVerifier({ algorithms: ['ES256'], usernameClaim: 'sub', disconnectOnExpiry: false, clockToleranceSeconds: 0, ...settings }, parseTokenKeys(keySet(signer), 'keys', ['ES256']));

test('order: certificate, token, password, anonymous; and one that fails is not made up for by the next', async () => {
  const access = new ConfiguredAccess({ anonymous: true, passwords, tokens: tokens(), certificateName: 'commonName' });
  const token = password(await signer.sign({ sub: 'by-token' }));
  const everything = { ...client('alice'), certificate: certificate('by-certificate'), password: token };
  assert.deepEqual(await access.authenticate(everything), { accepted: true, username: 'by-certificate' });
  assert.deepEqual(await access.authenticate({ ...client('alice'), password: token }), { accepted: true, username: 'by-token' });
  assert.deepEqual(await access.authenticate({ ...client('alice'), password: password('secret') }), { accepted: true, username: 'alice' });
  assert.deepEqual(await access.authenticate(client()), { accepted: true });

  const nameless = await access.authenticate({ ...everything, certificate: certificate('') });
  assert.ok(!nameless.accepted && nameless.reason === 'bad-credentials' && nameless.error?.message === "the client's certificate has no commonName that could be its user name");
  const expired = await access.authenticate({ ...client('alice'), password: password(await signer.sign({ exp: 1 })) });
  assert.ok(!expired.accepted && expired.reason === 'token-expired' && expired.error?.message === 'the token has expired');
});

test('a token names the user whatever user name is written beside it, or none', async () => {
  const access = new ConfiguredAccess({ anonymous: false, tokens: tokens() });
  const token = password(await signer.sign());
  for (const username of ['unused', 'root', '', undefined]) assert.deepEqual(await access.authenticate({ ...client(username), password: token }), { accepted: true, username: 'alice' }, username);
  // Where tokens are taken, a user name with something else is a claim that nobody proves.
  const open = new ConfiguredAccess({ anonymous: true, tokens: tokens() });
  assert.deepEqual(await open.authenticate({ ...client('root'), password: password('x') }), { accepted: false, reason: 'bad-credentials' });
  assert.deepEqual(await open.authenticate(client()), { accepted: true });
});

test('each listener takes the methods that it names, and all without a list', async () => {
  const methods: Record<string, AuthenticationMethod[]> = { inside: ['anonymous'], people: ['password'], services: ['jwt'], devices: ['certificate'] };
  const access = new ConfiguredAccess({ anonymous: true, passwords, tokens: tokens(), certificateName: 'commonName', listeners: new Map(Object.entries(methods)) });
  const token = password(await signer.sign({ sub: 'by-token' }));
  const outcome = async (listener: string, more: object) => {
    const result = await access.authenticate({ clientId: 'c1', remoteAddress: '192.0.2.1', listener, ...more });
    return result.accepted ? (result.username ?? 'anonymous client') : result.reason;
  };
  const presented = { nothing: {}, password: { username: 'alice', password: password('secret') }, token: { username: 'x', password: token }, certificate: { certificate: certificate('by-certificate') } };
  const expected = {
    any: ['anonymous client', 'alice', 'by-token', 'by-certificate'],
    inside: ['anonymous client', 'anonymous client', 'anonymous client', 'anonymous client'],
    people: ['anonymous', 'alice', 'bad-credentials', 'anonymous'],
    services: ['anonymous', 'bad-credentials', 'by-token', 'anonymous'],
    devices: ['anonymous', 'bad-credentials', 'bad-credentials', 'by-certificate'],
  };
  for (const [listener, outcomes] of Object.entries(expected)) assert.deepEqual(await Promise.all(Object.values(presented).map((more) => outcome(listener, more))), outcomes, listener);
});

test('wrong passwords are slowed down, tokens and certificates are not', async () => {
  const backoff = new LoginBackoff({ failures: 2, windowSeconds: 60, seconds: 60, maxSeconds: 60 });
  const access = new ConfiguredAccess({ anonymous: false, passwords, tokens: tokens(), certificateName: 'commonName', backoff });
  const reasons = [];
  for (const attempt of ['guess', 'other', 'secret']) {
    const result = await access.authenticate({ ...client('alice'), password: password(attempt) });
    reasons.push(!result.accepted && result.reason);
  }
  assert.deepEqual(reasons, ['bad-credentials', 'bad-credentials', 'too-many-failures']);
  assert.deepEqual(await access.authenticate({ ...client('alice'), remoteAddress: '192.0.2.2', password: password('secret') }), { accepted: true, username: 'alice' });
  assert.deepEqual(await access.authenticate({ ...client('alice'), certificate: certificate('alice') }), { accepted: true, username: 'alice' });
  for (let round = 0; round < 30; round++) await access.authenticate({ ...client('bob'), password: password(await signer.sign({ exp: 1 })) });
  assert.deepEqual(await access.authenticate({ ...client('bob'), password: password(await signer.sign()) }), { accepted: true, username: 'alice' });
});

test('guesses that are made at the same time are not more than those that are allowed', async () => {
  const backoff = new LoginBackoff({ failures: 3, windowSeconds: 60, seconds: 60, maxSeconds: 60 });
  const access = new ConfiguredAccess({ anonymous: false, passwords, backoff });
  const guesses = [...Array.from({ length: 20 }, (_, index) => `guess ${index}`), 'secret'];
  const results = await Promise.all(guesses.map((guess) => access.authenticate({ ...client('alice'), password: password(guess) })));
  const reasons = results.map((result) => (result.accepted ? 'accepted' : result.reason));
  assert.equal(reasons.filter((reason) => reason === 'bad-credentials').length, 3);
  assert.equal(reasons.at(-1), 'too-many-failures');
});

test('rules of a token come before those of the file', () => {
  const file = AccessRules.from([mayPublish('deny', 'a'), mayPublish('allow', 'a', 'b', 'c')], 'acl');
  const token = AccessRules.from([mayPublish('deny', 'b'), mayPublish('allow', 'a', '%u')], 'token');
  const access = new ConfiguredAccess({ anonymous: true, rules: file });
  const withToken = { ...client('alice'), tokenRules: token };
  assert.deepEqual(['a', 'b', 'c', 'alice', 'x'].map((topic) => access.mayPublish(withToken, topic)), [true, false, true, true, false]);
  assert.deepEqual(['a', 'b', 'c', 'alice', 'x'].map((topic) => access.mayPublish(client('alice'), topic)), [false, true, true, false, false]);
  access.replaceRules(AccessRules.from([mayPublish('allow', 'x')], 'acl'));
  assert.deepEqual(['a', 'b', 'c', 'alice', 'x'].map((topic) => access.mayPublish(withToken, topic)), [true, false, false, true, true]);
});

test('without a file the rules of a token are all that there is', () => {
  const access = new ConfiguredAccess({ anonymous: true });
  const withToken = (...rules: object[]) => ({ ...client('alice'), tokenRules: AccessRules.from(rules, 'token') });
  const own = withToken(mayPublish('allow', 'own', '$SYS/#'));
  assert.deepEqual(['own', 'other', '$SYS/x'].map((topic) => access.mayPublish(own, topic)), [true, false, false]);
  assert.equal(access.mayPublish(withToken(), 'own'), false);
  assert.equal(access.maySubscribe(withToken(), 'own'), false);
  assert.equal(access.mayPublish(client('bob'), 'other'), true);
});
