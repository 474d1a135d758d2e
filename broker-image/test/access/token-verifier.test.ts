import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import type { JWTPayload } from 'jose';
import { parseTokenKeys, TokenVerifier } from '../../src/access/index.js';
import { isToken, TokenRefusedError } from '../../src/access/token-verifier.js';
import { keySet, now, Signer } from './tokens.js';

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const defaults = { algorithms: asymmetric, usernameClaim: 'sub', disconnectOnExpiry: true, clockToleranceSeconds: 30 };
type Settings = Partial<ConstructorParameters<typeof TokenVerifier>[0]>;

let issuer: Signer;
let stranger: Signer;
before(async () => {
  issuer = await Signer.create('ES256', 'key-1');
  stranger = await Signer.create('ES256', 'key-1');
});

const verifier = (settings: Settings = {}, keys = keySet(issuer)) => {
  const all = { ...defaults, ...settings };
  return new TokenVerifier(all, parseTokenKeys(keys, 'keys', all.algorithms));
};

/** Why a token is refused. */
async function refusal(of: TokenVerifier, token: string): Promise<string> {
  const error = await of.verify(Buffer.from(token)).then(() => assert.fail('the token was accepted'), (reason: unknown) => reason);
  assert.ok(error instanceof TokenRefusedError, String(error));
  for (const part of token.split('.').filter((text) => text.length > 8)) assert.ok(!error.message.includes(part), 'the message shows the token');
  return `${error.reason}: ${error.message}`;
}

test('a token that is signed by the issuer names the user, and ends with its expiry and the tolerance', async () => {
  const exp = now() + 60;
  assert.deepEqual(await verifier().verify(Buffer.from(await issuer.sign({ exp }))), { username: 'alice', expiresAt: (exp + 30) * 1000 });
  assert.deepEqual(await verifier({ disconnectOnExpiry: false }).verify(Buffer.from(await issuer.sign({ exp }))), { username: 'alice' });
  assert.equal((await verifier({ usernameClaim: 'device' }).verify(Buffer.from(await issuer.sign({ device: 'pump-7' })))).username, 'pump-7');
});

for (const algorithm of asymmetric) {
  test(`${algorithm}, with the key in a set and in PEM`, async () => {
    const signer = await Signer.create(algorithm, 'k');
    const token = Buffer.from(await signer.sign());
    for (const keys of [keySet(signer), signer.pem!]) assert.equal((await verifier({}, keys).verify(token)).username, 'alice');
    const other = await Signer.create(algorithm, 'k');
    for (const keys of [keySet(other), other.pem!]) assert.equal(await refusal(verifier({}, keys), token.toString()), 'bad-credentials: the token is not valid: signature verification failed');
  });
}

for (const [algorithm, bytes] of Object.entries({ HS256: 32, HS384: 48, HS512: 64 })) {
  test(`${algorithm}, with a shared secret in a set`, async () => {
    const signer = Signer.shared(algorithm, randomBytes(bytes), 'k');
    const settings = { algorithms: [...asymmetric, algorithm] };
    assert.equal((await verifier(settings, keySet(issuer, signer)).verify(Buffer.from(await signer.sign()))).username, 'alice');
    const guess = Signer.shared(algorithm, randomBytes(bytes), 'k');
    assert.equal(await refusal(verifier(settings, keySet(issuer, signer)), await guess.sign()), 'bad-credentials: the token is not valid: signature verification failed');
    const unknown = Signer.shared(algorithm, randomBytes(bytes), 'other');
    assert.match(await refusal(verifier(settings, keySet(issuer, signer)), await unknown.sign()), /^bad-credentials: the token is not valid: no applicable key found/);
  });
}

test('no signature, and a public key taken for a shared secret, let nobody in', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = part({ sub: 'alice', exp: now() + 60 });
  assert.equal(await refusal(verifier(), `${part({ alg: 'none' })}.${claims}.`), 'bad-credentials: the token is signed with an algorithm that is not accepted');
  const signed = `${part({ alg: 'HS256' })}.${claims}`;
  const confused = `${signed}.${createHmac('sha256', issuer.pem!).update(signed).digest('base64url')}`;
  assert.equal(await refusal(verifier({}, issuer.pem), confused), 'bad-credentials: the token is signed with an algorithm that is not accepted');
  const secret = Signer.shared('HS256', randomBytes(32));
  // Even where HS256 is accepted: the public keys are not among the secrets.
  assert.match(await refusal(verifier({ algorithms: ['ES256', 'HS256'] }, keySet(issuer, { ...secret, jwk: { ...secret.jwk, kid: 'other' } } as Signer)), `${part({ alg: 'HS256', kid: 'key-1' })}.${claims}.${confused.split('.')[2]}`), /no applicable key found/);
});

test('only the algorithms that are accepted count', async () => {
  const rsa = await Signer.create('RS256');
  assert.equal(await refusal(verifier({ algorithms: ['ES256'] }, keySet(issuer)), await rsa.sign()), 'bad-credentials: the token is signed with an algorithm that is not accepted');
});

