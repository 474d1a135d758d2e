import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import { RemoteKeys } from '../../src/access/index.js';
import { KeysUnavailableError } from '../../src/access/token-keys.js';
import { temporaryDirectory } from '../config/files.js';
import { Authority } from '../listeners/certificates.js';
import { Issuer, keySet, Signer } from './tokens.js';

let first: Signer;
let second: Signer;
before(async () => {
  first = await Signer.create('ES256', 'first');
  second = await Signer.create('ES256', 'second');
});

interface Fetching {
  readonly keys: RemoteKeys;
  readonly told: string[];
}

function keysFrom(url: string, options: Partial<ConstructorParameters<typeof RemoteKeys>[0]> = {}): Fetching {
  const told: string[] = [];
  const keys = new RemoteKeys({ url, refreshSeconds: 3600, onFetched: (changed) => told.push(changed ? 'changed' : 'same'), onFailed: (error) => told.push(`failed: ${error.message}`), ...options });
  after(() => keys.stop());
  return { keys, told };
}

const find = (keys: RemoteKeys, kid: string) => keys.find({ alg: 'ES256', kid });
const cannot = (why: string) => (error: Error) => error instanceof KeysUnavailableError && error.message === `the keys of the issuer cannot be fetched: ${why}`;

/** Lets the clock that the keys look at run ahead; the timers stay as they are. */
function later(seconds: number): void {
  const { now } = Date;
  const time = now() + seconds * 1000;
  mock.method(Date, 'now', () => time);
  after(() => mock.restoreAll());
}

test('keys are fetched once for all tokens that come at the same time, and kept', async () => {
  const issuer = await Issuer.start(keySet(first));
  const { keys, told } = keysFrom(issuer.url);
  keys.start();
  const found = await Promise.all(Array.from({ length: 50 }, () => find(keys, 'first')));
  assert.ok(found.every(({ length }) => length === 1));
  await find(keys, 'first');
  assert.equal(issuer.requests.length, 1);
  assert.deepEqual(told, ['changed']);
});

test('a token with an unknown key has them fetched anew, but not before the cooldown is over', async (t) => {
  t.after(() => mock.restoreAll());
  const issuer = await Issuer.start(keySet(first));
  const { keys, told } = keysFrom(issuer.url);
  await find(keys, 'first');
  issuer.answers(keySet(first, second));
  for (let index = 0; index < 5; index++) await assert.rejects(find(keys, 'second'), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
  assert.equal(issuer.requests.length, 1);
  later(31);
  assert.equal((await find(keys, 'second')).length, 1);
  await assert.rejects(find(keys, 'third'), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
  assert.equal(issuer.requests.length, 2);
  assert.deepEqual(told, ['changed', 'changed']);
});

test('a key that the issuer took out counts no more after the next fetch', async () => {
  const issuer = await Issuer.start(keySet(first, second));
  const { keys, told } = keysFrom(issuer.url, { refreshSeconds: 0.05 });
  keys.start();
  await find(keys, 'first');
  issuer.answers(keySet(second));
  while (!told.includes('changed', 1)) await new Promise((resolve) => setTimeout(resolve, 10));
  await find(keys, 'second');
  await assert.rejects(find(keys, 'first'), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

test('an issuer that is down from the start: nobody knows, and when it is back the keys are there', async (t) => {
  t.after(() => mock.restoreAll());
  const issuer = await Issuer.start((_request, response) => void response.writeHead(503).end());
  const { keys, told } = keysFrom(issuer.url);
  const down = cannot('the answer has the status 503, not 200');
  await assert.rejects(find(keys, 'first'), down);
  // Tokens do not become a flood of requests.
  for (let index = 0; index < 5; index++) await assert.rejects(find(keys, 'first'), down);
  assert.equal(issuer.requests.length, 1);
  issuer.answers(keySet(first));
  later(6);
  assert.equal((await find(keys, 'first')).length, 1);
  assert.deepEqual(told, ['failed: the answer has the status 503, not 200', 'changed']);
});

test('while the issuer is down the last keys stay in use', async (t) => {
  t.after(() => mock.restoreAll());
  const issuer = await Issuer.start(keySet(first));
  const { keys, told } = keysFrom(issuer.url, { refreshSeconds: 0.05 });
  keys.start();
  await find(keys, 'first');
  issuer.answers((request) => request.socket.destroy());
  while (!told.some((what) => what.startsWith('failed: '))) await new Promise((resolve) => setTimeout(resolve, 10));
  later(24 * 3600);
  assert.equal((await find(keys, 'first')).length, 1);
  await assert.rejects(find(keys, 'second'), KeysUnavailableError);
});

const bad: Record<string, [answer: Parameters<Issuer['answers']>[0], why: string]> = {
  'a redirect': [(_request, response) => void response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(), 'the answer has the status 302, not 200'],
  'a page': ['<html>please log in</html>', 'the answer is not a JWK Set (RFC 7517 §5)'],
  'an object that is no set': ['{"error": "x"}', 'the answer is not a JWK Set (RFC 7517 §5)'],
  'an empty set': ['{"keys": []}', 'the JWK Set is empty'],
  'more than any set needs': [(_request, response) => void response.end(Buffer.alloc(1024 * 1024 + 1, ' ')), 'the answer is larger than 1048576 bytes'],
};
for (const [name, [answer, why]] of Object.entries(bad)) {
  test(`refused, and the keys before stay: ${name}`, async (t) => {
    t.after(() => mock.restoreAll());
    const issuer = await Issuer.start(keySet(first));
    const { keys, told } = keysFrom(issuer.url);
    await find(keys, 'first');
    issuer.answers(answer);
    later(31);
    await assert.rejects(find(keys, 'second'), cannot(why));
    assert.equal((await find(keys, 'first')).length, 1);
    assert.deepEqual(told, ['changed', `failed: ${why}`]);
  });
}

test('an answer that does not end is given up', async (t) => {
  t.after(() => mock.restoreAll());
  // The timeout of jose, shortened: the test is about what follows from it.
  const { timeout } = AbortSignal;
  mock.method(AbortSignal, 'timeout', () => timeout.call(AbortSignal, 100));
  const issuer = await Issuer.start((_request, response) => void response.write('{"keys": ['));
  const { keys, told } = keysFrom(issuer.url);
  await assert.rejects(find(keys, 'first'), KeysUnavailableError);
  assert.deepEqual(told, ['failed: no complete answer within 5 s']);
});

test('over TLS: the authorities that are given, and no others', async () => {
  const [own, strange] = [await Authority.create(temporaryDirectory(), 'own'), await Authority.create(temporaryDirectory(), 'strange')];
  const issuer = await Issuer.start(keySet(first), await own.issue('issuer'));
  const trusting = keysFrom(issuer.url, { authorities: readFileSync(own.file) });
  assert.equal((await find(trusting.keys, 'first')).length, 1);
  await assert.rejects(find(keysFrom(issuer.url).keys, 'first'), KeysUnavailableError);

  const file = join(temporaryDirectory(), 'ca.pem');
  copyFileSync(strange.file, file);
  const { keys, told } = keysFrom(issuer.url, { authorities: readFileSync(file) });
  await assert.rejects(find(keys, 'first'), KeysUnavailableError);
  assert.equal(told.length, 1);
  keys.replaceAuthorities(readFileSync(own.file));
  assert.equal((await find(keys, 'first')).length, 1);
  assert.equal(told.at(-1), 'changed');
});
