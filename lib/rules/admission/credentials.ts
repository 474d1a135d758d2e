import type { AdmissionCheck } from './admission-check';
import { pattern, text } from './cel';

/*
 * What lib/manifest/secret-text.ts looks for, in what RE2 and CEL can say; test/rules/admission/credentials.test.ts compares the two.
 * Each form comes with a text that every match has: to look for that costs a tenth, and the API server limits what an expression may cost
 * (https://kubernetes.io/docs/reference/using-api/cel/#runtime-cost-budget).
 */
export const PRIVATE_KEY = { has: '-----BEGIN ', form: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/ };
export const PASSWORD_HASH = { has: '$', form: /\$(?:scrypt|argon2(?:id|i|d)|pbkdf2[a-z0-9-]*|2[abxy]|[567y])\$[\w./+=,$-]{20,}/ };
export const SIGNED_TOKEN = { has: 'eyJ', form: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/ };

const SECRET_WORD = '(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|credentials)';
const NO_LITERAL = '(?:(?:/|\\.{1,2}/|file:|\\$[{(]|\\{\\{).*|\\$[A-Z_][A-Z0-9_]*|true|false|null|~|\\{|\\[|)';
/** Assignments, and those of them that assign no literal. Case is ignored in all. */
export const ASSIGNMENT = /(?:^|[\s{,])["']?[\w.-]*WORD["']?\s*[:=]\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s,}]+)/.source.replace('WORD', SECRET_WORD);
export const NO_ASSIGNMENT = `^[\\s{,]?["']?[\\w.-]+["']?\\s*[:=]\\s*(?:"${NO_LITERAL}"|'${NO_LITERAL}'|${NO_LITERAL})$`;
export const ELEMENT = `<[\\w.-]*${SECRET_WORD}>[^<]+</`;
export const NO_ELEMENT = `>${NO_LITERAL}</$`;
export const SECRET_KEY = `^[\\w.-]*${SECRET_WORD}$`;
export const NO_VALUE = `^${NO_LITERAL}$`;

const FOUND = "'a private key, a password hash or a signed token in '";
/** kubectl's copy of what it applied, which stands in the object itself too. */
const COPY = text('kubectl.kubernetes.io/last-applied-configuration');

const has = (value: string, { has: part, form }: typeof PRIVATE_KEY) => `${value}.contains(${text(part)}) && ${value}.matches(${pattern(form)})`;

/** Whether a text has the form of a credential. */
function isCredential(value: string): string {
  return `(${[PRIVATE_KEY, PASSWORD_HASH, SIGNED_TOKEN].map((credential) => has(value, credential)).join(' || ')})`;
}

/** Keys of a map whose texts have the form of a credential. */
function credentialsIn(map: string): { exist: string; keys: string } {
  const condition = `k, k != ${COPY} && ${isCredential(`${map}[k]`)}`;
  return { exist: `${map}.exists(${condition})`, keys: `${map}.filter(${condition})` };
}

/** MQTT-SECRET-004 of what an object has besides its annotations: lists of the places that break it, as texts. */
function credentialCheck(...places: string[]): AdmissionCheck {
  const annotations = `${credentialsIn('variables.annotations').keys}.map(k, 'metadata.annotations ' + k)`;
  const all = `(${[annotations, ...places].join(' + ')})`;
  return { rule: 'MQTT-SECRET-004', breaks: `size(${all}) > 0`, found: `${FOUND} + ${all}.join(', ')` };
}

/** Names of containers in whose commands, arguments or variables a credential stands. */
function containersWithCredentials(containers: string): string {
  const words = `(c.?command.orValue([]) + c.?args.orValue([])).exists(w, ${isCredential('w')})`;
  const values = `c.?env.orValue([]).exists(e, ${isCredential("e.?value.orValue('')")})`;
  return `${containers}.filter(c, ${words} || ${values}).map(c, 'container ' + c.?name.orValue(''))`;
}

export const annotationCredentials: AdmissionCheck = credentialCheck();

export const podCredentials: AdmissionCheck = credentialCheck(
  `${credentialsIn('variables.podAnnotations').keys}.map(k, 'spec.template.metadata.annotations ' + k)`,
  containersWithCredentials('variables.containers'),
);

/** Of the containers that an operator's resource describes, and of its configuration. */
export function operatorCredentials(containers: string, configuration = "''"): AdmissionCheck {
  return credentialCheck(containersWithCredentials(containers), `[${configuration}].filter(t, ${isCredential('t')}).map(t, 'spec.config.data')`);
}

/** So many characters in all: the API server gives up expressions that cost too much, and then refuses the object. That depends on what they find, too. */
export const MOST_CHARACTERS = 50_000;

/** Keys of files in which a pattern finds what is not excepted. */
const filesWith = (found: string, excepted: string) => `variables.files.filter(k, variables.files[k].findAll(${text(found)}).exists(m, !m.matches(${text(excepted)})))`;

/** What `fileCredentials` builds on. */
export const FILE_VARIABLES = {
  files: `object.?data.orValue({}).map(k, size(object.data[k])).sum() <= ${MOST_CHARACTERS} ? object.?data.orValue({}) : {}`,
  assigning: filesWith(`(?im)${ASSIGNMENT}`, `(?is)${NO_ASSIGNMENT}`),
  elements: filesWith(`(?i)${ELEMENT}`, `(?is)${NO_ELEMENT}`),
  // What is the value of an assignment itself: `data: { password: x }`.
  assigned: `variables.files.filter(k, k.matches(${text(`(?i)${SECRET_KEY}`)}) && !variables.files[k].trim().contains('\\n') && !variables.files[k].trim().matches(${text(`(?is)${NO_VALUE}`)}))`,
  hashed: `variables.files.filter(k, !(${has('variables.files[k]', PRIVATE_KEY)}) && (${has('variables.files[k]', PASSWORD_HASH)} || ${has('variables.files[k]', SIGNED_TOKEN)}))`,
};

/** Of a ConfigMap. Private keys are for MQTT-SECRET-002. */
export const fileCredentials: AdmissionCheck = {
  rule: 'MQTT-SECRET-004',
  breaks: 'size(variables.assigning) + size(variables.elements) + size(variables.assigned) + size(variables.hashed) > 0',
  found: "'a literal credential in data: ' + variables.files.filter(k, k in variables.assigning || k in variables.elements || k in variables.assigned || k in variables.hashed).join(', ')",
};
