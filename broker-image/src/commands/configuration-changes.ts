import { formatPath, type BrokerConfiguration, type PathSegment } from '../config/index.js';

/** Keys whose values differ, as `listeners[0].port`; a list that became longer or shorter, or a section that came or went, is named as a whole. */
export function changedKeys(before: BrokerConfiguration, after: BrokerConfiguration): string[] {
  return [...differences(before, after, [])].map(formatPath);
}

function* differences(before: unknown, after: unknown, path: readonly PathSegment[]): Generator<readonly PathSegment[]> {
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of before.entries()) yield* differences(item, after[index], [...path, index]);
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) yield* differences(before[key], after[key], [...path, key]);
  } else if (!Object.is(before, after)) {
    yield path;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
