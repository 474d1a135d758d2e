import type { AdmissionCheck } from './admission-check';
import { pattern, text } from './cel';
import {
  ASSIGNMENT, CREDENTIAL_FORMS, type CredentialForm, ELEMENT, NO_ASSIGNMENT, NO_ELEMENT, NO_VALUE, SECRET_KEY,
} from '../../manifest/secret-text';

/*
 * What lib/manifest/secret-text.ts looks for, as the API server can; test/rules/admission/credentials.test.ts compares the two. The API server limits what an expression
 * may cost (https://kubernetes.io/docs/reference/using-api/cel/#runtime-cost-budget).
 */
const { privateKey, passwordHash, signedToken } = CREDENTIAL_FORMS;

const FOUND = "'a private key, a password hash or a signed token in '";
/** kubectl's copy of what it applied, which stands in the object itself too. */
const COPY = text('kubectl.kubernetes.io/last-applied-configuration');

/** Whether a text has the form. */
export const has = (value: string, { has: part, form }: CredentialForm) => `${value}.contains(${text(part)}) && ${value}.matches(${pattern(form)})`;

/** Whether a text has one of the forms. */
function isCredential(value: string): string {
  return `(${Object.values(CREDENTIAL_FORMS).map((credential) => has(value, credential)).join(' || ')})`;
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
  assigned: `variables.files.filter(k, k.matches(${text(`(?i)^${SECRET_KEY}$`)}) && !variables.files[k].trim().contains('\\n') && !variables.files[k].trim().matches(${text(`(?is)^${NO_VALUE}$`)}))`,
  hashed: `variables.files.filter(k, !(${has('variables.files[k]', privateKey)}) && (${has('variables.files[k]', passwordHash)} || ${has('variables.files[k]', signedToken)}))`,
};

/** Of a ConfigMap. Private keys are for MQTT-SECRET-002. */
export const fileCredentials: AdmissionCheck = {
  rule: 'MQTT-SECRET-004',
  breaks: 'size(variables.assigning) + size(variables.elements) + size(variables.assigned) + size(variables.hashed) > 0',
  found: "'a literal credential in data: ' + variables.files.filter(k, k in variables.assigning || k in variables.elements || k in variables.assigned || k in variables.hashed).join(', ')",
};
