/**
 * Set operations on topic filters (MQTT 3.1.1 §4.7): what a filter stands for is the set of topics that it matches.
 * A wildcard at the first level matches no topic that begins with `$` (§4.7.2).
 */
export type Levels = readonly string[];

export function levelsOf(topicOrFilter: string): Levels {
  return topicOrFilter.split('/');
}

/** Whether the pattern matches every topic that the filter matches. A topic is a filter without wildcards. */
export function contains(asPattern: Levels, asFilter: Levels): boolean {
  const [pattern, filter] = [canonical(asPattern), canonical(asFilter)];
  if (hidesFirstLevel(pattern, filter)) return false;
  for (let level = 0; level < pattern.length; level++) {
    const wanted = pattern[level];
    if (wanted === '#') return true;
    if (level >= filter.length) return false;
    const given = filter[level];
    if (given === '#') return false;
    if (wanted !== '+' && wanted !== given) return false;
  }
  return filter.length === pattern.length;
}

/** Whether there is a topic that both match. */
export function overlaps(aFilter: Levels, another: Levels): boolean {
  const [one, other] = [canonical(aFilter), canonical(another)];
  if (hidesFirstLevel(one, other) || hidesFirstLevel(other, one)) return false;
  for (let level = 0; ; level++) {
    const a = one[level];
    const b = other[level];
    // `#` matches its parent too, so it overlaps with a filter that ended one level before.
    if (a === '#' || b === '#') return true;
    if (a === undefined || b === undefined) return a === b;
    if (a !== '+' && b !== '+' && a !== b) return false;
  }
}

/** `#` matches its parent too, but no topic is empty (§4.7.3): so `#` is `+/#`, and `/#` is `/+/#`. */
function canonical(levels: Levels): Levels {
  if (levels.length === 1 && levels[0] === '#') return ['+', '#'];
  return levels.length === 2 && levels[0] === '' && levels[1] === '#' ? ['', '+', '#'] : levels;
}

function hidesFirstLevel(pattern: Levels, filter: Levels): boolean {
  const first = pattern[0];
  return (first === '+' || first === '#') && filter[0]!.startsWith('$');
}

/** Why a text is no topic filter; undefined when it is one. */
export function whyInvalidFilter(filter: string): string | undefined {
  if (filter === '') return 'it is empty';
  if (filter.includes('\0')) return 'it contains a NUL';
  const levels = levelsOf(filter);
  const wrong = levels.findIndex((level, index) => (level.includes('+') && level !== '+') || (level.includes('#') && (level !== '#' || index !== levels.length - 1)));
  if (wrong === -1) return undefined;
  return levels[wrong]!.includes('#') ? '# must be a whole level, the last one' : '+ must be a whole level';
}
