import type { AdmissionCheck } from './admission-check';
import { text, texts } from './cel';
import { KNOWN_KEYS } from '../catalogue/annotation';
import { type Declaration, DECLARATION_PREFIX } from '../model/declared';

const UNKNOWN_KEY = `k.startsWith(${text(DECLARATION_PREFIX)}) && !(k in ${texts(KNOWN_KEYS)})`;

/** What an object declares can be read, and has a name that is known. */
export function annotationChecks(declarations: readonly Declaration<unknown>[]): AdmissionCheck[] {
  const unreadable = declarations
    .map(({ key, cel }) => `(${text(key)} in variables.annotations && !(${cel(`variables.annotations[${text(key)}]`)}) ? [${text(key)}] : [])`).join(' + ');
  return [
    { rule: 'MQTT-ANNOTATION-001', breaks: `size(${unreadable}) > 0`, found: `(${unreadable}).map(k, k + ': ' + variables.annotations[k]).join(', ')` },
    {
      rule: 'MQTT-ANNOTATION-002',
      breaks: `variables.annotations.exists(k, ${UNKNOWN_KEY})`,
      found: `'metadata.annotations ' + variables.annotations.filter(k, ${UNKNOWN_KEY}).join(', ')`,
    },
  ];
}
