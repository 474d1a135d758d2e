import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ScryptHash } from '../../src/access/index.js';
import { PasswordVerifier, VerifierBusyError } from '../../src/access/password-verifier.js';

const cheap = { log2N: 1, r: 1, p: 1 };
const hashOf = async (password: string) => (await ScryptHash.create(Buffer.from(password), cheap)).toString();

/** Counts real computations. */
function countDerivations(): { readonly calls: number } {
  const verify = mock.method(ScryptHash.prototype, 'verify');
  return { get calls() { return verify.mock.callCount(); } };
}

test('a successful check is remembered, a failed one is not', async (t) => {
  t.after(() => mock.restoreAll());
  const hash = await hashOf('secret');
  const derivations = countDerivations();
  const verifier = new PasswordVerifier();
  for (let round = 0; round < 3; round++) assert.equal(await verifier.verify(hash, Buffer.from('secret')), true);
  assert.equal(derivations.calls, 1);
  for (let round = 0; round < 3; round++) assert.equal(await verifier.verify(hash, Buffer.from('guess')), false);
  assert.equal(derivations.calls, 4);
});

test('what is remembered belongs to the hash: a new hash asks again', async (t) => {
  t.after(() => mock.restoreAll());
  const verifier = new PasswordVerifier();
  const [old, renewed] = [await hashOf('secret'), await hashOf('changed')];
  assert.equal(await verifier.verify(old, Buffer.from('secret')), true);
  assert.equal(await verifier.verify(renewed, Buffer.from('secret')), false);
  assert.equal(await verifier.verify(renewed, Buffer.from('changed')), true);
});

test('the same credentials at the same time are checked once', async (t) => {
  t.after(() => mock.restoreAll());
  const hash = await hashOf('secret');
  const derivations = countDerivations();
  const verifier = new PasswordVerifier();
  const answers = await Promise.all(Array.from({ length: 1000 }, () => verifier.verify(hash, Buffer.from('secret'))));
  assert.ok(answers.every(Boolean));
  assert.equal(derivations.calls, 1);
});

test('checks beyond the waiting room are refused at once, and the room opens again', async () => {
  const hash = await hashOf('secret');
  const verifier = new PasswordVerifier({ concurrency: 1, maxWaiting: 2 });
  const guess = (text: string) => verifier.verify(hash, Buffer.from(text));
  const results = await Promise.allSettled([guess('a'), guess('b'), guess('c'), guess('d')]);
  assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  assert.ok(results[3]?.status === 'rejected' && results[3].reason instanceof VerifierBusyError);
  assert.equal(await guess('secret'), true);
});

test('no more checks run at once than allowed', async (t) => {
  t.after(() => mock.restoreAll());
  const hash = await hashOf('secret');
  const original = ScryptHash.prototype.verify;
  let running = 0;
  let most = 0;
  mock.method(ScryptHash.prototype, 'verify', async function (this: ScryptHash, password: Buffer) {
    most = Math.max(most, ++running);
    const answer = await original.call(this, password);
    running--;
    return answer;
  });
  const verifier = new PasswordVerifier({ concurrency: 2 });
  await Promise.all(Array.from({ length: 50 }, (_, index) => verifier.verify(hash, Buffer.from(`guess ${index}`))));
  assert.equal(most, 2);
});

test('the memory of successes is bounded', async (t) => {
  t.after(() => mock.restoreAll());
  const hashes = await Promise.all(['a', 'b', 'c'].map(hashOf));
  const derivations = countDerivations();
  const verifier = new PasswordVerifier({ maxRemembered: 2 });
  const check = (index: number) => verifier.verify(hashes[index]!, Buffer.from('abc'[index]!));
  for (const index of [0, 1, 2]) await check(index);
  assert.equal(derivations.calls, 3);
  await check(2);
  await check(1);
  assert.equal(derivations.calls, 3);
  await check(0);
  assert.equal(derivations.calls, 4);
});

test('the event loop turns while a password is checked', async () => {
  const hash = (await ScryptHash.create(Buffer.from('secret'), { log2N: 14, r: 8, p: 5 })).toString();
  let turns = 0;
  const turn = setInterval(() => turns++, 1);
  await new PasswordVerifier().verify(hash, Buffer.from('secret'));
  clearInterval(turn);
  assert.ok(turns > 0);
});
