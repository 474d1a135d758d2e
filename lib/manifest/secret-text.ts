/** Text that is a credential by its form, wherever it stands. */
const CREDENTIAL_FORMS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/, 'a private key'],
  // scrypt and argon2 in PHC strings, and what crypt(3) writes.
  [/\$(?:scrypt|argon2(?:id|i|d)|pbkdf2[a-z0-9-]*|2[abxy]|[567y])\$[\w./+=,$-]{20,}/, 'a password hash'],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/, 'a signed token (JWT)'],
];

/** No text with one of the forms is shorter; most texts of a manifest are. */
const SHORTEST_FORM = 20;

const SECRET_WORDS = '[\\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credentials)';

/** `password: x`, `password = "x"`, `{"password":"x"}`: the key ends with the word, so that `passwordFile` and `tokenUrl` are none. */
const ASSIGNMENT = new RegExp(`(?:^|[\\s{,])["']?(${SECRET_WORDS})["']?\\s*[:=]\\s*(?:"([^"\\n]*)"|'([^'\\n]*)'|([^\\s,}]+))`, 'gim');
const XML_ELEMENT = new RegExp(`<(${SECRET_WORDS})>([^<]+)</`, 'gi');

/** What stands where a credential would, without being one: a path, a placeholder, nothing. */
const NO_LITERAL = /^(\/|\.{1,2}\/|file:|\$[{(]|\$[A-Z_][A-Z0-9_]*$|\{\{|(true|false|null|~|\{|\[)$|$)/i;

/** What kind of credential a text is or carries, by its form alone: `a private key`; `undefined` where it looks like none. */
export function credentialForm(text: string): string | undefined {
  if (text.length < SHORTEST_FORM) return undefined;
  return CREDENTIAL_FORMS.find(([form]) => form.test(text))?.[1];
}

/** The keys of a configuration file to which it assigns a literal credential. The values are not given out: they would end up in a build's log. */
export function assignedCredentials(text: string): string[] {
  const keys = [...text.matchAll(ASSIGNMENT), ...text.matchAll(XML_ELEMENT)]
    .filter(([, , ...values]) => !NO_LITERAL.test(values.find((value) => value !== undefined) ?? ''))
    .map(([, key]) => key);
  return [...new Set(keys)];
}
