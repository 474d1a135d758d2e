import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { costForPasswords, costForRandomSecrets, PasswordFile, ScryptHash } from '../../src/access/index.js';

let hash: string;
before(async () => {
  hash = (await ScryptHash.create(Buffer.from('secret'), { log2N: 1, r: 1, p: 1 })).toString();
});

test('users and hashes, with comments, empty lines and either line end', () => {
  const file = PasswordFile.parse(`# devices\r\nalice:${hash}\r\n\n  \nbob:${hash} \n`, 'passwords');
  assert.equal(file.size, 2);
  assert.equal(file.hashFor('alice'), hash);
  assert.equal(file.hashFor('bob'), hash);
});

test('a user that does not exist has a hash at the same cost, which no password has', async () => {
  const file = PasswordFile.parse(`alice:${hash}`, 'passwords');
  const decoy = file.hashFor('mallory');
  assert.notEqual(decoy, hash);
  assert.match(decoy, /^\$scrypt\$ln=1,r=1,p=1\$/);
  assert.equal(await ScryptHash.parse(decoy).verify(Buffer.from('secret')), false);
  assert.match(PasswordFile.parse('', 'empty').hashFor('mallory'), /^\$scrypt\$ln=14,r=8,p=5\$/);
});

test('hashes that take long to check are counted', () => {
  const line = (user: string, cost: typeof costForPasswords) => `${user}:${ScryptHash.decoy(cost).toString()}`;
  const text = [line('person', costForPasswords), line('another', { log2N: 17, r: 8, p: 1 }), line('device', costForRandomSecrets), line('quick', { log2N: 1, r: 1, p: 1 })].join('\n');
  assert.equal(PasswordFile.parse(text, 'passwords').slowHashes, 2);
  assert.equal(PasswordFile.parse('', 'passwords').slowHashes, 0);
});

test('names of Object.prototype are no users', () => {
  const file = PasswordFile.parse(`constructor:${hash}`, 'passwords');
  assert.equal(file.hashFor('constructor'), hash);
  assert.equal(file.hashFor('__proto__'), file.hashFor('nobody'));
});

test('all bad lines are told at once, without what they hide', () => {
  const text = [`alice:${hash}`, 'hunter2', `:${hash}`, `a/b:${hash}`, `a+:${hash}`, `alice:${hash}`, 'carol:hunter2'].join('\n');
  assert.throws(
    () => PasswordFile.parse(text, '/secrets/passwords'),
    (error: Error) => {
      assert.deepEqual(error.message.split('\n'), [
        '/secrets/passwords: 6 errors',
        '  line 2: expected USER:HASH',
        '  line 3: expected USER:HASH',
        '  line 4: the user name "a/b" contains + # / or a NUL, which would widen the access rules that name %u',
        '  line 5: the user name "a+" contains + # / or a NUL, which would widen the access rules that name %u',
        '  line 6: the user "alice" stands on line 1 already',
        '  line 7: user "carol": the hash is not in the form $scrypt$ln=..,r=..,p=..$salt$hash (a password in clear text?); make it with the hash-password subcommand',
      ]);
      return true;
    },
  );
});
