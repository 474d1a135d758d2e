import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costForPasswords, costForRandomSecrets, ScryptHash } from '../../src/access/index.js';

const cheap = { log2N: 1, r: 1, p: 1 };

test('a hash verifies its password and no other, also after it was written and read', async () => {
  const hash = ScryptHash.parse((await ScryptHash.create(Buffer.from('pässword'), cheap)).toString());
  assert.equal(await hash.verify(Buffer.from('pässword')), true);
  for (const other of ['pässworD', 'pässword ', '']) assert.equal(await hash.verify(Buffer.from(other)), false, other);
});

test('the derived key is that of RFC 7914 §12', async () => {
  // scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), 64 bytes.
  const key = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887', 'hex');
  const salt = Buffer.from('SodiumChloride');
  const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  assert.equal(await ScryptHash.parse(`$scrypt$ln=14,r=8,p=1$${unpadded(salt)}$${unpadded(key)}`).verify(Buffer.from('pleaseletmein')), true);
});

test('each hash has a salt of its own and names its cost', async () => {
  const [one, other] = await Promise.all([ScryptHash.create(Buffer.from('x'), costForRandomSecrets), ScryptHash.create(Buffer.from('x'), costForRandomSecrets)]);
  assert.notEqual(one.toString(), other.toString());
  assert.match(one.toString(), /^\$scrypt\$ln=10,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
});

test('passwords of people cost what OWASP asks for', () => assert.deepEqual(costForPasswords, { log2N: 14, r: 8, p: 5 }));

const salt = 'AAAAAAAAAAAAAAAAAAAAAA';
const key = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const form = 'the hash is not in the form $scrypt$ln=..,r=..,p=..$salt$hash';
const make = 'make it with the hash-password subcommand';
const range = (cost: string) => `the cost ${cost} is out of range: ln, r and p are at least 1, p is at most 64, and 128 * 2^ln * r is at most 268435456 bytes of memory`;
const wrong: Record<string, string> = {
  secret: `${form} (a password in clear text?); ${make}`,
  $7$101$abc: `${form} (it looks like one of mosquitto, which cannot be taken over); ${make}`,
  '$2b$12$abc': `${form} (bcrypt and argon2 are not supported); ${make}`,
  '$argon2id$v=19$m=1,t=1,p=1$a$b': `${form} (bcrypt and argon2 are not supported); ${make}`,
  [`$scrypt$ln=14,r=8$${salt}$${key}`]: `${form}; ${make}`,
  [`$scrypt$ln=14,r=8,p=5$${salt}$${key}=`]: `${form}; ${make}`,
  [`$scrypt$ln=0,r=8,p=5$${salt}$${key}`]: range('ln=0,r=8,p=5'),
  [`$scrypt$ln=20,r=8,p=1$${salt}$${key}`]: range('ln=20,r=8,p=1'),
  [`$scrypt$ln=10,r=8,p=65$${salt}$${key}`]: range('ln=10,r=8,p=65'),
  [`$scrypt$ln=14,r=8,p=5$AAAA$${key}`]: 'the salt must have at least 8 bytes and the hash 16 to 64',
  [`$scrypt$ln=14,r=8,p=5$${salt}$AAAA`]: 'the salt must have at least 8 bytes and the hash 16 to 64',
};
for (const [text, message] of Object.entries(wrong)) test(`refused: ${text}`, () => assert.throws(() => ScryptHash.parse(text), { message }));

test('the most expensive cost that is accepted can be computed', async () => {
  const decoy = ScryptHash.parse(`$scrypt$ln=18,r=8,p=1$${salt}$${key}`);
  assert.equal(await decoy.verify(Buffer.from('x')), false);
});
