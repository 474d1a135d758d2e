import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { AdminToken } from '../../src/admin/index.js';
import { InvalidFileError } from '../../src/config/index.js';
import { temporaryFile } from '../config/files.js';

const token = '0123456789abcdef0123456789ABCDE=';

test('the token of the file matches, whatever white space is around it, and nothing else does', () => {
  const read = AdminToken.read(temporaryFile(` ${token}\r\n`));
  assert.equal(read.matches(token), true);
  for (const other of ['', token.slice(1), `${token}=`, token.toLowerCase(), ` ${token}`]) assert.equal(read.matches(other), false, other);
});

test('the token itself is not kept', () => {
  assert.ok(!inspect(AdminToken.read(temporaryFile(token)), { showHidden: true, depth: null }).includes(token));
});

const wrong: Record<string, [content: string, message: string]> = {
  'an empty file': [' \n', 'found nothing, expected a token of 32 characters or more; make one by: openssl rand -hex 32'],
  'a short token': ['s3cret-s3cret', 'found 13 characters, expected a token of 32 characters or more; make one by: openssl rand -hex 32'],
  'two lines': [`${token}\n${token}`, 'found characters that no Bearer token has, expected letters, digits and -._~+/ on one line; make one by: openssl rand -hex 32'],
  'a sentence': ['the quick brown fox jumps over the lazy dog', 'found characters that no Bearer token has, expected letters, digits and -._~+/ on one line; make one by: openssl rand -hex 32'],
};
for (const [name, [content, message]] of Object.entries(wrong)) {
  test(`refused: ${name}`, () => {
    const file = temporaryFile(content);
    assert.throws(() => AdminToken.read(file), (error) => {
      assert.ok(error instanceof InvalidFileError);
      assert.deepEqual(error.problems, [{ path: '', message }]);
      return true;
    });
  });
}