const refused: [name: string, claims: JWTPayload, settings: Settings, why: string | RegExp][] = [
  ['an expired token', { exp: now() - 31 }, {}, 'token-expired: the token has expired'],
  ['a token without an end', { exp: undefined }, {}, 'bad-credentials: the token is not valid: missing required "exp" claim'],
  ['a token of the future', { nbf: now() + 600 }, {}, 'bad-credentials: the token is not valid: "nbf" claim timestamp check failed'],
  ['another issuer', { iss: 'https://evil.example.com' }, { issuer: 'https://issuer.example.com' }, 'bad-credentials: the token is not valid: unexpected "iss" claim value'],
  ['no issuer', {}, { issuer: 'https://issuer.example.com' }, 'bad-credentials: the token is not valid: missing required "iss" claim'],
  ['another audience', { aud: ['web', 'api'] }, { audience: 'mqtt' }, 'bad-credentials: the token is not valid: unexpected "aud" claim value'],
  ['no audience', {}, { audience: 'mqtt' }, 'bad-credentials: the token is not valid: missing required "aud" claim'],
  ['no user', { sub: undefined }, {}, 'bad-credentials: the claim "sub" of the token names no user: it is missing'],
  ['an empty user', { sub: '' }, {}, 'bad-credentials: the claim "sub" of the token names no user: it is not a text, or empty'],
  ['a user that is no text', { device: { id: 7 } }, { usernameClaim: 'device' }, 'bad-credentials: the claim "device" of the token names no user: it is not a text, or empty'],
  ['a claim with the name of a method', {}, { usernameClaim: 'toString' }, 'bad-credentials: the claim "toString" of the token names no user: it is not a text, or empty'],
  ['rules that are none', { acl: 'all' }, { aclClaim: 'acl' }, /^bad-credentials: the claim "acl" of the token: 1 error\n {2}found "all", expected a list/],
  ['a rule that is wrong', { acl: [{ effect: 'allow', actions: ['publish'], topics: ['a/#/b'] }] }, { aclClaim: 'acl' }, /# must be a whole level, the last one$/],
];
for (const [name, claims, settings, why] of refused) {
  test(`refused: ${name}`, async () => {
    const found = await refusal(verifier(settings), await issuer.sign(claims));
    if (typeof why === 'string') assert.equal(found, why);
    else assert.match(found, why);
  });
}

test('clocks may differ by the tolerance', async () => {
  assert.equal((await verifier().verify(Buffer.from(await issuer.sign({ exp: now() - 20 })))).username, 'alice');
  assert.equal((await verifier().verify(Buffer.from(await issuer.sign({ nbf: now() + 20 })))).username, 'alice');
  assert.equal(await refusal(verifier({ clockToleranceSeconds: 0 }), await issuer.sign({ exp: now() - 20 })), 'token-expired: the token has expired');
});

test('issuer and audience that fit', async () => {
  const settings = { issuer: 'https://issuer.example.com', audience: 'mqtt' };
  assert.equal((await verifier(settings).verify(Buffer.from(await issuer.sign({ iss: settings.issuer, aud: ['web', 'mqtt'] })))).username, 'alice');
});

test('a token that was changed is refused, and so is garbage in its form', async () => {
  const [header, , signature] = (await issuer.sign()).split('.');
  const claims = Buffer.from(JSON.stringify({ sub: 'root', exp: now() + 60 })).toString('base64url');
  assert.equal(await refusal(verifier(), `${header}.${claims}.${signature}`), 'bad-credentials: the token is not valid: signature verification failed');
  assert.match(await refusal(verifier(), `${header}.${claims}.`), /^bad-credentials: the token is not valid: /);
  assert.match(await refusal(verifier(), await issuer.sign({}, { crit: ['x'], x: 1 }).catch(() => `${Buffer.from('{"alg":"ES256","crit":["x"],"x":1}').toString('base64url')}.${claims}.${signature}`)), /^bad-credentials: the token is not valid: /);
  assert.equal(await refusal(verifier(), await stranger.sign()), 'bad-credentials: the token is not valid: signature verification failed');
});

test('keys without names are tried one after the other', async () => {
  const [one, two] = [await Signer.create('ES256'), await Signer.create('ES256')];
  for (const keys of [keySet(one, two), `${one.pem}\n${two.pem}`]) {
    for (const signer of [one, two]) assert.equal((await verifier({}, keys).verify(Buffer.from(await signer.sign()))).username, 'alice');
    assert.equal(await refusal(verifier({}, keys), await (await Signer.create('ES256')).sign()), 'bad-credentials: the token is not valid: signature verification failed');
  }
});

test('rules come with the claim, and without the claim there are none', async () => {
  const withRules = verifier({ aclClaim: 'acl' });
  const { rules } = await withRules.verify(Buffer.from(await issuer.sign({ acl: [{ effect: 'allow', actions: ['publish'], topics: ['own/%u'] }] })));
  const mine = rules!.for({ client: 'c', user: 'alice' });
  assert.deepEqual([mine.mayPublish('own/alice'), mine.mayPublish('own/bob'), mine.maySubscribe('own/alice')], [true, false, false]);
  assert.equal((await withRules.verify(Buffer.from(await issuer.sign()))).rules?.size, 0);
  assert.equal((await verifier().verify(Buffer.from(await issuer.sign({ acl: 'not looked at' })))).rules, undefined);
});

test('new keys count at once', async () => {
  const tokens = verifier();
  tokens.replaceKeys(parseTokenKeys(keySet(stranger), 'keys', asymmetric));
  assert.equal((await tokens.verify(Buffer.from(await stranger.sign()))).username, 'alice');
  assert.equal(await refusal(tokens, await issuer.sign()), 'bad-credentials: the token is not valid: signature verification failed');
});

test('what is a token, and what is a password', async () => {
  assert.equal(isToken(Buffer.from(await issuer.sign())), true);
  for (const password of ['', 'secret', 'a.b.c', 'one.two.three', '..', 'e30.e30.e30', 'eyJhbGciOjF9.e30.x', 'bnVsbA.e30.x', 'pass.word with spaces.x', '\0.\0.\0']) assert.equal(isToken(Buffer.from(password)), false, password);
});
