import { assignedCredentials, credentialForm } from './secret-text';

/** Where a manifest carries a credential as literal text, each with what is there. Never the credential itself. */
export function literalSecrets(manifest: { kind?: string; data?: unknown }): string[] {
  return [
    ...textsIn(manifest, '').flatMap(({ at, text }) => {
      const form = credentialForm(text);
      return form ? [`${at} holds ${form}`] : [];
    }),
    ...(manifest.kind === 'ConfigMap' ? textsIn(manifest.data, '/data').flatMap(assignments) : []),
  ];
}

function assignments({ at, key, text }: PlacedText): string[] {
  // The entry's own key may be the word: `data: { password: x }`.
  const isOneLine = !text.trim().includes('\n');
  const keys = assignedCredentials(isOneLine ? `${key}: ${JSON.stringify(text.trim())}` : text);
  const inside = isOneLine ? assignedCredentials(text) : [];
  return [...new Set([...keys, ...inside])].map((name) => `${at} gives '${name}' a literal value`);
}

interface PlacedText {
  /** JSON pointer. */
  readonly at: string;
  readonly key: string;
  readonly text: string;
}

function textsIn(value: unknown, at: string, key = ''): PlacedText[] {
  if (typeof value === 'string') return [{ at, key, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => textsIn(item, `${at}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`, name));
}
