/** A kind of text that is a credential by its form, wherever it stands. */
export interface CredentialForm {
  /** For messages: `a private key`. */
  readonly is: string;
  /** What every text of the form has in it: to look for that costs a fraction of the form. */
  readonly has: string;
  readonly form: RegExp;
}

export const CREDENTIAL_FORMS = {
  privateKey: { is: 'a private key', has: 'PRIVATE KEY-----', form: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/ },
  // scrypt and argon2 in PHC strings, and what crypt(3) writes.
  passwordHash: { is: 'a password hash', has: '$', form: /\$(?:scrypt|argon2(?:id|i|d)|pbkdf2[a-z0-9-]*|2[abxy]|[567y])\$[\w./+=,$-]{20,}/ },
  signedToken: { is: 'a signed token (JWT)', has: 'eyJ', form: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/ },
} as const satisfies Record<string, CredentialForm>;
const FORMS: readonly CredentialForm[] = Object.values(CREDENTIAL_FORMS);

/** No text with one of the forms is shorter; most texts of a manifest are. */
const SHORTEST_FORM = 20;

/*
 * The sources of regular expressions below, for which case does not matter, are of the part that RE2 has too: lib/rules/admission/credentials.ts makes policies of them.
 */

/** Keys that end with one of these words have a credential for their value: `passwordFile` and `tokenUrl` do not. */
export const SECRET_KEY = '[\\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credentials)';

/** What stands where a credential would, without being one: a path, a placeholder, nothing. */
export const NO_LITERAL = '(?:(?:/|\\.{1,2}/|file:|\\$[{(]|\\{\\{).*|\\$[A-Z_][A-Z0-9_]*|true|false|null|~|)';

/** The same as a value, with or without quotation marks, and what begins a mapping or a list. */
export const NO_VALUE = `(?:"${NO_LITERAL}"|'${NO_LITERAL}'|[{\\[].*|${NO_LITERAL})`;

const BEFORE_KEY = '(?:^|[\\s{,])["\']?';
/** Not across lines: what follows `secret:` on the next ones is a mapping or a list in most files. */
const BEFORE_VALUE = '["\']?[ \\t]*[:=][ \\t]*';
/** mosquitto.conf separates by spaces, of which other texts and comments are full: https://mosquitto.org/man/mosquitto-conf-5.html */
const KEY_OF_MOSQUITTO = '^[ \\t]*remote_password[ \\t]+';
const VALUE = '(?:"[^"\\n]*"|\'[^\'\\n]*\'|[^\\s,}]+)';

/** `password: x`, `password = "x"`, `{"password":"x"}`. */
export const ASSIGNMENT = `(?:${BEFORE_KEY}${SECRET_KEY}${BEFORE_VALUE}|${KEY_OF_MOSQUITTO})${VALUE}`;
/** An assignment that assigns no literal. */
export const NO_ASSIGNMENT = `^[\\s{,]*["']?[\\w.-]+(?:${BEFORE_VALUE}|[ \\t]+)${NO_VALUE}$`;

/** The same for an element of XML. */
export const ELEMENT = `<${SECRET_KEY}>[^<]+</`;
export const NO_ELEMENT = `>${NO_VALUE}</$`;

const KEY = new RegExp(`^${SECRET_KEY}$`, 'i');
const NONE = new RegExp(`^${NO_VALUE}$`, 'is');
const LITERALS: readonly { readonly found: RegExp; readonly excepted: RegExp }[] = [
  { found: new RegExp(ASSIGNMENT, 'gim'), excepted: new RegExp(NO_ASSIGNMENT, 'is') },
  { found: new RegExp(ELEMENT, 'gi'), excepted: new RegExp(NO_ELEMENT, 'is') },
];

/** What kind of credential a text is or carries, by its form alone: `a private key`; `undefined` where it looks like none. */
export function credentialForm(text: string): string | undefined {
  if (text.length < SHORTEST_FORM) return undefined;
  return FORMS.find(({ has, form }) => text.includes(has) && form.test(text))?.is;
}

/** Whether an entry of a ConfigMap is a literal credential itself: `data: { password: x }`. */
export function isAssignedCredential(key: string, value: string): boolean {
  const text = value.trim();
  return KEY.test(key) && !text.includes('\n') && !NONE.test(text);
}

/** The keys of a configuration file to which it assigns a literal credential. The values are not given out: they would end up in a build's log. */
export function assignedCredentials(text: string): string[] {
  const literals = LITERALS.flatMap(({ found, excepted }) => (text.match(found) ?? []).filter((match) => !excepted.test(match)));
  return [...new Set(literals.map((match) => /[\w.-]+/.exec(match)![0]))];
}
