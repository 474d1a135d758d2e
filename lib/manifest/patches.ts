import type { JsonPatch } from 'cdk8s';
import { show } from './arguments';

interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
}

/**
 * What is wrong with a patch of this manifest, or `undefined`. RFC 6902 wants the path of `replace` and `remove` to exist, and of `add` its parent;
 * the library under cdk8s sets a missing path without a word, and a mistyped override would do nothing.
 */
export function patchProblem(manifest: unknown, patch: JsonPatch): string | undefined {
  const { op, path, from } = (patch as unknown as { _toJson(): Operation })._toJson();
  return problemAt(manifest, op, path, op === 'add' || op === 'move' || op === 'copy')
    ?? (from === undefined ? undefined : problemAt(manifest, op, from, false));
}

function problemAt(manifest: unknown, op: string, path: string, mayAdd: boolean): string | undefined {
  if (path !== '' && !path.startsWith('/')) return `(${op} '${path}') has no JSON pointer for a path: write '/${path.replace(/\./g, '/')}'`;

  const keys = path.split('/').slice(1).map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'));
  let parent = manifest;
  for (const [depth, key] of keys.entries()) {
    const isLast = depth === keys.length - 1;
    if (hasKey(parent, key, isLast && mayAdd)) {
      parent = (parent as Record<string, unknown>)[key];
      continue;
    }
    const at = `/${keys.slice(0, depth).join('/')}`;
    return `(${op} '${path}') leads nowhere: ${depth === 0 ? 'the object' : `'${at}'`} has no ${show(key)}. It has ${fieldsOf(parent)}`;
  }
  return undefined;
}

function hasKey(parent: unknown, key: string, mayAdd: boolean): boolean {
  if (Array.isArray(parent)) {
    if (key === '-') return mayAdd;
    return /^(0|[1-9]\d*)$/.test(key) && Number(key) < parent.length + (mayAdd ? 1 : 0);
  }
  if (typeof parent !== 'object' || parent === null) return false;
  return mayAdd || Object.prototype.hasOwnProperty.call(parent, key);
}

function fieldsOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'no entries' : `the entries 0 to ${value.length - 1}`;
  if (typeof value !== 'object' || value === null) return `no fields: it is ${show(value)}`;
  return Object.keys(value).join(', ') || 'no fields';
}
