import { type ArgumentErrors, show } from '../../manifest/arguments';

/** Distinct, non-empty strings that may stand in a comma-separated annotation; `undefined` passes. */
export function checkNames(errors: ArgumentErrors, name: string, value: unknown, what: string, pattern = /^[^\s,]+$/): void {
  if (!errors.filledArray(name, value, `leave it out, or name at least one ${what}`)) return;
  const seen = new Set<unknown>();
  value.forEach((entry, index) => {
    if (typeof entry !== 'string' || !pattern.test(entry)) errors.add(`${name}[${index}] is ${show(entry)}, but must be ${article(what)} ${what}`);
    else if (seen.has(entry)) errors.add(`${name}[${index}] is '${entry}' a second time: name each ${what} once`);
    seen.add(entry);
  });
}

/** A single word for an annotation; `undefined` passes. */
export function checkWord(errors: ArgumentErrors, name: string, value: unknown, what: string, pattern = /^[^\s,]+$/): void {
  if (value === undefined || (typeof value === 'string' && pattern.test(value))) return;
  errors.add(`${name} is ${show(value)}, but must be ${article(what)} ${what}`);
}

/** Without the entries that are not set. */
export function defined<T>(entries: { [key: string]: T | undefined }): { [key: string]: T } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as { [key: string]: T };
}

function article(noun: string): string {
  return /^[aeiou]/i.test(noun) ? 'an' : 'a';
}
