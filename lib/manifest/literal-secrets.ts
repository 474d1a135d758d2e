import { assignedCredentials, credentialForm, isAssignedCredential } from './secret-text';

/** Where a manifest carries a credential as literal text, each with what is there. Never the credential itself. */
export function literalSecrets(manifest: { kind?: string; data?: unknown }): string[] {
  const found: string[] = [];
  forEachText(manifest, [], (text, path) => {
    const form = credentialForm(text);
    if (form !== undefined) found.push(`${pointer(path)} holds ${form}`);
  });
  if (manifest.kind === 'ConfigMap') {
    forEachText(manifest.data, ['data'], (text, path) => {
      assignments(path[path.length - 1], text).forEach((name) => found.push(`${pointer(path)} gives '${name}' a literal value`));
    });
  }
  return found;
}

function assignments(key: string, text: string): string[] {
  return [...new Set([...isAssignedCredential(key, text) ? [key] : [], ...assignedCredentials(text)])];
}

/** Every synth goes through every text of an app: paths become pointers only where something is found. */
function forEachText(value: unknown, path: string[], visit: (text: string, path: readonly string[]) => void): void {
  if (typeof value === 'string') {
    visit(value, path);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      path.push(name);
      forEachText(item, path, visit);
      path.pop();
    }
  }
}

/** A JSON pointer (RFC 6901). */
function pointer(path: readonly string[]): string {
  return path.map((key) => `/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}
