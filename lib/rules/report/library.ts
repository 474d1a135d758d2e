import { readFileSync } from 'fs';
import { join } from 'path';

/** What reports say about where they come from. */
export interface Library {
  readonly name: string;
  readonly version: string;
  /** Address of the repository, without a slash at the end. */
  readonly url: string;
}

/** This library as its package.json names it. */
export function library(): Library {
  const { name, version, repository } = JSON.parse(readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));
  return { name, version, url: repository.url.replace(/\.git$/, '') };
}
