import { sharedTopicFilter } from '../store/index.js';

/** Why a topic filter cannot be, or undefined if it can [MQTT-4.7]. */
export function filterProblem(filter: string, maxLevels: number): string | undefined {
  const shared = sharedTopicFilter(filter);
  if (shared !== undefined) return filterProblem(shared, maxLevels);
  if (filter.length === 0) return 'it is empty';
  const levels = filter.split('/');
  if (levels.length > maxLevels) return `it has ${levels.length} levels, at most ${maxLevels} are allowed`;
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1)) return '# must be the whole last level';
    if (level.includes('+') && level !== '+') return '+ must be a whole level';
  }
  return undefined;
}

/** Why a topic name cannot be, or undefined if it can [MQTT-4.7]. */
export function topicProblem(topic: string, maxLevels: number): string | undefined {
  if (topic.length === 0) return 'it is empty';
  if (topic.includes('#') || topic.includes('+')) return 'it holds a wildcard';
  let levels = 1;
  for (let at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) levels++;
  return levels > maxLevels ? `it has ${levels} levels, at most ${maxLevels} are allowed` : undefined;
}

/** Begins like a shared subscription, and is none [MQTT 5.0, MQTT-4.8.2-1, -2]. To MQTT 3.1.1 it is a filter like any other, so it is refused, and no reason to disconnect. */
export const isBrokenShare = (filter: string): boolean => (filter === '$share' || filter.startsWith('$share/')) && sharedTopicFilter(filter) === undefined;

/** Whether messages on a topic reach a subscription: with a shared one, its topic filter has to match. */
export function filterMatches(filter: string, topic: string): boolean {
  const wanted = (sharedTopicFilter(filter) ?? filter).split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false; // [MQTT-4.7.2-1]
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether all of it is ASCII without U+0000, as it nearly always is. */
export function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i]! - 1) >>> 0 > 0x7e) return false;
  return true;
}

/** A string as MQTT allows it: well-formed UTF-8 without U+0000 [MQTT-1.5.3-1, -2]; undefined otherwise. */
export function decodeString(bytes: Buffer): string | undefined {
  if (isPlain(bytes, 0, bytes.length)) return bytes.toString('latin1');
  if (bytes.includes(0)) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
