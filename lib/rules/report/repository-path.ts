import { existsSync } from 'fs';
import { dirname, join, relative, resolve, sep } from 'path';
import { pathToFileURL } from 'url';

/** A file as code review addresses it: from the top of the repository that the working directory is in, or by its full address if it is outside. */
export function repositoryPath(file: string, workingDirectory = process.cwd()): string {
  const top = topOf(workingDirectory) ?? workingDirectory;
  const path = relative(top, resolve(workingDirectory, file));
  return path.startsWith('..') ? pathToFileURL(resolve(workingDirectory, file)).href : path.split(sep).map(encodeURIComponent).join('/');
}

function topOf(directory: string): string | undefined {
  if (existsSync(join(directory, '.git'))) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : topOf(parent);
}
