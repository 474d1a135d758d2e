/** A parsed file before it is known to be valid: looked into with care, so that one wrong key does not hide the errors beside it. */
export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mappingAt(value: unknown, key: string): Mapping {
  const inner = isMapping(value) ? value[key] : undefined;
  return isMapping(inner) ? inner : {};
}

export function listenersOf(document: unknown): { readonly index: number; readonly listener: Mapping }[] {
  const listeners = isMapping(document) ? document.listeners : undefined;
  if (!Array.isArray(listeners)) return [];
  return listeners.map((listener: unknown, index) => ({ index, listener })).filter((entry): entry is { index: number; listener: Mapping } => isMapping(entry.listener));
}
