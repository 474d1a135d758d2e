import { readdirSync, readFileSync, statSync } from 'fs';
import { join } from 'path';

/** A text with manifests, and where it was read. */
export interface ManifestText {
  /** Path as the user would write it, or `<stdin>`. */
  readonly name: string;
  readonly text: string;
}

export const STDIN = '<stdin>';
const STDIN_DESCRIPTOR = 0;

/** The names that `kubectl apply --filename DIRECTORY` takes. */
const MANIFEST_NAME = /\.(ya?ml|json)$/i;

/** The texts of a file, of all manifests under a folder in the order of their names, or of the standard input (`-`). What cannot be read goes to `problems`. */
export function readManifestTexts(path: string, problems: string[]): ManifestText[] {
  try {
    if (path === '-') return [{ name: STDIN, text: readFileSync(STDIN_DESCRIPTOR, 'utf8') }];
    if (!statSync(path).isDirectory()) return [read(path)];
    const files = filesUnder(path);
    if (files.length === 0) problems.push(`${path}: no file there ends in .yaml, .yml or .json: name the folder that the manifests are in`);
    return files.map(read);
  } catch (error) {
    problems.push(`${path}: cannot be read: ${reason(error as NodeJS.ErrnoException)}`);
    return [];
  }
}

function read(name: string): ManifestText {
  return { name, text: readFileSync(name, 'utf8') };
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return filesUnder(path);
      return MANIFEST_NAME.test(entry.name) ? [path] : [];
    });
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT': return 'there is no such file or folder';
    case 'EACCES': return 'permission denied';
    default: return error.message;
  }
}
