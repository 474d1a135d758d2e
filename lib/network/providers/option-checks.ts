import { isIP } from 'node:net';
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

/** An address of one IP version, or of any; `undefined` passes. */
export function checkIpAddress(errors: ArgumentErrors, name: string, value: unknown, version?: 4 | 6): void {
  if (value === undefined || (typeof value === 'string' && !value.includes('%') && [version ?? 4, version ?? 6].includes(isIP(value) as 4 | 6))) return;
  errors.add(`${name} is ${show(value)}, but must be an ${version === undefined ? 'IP' : `IPv${version}`} address`);
}

/** Distinct IP addresses; `undefined` passes. */
export function checkIpAddresses(errors: ArgumentErrors, name: string, value: unknown, version?: 4 | 6): void {
  if (!errors.filledArray(name, value, 'leave it out, or name at least one IP address')) return;
  value.forEach((entry, index) => {
    checkIpAddress(errors, `${name}[${index}]`, entry ?? null, version);
    if (value.indexOf(entry) < index) errors.add(`${name}[${index}] is '${entry}' a second time: name each IP address once`);
  });
}

function article(noun: string): string {
  return /^[aeiou]/i.test(noun) ? 'an' : 'a';
}
