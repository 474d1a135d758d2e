import fc from 'fast-check';
import { literalSecrets } from '../../../lib/manifest/literal-secrets';
import {
  ASSIGNMENT, CREDENTIAL_FORMS, type CredentialForm, ELEMENT, NO_ASSIGNMENT, NO_ELEMENT, NO_VALUE, SECRET_KEY,
} from '../../../lib/manifest/secret-text';

/* Rules and policies use the same expressions, but put them together differently. The API server evaluates them as RE2 does; the cluster suite shows that it takes them. */

const { privateKey, passwordHash, signedToken } = CREDENTIAL_FORMS;
const has = (text: string, { has: part, form }: CredentialForm) => text.includes(part) && form.test(text);
const finds = (text: string, pattern: string, flags: string, excepted: string) => [...text.matchAll(new RegExp(pattern, `g${flags}`))].some(([match]) => !new RegExp(excepted, 'is').test(match));

/** What a policy finds in an entry of a ConfigMap. */
function isFoundByPolicy(key: string, text: string): boolean {
  const isValue = new RegExp(`^${SECRET_KEY}$`, 'i').test(key) && !text.trim().includes('\n') && !new RegExp(`^${NO_VALUE}$`, 'is').test(text.trim());
  const isHashed = !has(text, privateKey) && (has(text, passwordHash) || has(text, signedToken));
  return isValue || isHashed || finds(text, ASSIGNMENT, 'im', NO_ASSIGNMENT) || finds(text, ELEMENT, 'i', NO_ELEMENT);
}

function isFoundByRule(key: string, text: string): boolean {
  return literalSecrets({ kind: 'ConfigMap', data: { [key]: text } }).some((found) => !found.endsWith('holds a private key'));
}

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudCJ9.c2lnbmF0dXJl';

describe('what policies know of credentials', () => {
  test.each<[string, string, boolean]>([
    ['a.conf', 'password: hunter2', true],
    ['a.conf', 'PASSWORD = "hunter2"', true],
    ['a.json', '{"apiKey":"x"}', true],
    ['a.conf', "bridge.private_key='x'", true],
    ['a.conf', 'password: "${PASSWORD}"', false],
    ['a.conf', "password: '/run/password'", false],
    ['a.conf', 'password: $PASSWORD', false],
    ['a.conf', 'password: $PASSWORD-1', true],
    ['a.conf', 'password: ""', false],
    ['a.conf', 'token: null, secret: true', false],
    ['a.conf', 'token: nullable', true],
    ['a.conf', 'passwordFile: x', false],
    ['a.conf', 'x: y\ntokens: 3', false],
    ['a.xml', '<password>x</password>', true],
    ['a.xml', '<password>${env}</password>', false],
    ['a.xml', '<passwords>x</passwords>', false],
    ['password', 'hunter2', true],
    ['password', 'hunter2\n', true],
    ['password', 'a line\nand another', false],
    ['password', ' ', false],
    ['passwords', 'hunter2', false],
    ['users', 'admin:$2b$12$abcdefghijklmnopqrstuv', true],
    ['users', `Bearer ${TOKEN}`, true],
    ['tls.key', '-----BEGIN EC PRIVATE KEY-----', false],
    ['tls.key', `-----BEGIN EC PRIVATE KEY----- ${TOKEN}`, false],
    ['a.conf', 'secret:\n  name: x', false],
    ['a.conf', 'token: {file: x}', false],
    ['a.conf', 'remote_password x', true],
    ['a.conf', 'remote_password /run/x', false],
    ['a.conf', 'x\n # remote_password x', false],
    ['a.conf', 'x\n\tremote_password x', true],
    ['password', '"${PASSWORD}"', false],
    ['password', '"x"', true],
  ])('%s with %j', (key, text, isFound) => {
    expect(isFoundByRule(key, text)).toBe(isFound);
    expect(isFoundByPolicy(key, text)).toBe(isFound);
  });

  test('is what the rules know, of any file', () => {
    const part = fc.constantFrom(
      'password', 'remote_password', 'pass', 'api_key', 'Token', 'File', ':', '=', ' ', '\n', '"', "'", ',', '{', '}', '[', '<', '>', '</', '/', '.', '$', '${', '$A', 'true', 'null', 'x', '~', 'file:', '-', TOKEN);
    const file = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(fc.property(fc.constantFrom('a.conf', 'password', 'my-token'), file, (key, text) => {
      expect({ key, text, isFound: isFoundByPolicy(key, text) }).toEqual({ key, text, isFound: isFoundByRule(key, text) });
    }), { numRuns: 3000 });
  });
});
